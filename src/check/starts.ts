/**
 * The start addresses of the lines of one text, to find duplicates. Most lines are in rising order,
 * so most starts are appended to a list; the others are stored separately.
 */
import { grownFloat64 } from '../base/grow.ts';

/** Far more VMAs than a process can have; the rest of a longer text is not stored. */
const LINES_MAX = 1_000_000;

export class Starts {
  #rising = new Float64Array(256);
  #count = 0;
  readonly #others = new Set<number>();

  has(start: number): boolean {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rising[middle]! < start) low = middle + 1;
      else high = middle;
    }
    return (low < this.#count && this.#rising[low] === start) || this.#others.has(start);
  }

  add(start: number): void {
    if (this.#count + this.#others.size >= LINES_MAX) return;
    if (this.#count > 0 && start <= this.#rising[this.#count - 1]!) {
      this.#others.add(start);
      return;
    }
    if (this.#count === this.#rising.length) {
      this.#rising = grownFloat64(this.#rising, this.#count + 1);
    }
    this.#rising[this.#count++] = start;
  }

  clear(): void {
    this.#count = 0;
    this.#others.clear();
  }
}
