/**
 * Rows of whole numbers (32 bits), all of one width, numbered by what they are: equal rows, equal
 * numbers, in the order in which they first came. The row of a number can be read back. Open
 * addressing over one long array; exact.
 */
import { roomierInt32 } from './grow.ts';

const NONE = -1;
const ROWS_MIN = 64;
const SLOTS_MIN = 256;

export class RowInterner {
  readonly width: number;
  /** All rows, one behind the other; row `id` begins at `id * width`. */
  rows: Int32Array;
  count = 0;
  /** Numbers of rows by hash; at most two of three slots are taken. */
  #table = new Int32Array(SLOTS_MIN).fill(NONE);

  constructor(width: number) {
    this.width = width;
    this.rows = new Int32Array(ROWS_MIN * width);
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    return this.rows.byteLength + this.#table.byteLength;
  }

  /** Bytes of memory that so many rows take, and the table that finds them. */
  bytesOf(rows: number): number {
    let slots = SLOTS_MIN;
    while (rows * 3 > slots * 2) slots *= 2;
    return (rows * this.width + slots) * Int32Array.BYTES_PER_ELEMENT;
  }

  /** The number of the row that stands in `source` from `at` on, or -1. */
  find(source: Int32Array, at = 0): number {
    return this.#table[this.#slotOf(source, at)]!;
  }

  /** The same; a row that has none gets the next number. */
  idOf(source: Int32Array, at = 0): number {
    const slot = this.#slotOf(source, at);
    const known = this.#table[slot]!;
    if (known !== NONE) return known;
    const id = this.count++;
    this.#table[slot] = id;
    const { width } = this;
    const to = id * width;
    if (to + width > this.rows.length) this.rows = roomierInt32(this.rows, to + width);
    for (let i = 0; i < width; i++) this.rows[to + i] = source[at + i]!;
    if (this.count * 3 > this.#table.length * 2) this.#rehash();
    return id;
  }

  /** Forgets all rows; the memory stays. */
  clear(): void {
    this.count = 0;
    this.#table.fill(NONE);
  }

  /** Where the row stands in the table, or would. */
  #slotOf(source: Int32Array, at: number): number {
    const { rows, width } = this;
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hashRow(source, at, width) & mask; ; slot = (slot + 1) & mask) {
      const id = table[slot]!;
      if (id === NONE) return slot;
      const from = id * width;
      let i = 0;
      while (i < width && rows[from + i] === source[at + i]) i++;
      if (i === width) return slot;
    }
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(NONE);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = hashRow(this.rows, id * this.width, this.width) & mask;
      while (table[slot] !== NONE) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    this.#table = table;
  }
}

function hashRow(source: Int32Array, at: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ source[at + i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
