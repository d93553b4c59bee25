/**
 * madvise(2) of the kinds that change vm_flags (MADV_DONTFORK, MADV_HUGEPAGE, MADV_MERGEABLE …),
 * and mlock(2), munlock(2): like mprotect, VMA by VMA, without work on page tables. madvise
 * continues after gaps and returns ENOMEM at the end; mlock ends at the first gap.
 *
 * None of these flags is printed, but VMAs with different flags do not merge: a range is split off
 * its VMA, and merges again when the flag is removed. Kinds that change no VMA (MADV_DONTNEED,
 * MADV_FREE) are in no-effect.ts. Left out: which kinds of memory refuse which advice, limits on
 * locked memory.
 * Source: v6.18 mm/madvise.c madvise_walk_vmas, madvise_vma_behavior, madvise_update_vma;
 * mm/mlock.c apply_vma_lock_flags, mlock_fixup; mm/ksm.c ksm_madvise.
 */
import { Draft, planBeforeLock } from '../mm/draft.ts';
import {
  type Layout,
  NO_SPECIAL,
  VM_MERGEABLE,
  VM_SHARED,
  VM_WIPEONFORK,
  type VmaRecord,
} from '../mm/layout.ts';
import { ACT, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import { modifyVma } from '../mm/vma-change.ts';
import type { CallKind } from './call-kind.ts';
import { costOf } from './mprotect.ts';

export const madviseCall: CallKind<'madvise'> = {
  plan: planMadvise,
  usualCost: () => 'mprotect',
  // What it costs to make up its mind is the same for all.
  costNow: (layout, call) => planMadvise(layout, call).cost,
};

/** The whole call. */
function planMadvise(layout: Layout, call: CallOf<'madvise'>): Plan {
  if (call.pages <= 0) {
    const errno = call.pages === 0 ? null : 'EINVAL';
    return planBeforeLock(layout, { errno, cost: 'mprotectNothing', result: -1 });
  }
  const draft = new Draft(layout);
  draft.act(ACT.lookup, 0, 0, 0, 'find_vma_prev');
  const { errno, changed } = adviseRange(draft, call);
  return draft.finish({ errno, cost: costOf(draft, changed), result: -1 });
}

function adviseRange(
  draft: Draft,
  call: CallOf<'madvise'>,
): { errno: Errno | null; changed: boolean } {
  const end = call.start + call.pages;
  let at = call.start;
  let gaps = false;
  let changed = false;
  while (at < end) {
    const vma = draft.intersection(at, end);
    if (vma === null) return { errno: 'ENOMEM', changed };
    if (vma.start > at) {
      gaps = true;
      if (call.stopAtGap) break;
      at = vma.start;
    }
    const flags = newFlags(vma, call);
    if (typeof flags === 'string') return { errno: flags, changed };
    if (flags === vma.flags) {
      at = vma.end;
      continue;
    }
    const target = adviseVma(draft, vma, { start: at, end: Math.min(vma.end, end), flags });
    if (typeof target === 'string') return { errno: target, changed };
    changed = true;
    at = target.end;
  }
  return { errno: gaps ? 'ENOMEM' : null, changed };
}

/** The flags afterwards; some advice passes over some memory, some refuses it. */
function newFlags(vma: VmaRecord, call: CallOf<'madvise'>): number | Errno {
  const flags = (vma.flags & ~call.clear) | call.set;
  if (flags === vma.flags) return flags;
  if (vma.special !== NO_SPECIAL) return vma.flags; // VM_DONTEXPAND: mlock and ksm pass over it
  if (((flags ^ vma.flags) & VM_MERGEABLE) !== 0 && (vma.flags & VM_SHARED) !== 0) return vma.flags;
  const wipes = (call.set & VM_WIPEONFORK) !== 0;
  return wipes && (vma.file >= 0 || (vma.flags & VM_SHARED) !== 0) ? 'EINVAL' : flags;
}

/** madvise_update_vma() of [start, end), which lies in `vma`. */
function adviseVma(
  draft: Draft,
  vma: VmaRecord,
  part: { readonly start: number; readonly end: number; readonly flags: number },
): VmaRecord | Errno {
  const pgoff = vma.pgoff + (part.start - vma.start);
  const target = modifyVma(draft, vma, { ...vma, ...part, pgoff });
  if (typeof target === 'string') return target;
  draft.startWrite(target);
  draft.setFlags(target, part.flags, 'vm_flags_reset');
  return target;
}
