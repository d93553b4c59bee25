/**
 * fork(2), as readers of the parent see it: the longest write section of all, with every VMA
 * write-locked in turn. The parent's address space does not change.
 *
 * Left out: the child, and the effect of its copies on anon_vmas, files and names.
 * Source: v6.18 mm/mmap.c dup_mmap.
 */
import { Draft } from '../mm/draft.ts';
import { type Layout, NO_VMA } from '../mm/layout.ts';
import { ACT, type Plan } from '../mm/plan.ts';
import type { CallKind } from './call-kind.ts';

export const forkCall: CallKind<'fork'> = {
  plan: planFork,
  usualCost: () => 'fork',
};

/** The whole call. */
function planFork(layout: Layout): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup, 0, 0, 0, 'vma_next');
  for (let id = layout.findVma(0); id !== NO_VMA; id = layout.nextVma(id)) {
    const { start, end } = layout.record(id);
    draft.act(ACT.vmaStartWrite, id);
    draft.act(ACT.pageTables, 0, end - start);
  }
  return draft.finish({ errno: null, cost: 'fork', result: -1 });
}
