/** FIFO of small integers (task ids) in a ring that grows. */
import type { Words } from './memory.ts';

export class WaitQueue {
  #ring = new Int32Array(8);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  at(index: number): number {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)]!;
  }

  push(item: number): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item;
    this.#size++;
  }

  shift(): number {
    const item = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    return item;
  }

  /** Removes the item at `index`, keeping the order of the rest. */
  removeAt(index: number): number {
    const item = this.at(index);
    const mask = this.#ring.length - 1;
    for (let i = index; i < this.#size - 1; i++) {
      this.#ring[(this.#head + i) & mask] = this.#ring[(this.#head + i + 1) & mask]!;
    }
    this.#size--;
    return item;
  }

  clear(): void {
    this.#head = 0;
    this.#size = 0;
  }

  /** In a saved world. */
  transfer(w: Words): void {
    const size = w.one(this.#size);
    if (w.saving) {
      for (let i = 0; i < size; i++) w.one(this.at(i));
      return;
    }
    this.clear();
    for (let i = 0; i < size; i++) this.push(w.one(0));
  }

  #grow(): void {
    const ring = new Int32Array(this.#ring.length * 2);
    for (let i = 0; i < this.#size; i++) ring[i] = this.at(i);
    this.#ring = ring;
    this.#head = 0;
  }
}
