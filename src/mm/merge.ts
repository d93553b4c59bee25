/**
 * Decides which neighbours merge into one VMA, and which neighbour gives a VMA its anon_vma.
 *
 * Left out: memory policies, userfaultfd, VM_SOFTDIRTY and the sticky flags (no call here sets
 * any), and what a forked child asks in addition (anon_vmas shared with a parent: no child is
 * modelled).
 * Source: v6.18 mm/vma.c is_mergeable_vma, is_mergeable_anon_vma, can_vma_merge_before,
 * can_vma_merge_after, can_vma_merge_right, anon_vma_compatible.
 */
import {
  type Layout,
  NO_ANON_VMA,
  NO_SPECIAL,
  VM_PROT,
  VM_SHARED,
  type VmaRecord,
} from './layout.ts';

/** A VMA that does not exist yet: a new range, or a changed one with what it is to be. */
export type Proposal = Omit<VmaRecord, 'id'>;

/** Two anon_vmas may meet in one VMA when they are the same or one of them is none. */
function anonVmasCompatible(a: number, b: number): boolean {
  return a === b || a === NO_ANON_VMA || b === NO_ANON_VMA;
}

/** Whether `a` and `b` may be one VMA: `a` ends where `b` begins, and nothing tells them apart. */
export function joins(layout: Layout, a: Proposal, b: Proposal): boolean {
  return (
    a.end === b.start &&
    a.flags === b.flags &&
    a.file === b.file &&
    a.pgoff + (a.end - a.start) === b.pgoff &&
    // Special mappings are VM_DONTEXPAND, which is never merged.
    a.special === NO_SPECIAL &&
    b.special === NO_SPECIAL &&
    anonVmasCompatible(a.anonVma, b.anonVma) &&
    layout.sameName(a.name, b.name)
  );
}

/**
 * Whether a range joins the VMA below and the one above it. If both fit on their own, but have
 * different anon_vmas, only the one below does.
 */
export function joinedSides(
  layout: Layout,
  range: Proposal,
  prev: VmaRecord | null,
  next: VmaRecord | null,
): { readonly left: boolean; readonly right: boolean } {
  const left = prev !== null && joins(layout, prev, range);
  const right =
    next !== null &&
    joins(layout, range, next) &&
    (!left || anonVmasCompatible(prev.anonVma, next.anonVma));
  return { left, right };
}

/**
 * Whether two neighbours may share an anon_vma: as for a merge, but r/w/x do not count, since
 * mprotect may change them. Nor does the name.
 */
function anonVmaCompatible(a: VmaRecord, b: VmaRecord): boolean {
  return (
    a.end === b.start &&
    a.file === b.file &&
    ((a.flags ^ b.flags) & ~VM_PROT) === 0 &&
    a.pgoff + (a.end - a.start) === b.pgoff
  );
}

/**
 * The anon_vma that the first write to `vma` gives it: its own, that of the next or of the previous
 * VMA if they may share it, or a new one. Shared mappings have none.
 *
 * Source: v6.18 mm/rmap.c __anon_vma_prepare; mm/vma.c find_mergeable_anon_vma.
 */
export function anonVmaPrepare(
  layout: Layout,
  vma: VmaRecord,
  prev: VmaRecord | null,
  next: VmaRecord | null,
): number {
  if ((vma.flags & VM_SHARED) !== 0) return NO_ANON_VMA;
  if (vma.anonVma !== NO_ANON_VMA) return vma.anonVma;
  if (next !== null && next.anonVma !== NO_ANON_VMA && anonVmaCompatible(vma, next)) {
    return next.anonVma;
  }
  if (prev !== null && prev.anonVma !== NO_ANON_VMA && anonVmaCompatible(prev, vma)) {
    return prev.anonVma;
  }
  return layout.newAnonVma();
}
