/**
 * States that a search has seen, numbered in the order of discovery, each with how it was reached.
 * A state is a few numbers, always as many.
 *
 * `exact` keeps every state and compares them; `hash` keeps 64 bits of each (two states with one
 * hash are taken for one: with n states the chance that any was lost is at most n^2 / 2^65);
 * `bitstate` keeps three bits of a table of fixed size for each, and may lose many.
 */
import { grownInt32 } from '../base/grow.ts';

export type StoreKind = 'exact' | 'hash' | 'bitstate';

export const NO_PARENT = -1;

const BIT_TABLE_BYTES = 2 ** 27;
/** So many states are dropped at once. */
const DROP_STATES = 4096;

export class StateStore {
  readonly kind: StoreKind;
  readonly width: number;
  count = 0;
  /** By state: the state before, and the transition from it (see Explorer). */
  parents = new Int32Array(1024);
  vias = new Int32Array(1024);
  /** States from `#firstKept` on, `width` numbers each. */
  states: Int32Array;
  #firstKept = 0;
  #table = new Int32Array(2048).fill(NO_PARENT);
  /** By state, two halves of the hash; for `exact` the first only. */
  #hashes = new Int32Array(2048);
  #bits: Uint8Array | null = null;
  #h1 = 0;
  #h2 = 0;
  /** Whether the state added last had not been seen before. */
  isNew = false;

  constructor(kind: StoreKind, width: number) {
    this.kind = kind;
    this.width = width;
    this.states = new Int32Array(1024 * width);
    if (kind === 'bitstate') this.#bits = new Uint8Array(BIT_TABLE_BYTES);
  }

  /**
   * Bytes of memory for each state, on average: what it is, how it was reached, how it is found.
   */
  get bytesPerState(): number {
    if (this.count === 0) return 0;
    const { states, parents, vias } = this;
    const bytes =
      states.byteLength + parents.byteLength + vias.byteLength + this.#hashes.byteLength;
    return (bytes + this.#table.byteLength + (this.#bits?.byteLength ?? 0)) / this.count;
  }

  /** Chance (at most) that a state was taken for another one; 0 for `exact`. */
  get lossBound(): number {
    if (this.kind === 'exact') return 0;
    if (this.kind === 'hash') return Math.min(1, this.count ** 2 / 2 ** 65);
    const filled = Math.min(1, (3 * this.count) / (BIT_TABLE_BYTES * 8));
    return Math.min(1, this.count * filled ** 3);
  }

  /** The number of this state; `isNew` says whether it had been seen. */
  add(state: Int32Array, parent: number, via: number): number {
    this.#hash(state);
    const known = this.#bits === null ? this.#find(state) : this.#testAndSetBits();
    this.isNew = known < 0;
    if (!this.isNew) return known;
    const id = this.count++;
    this.#grow();
    this.parents[id] = parent;
    this.vias[id] = via;
    this.#hashes[2 * id] = this.#h1;
    this.#hashes[2 * id + 1] = this.#h2;
    this.states.set(state, (id - this.#firstKept) * this.width);
    return id;
  }

  /** Where the numbers of a state stand in `states`. Not of states that have been dropped. */
  at(id: number): number {
    return (id - this.#firstKept) * this.width;
  }

  /** States before this one are done with, but for the first: without `exact` they go. */
  doneBefore(id: number): void {
    if (this.kind === 'exact' || id - this.#firstKept < DROP_STATES) return;
    this.states.copyWithin(0, this.at(id), this.at(this.count));
    this.#firstKept = id;
  }

  #find(state: Int32Array): number {
    const mask = this.#table.length - 1;
    let slot = this.#h1 & mask;
    for (;;) {
      const id = this.#table[slot]!;
      if (id < 0) {
        this.#table[slot] = this.count;
        return -1;
      }
      if (this.#hashes[2 * id] === this.#h1 && this.#hashes[2 * id + 1] === this.#h2) {
        if (this.kind === 'hash' || this.#equal(state, id)) return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  #equal(state: Int32Array, id: number): boolean {
    const from = id * this.width;
    for (let i = 0; i < this.width; i++) if (this.states[from + i] !== state[i]) return false;
    return true;
  }

  /** -1 if any bit was clear. Which of the known states it is cannot be told: 0. */
  #testAndSetBits(): number {
    const bits = this.#bits!;
    const size = BIT_TABLE_BYTES * 8;
    let all = true;
    for (let i = 0; i < 3; i++) {
      const bit = ((this.#h1 >>> 0) + i * (this.#h2 >>> 0)) % size;
      const byte = Math.floor(bit / 8);
      const mask = 1 << (bit % 8);
      if ((bits[byte]! & mask) === 0) all = false;
      bits[byte]! |= mask;
    }
    return all ? 0 : -1;
  }

  /** Two hashes of 32 bits each. */
  #hash(state: Int32Array): void {
    let a = 0x811c9dc5;
    let b = 0x9747b28c;
    for (let i = 0; i < this.width; i++) {
      const word = state[i]!;
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x5bd1e995);
      b ^= b >>> 13;
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
    this.#h1 = a ^ (a >>> 13);
    b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
    this.#h2 = b ^ (b >>> 15);
  }

  #grow(): void {
    const kept = this.count - this.#firstKept;
    if (kept * this.width > this.states.length) {
      this.states = grownInt32(this.states, kept * this.width);
    }
    if (this.count > this.parents.length) {
      this.parents = grownInt32(this.parents, this.count);
      this.vias = grownInt32(this.vias, this.count);
      this.#hashes = grownInt32(this.#hashes, 2 * this.parents.length);
    }
    if (this.#bits !== null || this.count * 2 < this.#table.length) return;
    const table = new Int32Array(this.#table.length * 2).fill(NO_PARENT);
    for (let id = 0; id < this.count; id++) {
      // The state being added has no hash in #hashes yet.
      const h1 = id === this.count - 1 ? this.#h1 : this.#hashes[2 * id]!;
      let slot = h1 & (table.length - 1);
      while (table[slot]! >= 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = id;
    }
    this.#table = table;
  }
}
