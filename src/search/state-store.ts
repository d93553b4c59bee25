/**
 * States that a search has seen, numbered in the order of discovery, each with how it was reached.
 * A state is a row of numbers of fixed length.
 *
 * `exact` keeps every state and compares them; `hash` keeps 64 bits of each (two states with one
 * hash are taken for one: with n states the chance that any was lost is at most n^2 / 2^65);
 * `bitstate` keeps three bits of a table of fixed size for each, and may lose many.
 */
import { grownInt32, roomierInt32 } from '../base/grow.ts';
import { RowInterner } from '../base/row-interner.ts';

export type StoreKind = 'exact' | 'hash' | 'bitstate';

export const NO_PARENT = -1;

/** In place of the number of a state: there are as many as there may be. */
export const FULL = -1;

const BIT_TABLE_BYTES = 2 ** 27;
/** So many states are dropped at once. */
const DROP_STATES = 4096;

export class StateStore {
  readonly kind: StoreKind;
  readonly width: number;
  count = 0;
  /** By state: the state before, and the via from it, in as few bytes as all of them take. */
  parents = new Int32Array(64);
  #vias: Uint8Array | Uint16Array | Int32Array = new Uint8Array(64);
  #viaBytes = 1;
  /** Vias from this one on take more bytes. */
  #viaEnd = 2 ** 8;
  /** What a state is known by: for `exact` its numbers, for `hash` two hashes. */
  readonly #rows: RowInterner;
  readonly #hashes = new Int32Array(2);
  readonly #bits: Uint8Array | null;
  readonly #max: number;
  /** Where not all are kept: states from `#firstKept` on, `width` numbers each. */
  #queue: Int32Array;
  #firstKept = 0;

  /** @param max states at most */
  constructor(kind: StoreKind, width: number, max: number) {
    this.kind = kind;
    this.#max = max;
    this.width = width;
    this.#rows = new RowInterner(kind === 'exact' ? width : 2);
    this.#queue = new Int32Array(kind === 'exact' ? 0 : 1024 * width);
    this.#bits = kind === 'bitstate' ? new Uint8Array(BIT_TABLE_BYTES) : null;
  }

  /** Bytes of memory that it holds: what a state is, how it was reached, how it is found. */
  get bytes(): number {
    const queue = this.#queue.byteLength + (this.#bits?.byteLength ?? 0);
    return this.#rows.bytes + this.parents.byteLength + this.#vias.byteLength + queue;
  }

  /** The same without room that is kept ahead, and wherever the states are. */
  get plainBytes(): number {
    const known = this.#bits?.byteLength ?? this.#rows.bytesOf(this.count);
    return known + this.count * (this.parents.BYTES_PER_ELEMENT + this.#viaBytes);
  }

  /** Chance (at most) that a state was taken for another one; 0 for `exact`. */
  get lossBound(): number {
    if (this.kind === 'exact') return 0;
    if (this.kind === 'hash') return Math.min(1, this.count ** 2 / 2 ** 65);
    const filled = Math.min(1, (3 * this.count) / (BIT_TABLE_BYTES * 8));
    return Math.min(1, this.count * filled ** 3);
  }

  /**
   * The number of this state, a new one if it had not been seen; FULL: it would be one too many,
   * and nothing can be added any more.
   */
  add(state: Int32Array, parent: number, via: number): number {
    const known = this.#idOf(state);
    if (known < this.count) return known;
    if (this.count >= this.#max) return FULL;
    const id = this.count++;
    if (id === this.parents.length) this.parents = roomierInt32(this.parents, id + 1);
    this.parents[id] = parent;
    if (via >= this.#viaEnd || id >= this.#vias.length) this.#growVias(via);
    this.#vias[id] = via;
    if (this.kind !== 'exact') this.#enqueue(state);
    return id;
  }

  /** How a state was reached from the one before: a via of the search's. */
  viaTo(id: number): number {
    return this.#vias[id]!;
  }

  #growVias(via: number): void {
    while (via >= this.#viaEnd) {
      this.#viaBytes *= 2;
      this.#viaEnd = 2 ** (8 * this.#viaBytes);
    }
    const { length } = this.parents;
    const wider =
      this.#viaBytes === 1
        ? new Uint8Array(length)
        : this.#viaBytes === 2
          ? new Uint16Array(length)
          : new Int32Array(length);
    wider.set(this.#vias);
    this.#vias = wider;
  }

  /** States, one behind the other; see `at`. */
  get states(): Int32Array {
    return this.kind === 'exact' ? this.#rows.rows : this.#queue;
  }

  /** Where the numbers of a state stand in `states`. Not of states that have been dropped. */
  at(id: number): number {
    return (id - this.#firstKept) * this.width;
  }

  /** States before this one are done with, but for the first: without `exact` they go. */
  doneBefore(id: number): void {
    if (this.kind === 'exact' || id - this.#firstKept < DROP_STATES) return;
    this.#queue.copyWithin(0, this.at(id), this.at(this.count));
    this.#firstKept = id;
  }

  #idOf(state: Int32Array): number {
    if (this.kind === 'exact') return this.#rows.idOf(state);
    hashState(state, this.#hashes);
    if (this.kind === 'hash') return this.#rows.idOf(this.#hashes);
    return this.#testAndSetBits() ? 0 : this.count;
  }

  #enqueue(state: Int32Array): void {
    const at = this.at(this.count - 1);
    if (at + this.width > this.#queue.length) {
      this.#queue = grownInt32(this.#queue, at + this.width);
    }
    this.#queue.set(state, at);
  }

  /** Whether all bits were set. Which of the known states it is then cannot be told. */
  #testAndSetBits(): boolean {
    const bits = this.#bits!;
    const h1 = this.#hashes[0]!;
    const h2 = this.#hashes[1]!;
    let all = true;
    for (let i = 0; i < 3; i++) {
      const bit = ((h1 >>> 0) + i * (h2 >>> 0)) % (BIT_TABLE_BYTES * 8);
      const byte = Math.floor(bit / 8);
      const mask = 1 << (bit % 8);
      if ((bits[byte]! & mask) === 0) all = false;
      bits[byte]! |= mask;
    }
    return all;
  }
}

/** Two hashes of 32 bits each. */
function hashState(state: Int32Array, into: Int32Array): void {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < state.length; i++) {
    const word = state[i]!;
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0x5bd1e995);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
  into[0] = a ^ (a >>> 13);
  b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
  into[1] = b ^ (b >>> 15);
}
