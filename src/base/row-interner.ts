/**
 * An interner for rows of 32-bit integers of one width: equal rows get the same number, and numbers
 * are given in the order of first use. The row of a number can be read back. It uses open
 * addressing over one long array, and is exact.
 */
import { roomierInt32 } from './grow.ts';

const NONE = -1;
const ROWS_MIN = 64;
const SLOTS_MIN = 256;

export class RowInterner {
  readonly width: number;
  /** Numbers from one row to the next: those of the row, and room for what is known of it. */
  readonly stride: number;
  /** All rows, one behind the other; row `id` begins at `id * stride`. */
  rows: Int32Array;
  count = 0;
  /** Numbers of rows by hash; at most two of three slots are taken. */
  #table = new Int32Array(SLOTS_MIN);
  /** By slot some bits of the hash, so that most rows need not be looked at; 0: it is free. */
  #tags = new Uint8Array(SLOTS_MIN);
  /** Where the row that was not found would stand, and its tag. */
  #free = 0;
  #tag = 0;

  /** @param extra numbers behind each row, which say nothing of what it is */
  constructor(width: number, extra = 0) {
    this.width = width;
    this.stride = width + extra;
    this.rows = new Int32Array(ROWS_MIN * this.stride);
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    return this.rows.byteLength + this.#table.byteLength + this.#tags.byteLength;
  }

  /** Bytes of memory that so many rows take, and the table that finds them. */
  bytesOf(rows: number): number {
    let slots = SLOTS_MIN;
    while (rows * 3 > slots * 2) slots *= 2;
    return (rows * this.stride + slots) * Int32Array.BYTES_PER_ELEMENT + slots;
  }

  /** The number of the row that stands in `source` from `at` on, or -1. */
  find(source: Int32Array, at = 0): number {
    const { rows, width, stride } = this;
    const table = this.#table;
    const tags = this.#tags;
    const mask = table.length - 1;
    const hash = hashRow(source, at, width);
    const tag = tagOf(hash);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = tags[slot]!;
      if (found === 0) {
        this.#free = slot;
        this.#tag = tag;
        return NONE;
      }
      if (found !== tag) continue;
      const id = table[slot]!;
      const from = id * stride;
      let i = 0;
      while (i < width && rows[from + i] === source[at + i]) i++;
      if (i === width) return id;
    }
  }

  /** The same; a row that has none gets the next number. */
  idOf(source: Int32Array, at = 0): number {
    const known = this.find(source, at);
    if (known !== NONE) return known;
    const id = this.count++;
    this.#table[this.#free] = id;
    this.#tags[this.#free] = this.#tag;
    const { width, stride } = this;
    const to = id * stride;
    if (to + stride > this.rows.length) this.rows = roomierInt32(this.rows, to + stride);
    for (let i = 0; i < width; i++) this.rows[to + i] = source[at + i]!;
    if (this.count * 3 > this.#table.length * 2) this.#rehash();
    return id;
  }

  /** Forgets all rows; the memory stays. */
  clear(): void {
    this.count = 0;
    this.#tags.fill(0);
  }

  #rehash(): void {
    const size = this.#table.length * 2;
    const table = new Int32Array(size);
    const tags = new Uint8Array(size);
    const mask = size - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = hashRow(this.rows, id * this.stride, this.width);
      let slot = hash & mask;
      while (tags[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id;
      tags[slot] = tagOf(hash);
    }
    this.#table = table;
    this.#tags = tags;
  }
}

/** The highest bits; the lowest ones have chosen the slot. */
const tagOf = (hash: number): number => (hash >>> 24) | 1;

function hashRow(source: Int32Array, at: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ source[at + i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 16);
}
