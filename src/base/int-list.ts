/** A list of whole numbers (32 bits) that grows, to be handed on as one array. */
import { grownInt32 } from './grow.ts';

export class IntList {
  #values = new Int32Array(64);
  length = 0;

  at(index: number): number {
    return this.#values[index]!;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      this.#values = grownInt32(this.#values, this.length + 1);
    }
    this.#values[this.length++] = value;
  }

  /** So many numbers of `source` from `at` on. */
  pushFrom(source: ArrayLike<number>, at: number, count: number): void {
    for (let i = 0; i < count; i++) this.push(source[at + i]!);
  }

  /** Numbers [from, to), in an array of their own. */
  slice(from = 0, to = this.length): Int32Array<ArrayBuffer> {
    return this.#values.slice(from, Math.min(to, this.length));
  }

  /** Puts `value` at a place that may lie behind the end; places before it that are new are -1. */
  set(index: number, value: number): void {
    while (this.length <= index) this.push(-1);
    this.#values[index] = value;
  }

  /** Empties it; the memory stays. */
  clear(): void {
    this.length = 0;
  }
}
