/**
 * The building blocks of every call: split, merge, insert, gather and unmap, with their acts in the
 * kernel's order.
 *
 * A split or merge stores the fields of a VMA before the tree; a removed VMA is marked detached and
 * freed after the tree has let go of it, except by munmap, which marks it while it is still there.
 * Every VMA is write-locked before its fields or its place in the tree change.
 * Left out: allocation failures, reverse maps, vm_ops->open and ->close.
 * Source: v6.18 mm/vma.c __split_vma, vma_merge_existing_range, vma_merge_new_range, vma_expand,
 * commit_merge, vma_complete, vma_modify, vma_link, vms_gather_munmap_vmas,
 * vms_complete_munmap_vmas.
 */
import type { Draft } from './draft.ts';
import { NO_ANON_VMA, NO_FILE, NO_NAME, NO_SPECIAL, type VmaRecord } from './layout.ts';
import { joinedSides, type Proposal } from './merge.ts';
import { MAX_MAP_COUNT } from './mm-struct.ts';
import { ACT, type Errno } from './plan.ts';

/**
 * __split_vma(): cuts `vma` at `at`; the fresh VMA takes the part below or the one above. The old
 * one changes its fields while the tree still says that it covers both parts.
 */
function splitVma(
  draft: Draft,
  vma: VmaRecord,
  at: number,
  side: 'new-below' | 'new-above',
): Errno | null {
  if (vma.special !== NO_SPECIAL) return 'EINVAL'; // special mappings refuse may_split()
  const below = side === 'new-below';
  const pgoffAt = vma.pgoff + (at - vma.start);
  const piece = draft.alloc(below ? { ...vma, end: at } : { ...vma, start: at, pgoff: pgoffAt });
  draft.startWrite(vma);
  draft.startWrite(piece);
  const keeps = below
    ? { start: at, end: vma.end, pgoff: pgoffAt }
    : { start: vma.start, end: at, pgoff: vma.pgoff };
  draft.setRange(vma, keeps.start, keeps.end, keeps.pgoff, '__split_vma');
  draft.act(ACT.markAttached, piece.id);
  draft.treeStore(piece, piece.start, piece.end);
  draft.splitCount++;
  return null;
}

/** The references of a VMA that nobody can find any more, and its slot. */
function freeVma(draft: Draft, vma: VmaRecord): void {
  if (vma.file !== NO_FILE) draft.act(ACT.putFile, vma.id);
  if (vma.name !== NO_NAME) draft.act(ACT.putName, vma.id);
  draft.act(ACT.vmaFree, vma.id);
}

/** The end of a merge, for each VMA that was swallowed. */
function dropMerged(draft: Draft, vma: VmaRecord): void {
  draft.act(ACT.markDetached, vma.id);
  freeVma(draft, vma);
}

/** dup_anon_vma(): a target without an anon_vma takes the anon_vma of the VMA that it absorbs. */
function dupAnonVma(draft: Draft, target: VmaRecord, from: Proposal): void {
  if (target.anonVma === NO_ANON_VMA) draft.setAnonVma(target, from.anonVma, 'anon_vma_clone');
}

interface NewRange {
  readonly range: Proposal;
  /** The VMAs around the range; what lies in it is detached, and the store overwrites it. */
  readonly prev: VmaRecord | null;
  readonly next: VmaRecord | null;
  /** Whether the range is the copy that mremap makes. */
  readonly copied: boolean;
}

/**
 * vma_merge_new_range(): lets a neighbour grow over a range that is new. The one below stays if it
 * fits, and swallows the one above if that fits too. Null if neither fits.
 */
export function mergeNewRange(draft: Draft, merge: NewRange): VmaRecord | null {
  const { range, prev, next } = merge;
  const sides = joinedSides(draft.layout, range, prev, next);
  const target = sides.left ? prev : sides.right ? next : null;
  if (target === null) return null;
  const removed = sides.left && sides.right ? next : null;
  const start = sides.left ? target.start : range.start;
  const end = sides.right ? next!.end : range.end;
  const pgoff = sides.left ? target.pgoff : range.pgoff;

  draft.startWrite(target);
  if (removed !== null) dupAnonVma(draft, target, removed);
  if (merge.copied) dupAnonVma(draft, target, range);
  if (removed !== null) draft.startWrite(removed);
  draft.setRange(target, start, end, pgoff);
  draft.treeStore(target, start, end);
  if (removed !== null) dropMerged(draft, removed);
  draft.mergeCount++;
  return target;
}

/** A VMA of its own for a new range, or the copy of one (`by`), then vma_iter_store_new. */
export function insertNew(
  draft: Draft,
  range: Proposal,
  by: 'vm_area_alloc' | 'vm_area_dup',
): VmaRecord {
  const vma = draft.alloc(range, by);
  draft.startWrite(vma);
  draft.act(ACT.markAttached, vma.id);
  draft.treeStore(vma, vma.start, vma.end);
  return vma;
}

/**
 * vma_merge_existing_range(): joins [changed.start, changed.end), a part of `middle` with other
 * flags or another name, to the neighbours that it touches. `middle` is swallowed, or its border
 * moves. Null if nothing fits.
 */
function mergeExistingRange(draft: Draft, middle: VmaRecord, changed: Proposal): VmaRecord | null {
  const leftSide = changed.start === middle.start;
  const rightSide = changed.end === middle.end;
  const prev = leftSide ? draft.prev(middle) : null;
  const next = rightSide ? draft.next(middle) : null;
  const sides = joinedSides(draft.layout, changed, prev, next);
  const target = sides.left ? prev : sides.right ? next : null;
  if (target === null) return null;

  draft.startWrite(middle);
  if (sides.right) draft.startWrite(next!);
  if (sides.left) draft.startWrite(prev!);
  if (sides.left && sides.right) {
    dupAnonVma(draft, target, next!.anonVma === NO_ANON_VMA ? middle : next!);
  } else {
    dupAnonVma(draft, target, middle);
  }
  if (leftSide && rightSide)
    swallow(draft, target, middle, sides.left && sides.right ? next : null);
  else if (sides.left) moveBorderUp(draft, target, middle, changed.end);
  else moveBorderDown(draft, middle, target, changed.start);
  draft.mergeCount++;
  return target;
}

/** `target` takes the place of `middle` and, if given, of `next`. */
function swallow(draft: Draft, target: VmaRecord, middle: VmaRecord, next: VmaRecord | null): void {
  const start = Math.min(target.start, middle.start);
  const end = Math.max(target.end, middle.end, next?.end ?? 0);
  const pgoff = target.pgoff - (target.start - start);
  draft.setRange(target, start, end, pgoff);
  draft.treeStore(target, start, end);
  dropMerged(draft, middle);
  if (next !== null) dropMerged(draft, next);
}

/** The border between `below` and `above` moves up to `at`: below grows first, then above gives. */
function moveBorderUp(draft: Draft, below: VmaRecord, above: VmaRecord, at: number): void {
  const pgoff = above.pgoff + (at - above.start);
  draft.setRange(below, below.start, at, below.pgoff);
  draft.setRange(above, at, above.end, pgoff);
  draft.treeStore(below, below.start, at);
}

/** The border between `below` and `above` moves down to `at`: first below gives, above grows. */
function moveBorderDown(draft: Draft, below: VmaRecord, above: VmaRecord, at: number): void {
  const pgoff = above.pgoff - (above.start - at);
  draft.setRange(below, below.start, at, below.pgoff);
  draft.setRange(above, at, above.end, pgoff);
  draft.treeStore(above, at, above.end);
}

/**
 * vma_modify(): the VMA that will carry what [changed.start, changed.end) of `vma` is to become. It
 * is a neighbour that joined it, or `vma` cut to that range, which still has its old fields.
 */
export function modifyVma(draft: Draft, vma: VmaRecord, changed: Proposal): VmaRecord | Errno {
  const merged = mergeExistingRange(draft, vma, changed);
  if (merged !== null) return merged;
  if (vma.start < changed.start) {
    const errno = splitChecked(draft, vma, changed.start, 'new-below');
    if (errno !== null) return errno;
  }
  if (vma.end > changed.end) {
    const errno = splitChecked(draft, vma, changed.end, 'new-above');
    if (errno !== null) return errno;
  }
  return vma;
}

/** split_vma(): not above max_map_count. */
function splitChecked(
  draft: Draft,
  vma: VmaRecord,
  at: number,
  side: 'new-below' | 'new-above',
): Errno | null {
  return draft.mapCount >= MAX_MAP_COUNT ? 'ENOMEM' : splitVma(draft, vma, at, side);
}

/**
 * vms_gather_munmap_vmas(): cuts the first and the last VMA at the borders of [start, end) and
 * marks all in between detached. They stay in the tree.
 */
export function gatherMunmapVmas(
  draft: Draft,
  start: number,
  end: number,
): readonly VmaRecord[] | Errno {
  const first = draft.intersection(start, end);
  if (first === null) return [];
  if (first.start < start) {
    // A hole adds a VMA for good; at either end the number is the same afterwards.
    if (end < first.end && draft.mapCount >= MAX_MAP_COUNT) return 'ENOMEM';
    const errno = splitVma(draft, first, start, 'new-below');
    if (errno !== null) return errno;
  }
  const detached: VmaRecord[] = [];
  let vma = draft.intersection(start, end);
  while (vma !== null) {
    if (vma.end > end) {
      const errno = splitVma(draft, vma, end, 'new-above');
      if (errno !== null) {
        for (const back of detached) draft.act(ACT.markAttached, back.id); // reattach_vmas()
        return errno;
      }
    }
    draft.startWrite(vma);
    draft.act(ACT.markDetached, vma.id);
    detached.push(vma);
    vma = draft.intersection(vma.end, end);
  }
  return detached;
}

/** Page-table work on all of them. */
export function clearPtes(draft: Draft, vmas: readonly VmaRecord[]): void {
  let pages = 0;
  let written = 0;
  for (const { start, end, anonVma } of vmas) {
    pages += end - start;
    if (anonVma !== NO_ANON_VMA) written += end - start;
  }
  draft.act(ACT.pageTables, 0, pages, written);
}

/** The end of vms_complete_munmap_vmas(): what was gathered is closed and freed. */
export function freeDetached(draft: Draft, detached: readonly VmaRecord[]): void {
  for (const vma of detached) freeVma(draft, vma);
}

/**
 * do_vmi_munmap(): nothing is left of [start, end). With `downgrade` the write section ends as soon
 * as the tree is right, and page tables are freed with mmap_lock held for read.
 */
export function unmapRange(
  draft: Draft,
  start: number,
  end: number,
  lock: 'downgrade' | 'keep',
): Errno | null {
  const detached = gatherMunmapVmas(draft, start, end);
  if (typeof detached === 'string') return detached;
  if (detached.length === 0) return null;
  draft.treeClear(start, end);
  if (lock === 'downgrade') draft.downgrade();
  clearPtes(draft, detached);
  freeDetached(draft, detached);
  return null;
}
