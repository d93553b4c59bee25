/**
 * munmap(2): cuts the VMAs at both ends, takes the whole range out of the tree in one store, and
 * does the rest with mmap_lock held for read only.
 *
 * Source: v6.18 mm/vma.c __vm_munmap, do_vmi_munmap, do_vmi_align_munmap.
 */
import { Draft } from '../mm/draft.ts';
import type { Layout } from '../mm/layout.ts';
import { ACT, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { unmapRange } from '../mm/vma-change.ts';
import type { CallKind } from './call-kind.ts';
import { mapBack, oldParts } from './restore.ts';

export const munmapCall: CallKind<'munmap'> = {
  plan: planMunmap,
  usualCost: () => 'munmap',
  undo: ({ start, pages }, done) =>
    oldParts(done.plan, start, pages).flatMap((old) => mapBack(done, old)),
};

/** The whole call. The arguments are looked at with the lock held. */
function planMunmap(layout: Layout, call: CallOf<'munmap'>): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup);
  const errno =
    badRange(layout, call.start, call.pages) ??
    unmapRange(draft, call.start, call.start + call.pages, 'downgrade');
  return draft.finish({ errno, cost: 'munmap', result: -1 });
}

function badRange({ taskSize }: Layout, start: number, pages: number): Errno | null {
  return pages <= 0 || start > taskSize || pages > taskSize - start ? 'EINVAL' : null;
}
