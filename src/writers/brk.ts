/**
 * brk(2): the heap grows into a VMA of its own or into the one that ends at the old break; it
 * shrinks like munmap, with mm->brk stored first.
 *
 * The system call has no errno: it returns the current break. The C library returns ENOMEM if the
 * break did not move, and so does a Plan.
 * Left out: rlimits, mlock, breaks that are not on a page border.
 * Source: v6.18 mm/mmap.c brk, mm/vma.c do_brk_flags.
 */
import { Draft, STACK_GUARD_GAP_PAGES } from '../mm/draft.ts';
import {
  type Layout,
  NO_ANON_VMA,
  NO_FILE,
  NO_NAME,
  NO_SPECIAL,
  VM_ACCOUNT,
  VM_GROWSDOWN,
  VM_READ,
  VM_WRITE,
} from '../mm/layout.ts';
import type { Proposal } from '../mm/merge.ts';
import { MAX_MAP_COUNT } from '../mm/mm-struct.ts';
import { ACT, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { mergeNewRange, unmapRange } from '../mm/vma-change.ts';
import type { CallKind } from './call-kind.ts';
import { touchRange } from './touch.ts';

export const brkCall: CallKind<'brk'> = {
  plan: planBrk,
  usualCost: () => 'brk',
  undo: (_call, { oldBrk }) => [{ call: 'brk', brk: oldBrk }],
};

/** The whole call. */
function planBrk(layout: Layout, call: CallOf<'brk'>): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup);
  const old = layout.brk;
  const errno = changeBrk(draft, call.brk);
  if (call.touched === true && errno === null) touchRange(draft, old, call.brk);
  return draft.finish({ errno, cost: 'brk', result: -1 });
}

function changeBrk(draft: Draft, brk: number): Errno | null {
  const old = draft.layout.brk;
  if (brk < draft.layout.startBrk) return 'ENOMEM';
  if (brk < old) return shrink(draft, brk, old);
  if (brk > old) {
    const errno = grow(draft, old, brk);
    if (errno !== null) return errno;
  }
  setBrk(draft, brk);
  return null;
}

function setBrk(draft: Draft, brk: number): void {
  draft.act(ACT.setBrk, 0, brk);
  draft.brk = brk;
}

/** The break moves before the memory above it goes, since the lock is not held to the end. */
function shrink(draft: Draft, brk: number, old: number): Errno | null {
  if (draft.intersection(brk, old) === null) return 'ENOMEM';
  setBrk(draft, brk);
  if (unmapRange(draft, brk, old, 'downgrade') === null) return null;
  setBrk(draft, old);
  return 'ENOMEM';
}

/** One page, and below a stack its guard gap too, must stay free behind the new break. */
function grow(draft: Draft, old: number, brk: number): Errno | null {
  if (brk > draft.layout.taskSize) return 'ENOMEM';
  const next = draft.intersection(old, brk + 1 + STACK_GUARD_GAP_PAGES);
  if (next !== null) {
    const gap = (next.flags & VM_GROWSDOWN) === 0 ? 0 : STACK_GUARD_GAP_PAGES;
    if (brk + 1 > next.start - gap) return 'ENOMEM';
  }
  if (draft.mapCount > MAX_MAP_COUNT) return 'ENOMEM';
  extendHeap(draft, heapRange(old, brk));
  return null;
}

function heapRange(start: number, end: number): Proposal {
  const flags = VM_READ | VM_WRITE | VM_ACCOUNT;
  const rest = { file: NO_FILE, name: NO_NAME, anonVma: NO_ANON_VMA, special: NO_SPECIAL };
  return { start, end, flags, pgoff: start, ...rest };
}

/** do_brk_flags(): only the VMA below may grow, and only if it belongs to the heap. */
function extendHeap(draft: Draft, range: Proposal): void {
  const below = draft.before(range.start);
  const prev = below !== null && below.end > draft.layout.startBrk ? below : null;
  const merge = { range, prev, next: null, copied: false };
  if (mergeNewRange(draft, merge) !== null) return;
  const vma = draft.alloc(range, 'vm_area_alloc');
  draft.startWrite(vma);
  // Unlike everywhere else the tree comes first here: vma_iter_store_gfp() marks it afterwards.
  draft.treeStore(vma, vma.start, vma.end, 'vma_iter_store_gfp');
  draft.act(ACT.markAttached, vma.id);
}
