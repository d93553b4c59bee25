/**
 * mprotect(2): handles VMA after VMA in rising order. Each is merged with a neighbour that has the
 * new flags, or split, and then its flags change in one store. At a gap the call ends with ENOMEM;
 * the part before the gap stays changed.
 *
 * Left out: pkeys, mseal, PROT_GROWSDOWN, the accounting limit, and files that forbid a protection
 * (EACCES).
 * Source: v6.18 mm/mprotect.c do_mprotect_pkey, mprotect_fixup.
 */
import type { CostName } from '../mm/costs.ts';
import { Draft, planBeforeLock } from '../mm/draft.ts';
import {
  type Layout,
  NO_ANON_VMA,
  NO_FILE,
  NO_SPECIAL,
  VM_ACCOUNT,
  VM_NORESERVE,
  VM_PROT,
  VM_SHARED,
  VM_WRITE,
  type VmaRecord,
} from '../mm/layout.ts';
import { ACT, type Call, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { modifyVma } from '../mm/vma-change.ts';
import type { CallKind, Done } from './call-kind.ts';
import { oldRuns } from './restore.ts';
import { touchRange } from './touch.ts';

export const mprotectCall: CallKind<'mprotect'> = {
  plan: planMprotect,
  usualCost: () => 'mprotect',
  costNow: classifyMprotect,
  undo: undoMprotect,
};

/** The whole call. */
function planMprotect(layout: Layout, call: CallOf<'mprotect'>): Plan {
  const { start, pages, prot } = call;
  if (pages <= 0) {
    const errno = pages === 0 ? null : 'ENOMEM';
    return planBeforeLock(layout, { errno, cost: 'mprotectNothing', result: -1 });
  }
  const draft = new Draft(layout);
  draft.act(ACT.lookup);
  const { errno, changed } = protectRange(draft, start, start + pages, prot);
  if (call.touched === true && (prot & VM_WRITE) !== 0) touchRange(draft, start, start + pages);
  return draft.finish({ errno, cost: costOf(draft, changed), result: -1 });
}

function protectRange(
  draft: Draft,
  start: number,
  end: number,
  prot: number,
): { errno: Errno | null; changed: boolean } {
  let at = start;
  let changed = false;
  while (at < end) {
    const vma = draft.lookup(at);
    if (vma === null) return { errno: 'ENOMEM', changed };
    if ((vma.flags & VM_PROT) === prot) {
      at = vma.end;
      continue;
    }
    const target = protectVma(draft, vma, at, Math.min(vma.end, end), prot);
    if (typeof target === 'string') return { errno: target, changed };
    changed = true;
    // A neighbour that the range has joined may reach further than the range did.
    at = target.end;
  }
  return { errno: null, changed };
}

/** mprotect_fixup() of [start, end), which lies in `vma`. */
function protectVma(
  draft: Draft,
  vma: VmaRecord,
  start: number,
  end: number,
  prot: number,
): VmaRecord | Errno {
  const flags = newFlags(vma, prot);
  const pgoff = vma.pgoff + (start - vma.start);
  const target = modifyVma(draft, vma, { ...vma, start, end, pgoff, flags });
  if (typeof target === 'string') return target;
  draft.startWrite(target);
  draft.setFlags(target, flags, 'vm_flags_reset_once');
  draft.act(ACT.pageTables, 0, end - start);
  return target;
}

/**
 * The flags that the protection brings: private memory that becomes writable is accounted for from
 * then on; only untouched anonymous memory is let off again.
 */
function newFlags(vma: VmaRecord, prot: number): number {
  const flags = (vma.flags & ~VM_PROT) | prot;
  if ((prot & VM_WRITE) !== 0) {
    return (vma.flags & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)) === 0
      ? flags | VM_ACCOUNT
      : flags;
  }
  const anonymous = vma.file === NO_FILE && vma.special === NO_SPECIAL;
  return anonymous && vma.anonVma === NO_ANON_VMA ? flags & ~VM_ACCOUNT : flags;
}

/** Whatever it is that was changed. */
export function costOf(draft: Draft, changed: boolean): CostName {
  if (draft.splitCount + draft.mergeCount > 0) return 'mprotect';
  return changed ? 'mprotectWhole' : 'mprotectNothing';
}

/** What the call would cost, without planning it where a look at one VMA tells. */
function classifyMprotect(layout: Layout, call: CallOf<'mprotect'>): CostName {
  const id = call.pages > 0 ? layout.findVma(call.start) : -1;
  if (id < 0) return 'mprotectNothing';
  const vma = layout.record(id);
  const end = call.start + call.pages;
  if (vma.start > call.start) return 'mprotectNothing';
  if (end < vma.end || (end === vma.end && call.start > vma.start)) {
    return (vma.flags & VM_PROT) === call.prot ? 'mprotectNothing' : 'mprotect';
  }
  return planMprotect(layout, call).cost;
}

/** One mprotect for each run of one old protection; what had the new one needs none. */
function undoMprotect(call: CallOf<'mprotect'>, { plan }: Done): Call[] {
  return oldRuns(plan, call, ({ flags }) => flags & VM_PROT)
    .filter(({ what }) => what !== call.prot)
    .map(({ start, pages, what: prot }) => ({ call: 'mprotect', start, pages, prot }));
}
