/**
 * mremap(2): checks, then growth in place, shrinking, or a move; `remap-move.ts` makes the moves.
 *
 * Left out: huge page areas, mlock, userfaultfd, mseal, limits on memory, the duplication of a
 * shared mapping by an old size of 0, and file systems that refuse ranges of several VMAs.
 * Source: v6.18 mm/mremap.c do_mremap, check_mremap_params, check_prep_vma, mremap_at, mremap_to.
 */
import { Draft, planBeforeLock } from '../mm/draft.ts';
import { type Layout, NO_SPECIAL, VM_PROT, type VmaRecord } from '../mm/layout.ts';
import { MAX_MAP_COUNT } from '../mm/mm-struct.ts';
import { ACT, type Call, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { mergeNewRange, unmapRange } from '../mm/vma-change.ts';
import type { CallKind, Done } from './call-kind.ts';
import { getUnmappedArea } from './get-unmapped-area.ts';
import { moveVma, type Remap, unmapDestination } from './remap-move.ts';
import { oldParts } from './restore.ts';

export const mremapCall: CallKind<'mremap'> = {
  plan: planMremap,
  planBefore: mremapRefused,
  usualCost: ({ to, dontUnmap }) => (to >= 0 || dontUnmap ? 'mremapMove' : 'mremap'),
  costNow: (layout, call) => planMremap(layout, call).cost,
  undo: undoMremap,
};

/** The page to return, or why not. */
type Result = number | Errno;

/** The plan of a call that fails before it asks for mmap_lock, or null. Looks at no VMA. */
function mremapRefused(layout: Layout, call: CallOf<'mremap'>): Plan | null {
  const invalid = checkParams(layout, call);
  if (invalid === null) return null;
  return planBeforeLock(layout, { errno: invalid, cost: 'mremap', result: -1 });
}

/** The whole call. */
function planMremap(layout: Layout, call: CallOf<'mremap'>): Plan {
  const refused = mremapRefused(layout, call);
  if (refused !== null) return refused;
  const draft = new Draft(layout);
  draft.act(ACT.lookup, 0, 0, 0, 'vma_lookup');
  const moves = { count: 0 };
  const remap = { ...call, oldPages: call.pages };
  const moveOnly = call.to >= 0 && call.pages === call.newPages;
  const result = moveOnly ? remapMove(draft, remap, moves) : remapOne(draft, remap, moves);
  const cost = moves.count > 0 ? 'mremapMove' : 'mremap';
  if (typeof result === 'string') return draft.finish({ errno: result, cost, result: -1 });
  return draft.finish({ errno: null, cost, result });
}

/** check_mremap_params(): before mmap_lock is asked for. */
function checkParams(layout: Layout, call: CallOf<'mremap'>): Errno | null {
  const { start, pages, newPages, dontUnmap } = call;
  if (pages <= 0 || newPages <= 0 || newPages > layout.taskSize) return 'EINVAL';
  if (call.to < 0 && !dontUnmap) return null;
  const to = Math.max(call.to, 0); // without MREMAP_FIXED the new address counts as 0
  if (to > layout.taskSize - newPages) return 'EINVAL';
  if (!call.mayMove) return 'EINVAL';
  if (dontUnmap && pages !== newPages) return 'EINVAL';
  if (start + pages > to && to + newPages > start) return 'EINVAL';
  // Both the source and the destination may have to be cut in three.
  return layout.mapCount + 2 >= MAX_MAP_COUNT - 3 ? 'ENOMEM' : null;
}

/** remap_move(): MREMAP_FIXED without a new size takes VMA after VMA, and keeps the gaps. */
function remapMove(draft: Draft, remap: Remap, moves: { count: number }): Result {
  const end = remap.start + remap.oldPages;
  if (draft.lookup(remap.start) === null) return 'EFAULT';
  let vma = draft.intersection(remap.start, end);
  while (vma !== null) {
    const start = Math.max(vma.start, remap.start);
    const pages = Math.min(vma.end, end) - start;
    const cursor = vma.end;
    const to = remap.to + (start - remap.start);
    const part = { ...remap, start, oldPages: pages, newPages: pages, to };
    const result = remapOne(draft, part, moves);
    if (typeof result === 'string') return result;
    // A copy that its source has grown over ends beyond what is to be moved.
    vma = cursor < end ? draft.intersection(cursor, end) : null;
  }
  return remap.to;
}

function remapOne(draft: Draft, remap: Remap, moves: { count: number }): Result {
  const vma = draft.lookup(remap.start);
  const errno = checkVma(vma, remap);
  if (errno !== null) return errno;
  if (remap.to >= 0 || remap.dontUnmap) return remapTo(draft, remap, moves);
  if (remap.newPages === remap.oldPages) return remap.start;
  if (remap.newPages < remap.oldPages) {
    const from = remap.start + remap.newPages;
    const failed = unmapRange(draft, from, remap.start + remap.oldPages, 'downgrade');
    return failed ?? remap.start;
  }
  return expandVma(draft, vma!, remap, moves);
}

/** check_prep_vma() */
function checkVma(vma: VmaRecord | null, remap: Remap): Errno | null {
  if (vma === null) return 'EFAULT';
  const grows = remap.newPages > remap.oldPages;
  if (!grows && remap.to < 0 && !remap.dontUnmap) return null;
  const special = vma.special !== NO_SPECIAL; // VM_DONTEXPAND
  if (remap.dontUnmap && special) return 'EINVAL';
  if (Math.min(remap.oldPages, remap.newPages) > vma.end - remap.start) return 'EFAULT';
  return grows && special ? 'EFAULT' : null;
}

/** mremap_to(): empties the destination, cuts off what is too long, and moves the rest. */
function remapTo(draft: Draft, remap: Remap, moves: { count: number }): Result {
  const { start, newPages } = remap;
  const emptied = remap.to >= 0 ? unmapDestination(draft, remap.to, newPages) : null;
  if (typeof emptied === 'string') return emptied;
  const oldPages = Math.min(remap.oldPages, newPages);
  if (oldPages < remap.oldPages) {
    const failed = unmapRange(draft, start + newPages, start + remap.oldPages, 'keep');
    if (failed !== null) return failed;
  }
  const to = remap.to >= 0 ? remap.to : placeFor(draft, remap);
  if (to < 0) return 'ENOMEM';
  const result = moveVma(draft, { ...remap, oldPages, to });
  if (typeof result !== 'string') moves.count++;
  if (emptied !== null) closeHole(draft, emptied.from, emptied.until());
  return result;
}

/** Of several destinations only the first counts: a Plan has one hole. */
function closeHole(draft: Draft, from: number, to: number): void {
  if (draft.holeFrom !== draft.holeTo) return;
  draft.holeFrom = from;
  draft.holeTo = to;
}

/** expand_vma(): in place if the range ends where its VMA ends and the way is free. */
function expandVma(draft: Draft, vma: VmaRecord, remap: Remap, moves: { count: number }): Result {
  const end = remap.start + remap.newPages;
  const free = draft.intersection(vma.end, end) === null && end <= draft.layout.taskSize;
  if (vma.end === remap.start + remap.oldPages && free) {
    const range = { ...vma, start: vma.end, end, pgoff: vma.pgoff + (vma.end - vma.start) };
    const next = draft.find(end);
    const grown = mergeNewRange(draft, { range, prev: vma, next, copied: false });
    return grown === null ? 'ENOMEM' : remap.start;
  }
  if (!remap.mayMove) return 'ENOMEM';
  const to = placeFor(draft, remap);
  if (to < 0) return 'ENOMEM';
  const result = moveVma(draft, { ...remap, to });
  if (typeof result !== 'string') moves.count++;
  return result;
}

/** The kernel's choice. Nothing has changed yet, so the layout tells where there is room. */
function placeFor(draft: Draft, remap: Remap): number {
  const vma = draft.lookup(remap.start)!;
  return getUnmappedArea(draft.layout, remap.newPages, vma.file);
}

/**
 * A resize by a resize, a move by a move. With MREMAP_DONTUNMAP the source is still there: the
 * destination gets the protection back that its first page had, or goes if nothing was there.
 */
function undoMremap(call: CallOf<'mremap'>, { plan }: Done): Call[] {
  const { start, pages, newPages } = call;
  const at = plan.result;
  if (call.dontUnmap) {
    const first = oldParts(plan, at, 1)[0];
    if (first === undefined) return [{ call: 'munmap', start: at, pages: newPages }];
    return [{ call: 'mprotect', start: at, pages: newPages, prot: first.vma.flags & VM_PROT }];
  }
  if (at === start && pages === newPages) return [];
  const moved = at !== start;
  const back = { to: moved ? start : -1, mayMove: moved, dontUnmap: false };
  return [{ call: 'mremap', start: at, pages: newPages, newPages: pages, ...back }];
}
