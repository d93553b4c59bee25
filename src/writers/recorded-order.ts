/**
 * Keeps the order in which the recorded calls of several threads take effect: the order of their
 * returns in the log, even if simulated readers change their times.
 *
 * Each call that may change the address space has a number. A writer waits for its turn before it
 * asks for mmap_lock, and passes the turn on when it has the lock: the next writer may then queue
 * for the lock behind it. The turn is not a lock of the recorded program and costs nothing.
 */

import type { Words } from '../sim/memory.ts';

const NOBODY = -1;

export class RecordedOrder {
  /** For each call by number, whose it is: index of a thread. */
  readonly #slotOf: ArrayLike<number>;
  /** For each thread, the task that waits with its next call, or NOBODY. */
  readonly #waiting: Int32Array;
  /** Number of the call that comes next. */
  #next = 0;

  constructor(slotOf: ArrayLike<number>, threads: number) {
    this.#slotOf = slotOf;
    this.#waiting = new Int32Array(threads).fill(NOBODY);
  }

  /** Whether call `number` may go on; if not, `task` waits with it. */
  mine(number: number, task: number): boolean {
    if (number <= this.#next) return true;
    this.#waiting[this.#slotOf[number]!] = task;
    return false;
  }

  /** Call `number` was made. @returns the task that waits with the next one, or -1 */
  pass(number: number): number {
    if (number !== this.#next) return NOBODY;
    this.#next++;
    const slot = this.#slotOf[this.#next];
    if (slot === undefined) return NOBODY;
    const task = this.#waiting[slot]!;
    this.#waiting[slot] = NOBODY;
    return task;
  }

  /** Whose turn it is and who waits, in a saved world. */
  transfer(w: Words): void {
    this.#next = w.one(this.#next);
    w.column(this.#waiting, this.#waiting.length);
  }
}
