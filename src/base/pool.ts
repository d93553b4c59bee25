/**
 * The schedule of a worker pool: which worker gets which units of work. Results come out in the
 * order of the units, no matter which worker finishes first. The caller owns the threads.
 *
 * Units are dealt in chunks, since a message costs as much as a small run. A chunk is a share of
 * the units that are left, so the last chunks are small and all workers end together.
 */
import { assert } from './assert.ts';

export const CHUNK_MAX = 64;

/** Each worker is to come back for more about so often while the rest is dealt. */
const ROUNDS = 4;

export class Dealer<R> {
  /** Units in their order. */
  readonly #units: readonly number[];
  readonly #workers: number;
  readonly #waiting = new Map<number, R>();
  #dealt = 0;
  #released = 0;

  /** @param units numbers that name the units, in the order in which results are wanted */
  constructor(units: readonly number[], workers: number) {
    this.#units = units;
    this.#workers = workers;
  }

  /** Units that are being worked on, or whose result waits for an earlier one. */
  get underWay(): number {
    return this.#dealt - this.#released;
  }

  /** Results that have come out. */
  get released(): number {
    return this.#released;
  }

  /** Results that have come out or wait for an earlier one. */
  get finished(): number {
    return this.#released + this.#waiting.size;
  }

  get allDealt(): boolean {
    return this.#dealt === this.#units.length;
  }

  get allReleased(): boolean {
    return this.#released === this.#units.length;
  }

  /** The next units, none where all have been dealt. @param atMost 0 or more */
  deal(atMost = CHUNK_MAX): readonly number[] {
    const left = this.#units.length - this.#dealt;
    const share = Math.ceil(left / (this.#workers * ROUNDS));
    const size = Math.min(left, share, atMost);
    const chunk = this.#units.slice(this.#dealt, this.#dealt + size);
    this.#dealt += size;
    return chunk;
  }

  /** Takes a unit back that was dealt last and not begun. */
  takeBack(unit: number): void {
    assert(this.#units[this.#dealt - 1] === unit, `pool: unit ${unit} was not dealt last`);
    this.#dealt--;
  }

  /** Results that wait for an earlier one, in the order of their units. */
  get waiting(): readonly { readonly unit: number; readonly result: R }[] {
    const all = [...this.#waiting].map(([unit, result]) => ({ unit, result }));
    return all.sort((a, b) => a.unit - b.unit);
  }

  /** Takes a result and returns those that can come out now. */
  done(unit: number, result: R): readonly { readonly unit: number; readonly result: R }[] {
    this.#waiting.set(unit, result);
    const ready: { unit: number; result: R }[] = [];
    while (this.#released < this.#units.length) {
      const next = this.#units[this.#released]!;
      const found = this.#waiting.get(next);
      if (found === undefined) break;
      this.#waiting.delete(next);
      ready.push({ unit: next, result: found });
      this.#released++;
    }
    return ready;
  }
}
