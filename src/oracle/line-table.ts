/**
 * Lines as small numbers: equal lines have equal ids, so that the history can keep and compare ids.
 *
 * An open hash table over flat arrays. Ids BEGIN and END stand for the two ends of every text. The
 * two hashes of a line also feed the fingerprints of history.ts, where a clash costs time only.
 */
import { LINE_FIELDS } from '../mm/line.ts';

export const BEGIN = 0;
export const END = 1;
const FIRST_LINE = 2;

const EMPTY = -1;
const SMALLEST = 64; // lines
const HIGH_WORD = 2 ** -32;

export class LineTable {
  #capacity = SMALLEST;
  #fields = new Float64Array(SMALLEST * LINE_FIELDS);
  #low = new Int32Array(SMALLEST);
  #high = new Int32Array(SMALLEST);
  #slots = new Int32Array(SMALLEST * 4).fill(EMPTY);
  #count = FIRST_LINE;
  // The hashes of the line that was looked up last.
  #lastLow = 0;
  #lastHigh = 0;

  /** Ids are below this. */
  get count(): number {
    return this.#count;
  }

  hashLow(id: number): number {
    return this.#low[id]!;
  }

  hashHigh(id: number): number {
    return this.#high[id]!;
  }

  /** Field `field` (LINE_START …) of a line. */
  field(id: number, field: number): number {
    return this.#fields[id * LINE_FIELDS + field]!;
  }

  /** The id of the line whose numbers begin at `from[at]`, or -1. */
  find(from: Float64Array, at: number): number {
    return this.#slots[this.#probe(from, at)]!;
  }

  intern(from: Float64Array, at: number): number {
    const slot = this.#probe(from, at);
    const known = this.#slots[slot]!;
    if (known !== EMPTY) return known;
    const id = this.#count;
    if (id === this.#capacity) {
      this.#grow();
      return this.intern(from, at);
    }
    const base = id * LINE_FIELDS;
    for (let f = 0; f < LINE_FIELDS; f++) this.#fields[base + f] = from[at + f]!;
    this.#low[id] = this.#lastLow;
    this.#high[id] = this.#lastHigh;
    this.#slots[slot] = id;
    this.#count++;
    return id;
  }

  clear(): void {
    this.#count = FIRST_LINE;
    if (this.#capacity > SMALLEST * 16) this.#allocate(SMALLEST);
    else this.#slots.fill(EMPTY);
  }

  /** Forgets the lines whose mark is 0 and numbers the others anew; returns old id -> new id. */
  retain(marks: Uint8Array): Int32Array {
    const renumbered = new Int32Array(this.#count).fill(EMPTY);
    renumbered[BEGIN] = BEGIN;
    renumbered[END] = END;
    const fields = this.#fields;
    const count = this.#count;
    let kept = FIRST_LINE;
    for (let id = FIRST_LINE; id < count; id++) if (marks[id] === 1) kept++;
    let capacity = SMALLEST;
    while (capacity < kept * 2) capacity *= 2;
    this.#allocate(capacity);
    this.#count = FIRST_LINE;
    for (let id = FIRST_LINE; id < count; id++) {
      if (marks[id] === 1) renumbered[id] = this.intern(fields, id * LINE_FIELDS);
    }
    return renumbered;
  }

  /** The slot that holds this line, or the empty one where it belongs. */
  #probe(from: Float64Array, at: number): number {
    this.#hash(from, at);
    const low = this.#lastLow;
    const high = this.#lastHigh;
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id === EMPTY) return slot;
      if (this.#low[id] === low && this.#high[id] === high && this.#equals(id, from, at)) {
        return slot;
      }
    }
  }

  #equals(id: number, from: Float64Array, at: number): boolean {
    const base = id * LINE_FIELDS;
    for (let f = 0; f < LINE_FIELDS; f++) {
      if (this.#fields[base + f] !== from[at + f]) return false;
    }
    return true;
  }

  #hash(from: Float64Array, at: number): void {
    let low = 0x2545f491;
    let high = 0x4f6cdd1d;
    for (let f = 0; f < LINE_FIELDS; f++) {
      const value = from[at + f]!;
      const a = value | 0;
      const b = (value * HIGH_WORD) | 0;
      low = Math.imul(low ^ a, 0x5bd1e995);
      low = Math.imul(low ^ (low >>> 15) ^ b, 0x2c1b3c6d);
      high = Math.imul((high << 13) ^ (high >>> 19) ^ b, 0x297a2d39);
      high = Math.imul(high + a, 0x3c6ef35f);
    }
    low = Math.imul(low ^ (low >>> 16), 0x7feb352d);
    high = Math.imul(high ^ (high >>> 15), 0x846ca68b | 0);
    this.#lastLow = low ^ (low >>> 15);
    this.#lastHigh = high ^ (high >>> 16);
  }

  #grow(): void {
    const fields = this.#fields;
    const low = this.#low;
    const high = this.#high;
    this.#allocate(this.#capacity * 2);
    this.#fields.set(fields);
    this.#low.set(low);
    this.#high.set(high);
    const mask = this.#slots.length - 1;
    for (let id = FIRST_LINE; id < this.#count; id++) {
      let slot = low[id]! & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }

  #allocate(capacity: number): void {
    this.#capacity = capacity;
    this.#fields = new Float64Array(capacity * LINE_FIELDS);
    this.#low = new Int32Array(capacity);
    this.#high = new Int32Array(capacity);
    this.#slots = new Int32Array(capacity * 4).fill(EMPTY);
  }
}
