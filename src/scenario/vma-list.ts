/**
 * The VMAs of a start layout, column by column. There may be a million: as objects they would take
 * 130 bytes each, and time in every garbage collection of the run.
 */
import { grownBytes, grownFloat64, grownInt32 } from '../base/grow.ts';
import type { Rows, VmaSpec } from './scenario.ts';

/** Texts that many VMAs share, by number; 0 is null. */
class Texts {
  readonly #ids = new Map<string | null, number>([[null, 0]]);
  readonly #texts: (string | null)[] = [null];

  idOf(text: string | null): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#ids.set(text, id);
    }
    return id;
  }

  textOf(id: number): string | null {
    return this.#texts[id]!;
  }
}

export class VmaList implements Rows<VmaSpec> {
  #length = 0;
  #startPage = new Float64Array(8);
  #endPage = new Float64Array(8);
  #offsetPages = new Float64Array(8);
  #file = new Int32Array(8);
  #anonName = new Int32Array(8);
  #special = new Int32Array(8);
  #perms = new Uint8Array(8); // 16 kinds at most
  #touched = new Uint8Array(8);
  readonly #texts = new Texts();
  readonly #modes = new Texts();

  static of(specs: Iterable<VmaSpec>): VmaList {
    const list = new VmaList();
    for (const spec of specs) list.push(spec);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  push(spec: VmaSpec): void {
    const at = this.#length++;
    if (at === this.#startPage.length) this.#grow(at * 2);
    this.#startPage[at] = spec.startPage;
    this.#endPage[at] = spec.endPage;
    this.#offsetPages[at] = spec.offsetPages;
    this.#file[at] = spec.file;
    this.#anonName[at] = this.#texts.idOf(spec.anonName);
    this.#special[at] = this.#texts.idOf(spec.special);
    this.#perms[at] = this.#modes.idOf(spec.perms);
    this.#touched[at] = spec.touched ? 1 : 0;
  }

  at(index: number): VmaSpec | undefined {
    if (!(index >= 0 && index < this.#length)) return undefined;
    return {
      startPage: this.#startPage[index]!,
      endPage: this.#endPage[index]!,
      perms: this.#modes.textOf(this.#perms[index]!)!,
      file: this.#file[index]!,
      offsetPages: this.#offsetPages[index]!,
      anonName: this.#texts.textOf(this.#anonName[index]!),
      special: this.#texts.textOf(this.#special[index]!),
      touched: this.#touched[index] === 1,
    };
  }

  *[Symbol.iterator](): Generator<VmaSpec> {
    for (let index = 0; index < this.#length; index++) yield this.at(index)!;
  }

  /** Indices by address; of those that start at one page, in the order of the list. */
  order(): Uint32Array {
    const start = this.#startPage;
    const order = Uint32Array.from({ length: this.#length }, (_, index) => index);
    // Items mostly come in rising order: then this is one pass.
    if (order.every((index) => index === 0 || start[index - 1]! <= start[index]!)) return order;
    return order.sort((a, b) => start[a]! - start[b]! || a - b);
  }

  /** The VMAs with these indices, in this order. */
  pick(indices: Uint32Array): VmaList {
    if (indices.length === this.#length && indices.every((index, at) => index === at)) return this;
    const list = new VmaList();
    for (const index of indices) list.push(this.at(index)!);
    return list;
  }

  #grow(size: number): void {
    this.#startPage = grownFloat64(this.#startPage, size);
    this.#endPage = grownFloat64(this.#endPage, size);
    this.#offsetPages = grownFloat64(this.#offsetPages, size);
    this.#file = grownInt32(this.#file, size);
    this.#anonName = grownInt32(this.#anonName, size);
    this.#special = grownInt32(this.#special, size);
    this.#perms = grownBytes(this.#perms, size);
    this.#touched = grownBytes(this.#touched, size);
  }
}
