/**
 * The states after each call of one writer: the lines after 0, 1, 2 … calls. Equal states are
 * stored once, so a writer that toggles needs little memory.
 */
import type { LineChange } from '../world/quiet-calls.ts';
import type { Lines } from './lines.ts';

export class LineStates {
  readonly #lines: Lines;
  readonly #texts: Int32Array[] = [];
  readonly #byHash = new Map<number, number[]>();
  /** For each number of calls, the number of the state after them. */
  readonly #after: number[] = [];
  /** Number of stored line numbers. */
  words = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** Number of calls so far. */
  get calls(): number {
    return this.#after.length - 1;
  }

  get distinct(): number {
    return this.#texts.length;
  }

  /** The number of the state after this number of calls. */
  after(calls: number): number {
    return this.#after[calls]!;
  }

  /** The lines of a state, sorted by address. */
  lines(state: number): Int32Array {
    return this.#texts[state]!;
  }

  textOf(state: number): string {
    return Array.from(this.lines(state), (id) => this.#lines.textOf(id)).join('');
  }

  /** Whether two states have the same lines; both must use the same table of lines. */
  same(state: number, other: LineStates, of: number): boolean {
    return same(this.lines(state), other.lines(of));
  }

  /** Adds the lines at the start, or after one more call. */
  add(ids: Int32Array): void {
    this.#after.push(this.#intern(ids));
  }

  /** Adds the state after one more call, given by what the call replaced. */
  change(changes: readonly LineChange[]): void {
    let ids = this.lines(this.#after.at(-1)!);
    for (const { fromPage, removed, added } of changes) {
      const at = this.#below(ids, fromPage);
      const next = new Int32Array(ids.length - removed + added.length);
      next.set(ids.subarray(0, at));
      next.set(
        added.map((text) => this.#lines.idOf(text)),
        at,
      );
      next.set(ids.subarray(at + removed), at + added.length);
      ids = next;
    }
    this.#after.push(this.#intern(ids));
  }

  /** Number of lines that start below the page. */
  #below(ids: Int32Array, page: number): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lines.startOf(ids[middle]!) < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #intern(ids: Int32Array): number {
    let hash = ids.length;
    for (let i = 0; i < ids.length; i++)
      hash = Math.imul(hash ^ ids[i]!, 0x5bd1e995) ^ (hash >>> 15);
    const candidates = this.#byHash.get(hash);
    for (const state of candidates ?? []) if (same(this.#texts[state]!, ids)) return state;
    const state = this.#texts.push(ids) - 1;
    this.words += ids.length;
    if (candidates === undefined) this.#byHash.set(hash, [state]);
    else candidates.push(state);
    return state;
  }
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
