/**
 * The tree of VMAs as a maple tree looks to an RCU reader: leaves of up to 16 ranges, mapped or
 * not, that together cover the whole address space, below a directory that changes in one step.
 *
 * Two stores change a live leaf in place: one that covers exactly one range, and one that only
 * moves the border between two neighbours. Every other store builds new leaves, switches the
 * directory to them and marks the old leaves dead; a dead leaf stays as it was until a grace period
 * has passed. A reader's cursor therefore steps slot by slot on a live leaf, whatever the ranges
 * did meanwhile, and looks its place up again by address when it finds its leaf dead.
 *
 * Left out: inner nodes (one directory stands for all levels, so a walk is one view of the tree),
 * the exact thresholds at which siblings are balanced; pivots and slots are written in one step.
 *
 * Source: v6.18 lib/maple_tree.c mas_wr_store_type, mas_wr_slot_store, mas_wr_extend_null,
 * mas_next_slot, mas_rewalk; include/linux/maple_tree.h MAPLE_RANGE64_SLOTS.
 */

import { assert } from '../base/assert.ts';
import { empty, grownFloat64, grownInt32 } from '../base/grow.ts';
import { KernelFault } from './kernel-fault.ts';
import { NO_VMA } from './layout.ts';

/** Ranges in a leaf. */
export const LEAF_SLOTS = 16;

/** End of the tree, in pages: 2^64 bytes. */
const TREE_END = 2 ** 52;

/** A leaf that would fall below this is joined with a neighbour (mt_min_slot_count). */
const LEAF_SLOTS_MIN = 7;

const FREE = 0;
const LIVE = 1;
const DEAD = 2;

/** Where a walk stands; the fields live in the task. Like a vma_iterator over an ma_state. */
export interface VmaCursor {
  /** -1: not started, the next step looks up `itPage`. */
  itLeaf: number;
  itGen: number;
  itSlot: number;
  /** First page to look at (not started), or the end of the last range seen, exclusive. */
  itPage: number;
}

export class VmaTree {
  /** Leaf l has ranges in slots [16 l, 16 l + count): ends (exclusive) and VMA ids. */
  ends = new Float64Array(LEAF_SLOTS * 4);
  vmas = new Int32Array(LEAF_SLOTS * 4);
  starts = new Float64Array(4);
  counts = new Int32Array(4);
  states = new Int32Array(4);
  gens = new Int32Array(4);
  leavesUsed = 0;
  freeLeaves: number[] = [];
  /** Live leaves by address. */
  directory = new Int32Array(4);
  leafCount = 0;
  /** Where in the directory the last lookup ended. */
  #hint = 0;

  /** Called with each leaf that dies, to be freed (`freeLeaf`) after a grace period. */
  onLeafDead: (leaf: number) => void = (leaf) => this.freeLeaf(leaf);

  // What a store is about to write: ranges of the leaves that it rebuilds.
  #newEnds = new Float64Array(LEAF_SLOTS * 4);
  #newVmas = new Int32Array(LEAF_SLOTS * 4);
  #newCount = 0;

  constructor() {
    const root = this.allocLeaf();
    this.starts[root] = 0;
    this.counts[root] = 1;
    this.ends[root * LEAF_SLOTS] = TREE_END;
    this.vmas[root * LEAF_SLOTS] = NO_VMA;
    this.directory[0] = root;
    this.leafCount = 1;
  }

  // --- Lookups ---------------------------------------------------------------------------------

  /** Position in the directory of the leaf that contains `page`. */
  leafIndex(page: number): number {
    // Most lookups are near the last one.
    const hint = this.#hint;
    if (hint + 1 < this.leafCount && this.starts[this.directory[hint]!]! <= page) {
      if (page < this.starts[this.directory[hint + 1]!]!) return hint;
      const after = hint + 2 === this.leafCount;
      if (after || page < this.starts[this.directory[hint + 2]!]!) return this.#hintAt(hint + 1);
    }
    let low = 0;
    let high = this.leafCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.starts[this.directory[middle]!]! <= page) low = middle;
      else high = middle - 1;
    }
    return this.#hintAt(low);
  }

  #hintAt(index: number): number {
    this.#hint = index;
    return index;
  }

  /** Slot in the leaf of the range that contains `page`. */
  slotOf(leaf: number, page: number): number {
    const base = leaf * LEAF_SLOTS;
    let slot = 0;
    while (this.ends[base + slot]! <= page) slot++;
    return slot;
  }

  slotStart(leaf: number, slot: number): number {
    return slot === 0 ? this.starts[leaf]! : this.ends[leaf * LEAF_SLOTS + slot - 1]!;
  }

  /** The VMA stored at `page`, or NO_VMA. */
  vmaAt(page: number): number {
    const leaf = this.directory[this.leafIndex(page)]!;
    return this.vmas[leaf * LEAF_SLOTS + this.slotOf(leaf, page)]!;
  }

  /** The first VMA stored at or after `page`, or NO_VMA. */
  findVma(page: number): number {
    if (page >= TREE_END) return NO_VMA;
    let index = this.leafIndex(page);
    let leaf = this.directory[index]!;
    let slot = this.slotOf(leaf, page);
    for (;;) {
      for (; slot < this.counts[leaf]!; slot++) {
        const id = this.vmas[leaf * LEAF_SLOTS + slot]!;
        if (id !== NO_VMA) return id;
      }
      if (++index === this.leafCount) return NO_VMA;
      leaf = this.directory[index]!;
      slot = 0;
    }
  }

  /** The last VMA stored below `page`, or NO_VMA. */
  findVmaBelow(page: number): number {
    if (page <= 0) return NO_VMA;
    const last = Math.min(page, TREE_END) - 1;
    let index = this.leafIndex(last);
    let leaf = this.directory[index]!;
    let slot = this.slotOf(leaf, last);
    for (;;) {
      for (; slot >= 0; slot--) {
        const id = this.vmas[leaf * LEAF_SLOTS + slot]!;
        if (id !== NO_VMA) return id;
      }
      if (--index < 0) return NO_VMA;
      leaf = this.directory[index]!;
      slot = this.counts[leaf]! - 1;
    }
  }

  /** Calls back for every stored range, rising. */
  forEach(visit: (start: number, end: number, id: number) => void): void {
    for (let index = 0; index < this.leafCount; index++) {
      const leaf = this.directory[index]!;
      let start = this.starts[leaf]!;
      for (let slot = 0; slot < this.counts[leaf]!; slot++) {
        const end = this.ends[leaf * LEAF_SLOTS + slot]!;
        const id = this.vmas[leaf * LEAF_SLOTS + slot]!;
        if (id !== NO_VMA) visit(start, end, id);
        start = end;
      }
    }
  }

  /**
   * Start of the highest gap in [0, top) that holds `pages` on a border of `alignPages`, placed as
   * high in the gap as fits; -1 if there is none.
   */
  highestGap(pages: number, alignPages: number, top: number): number {
    let gapEnd = top;
    for (let index = this.leafIndex(top - 1); index >= 0; index--) {
      const leaf = this.directory[index]!;
      for (let slot = this.counts[leaf]! - 1; slot >= 0; slot--) {
        const end = this.ends[leaf * LEAF_SLOTS + slot]!;
        const start = this.slotStart(leaf, slot);
        if (start >= top) continue;
        if (this.vmas[leaf * LEAF_SLOTS + slot] !== NO_VMA) {
          gapEnd = start;
          continue;
        }
        if (end >= top) gapEnd = top;
        const place = Math.floor((gapEnd - pages) / alignPages) * alignPages;
        // A gap may go on in the leaf below: then it is looked at again with the lower start.
        if (place >= start && place >= 0) return place;
      }
    }
    return -1;
  }

  // --- Walking with a cursor -------------------------------------------------------------------

  /** vma_iter_set / vma_iter_init: the next step looks up the first VMA at or after `page`. */
  setCursor(c: VmaCursor, page: number): void {
    c.itLeaf = -1;
    c.itGen = 0;
    c.itSlot = 0;
    c.itPage = page;
  }

  /** vma_next. Returns the VMA or NO_VMA, and in `lastWalk` what kind of walk it took. */
  nextVma(c: VmaCursor): number {
    if (c.itLeaf < 0) {
      this.lastWalk = WALK_LOOKUP;
      if (c.itPage >= TREE_END) return NO_VMA;
      const leaf = this.directory[this.leafIndex(c.itPage)]!;
      return this.#scanFrom(c, leaf, this.slotOf(leaf, c.itPage));
    }
    if (this.gens[c.itLeaf] !== c.itGen) {
      throw new KernelFault(
        'use-after-free',
        'mas_next(): a walk goes on through a tree node that was freed after its RCU section ended',
        `node ${c.itLeaf}`,
      );
    }
    if (this.states[c.itLeaf] === LIVE) {
      this.lastWalk = WALK_NEXT;
      return this.#scanFrom(c, c.itLeaf, c.itSlot + 1);
    }
    // mas_rewalk: find the last index seen again, then take the slot after it.
    this.lastWalk = WALK_LOOKUP;
    const last = Math.max(c.itPage - 1, 0);
    if (last >= TREE_END) return NO_VMA;
    const leaf = this.directory[this.leafIndex(last)]!;
    return this.#scanFrom(c, leaf, this.slotOf(leaf, last) + 1);
  }

  /** How the last nextVma() got there. */
  lastWalk: number = 0;
  /** Told of every node that is freed. */
  onLeafFreed: (leaf: number) => void = () => {};

  #scanFrom(c: VmaCursor, fromLeaf: number, fromSlot: number): number {
    let leaf = fromLeaf;
    let slot = fromSlot;
    for (;;) {
      const base = leaf * LEAF_SLOTS;
      for (const count = this.counts[leaf]!; slot < count; slot++) {
        const id = this.vmas[base + slot]!;
        if (id === NO_VMA) continue;
        c.itLeaf = leaf;
        c.itGen = this.gens[leaf]!;
        c.itSlot = slot;
        c.itPage = this.ends[base + slot]!;
        return id;
      }
      const end = this.ends[base + this.counts[leaf]! - 1]!;
      if (end >= TREE_END) {
        c.itLeaf = leaf;
        c.itGen = this.gens[leaf]!;
        c.itSlot = this.counts[leaf]!;
        c.itPage = TREE_END;
        return NO_VMA;
      }
      if (this.lastWalk === WALK_NEXT) this.lastWalk = WALK_NEXT_LEAF;
      leaf = this.directory[this.leafIndex(end)]!;
      slot = 0;
    }
  }

  // --- Stores -----------------------------------------------------------------------------------

  /** Fills an empty tree: rising ranges that do not overlap, `ids[i]` over [starts[i], ends[i]). */
  bulkLoad(starts: ArrayLike<number>, ends: ArrayLike<number>, ids: ArrayLike<number>): void {
    assert(this.leafCount === 1 && this.counts[this.directory[0]!] === 1, 'tree: not empty');
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
    let from = this.leafIndex(start);
    let to = this.leafIndex(end - 1);
    const first = this.directory[from]!;
    if (from === to && this.#storeInPlace(first, start, end, id)) return;
    this.#newCount = 0;
    for (let index = from; index <= to; index++) this.#cutInto(index, start, end, id);
    // A leaf too empty shares with its neighbour, which is rebuilt too.
    if (this.#newCount < LEAF_SLOTS_MIN) {
      if (to + 1 < this.leafCount) this.#cutInto(++to, start, end, id);
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
    let a = this.slotOf(leaf, start);
    let b = this.slotOf(leaf, end - 1);
    if (id === NO_VMA) {
      // Nothing joins the nothing that it meets or borders on (mas_wr_extend_null).
      if (start === this.slotStart(leaf, a) && a > 0 && this.vmas[base + a - 1] === NO_VMA) a--;
      if (this.vmas[base + a] === NO_VMA) start = this.slotStart(leaf, a);
      const last = this.counts[leaf]! - 1;
      if (end === this.ends[base + b] && b < last && this.vmas[base + b + 1] === NO_VMA) b++;
      if (this.vmas[base + b] === NO_VMA) end = this.ends[base + b]!;
    }
    const aStart = this.slotStart(leaf, a);
    const bEnd = this.ends[base + b]!;
    if (a === b) {
      if (start !== aStart || end !== bEnd) return false;
      this.vmas[base + a] = id;
      return true;
    }
    if (b !== a + 1) return false;
    if (start === aStart && end < bEnd) {
      // Takes slot a; the border to slot b moves up.
      this.vmas[base + a] = id;
      this.ends[base + a] = end;
      return true;
    }
    if (start > aStart && end === bEnd) {
      this.vmas[base + b] = id;
      this.ends[base + a] = start;
      return true;
    }
    return false;
  }

  /** Appends the ranges of one leaf to the new ones, with [start, end) overwritten by `id`. */
  #cutInto(index: number, start: number, end: number, id: number): void {
    const leaf = this.directory[index]!;
    let rangeStart = this.starts[leaf]!;
    for (let slot = 0; slot < this.counts[leaf]!; slot++) {
      const rangeEnd = this.ends[leaf * LEAF_SLOTS + slot]!;
      const old = this.vmas[leaf * LEAF_SLOTS + slot]!;
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
    const start = this.starts[this.directory[from]!]!;
    for (let index = from; index < to; index++) this.states[this.directory[index]!] = DEAD;
    const dead = this.directory.slice(from, to);
    this.#resizeDirectory(from, to, leaves);
    let at = 0;
    let leafStart = start;
    for (let i = 0; i < leaves; i++) {
      const until = Math.floor(((i + 1) * total) / leaves);
      const leaf = this.allocLeaf();
      this.starts[leaf] = leafStart;
      this.counts[leaf] = until - at;
      for (let slot = 0; at < until; slot++, at++) {
        this.ends[leaf * LEAF_SLOTS + slot] = this.#newEnds[at]!;
        this.vmas[leaf * LEAF_SLOTS + slot] = this.#newVmas[at]!;
      }
      leafStart = this.#newEnds[at - 1]!;
      this.directory[from + i] = leaf;
    }
    for (const leaf of dead) this.onLeafDead(leaf);
  }

  #resizeDirectory(from: number, to: number, leaves: number): void {
    const size = this.leafCount - (to - from) + leaves;
    if (size > this.directory.length) this.directory = grownInt32(this.directory, size);
    if (leaves !== to - from) this.directory.copyWithin(from + leaves, to, this.leafCount);
    this.leafCount = size;
  }

  allocLeaf(): number {
    let leaf = this.freeLeaves.pop();
    if (leaf === undefined) {
      leaf = this.leavesUsed++;
      if (leaf === this.starts.length) this.#growLeaves();
    }
    this.states[leaf] = LIVE;
    this.gens[leaf]!++;
    return leaf;
  }

  // --- Saved worlds ----------------------------------------------------------------------------

  isLive(leaf: number): boolean {
    return this.states[leaf] === LIVE;
  }

  /** Frees the leaf `leaf`; the RCU code calls it after the grace period. */
  readonly freeLater = (leaf: number): void => this.freeLeaf(leaf);

  /** Empties the tree and makes room for so many live leaves, numbered by their place. */
  beginRestore(leaves: number): void {
    while (this.starts.length < leaves + 1) this.#growLeaves();
    if (this.directory.length < leaves) this.directory = grownInt32(this.directory, leaves);
    this.leavesUsed = leaves;
    empty(this.freeLeaves);
    this.leafCount = leaves;
    for (let leaf = 0; leaf < leaves; leaf++) {
      this.directory[leaf] = leaf;
      this.states[leaf] = LIVE;
    }
  }

  /** Forgets the dead leaves of the last restore. */
  dropDeadLeaves(): void {
    this.leavesUsed = this.leafCount;
    empty(this.freeLeaves);
  }

  /** A leaf on which a cursor stands though it is dead. What it held is never looked at again. */
  restoreDeadLeaf(): number {
    const leaf = this.allocLeaf();
    this.states[leaf] = DEAD;
    return leaf;
  }

  /** A grace period has passed: nobody can stand on the leaf any more. */
  freeLeaf(leaf: number): void {
    assert(this.states[leaf] === DEAD, 'tree: freed a leaf that is not dead');
    this.states[leaf] = FREE;
    this.onLeafFreed(leaf);
    this.gens[leaf]!++;
    this.freeLeaves.push(leaf);
  }

  #growLeaves(): void {
    const size = this.starts.length * 2;
    this.starts = grownFloat64(this.starts, size);
    this.counts = grownInt32(this.counts, size);
    this.states = grownInt32(this.states, size);
    this.gens = grownInt32(this.gens, size);
    this.ends = grownFloat64(this.ends, size * LEAF_SLOTS);
    this.vmas = grownInt32(this.vmas, size * LEAF_SLOTS);
  }
}

/** Kinds of walk, as costs tell them apart. */
const WALK_LOOKUP = 0;
export const WALK_NEXT = 1;
export const WALK_NEXT_LEAF = 2;
