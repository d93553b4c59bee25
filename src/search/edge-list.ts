/** The transitions of a search, for the search for cycles. */
import { grownInt32 } from '../base/grow.ts';

/** Transitions in the order of the states that they lead away from. */
export class EdgeList {
  count = 0;
  /** Those of state s: [starts[s], starts[s + 1]); so many states have been begun. */
  #states = 0;
  #starts = new Int32Array(256);
  /** For each transition the state after it; and twice the via, odd: its reader got a record. */
  #edges = new Int32Array(1024);

  /** From now on the transitions of the next state are added. */
  begin(): void {
    if (this.#states === this.#starts.length) {
      this.#starts = grownInt32(this.#starts, this.#states + 1);
    }
    this.#starts[this.#states++] = this.count;
  }

  add(to: number, via: number, progress: boolean): void {
    const at = 2 * this.count++;
    if (at === this.#edges.length) this.#edges = grownInt32(this.#edges, at + 2);
    this.#edges[at] = to;
    this.#edges[at + 1] = 2 * via + (progress ? 1 : 0);
  }

  /** The transitions of state s begin here, and end where those of s + 1 begin. */
  startOf(state: number): number {
    return state < this.#states ? this.#starts[state]! : this.count;
  }

  to(edge: number): number {
    return this.#edges[2 * edge]!;
  }

  via(edge: number): number {
    return this.#edges[2 * edge + 1]! >> 1;
  }

  /** The reader that took the step got a record (or page). */
  isProgress(edge: number): boolean {
    return this.#edges[2 * edge + 1]! % 2 === 1;
  }
}
