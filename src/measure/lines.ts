/**
 * Lines of maps as small numbers: equal texts have equal numbers. The range of a line, and what it
 * maps apart from its name, are parsed once.
 */
import { grownFloat64, grownInt32 } from '../base/grow.ts';
import { ownText } from '../base/latin1.ts';

/** `[vsyscall]` belongs to no state: the kernel prints it at the end of every text. */
const GATE = 'ffffffffff600000-';

/** Every shared mapping without a file has its own inode, which differs between processes. */
const SHMEM = /00:\w+ \d+ +\/dev\/zero \(deleted\)\n$/;

export class Lines {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  #start = new Float64Array(256);
  #end = new Float64Array(256);
  #body = new Int32Array(256);
  readonly #bodies = new Map<string, number>();

  get count(): number {
    return this.#texts.length;
  }

  /** @param text with its newline */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const alike = text.replace(SHMEM, '00:01 0 /dev/zero (deleted)\n');
    const id = alike === text ? this.#add(text) : this.idOf(alike);
    this.#ids.set(ownText(text), id);
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id]!;
  }

  /** The first page, and the page after the last. */
  startOf(id: number): number {
    return this.#start[id]!;
  }

  endOf(id: number): number {
    return this.#end[id]!;
  }

  /** A number that is equal if two lines map the same, even with different names. */
  bodyOf(id: number): number {
    return this.#body[id]!;
  }

  /** The lines of a text, without the gate line. */
  idsOf(text: string): Int32Array {
    const ids: number[] = [];
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline + 1;
      const line = text.slice(at, end);
      if (!line.startsWith(GATE)) ids.push(this.idOf(line));
      at = end;
    }
    return Int32Array.from(ids);
  }

  #add(text: string): number {
    const id = this.#texts.length;
    if (id === this.#start.length) {
      this.#start = grownFloat64(this.#start, id * 2);
      this.#end = grownFloat64(this.#end, id * 2);
      this.#body = grownInt32(this.#body, id * 2);
    }
    const range = /^([0-9a-f]+)000-([0-9a-f]+)000 \S+ \S+ \S+ \d+/.exec(text);
    if (range === null) throw new Error(`not a line of maps: ${text}`);
    this.#texts.push(ownText(text));
    this.#start[id] = Number.parseInt(range[1]!, 16);
    this.#end[id] = Number.parseInt(range[2]!, 16);
    let body = this.#bodies.get(range[0]);
    if (body === undefined) this.#bodies.set(range[0], (body = this.#bodies.size));
    this.#body[id] = body;
    return id;
  }
}
