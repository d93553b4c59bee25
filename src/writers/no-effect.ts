/**
 * A recorded call that changed nothing: it failed, or its kind changes no VMA (MADV_DONTNEED). It
 * is still made, because even a call without effect may open a write section, which speculating
 * readers take for a change.
 *
 * Source: v6.18 mm/mmap.c, mm/madvise.c madvise_lock: MADV_DONTNEED takes a VMA's read lock only.
 */
import { Draft, planBeforeLock } from '../mm/draft.ts';
import type { Layout } from '../mm/layout.ts';
import { ACT, type CallOf, type Plan } from '../mm/plan.ts';
import type { CallKind } from './call-kind.ts';

export const noEffectCall: CallKind<'noEffect'> = {
  plan: planNoEffect,
  planBefore: (layout, call) => (call.locked ? null : planNoEffect(layout, call)),
  usualCost: () => 'mprotectNothing',
};

/** The whole call. */
function planNoEffect(layout: Layout, call: CallOf<'noEffect'>): Plan {
  const end = { errno: call.errno, cost: 'mprotectNothing', result: -1 } as const;
  if (!call.locked) return planBeforeLock(layout, end);
  const draft = new Draft(layout);
  draft.act(ACT.lookup);
  return draft.finish(end);
}
