/**
 * Byte strings numbered by what they are: equal bytes, equal numbers. The bytes of a number can be
 * read back. Open addressing over one long array; exact.
 */
import { grownBytes, grownFloat64, grownInt32 } from './grow.ts';

export class ByteInterner {
  /** All strings, one behind the other. */
  bytes = new Uint8Array(1 << 12);
  #used = 0;
  #offsets = new Float64Array(129);
  #hashes = new Int32Array(128);
  #table = new Int32Array(256).fill(-1);
  count = 0;

  /** Bytes of memory that it holds. */
  get held(): number {
    const { bytes } = this;
    const numbers = this.#hashes.byteLength + this.#table.byteLength;
    return bytes.byteLength + this.#offsets.byteLength + numbers;
  }

  /** A hash of the bytes of string `id`. */
  hashOf(id: number): number {
    return this.#hashes[id]!;
  }

  /** Where string `id` begins in `bytes`. */
  at(id: number): number {
    return this.#offsets[id]!;
  }

  idOf(source: Uint8Array, length: number): number {
    const hash = hashBytes(source, length);
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#table[slot]!;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#equals(id, source, length)) return id;
      slot = (slot + 1) & mask;
    }
    this.#table[slot] = this.count;
    return this.#append(source, length, hash);
  }

  #equals(id: number, source: Uint8Array, length: number): boolean {
    const from = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[from + i] !== source[i]) return false;
    return true;
  }

  #append(source: Uint8Array, length: number, hash: number): number {
    const id = this.count++;
    if (this.count >= this.#hashes.length) {
      this.#hashes = grownInt32(this.#hashes, this.count + 1);
      this.#offsets = grownFloat64(this.#offsets, this.#hashes.length + 1);
    }
    if (this.#used + length > this.bytes.length) {
      this.bytes = grownBytes(this.bytes, this.#used + length);
    }
    for (let i = 0; i < length; i++) this.bytes[this.#used + i] = source[i]!;
    this.#offsets[id] = this.#used;
    this.#used += length;
    this.#offsets[id + 1] = this.#used;
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

function hashBytes(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
