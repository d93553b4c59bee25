/**
 * The address space after the changes that a call has planned so far, and the acts that make these
 * changes.
 *
 * A Draft reads a Layout and never writes to it. VMAs are loaded when the call looks at them, and
 * are changed in the Draft; each change of a record or of the tree adds its act. At the end, the
 * differences from the Layout become the windows of the Plan. `vma-change.ts` decides the order of
 * the changes.
 */
import { assert } from '../base/assert.ts';
import type { CostName } from './costs.ts';
import { copyRecord, type Layout, NO_VMA, recordOf, type VmaRecord } from './layout.ts';
import type { Proposal } from './merge.ts';
import { ACT, ACT_FIELDS, type ActKind, type Errno, freshId, type Plan } from './plan.ts';
import { planWindows } from './plan-windows.ts';

/** Pages that must stay free below a VMA that grows down. Source: v6.18 mm/mmap.c. */
export const STACK_GUARD_GAP_PAGES = 256;

interface PlanEnd {
  readonly errno: Errno | null;
  readonly cost: CostName;
  /** The page that mmap or mremap returns, or -1. */
  readonly result: number;
}

export class Draft {
  readonly layout: Layout;
  readonly acts: number[] = [];
  /** See Plan.functions. */
  readonly functions: (number | string)[] = [];
  readonly fresh: VmaRecord[] = [];
  brk: number;
  /** Splits and merges so far: a call that made none of them is cheaper. */
  splitCount = 0;
  mergeCount = 0;
  /** The stretch of acts during which MREMAP_FIXED leaves its destination empty. */
  holeFrom = 0;
  holeTo = 0;
  #downgrades = false;
  /** VMAs of the layout as they were when first looked at, in that order. */
  readonly #originals: VmaRecord[] = [];
  /** Where they started, by id. */
  readonly #loaded = new Map<number, number>();
  /** Loaded and fresh VMAs that are in the tree, rising; the layout supplies the others. */
  readonly #present: VmaRecord[] = [];
  readonly #writeLocked = new Set<number>();

  constructor(layout: Layout) {
    this.layout = layout;
    this.brk = layout.brk;
  }

  /** The first VMA whose end is above `page`, or null. Like find_vma(). */
  find(page: number): VmaRecord | null {
    return this.#findBelow(page, Number.POSITIVE_INFINITY);
  }

  /** The same, if it starts below `limit`. */
  #findBelow(page: number, limit: number): VmaRecord | null {
    const mine = this.#present[this.#indexAbove(page)] ?? null;
    const bound = mine === null ? limit : Math.min(limit, mine.start);
    // VMAs of the layout that were looked at count only as they are now: present, or gone.
    let id = this.layout.findVma(page);
    while (id !== NO_VMA) {
      const loadedStart = this.#loaded.get(id);
      if (loadedStart === undefined) {
        const theirs = this.layout.record(id);
        if (theirs.start < bound) return this.#load(theirs);
        break;
      }
      if (loadedStart >= bound) break;
      id = this.layout.nextVma(id);
    }
    return mine !== null && mine.start < limit ? mine : null;
  }

  /** The VMA that contains `page`, or null. Like vma_lookup(). */
  lookup(page: number): VmaRecord | null {
    const vma = this.find(page);
    return vma !== null && vma.start <= page ? vma : null;
  }

  /** The first VMA that has a page in [start, end), or null. Like find_vma_intersection(). */
  intersection(start: number, end: number): VmaRecord | null {
    return this.#findBelow(start, end);
  }

  /** The last VMA that ends at or below `page`, or null. */
  before(page: number): VmaRecord | null {
    const mine = this.#present[this.#indexAtOrAbove(page) - 1] ?? null;
    assert(mine === null || mine.end <= page, 'draft: before() asked for inside a VMA');
    let id = this.layout.prevVma(this.layout.findVma(page));
    while (id !== NO_VMA) {
      const loadedStart = this.#loaded.get(id);
      if (loadedStart === undefined) {
        const theirs = this.layout.record(id);
        return mine !== null && mine.start > theirs.start ? mine : this.#load(theirs);
      }
      // Whatever comes further down in the layout and is not loaded lies below `mine`.
      if (mine !== null && loadedStart < mine.end) break;
      id = this.layout.prevVma(id);
    }
    return mine;
  }

  /** The VMA after this one, or null. */
  next(vma: VmaRecord): VmaRecord | null {
    return this.find(vma.end);
  }

  /** The VMA before this one, or null. */
  prev(vma: VmaRecord): VmaRecord | null {
    return this.before(vma.start);
  }

  act(kind: ActKind, vma = 0, a = 0, b = 0, by?: string): void {
    if (by !== undefined) this.functions.push(this.actCount, by);
    this.acts.push(kind, vma, a, b);
  }

  /** mmap_write_downgrade(): the write section ends here. */
  downgrade(): void {
    this.#downgrades = true;
    this.act(ACT.downgrade);
  }

  /** Acts so far: the index that the next one will have. */
  get actCount(): number {
    return this.acts.length / ACT_FIELDS;
  }

  /** vm_area_dup(), or what `by` names: a VMA that is not in the tree yet. */
  alloc(fields: Proposal, by?: string): VmaRecord {
    const vma = recordOf(fields, freshId(this.fresh.length));
    this.fresh.push(copyRecord(vma));
    this.act(ACT.vmaAlloc, vma.id, 0, 0, by);
    return vma;
  }

  /** vma_start_write(). Once write-locked, a VMA stays so until the section ends. */
  startWrite(vma: VmaRecord): void {
    if (this.#writeLocked.has(vma.id)) return;
    this.#writeLocked.add(vma.id);
    this.act(ACT.vmaStartWrite, vma.id);
  }

  /**
   * vma_set_range(), or what `by` names. Where the tree has the VMA is another matter: see
   * treeStore().
   */
  setRange(vma: VmaRecord, start: number, end: number, pgoff: number, by?: string): void {
    this.act(ACT.setRange, vma.id, start, end, by);
    if (pgoff !== vma.pgoff) this.act(ACT.setPgoff, vma.id, pgoff, 0, by);
    vma.start = start;
    vma.end = end;
    vma.pgoff = pgoff;
  }

  setFlags(vma: VmaRecord, flags: number, by: string): void {
    this.act(ACT.setFlags, vma.id, flags, 0, by);
    vma.flags = flags;
  }

  setName(vma: VmaRecord, name: number): void {
    this.act(ACT.setName, vma.id, name);
    vma.name = name;
  }

  setAnonVma(vma: VmaRecord, anonVma: number, by: string): void {
    if (vma.anonVma === anonVma) return;
    this.act(ACT.setAnonVma, vma.id, anonVma, 0, by);
    vma.anonVma = anonVma;
  }

  /**
   * One store of `vma` over [start, end): what lay in there is not in the tree any more. A VMA that
   * only loses pages has its new range already.
   */
  treeStore(vma: VmaRecord, start: number, end: number, by?: string): void {
    this.act(ACT.treeStore, vma.id, start, end, by);
    const from = this.#indexAtOrAbove(start);
    const to = this.#indexAtOrAbove(end);
    if (from === to) this.#insert(from, vma);
    else if (from + 1 === to) this.#present[from] = vma;
    else this.#present.splice(from, to - from, vma);
  }

  /** One store of nothing over [start, end). */
  treeClear(start: number, end: number): void {
    this.act(ACT.treeClear, 0, start, end);
    const from = this.#indexAtOrAbove(start);
    this.#present.splice(from, this.#indexAtOrAbove(end) - from);
  }

  /** VMAs in the tree now. */
  get mapCount(): number {
    return this.layout.mapCount + this.#present.length - this.#originals.length;
  }

  /** The plan of the call: what was noted, and where the result differs from the layout. */
  finish(end: PlanEnd): Plan {
    const originals = [...this.#originals].sort((a, b) => a.start - b.start);
    const finals = [...this.#present];
    return {
      acts: this.acts,
      functions: this.functions,
      fresh: this.fresh,
      errno: end.errno,
      beforeLock: false,
      downgrades: this.#downgrades,
      result: end.errno === null ? end.result : -1,
      cost: end.cost,
      windows: planWindows(originals, finals, this),
      brk: this.brk,
      mapCount: this.mapCount,
      holeFrom: this.holeFrom,
      holeTo: this.holeTo,
    };
  }

  #load(vma: VmaRecord): VmaRecord {
    this.#loaded.set(vma.id, vma.start);
    this.#originals.push(copyRecord(vma));
    this.#insert(this.#indexAtOrAbove(vma.start), vma);
    return vma;
  }

  /** splice() would make an array of what it removes, which is nothing. */
  #insert(index: number, vma: VmaRecord): void {
    const present = this.#present;
    present.push(vma);
    for (let i = present.length - 1; i > index; i--) present[i] = present[i - 1]!;
    present[index] = vma;
  }

  /** Index of the first present VMA that starts at or above `page`. */
  #indexAtOrAbove(page: number): number {
    let low = 0;
    let high = this.#present.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#present[middle]!.start < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first present VMA that ends above `page`. */
  #indexAbove(page: number): number {
    const index = this.#indexAtOrAbove(page);
    return index > 0 && this.#present[index - 1]!.end > page ? index - 1 : index;
  }
}

/** The plan of a call that fails, or succeeds at once, without asking for mmap_lock. */
export function planBeforeLock(layout: Layout, end: PlanEnd): Plan {
  return { ...new Draft(layout).finish(end), beforeLock: true };
}
