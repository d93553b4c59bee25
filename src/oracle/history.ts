/**
 * The committed states that are needed to judge the passes that have not ended.
 *
 * A state is stored as its difference to the state that followed when it was last left. These
 * differences lead from every state to the one in force now, each by way of states left later.
 * Hence the states of a pass (those left since it began, and the one in force) form a tree whose
 * root is the state in force, whatever the history before; and what was left before the oldest pass
 * in flight can be dropped without touching the rest.
 *
 * A commit that leads back to a state that is still kept goes back to it instead of adding another,
 * so that a writer that toggles for ever under a reader that starves takes bounded memory. Such a
 * state is found by a fingerprint and then verified: the differences along the cycle must cancel
 * out. If the cycle is too long to verify, or fingerprints clash, a text is stored twice, which
 * changes no count.
 */
import { type Edge, markEdgeLines, renumberLines } from './edge.ts';
import type { LineTable } from './line-table.ts';
import { RecencyList, type Stamped } from './recency.ts';

class StateNode implements Stamped<StateNode> {
  /** When it was last left. */
  stamp = 0;
  newer: StateNode | null = null;
  older: StateNode | null = null;
  /** The state that followed then, and the difference to it; null while in force. */
  next: StateNode | null = null;
  edge: Edge = [];
  /** A number for the judgement that is under way. */
  index = 0;
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }

  get fingerprint(): number {
    return (this.low >>> 0) * 2 ** 20 + (this.high >>> 12);
  }
}

/** How many numbers of the differences along a way round are worth looking at to prove a return. */
const PROOF_NUMBERS_MAX = 1 << 13;
/** Lines in the table before it is worth asking which are still in use. */
const RETAIN_MIN = 1 << 14;

export class History {
  inForce = new StateNode(0, 0);
  /** The states that have been left, last left first. */
  readonly left = new RecencyList<StateNode>();
  /** Numbers kept in differences. */
  words = 0;
  readonly #table: LineTable;
  readonly #byFingerprint = new Map<number, StateNode>();
  #retainAt = RETAIN_MIN;
  // Scratch of #cancelsOut: how often a line came, less how often it went; and the lines touched.
  #net = new Int32Array(64);
  readonly #netLines: number[] = [];

  constructor(table: LineTable) {
    this.#table = table;
    this.#byFingerprint.set(this.inForce.fingerprint, this.inForce);
  }

  get states(): number {
    return this.left.length + 1;
  }

  /** A write section has ended; the state before it was in force until `stamp`. */
  commit(edge: Edge, stamp: number): void {
    const before = this.inForce;
    const after = this.#stateAfter(edge);
    if (after === before) return;
    if (after.next !== null) {
      this.left.remove(after);
      this.words -= after.edge.length;
      after.next = null;
      after.edge = [];
    }
    before.next = after;
    before.edge = edge;
    this.words += edge.length;
    this.left.push(before, stamp);
    this.inForce = after;
  }

  /** Forgets the states that were left at `stamp` or before. */
  trim(stamp: number): void {
    for (let node = this.left.takeUpTo(stamp); node !== null; node = this.left.takeUpTo(stamp)) {
      this.#forget(node);
    }
  }

  /** Forgets everything but that there is a state in force. Line ids are void afterwards. */
  clear(): void {
    this.#table.clear();
    if (this.left.length === 0 && this.inForce.low === 0 && this.inForce.high === 0) return;
    this.left.clear();
    this.words = 0;
    this.#byFingerprint.clear();
    this.inForce = new StateNode(0, 0);
    this.#byFingerprint.set(this.inForce.fingerprint, this.inForce);
  }

  /**
   * Forgets lines that no difference mentions, once they may be the greater part of the table. Only
   * while no section is open, whose difference may have been worked out already.
   */
  retainLines(): void {
    if (this.#table.count < this.#retainAt) return;
    const marks = new Uint8Array(this.#table.count);
    for (let node = this.left.newest; node !== null; node = node.older)
      markEdgeLines(node.edge, marks);
    const renumbered = this.#table.retain(marks);
    for (let node = this.left.newest; node !== null; node = node.older) {
      renumberLines(node.edge, renumbered);
    }
    this.#retainAt = Math.max(RETAIN_MIN, this.#table.count * 2);
  }

  #forget(node: StateNode): void {
    this.words -= node.edge.length;
    if (this.#byFingerprint.get(node.fingerprint) === node) {
      this.#byFingerprint.delete(node.fingerprint);
    }
  }

  /** The state that this difference leads to: one that is kept, or a new one. */
  #stateAfter(edge: Edge): StateNode {
    let { low, high } = this.inForce;
    for (let i = 0; i < edge.length; ) {
      const firstAfter = i + 3 + edge[i]!;
      const above = firstAfter + edge[i + 1]!;
      for (let k = i + 3; k < firstAfter; k++) {
        low = (low - this.#table.hashLow(edge[k]!)) | 0;
        high = (high - this.#table.hashHigh(edge[k]!)) | 0;
      }
      for (let k = firstAfter; k < above; k++) {
        low = (low + this.#table.hashLow(edge[k]!)) | 0;
        high = (high + this.#table.hashHigh(edge[k]!)) | 0;
      }
      i = above + 1;
    }
    const fresh = new StateNode(low, high);
    const known = this.#byFingerprint.get(fresh.fingerprint);
    if (known !== undefined && this.#cancelsOut(known, edge)) return known;
    this.#byFingerprint.set(fresh.fingerprint, fresh);
    return fresh;
  }

  /** Whether the way from `from` to the state in force and over `edge` ends where it began. */
  #cancelsOut(from: StateNode, edge: Edge): boolean {
    if (this.#net.length < this.#table.count) this.#net = new Int32Array(this.#table.count * 2);
    let budget = PROOF_NUMBERS_MAX + edge.length * 4;
    let uneven = this.#addNet(edge);
    let node = from;
    while (node !== this.inForce && budget > 0) {
      uneven += this.#addNet(node.edge);
      budget -= node.edge.length;
      node = node.next!;
    }
    for (const id of this.#netLines) this.#net[id] = 0;
    this.#netLines.length = 0;
    return node === this.inForce && uneven === 0;
  }

  /** Adds a difference to the net count; returns by how much the number of uneven lines grew. */
  #addNet(edge: Edge): number {
    const net = this.#net;
    let grown = 0;
    for (let i = 0; i < edge.length; ) {
      const firstAfter = i + 3 + edge[i]!;
      const above = firstAfter + edge[i + 1]!;
      for (let k = i + 3; k < above; k++) {
        const id = edge[k]!;
        const count = net[id]! + (k < firstAfter ? -1 : 1);
        if (count === 0) grown--;
        else if (net[id] === 0) {
          grown++;
          this.#netLines.push(id);
        }
        net[id] = count;
      }
      i = above + 1;
    }
    return grown;
  }
}
