/**
 * Counts of what is not replayed, each with its first place. Bounded: beyond some kinds only a sum.
 */
import type { Remark } from './call.ts';

const KINDS_MAX = 100;
const OTHERS = 'other things';
const EXAMPLE_MAX = 160;

export class Remarks {
  readonly #kinds = new Map<string, { -readonly [K in keyof Remark]: Remark[K] }>();

  add(what: string, file: string, line: number, text: string): void {
    const known = this.#kinds.get(what);
    if (known !== undefined) {
      known.count++;
    } else if (this.#kinds.size < KINDS_MAX) {
      const example = text.trim().slice(0, EXAMPLE_MAX);
      this.#kinds.set(what, { what, count: 1, file, line, example });
    } else {
      const rest = this.#kinds.get(OTHERS);
      if (rest !== undefined) rest.count++;
      else this.#kinds.set(OTHERS, { what: OTHERS, count: 1, file, line, example: '' });
    }
  }

  /** In the order of their first place. */
  list(): Remark[] {
    return [...this.#kinds.values()];
  }

  get total(): number {
    let sum = 0;
    for (const { count } of this.#kinds.values()) sum += count;
    return sum;
  }
}
