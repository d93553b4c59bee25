/**
 * An interner for rows of numbers of any length: equal rows get the same number, and the row of a
 * number can be read back. It uses open addressing over one long array, and is exact.
 */
import { grownFloat64, grownInt32 } from './grow.ts';

export class WordInterner {
  /** All rows, one behind the other. */
  words = new Float64Array(1 << 10);
  count = 0;
  #used = 0;
  #starts = new Int32Array(65);
  #hashes = new Int32Array(64);
  #table = new Int32Array(128).fill(-1);

  /** Bytes of memory that it holds. */
  get bytes(): number {
    const numbers = this.#starts.byteLength + this.#hashes.byteLength + this.#table.byteLength;
    return this.words.byteLength + numbers;
  }

  /** Where row `id` begins in `words`. */
  at(id: number): number {
    return this.#starts[id]!;
  }

  /** The first word of row `id`. */
  firstOf(id: number): number {
    return this.words[this.#starts[id]!]!;
  }

  /** The number of the first `length` words of `source`. */
  idOf(source: Float64Array, length: number): number {
    let hash = length;
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ (source[i]! | 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const id = this.#table[slot]!;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#equals(id, source, length)) return id;
    }
    this.#table[slot] = this.count;
    return this.#append(source, length, hash);
  }

  #equals(id: number, source: Float64Array, length: number): boolean {
    const from = this.#starts[id]!;
    if (this.#starts[id + 1]! - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.words[from + i] !== source[i]) return false;
    return true;
  }

  #append(source: Float64Array, length: number, hash: number): number {
    const id = this.count++;
    if (this.count >= this.#hashes.length) {
      this.#hashes = grownInt32(this.#hashes, this.count + 1);
      this.#starts = grownInt32(this.#starts, this.#hashes.length + 1);
    }
    if (this.#used + length > this.words.length) {
      this.words = grownFloat64(this.words, this.#used + length);
    }
    for (let i = 0; i < length; i++) this.words[this.#used + i] = source[i]!;
    this.#used += length;
    this.#starts[id + 1] = this.#used;
    this.#hashes[id] = hash;
    if (this.count * 2 > this.#table.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    this.#table = table;
  }
}
