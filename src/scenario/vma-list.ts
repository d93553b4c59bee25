/**
 * The VMAs of a start layout, column by column. There may be a million VMAs: as objects each would
 * take 130 bytes, and time in every garbage collection. The list is plain data, because scenarios
 * are sent to worker threads, which lose the class of an object.
 */
import { grownBytes, grownFloat64, grownInt32 } from '../base/grow.ts';

/** An address space of more VMAs is none of a process. */
export const VMAS_MAX = 1_000_000;

/** One VMA of the address space at the start. */
export interface VmaSpec {
  readonly startPage: number;
  readonly endPage: number;
  /** Four characters as maps prints them: `rw-p`. */
  readonly perms: string;
  /** Index into Scenario.files, or -1 for anonymous memory. */
  readonly file: number;
  /** Offset into the file in pages; 0 for anonymous memory. */
  readonly offsetPages: number;
  /** prctl name, printed as [anon:NAME] (or [anon_shmem:NAME] with a file), or null. */
  readonly anonName: string | null;
  /** What vm_ops->name would print, e.g. `[vdso]`, or null. */
  readonly special: string | null;
  readonly touched: boolean;
}

/** A range of pages as given in `vmas:`; what selectors name, whatever becomes of the VMAs. */
export interface RangeSpec {
  readonly startPage: number;
  readonly endPage: number;
  readonly perms: string;
}

export interface VmaList {
  length: number;
  startPage: Float64Array;
  endPage: Float64Array;
  offsetPages: Float64Array;
  file: Int32Array;
  /** Index into `texts`. */
  anonName: Int32Array;
  special: Int32Array;
  /** Index into `modes`. */
  perms: Uint8Array;
  touched: Uint8Array;
  /** 0 is null. */
  readonly texts: (string | null)[];
  readonly modes: string[];
}

export function vmaAt(list: VmaList, index: number): VmaSpec | undefined {
  if (!(index >= 0 && index < list.length)) return undefined;
  return {
    startPage: list.startPage[index]!,
    endPage: list.endPage[index]!,
    perms: list.modes[list.perms[index]!]!,
    file: list.file[index]!,
    offsetPages: list.offsetPages[index]!,
    anonName: list.texts[list.anonName[index]!]!,
    special: list.texts[list.special[index]!]!,
    touched: list.touched[index] === 1,
  };
}

export function* eachVma(list: VmaList): Generator<VmaSpec> {
  for (let index = 0; index < list.length; index++) yield vmaAt(list, index)!;
}

export function vmaList(specs: Iterable<VmaSpec>): VmaList {
  const builder = new VmaListBuilder();
  for (const spec of specs) builder.push(spec);
  return builder.list;
}

/** Indices by address; of those that start at one page, in the order of the list. */
export function vmaOrder({ length, startPage }: VmaList): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  // Items mostly come in rising order: then this is one pass.
  const rises = (index: number) => index === 0 || startPage[index - 1]! <= startPage[index]!;
  if (order.every(rises)) return order;
  return order.sort((a, b) => startPage[a]! - startPage[b]! || a - b);
}

/** The VMAs with these indices, in this order. */
export function pickVmas(list: VmaList, indices: Uint32Array): VmaList {
  if (indices.length === list.length && indices.every((index, at) => index === at)) return list;
  const builder = new VmaListBuilder();
  for (const index of indices) builder.push(vmaAt(list, index)!);
  return builder.list;
}

export class VmaListBuilder {
  readonly list: VmaList = {
    length: 0,
    startPage: new Float64Array(8),
    endPage: new Float64Array(8),
    offsetPages: new Float64Array(8),
    file: new Int32Array(8),
    anonName: new Int32Array(8),
    special: new Int32Array(8),
    perms: new Uint8Array(8), // 16 modes at most
    touched: new Uint8Array(8),
    texts: [null],
    modes: [],
  };
  readonly #ids = new Map<string | null, number>([[null, 0]]);

  push(spec: VmaSpec): void {
    const { list } = this;
    const at = list.length++;
    if (at === list.startPage.length) this.#grow(at * 2);
    list.startPage[at] = spec.startPage;
    list.endPage[at] = spec.endPage;
    list.offsetPages[at] = spec.offsetPages;
    list.file[at] = spec.file;
    list.anonName[at] = this.#textId(spec.anonName);
    list.special[at] = this.#textId(spec.special);
    const mode = list.modes.indexOf(spec.perms);
    list.perms[at] = mode >= 0 ? mode : list.modes.push(spec.perms) - 1;
    list.touched[at] = spec.touched ? 1 : 0;
  }

  #textId(text: string | null): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.list.texts.push(text) - 1;
      this.#ids.set(text, id);
    }
    return id;
  }

  #grow(size: number): void {
    const { list } = this;
    list.startPage = grownFloat64(list.startPage, size);
    list.endPage = grownFloat64(list.endPage, size);
    list.offsetPages = grownFloat64(list.offsetPages, size);
    list.file = grownInt32(list.file, size);
    list.anonName = grownInt32(list.anonName, size);
    list.special = grownInt32(list.special, size);
    list.perms = grownBytes(list.perms, size);
    list.touched = grownBytes(list.touched, size);
  }
}
