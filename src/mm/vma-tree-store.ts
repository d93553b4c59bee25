/**
 * Stores to the VMA tree: in place where a maple tree does so, else by building new leaves.
 *
 * Two stores change a live leaf: one that covers exactly one range, and one that only moves the
 * border between two neighbours. Every other store spreads the ranges of the leaves that it touches
 * evenly over fresh leaves, swings the directory and marks the old leaves dead.
 *
 * Source: v6.18 lib/maple_tree.c mas_wr_store_type, mas_wr_slot_store, mas_wr_extend_null.
 */
import { assert } from '../base/assert.ts';
import { grownFloat64, grownInt32 } from '../base/grow.ts';
import { NO_VMA } from './layout.ts';
import { LEAF_SLOTS, TREE_END } from './vma-leaf.ts';
import type { VmaTree } from './vma-tree.ts';

/** A leaf that would fall below this is joined with a neighbour (mt_min_slot_count). */
const LEAF_SLOTS_MIN = 7;

export class TreeStores {
  readonly #tree: VmaTree;
  // What a store is about to write: ranges of the leaves it rebuilds.
  #newEnds = new Float64Array(LEAF_SLOTS * 4);
  #newVmas = new Int32Array(LEAF_SLOTS * 4);
  #newCount = 0;

  constructor(tree: VmaTree) {
    this.#tree = tree;
  }

  /** Fills an empty tree: rising ranges that do not overlap, `ids[i]` over [starts[i], ends[i]). */
  bulkLoad(starts: ArrayLike<number>, ends: ArrayLike<number>, ids: ArrayLike<number>): void {
    assert(
      this.#tree.leafCount === 1 && this.#tree.counts[this.#tree.directory[0]!] === 1,
      'tree: not empty',
    );
    this.#newCount = 0;
    let page = 0;
    for (let i = 0; i < ids.length; i++) {
      if (starts[i]! > page) this.#append(starts[i]!, NO_VMA);
      this.#append(ends[i]!, ids[i]!);
      page = ends[i]!;
    }
    if (page < TREE_END) this.#append(TREE_END, NO_VMA);
    this.#replaceLeaves(0, 1);
  }

  /** Stores `id` (or NO_VMA) over pages [start, end): one indivisible change. */
  store(start: number, end: number, id: number): void {
    assert(0 <= start && start < end && end <= TREE_END, 'tree: empty or absurd range');
    let from = this.#tree.leafIndex(start);
    let to = this.#tree.leafIndex(end - 1);
    const first = this.#tree.directory[from]!;
    if (from === to && this.#storeInPlace(first, start, end, id)) return;
    this.#newCount = 0;
    for (let index = from; index <= to; index++) this.#cutInto(index, start, end, id);
    // A leaf too empty shares with its neighbour, which is rebuilt too.
    if (this.#newCount < LEAF_SLOTS_MIN) {
      if (to + 1 < this.#tree.leafCount) this.#cutInto(++to, start, end, id);
      else if (from > 0) {
        this.#newCount = 0;
        from--;
        for (let index = from; index <= to; index++) this.#cutInto(index, start, end, id);
      }
    }
    this.#replaceLeaves(from, to + 1);
  }

  /** The two stores that leave a leaf live; false if this is none of them. */
  #storeInPlace(leaf: number, from: number, to: number, id: number): boolean {
    const base = leaf * LEAF_SLOTS;
    let start = from;
    let end = to;
    let a = this.#tree.slotOf(leaf, start);
    let b = this.#tree.slotOf(leaf, end - 1);
    if (id === NO_VMA) {
      // Nothing joins the nothing that it meets or borders on (mas_wr_extend_null).
      if (
        start === this.#tree.slotStart(leaf, a) &&
        a > 0 &&
        this.#tree.vmas[base + a - 1] === NO_VMA
      )
        a--;
      if (this.#tree.vmas[base + a] === NO_VMA) start = this.#tree.slotStart(leaf, a);
      const last = this.#tree.counts[leaf]! - 1;
      if (end === this.#tree.ends[base + b] && b < last && this.#tree.vmas[base + b + 1] === NO_VMA)
        b++;
      if (this.#tree.vmas[base + b] === NO_VMA) end = this.#tree.ends[base + b]!;
    }
    const aStart = this.#tree.slotStart(leaf, a);
    const bEnd = this.#tree.ends[base + b]!;
    if (a === b) {
      if (start !== aStart || end !== bEnd) return false;
      this.#tree.vmas[base + a] = id;
      return true;
    }
    if (b !== a + 1) return false;
    if (start === aStart && end < bEnd) {
      // Takes slot a; the border to slot b moves up.
      this.#tree.vmas[base + a] = id;
      this.#tree.ends[base + a] = end;
      return true;
    }
    if (start > aStart && end === bEnd) {
      this.#tree.vmas[base + b] = id;
      this.#tree.ends[base + a] = start;
      return true;
    }
    return false;
  }

  /** Appends the ranges of one leaf to the new ones, with [start, end) overwritten by `id`. */
  #cutInto(index: number, start: number, end: number, id: number): void {
    const leaf = this.#tree.directory[index]!;
    let rangeStart = this.#tree.starts[leaf]!;
    for (let slot = 0; slot < this.#tree.counts[leaf]!; slot++) {
      const rangeEnd = this.#tree.ends[leaf * LEAF_SLOTS + slot]!;
      const old = this.#tree.vmas[leaf * LEAF_SLOTS + slot]!;
      if (rangeEnd <= start || rangeStart >= end) {
        this.#append(rangeEnd, old);
      } else {
        if (rangeStart < start) this.#append(start, old);
        // The new range is appended once, by the last old range that it covers.
        if (rangeEnd >= end) {
          this.#append(end, id);
          if (rangeEnd > end) this.#append(rangeEnd, old);
        }
      }
      rangeStart = rangeEnd;
    }
  }

  #append(end: number, id: number): void {
    if (id === NO_VMA && this.#newCount > 0 && this.#newVmas[this.#newCount - 1] === NO_VMA) {
      this.#newEnds[this.#newCount - 1] = end;
      return;
    }
    if (this.#newCount === this.#newEnds.length) {
      this.#newEnds = grownFloat64(this.#newEnds, this.#newCount + 1);
      this.#newVmas = grownInt32(this.#newVmas, this.#newCount + 1);
    }
    this.#newEnds[this.#newCount] = end;
    this.#newVmas[this.#newCount] = id;
    this.#newCount++;
  }

  /** Puts the new ranges, evenly spread over fresh leaves, in place of directory [from, to). */
  #replaceLeaves(from: number, to: number): void {
    const total = this.#newCount;
    const leaves = Math.ceil(total / LEAF_SLOTS);
    const start = this.#tree.starts[this.#tree.directory[from]!]!;
    for (let index = from; index < to; index++) this.#tree.killLeaf(this.#tree.directory[index]!);
    const dead = this.#tree.directory.slice(from, to);
    this.#resizeDirectory(from, to, leaves);
    let at = 0;
    let leafStart = start;
    for (let i = 0; i < leaves; i++) {
      const until = Math.floor(((i + 1) * total) / leaves);
      const leaf = this.#tree.allocLeaf();
      this.#tree.starts[leaf] = leafStart;
      this.#tree.counts[leaf] = until - at;
      for (let slot = 0; at < until; slot++, at++) {
        this.#tree.ends[leaf * LEAF_SLOTS + slot] = this.#newEnds[at]!;
        this.#tree.vmas[leaf * LEAF_SLOTS + slot] = this.#newVmas[at]!;
      }
      leafStart = this.#newEnds[at - 1]!;
      this.#tree.directory[from + i] = leaf;
    }
    for (const leaf of dead) this.#tree.onLeafDead(leaf);
  }

  #resizeDirectory(from: number, to: number, leaves: number): void {
    const size = this.#tree.leafCount - (to - from) + leaves;
    if (size > this.#tree.directory.length)
      this.#tree.directory = grownInt32(this.#tree.directory, size);
    if (leaves !== to - from)
      this.#tree.directory.copyWithin(from + leaves, to, this.#tree.leafCount);
    this.#tree.leafCount = size;
  }
}
