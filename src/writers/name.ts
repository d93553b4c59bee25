/**
 * prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME): like mprotect, VMA by VMA, for the name of anonymous
 * memory. It continues after gaps and returns ENOMEM at the end.
 *
 * Left out: the check of the name's characters, which the scenario has passed, and kernels without
 * CONFIG_ANON_VMA_NAME.
 * Source: v6.18 mm/madvise.c set_anon_vma_name, madvise_walk_vmas, madvise_update_vma,
 * replace_anon_vma_name.
 */
import { Draft } from '../mm/draft.ts';
import { type Layout, NO_FILE, NO_NAME, type VmaRecord } from '../mm/layout.ts';
import { ACT, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { modifyVma } from '../mm/vma-change.ts';
import type { CallKind } from './call-kind.ts';
import { oldName, oldRuns } from './restore.ts';

export const nameCall: CallKind<'name'> = {
  plan: planName,
  usualCost: () => 'name',
  undo: (call, done) =>
    oldRuns(done.plan, call, (vma) => oldName(done, vma)).map(({ start, pages, what: text }) => ({
      call: 'name',
      start,
      pages,
      name: NO_NAME,
      text,
    })),
};

/** The whole call. The arguments are looked at with the lock held. */
function planName(layout: Layout, call: CallOf<'name'>): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup, 0, 0, 0, 'find_vma_prev');
  const errno = call.pages < 0 ? 'EINVAL' : nameRange(draft, call);
  return draft.finish({ errno, cost: 'name', result: -1 });
}

function nameRange(draft: Draft, call: CallOf<'name'>): Errno | null {
  const end = call.start + call.pages;
  let at = call.start;
  let gaps = false;
  while (at < end) {
    const vma = draft.intersection(at, end);
    if (vma === null) return 'ENOMEM';
    if (vma.start > at) {
      gaps = true;
      at = vma.start;
    }
    const target = nameVma(draft, vma, at, Math.min(vma.end, end), call);
    if (typeof target === 'string') return target;
    at = target.end;
  }
  return gaps ? 'ENOMEM' : null;
}

/** madvise_vma_behavior() of [start, end), which lies in `vma`. */
function nameVma(
  draft: Draft,
  vma: VmaRecord,
  start: number,
  end: number,
  call: CallOf<'name'>,
): VmaRecord | Errno {
  // Shared anonymous memory can be named, other files cannot.
  if (vma.file !== NO_FILE && !draft.layout.isAnonShmem(vma.file)) return 'EBADF';
  if (draft.layout.sameName(vma.name, call.name)) return vma;
  const pgoff = vma.pgoff + (start - vma.start);
  const target = modifyVma(draft, vma, { ...vma, start, end, pgoff, name: call.name });
  if (typeof target === 'string') return target;
  draft.startWrite(target);
  // A neighbour that the range has joined keeps its own copy of the same name.
  if (!draft.layout.sameName(target.name, call.name)) draft.setName(target, call.name);
  return target;
}
