/**
 * States that a search has seen, numbered in the order of discovery, each with how it was reached.
 *
 * `exact` keeps every state's bytes in one long array and compares them; `hash` keeps 64 bits of each
 * (two states with one hash are taken for one: with n states the chance that any was lost is at most
 * n^2 / 2^65); `bitstate` keeps three bits of a table of fixed size for each, and may lose many.
 */
import { grownBytes, grownFloat64, grownInt32 } from '../base/grow.ts';

export type StoreKind = 'exact' | 'hash' | 'bitstate';

export const NO_PARENT = -1;

const BIT_TABLE_BYTES = 2 ** 27;

export class StateStore {
  readonly kind: StoreKind;
  count = 0;
  /** By state: the state before, and the transition from it (see Explorer). */
  parents = new Int32Array(1024);
  vias = new Int32Array(1024);
  #bytes = new Uint8Array(1 << 16);
  #used = 0;
  /** By state: where its bytes begin; the next state's beginning is its end. */
  #offsets = new Float64Array(1025);
  #table = new Int32Array(2048).fill(NO_PARENT);
  /** By state, two halves of the hash. */
  #hashes = new Int32Array(2048);
  #bits: Uint8Array | null = null;
  /** hash and bitstate: bytes before this state have been dropped. */
  #firstKept = 0;
  #droppedBytes = 0;
  #h1 = 0;
  #h2 = 0;

  constructor(kind: StoreKind) {
    this.kind = kind;
    if (kind === 'bitstate') this.#bits = new Uint8Array(BIT_TABLE_BYTES);
  }

  /** Bytes kept for each state, on average. */
  get bytesPerState(): number {
    return this.count === 0 ? 0 : (this.#used + this.#droppedBytes) / this.count;
  }

  /** Chance (at most) that a state was taken for another one; 0 for `exact`. */
  get lossBound(): number {
    if (this.kind === 'exact') return 0;
    if (this.kind === 'hash') return Math.min(1, this.count ** 2 / 2 ** 65);
    const filled = Math.min(1, (3 * this.count) / (BIT_TABLE_BYTES * 8));
    return Math.min(1, this.count * filled ** 3);
  }

  /** The number of this state; `isNew` says whether it had been seen. */
  isNew = false;

  add(state: Uint8Array, parent: number, via: number): number {
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
    this.#append(state, id);
    return id;
  }

  /** Where the state's bytes are: `bytes` from `at` on. Not for states that have been dropped. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  at(id: number): number {
    return this.#offsets[id - this.#firstKept]!;
  }

  /** States before this one are done with: without `exact` their bytes go. */
  doneBefore(id: number): void {
    if (this.kind === 'exact' || id - this.#firstKept < 4096) return;
    const from = this.at(id);
    this.#bytes.copyWithin(0, from, this.#used);
    const kept = this.count - id;
    for (let i = 0; i <= kept; i++) {
      this.#offsets[i] = this.#offsets[i + id - this.#firstKept]! - from;
    }
    this.#used -= from;
    this.#droppedBytes += from;
    this.#firstKept = id;
  }

  #append(state: Uint8Array, id: number): void {
    const needed = this.#used + state.length;
    if (needed > this.#bytes.length) this.#bytes = grownBytes(this.#bytes, needed);
    this.#bytes.set(state, this.#used);
    const place = id - this.#firstKept;
    if (place + 2 > this.#offsets.length) this.#offsets = grownFloat64(this.#offsets, place + 2);
    this.#offsets[place] = this.#used;
    this.#offsets[place + 1] = needed;
    this.#used = needed;
  }

  #find(state: Uint8Array): number {
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

  #equal(state: Uint8Array, id: number): boolean {
    const from = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - from !== state.length) return false;
    for (let i = 0; i < state.length; i++) if (this.#bytes[from + i] !== state[i]) return false;
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

  /** Two independent 32-bit hashes. */
  #hash(state: Uint8Array): void {
    let a = 0x811c9dc5;
    let b = 0x9747b28c;
    for (let i = 0; i < state.length; i++) {
      const byte = state[i]!;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x5bd1e995);
      b ^= b >>> 15;
    }
    a ^= a >>> 16;
    a = Math.imul(a, 0x85ebca6b);
    this.#h1 = (a ^ (a >>> 13)) | 0;
    this.#h2 = b | 0;
  }

  #grow(): void {
    if (this.count > this.parents.length) {
      this.parents = grownInt32(this.parents, this.count);
      this.vias = grownInt32(this.vias, this.count);
      this.#hashes = grownInt32(this.#hashes, 2 * this.parents.length);
    }
    if (this.#bits !== null || this.count * 2 < this.#table.length) return;
    const table = new Int32Array(this.#table.length * 2).fill(NO_PARENT);
    for (let id = 0; id < this.count; id++) {
      // The newest state has no hash in #hashes yet: it is the one being added.
      const h1 = id === this.count - 1 ? this.#h1 : this.#hashes[2 * id]!;
      let slot = h1 & (table.length - 1);
      while (table[slot]! >= 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = id;
    }
    this.#table = table;
  }
}
