/**
 * A page fault below the stack: the stack grows down to the page, unless something readable lies
 * within the guard gap. The fault goes on with mmap_lock held for read.
 *
 * A fault returns no errno; a fault that does not grow the stack is a signal to the program. The
 * Plan has the result of expand_downwards(). The lookup before it, under the read lock, is not
 * modelled. Left out: RLIMIT_STACK, stacks that grow up.
 * Source: v6.18 mm/vma.c expand_downwards, mm/mmap_lock.c lock_mm_and_find_vma.
 */
import { Draft, STACK_GUARD_GAP_PAGES } from '../mm/draft.ts';
import { type Layout, VM_GROWSDOWN, VM_PROT, type VmaRecord } from '../mm/layout.ts';
import { anonVmaPrepare } from '../mm/merge.ts';
import { ACT, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import type { CallKind } from './call-kind.ts';

export const growStackCall: CallKind<'growStack'> = {
  plan: planGrowStack,
  usualCost: () => 'growStack',
};

/** The whole fault: `pages` is how far below the stack's end it comes. */
function planGrowStack(layout: Layout, call: CallOf<'growStack'>): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup, 0, 0, 0, 'find_vma');
  const stack = lowestPiece(draft);
  const errno = stack === null ? 'EFAULT' : expandDownwards(draft, stack, call.pages);
  return draft.finish({ errno, cost: 'growStack', result: -1 });
}

/** The VMA at the low end of the main stack, which mprotect may have cut in pieces. */
function lowestPiece(draft: Draft): VmaRecord | null {
  if (draft.layout.startStack < 0) return null;
  let stack = draft.lookup(draft.layout.startStack);
  if (stack === null || (stack.flags & VM_GROWSDOWN) === 0) return null;
  let below = draft.prev(stack);
  while (below !== null && below.end === stack.start && (below.flags & VM_GROWSDOWN) !== 0) {
    stack = below;
    below = draft.prev(stack);
  }
  return stack;
}

function expandDownwards(draft: Draft, stack: VmaRecord, pages: number): Errno | null {
  const start = stack.start - pages;
  if (start < 0 || pages > stack.pgoff) return 'ENOMEM';
  const prev = draft.prev(stack);
  if (prev !== null && prev.end > start) return 'ENOMEM';
  if (prev !== null && (prev.flags & VM_GROWSDOWN) === 0 && (prev.flags & VM_PROT) !== 0) {
    if (start - prev.end < STACK_GUARD_GAP_PAGES) return 'ENOMEM';
  }
  const anonVma = anonVmaPrepare(draft.layout, stack, prev, draft.next(stack));
  draft.setAnonVma(stack, anonVma, '__anon_vma_prepare');
  draft.startWrite(stack);
  const pgoff = stack.pgoff - pages;
  draft.setRange(stack, start, stack.end, pgoff, 'expand_downwards');
  draft.treeStore(stack, start, stack.end);
  draft.downgrade();
  draft.act(ACT.pageTables, 0, 1);
  return null;
}
