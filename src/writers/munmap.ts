/**
 * munmap(2): cuts the VMAs at both ends, takes the whole range out of the tree in one store, and
 * does the rest with mmap_lock held for read only.
 *
 * Source: v6.18 mm/vma.c __vm_munmap, do_vmi_munmap, do_vmi_align_munmap.
 */
import { Draft } from '../mm/draft.ts';
import type { Layout } from '../mm/layout.ts';
import { ACT, type Call, type Errno, type Plan } from '../mm/plan.ts';
import { unmapRange } from '../mm/vma-change.ts';

type MunmapCall = Extract<Call, { call: 'munmap' }>;

/** The whole call. The arguments are looked at with the lock held. */
export function planMunmap(layout: Layout, call: MunmapCall): Plan {
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
