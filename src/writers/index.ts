/**
 * The calls that change an address space: one line each.
 *
 * `planCall` computes all actions of a call from the address space that its task sees with
 * mmap_lock held for write. `classify` estimates the cost of the call from the address space before
 * the lock is taken; it changes nothing, not even a counter of the layout.
 */
import type { CostName } from '../mm/costs.ts';
import type { Layout } from '../mm/layout.ts';
import type { Call, Plan } from '../mm/plan.ts';
import { brkCall } from './brk.ts';
import type { CallKind, Done } from './call-kind.ts';
import { forkCall } from './fork.ts';
import { growStackCall } from './grow-stack.ts';
import { madviseCall } from './madvise.ts';
import { mmapCall } from './mmap.ts';
import { mprotectCall } from './mprotect.ts';
import { mremapCall } from './mremap.ts';
import { munmapCall } from './munmap.ts';
import { nameCall } from './name.ts';
import { noEffectCall } from './no-effect.ts';

const KINDS: { readonly [Name in Call['call']]: CallKind<Name> } = {
  munmap: munmapCall,
  mprotect: mprotectCall,
  madvise: madviseCall,
  name: nameCall,
  mmap: mmapCall,
  mremap: mremapCall,
  brk: brkCall,
  fork: forkCall,
  growStack: growStackCall,
  noEffect: noEffectCall,
};

const kindOf = (call: Call) => KINDS[call.call] as CallKind<Call['call']>;

/** On machines with larger pages lengths are rounded up, and an address has to be on a border. */
function inWholePages({ pagesPerPage }: Layout, call: Call): Call {
  if (pagesPerPage === 1) return call;
  const whole = (pages: number): number => Math.ceil(pages / pagesPerPage) * pagesPerPage;
  if ('start' in call && call.start >= 0 && call.start % pagesPerPage !== 0) {
    return { call: 'noEffect', errno: 'EINVAL', locked: false };
  }
  if (call.call === 'brk') return { ...call, brk: whole(call.brk) };
  if (call.call === 'mremap') {
    return { ...call, pages: whole(call.pages), newPages: whole(call.newPages) };
  }
  return 'pages' in call ? { ...call, pages: whole(call.pages) } : call;
}

/** What the call will do to `layout`, step by step. */
export function planCall(layout: Layout, asked: Call): Plan {
  const call = inWholePages(layout, asked);
  return kindOf(call).plan(layout, call);
}

/** The plan of a call that ends before it asks for mmap_lock, or null. Looks at no VMA. */
export function planBefore(layout: Layout, asked: Call): Plan | null {
  const call = inWholePages(layout, asked);
  return kindOf(call).planBefore?.(layout, call) ?? null;
}

/** The cost class of the call, as the address space now is. */
export function classify(layout: Layout, asked: Call): CostName {
  const call = inWholePages(layout, asked);
  return kindOf(call).costNow?.(layout, call) ?? usualCost(call);
}

/**
 * The same without a look at the address space: while a write section is open, VMAs and
 * tree disagree, and a walk over them may not end.
 */
export const usualCost = (call: Call): CostName => kindOf(call).usualCost(call);

export const canBeUndone = (call: Call): boolean => kindOf(call).undo !== undefined;

/** The calls that undo `call`, an operation's first. */
export const undoCalls = (call: Call, done: Done): Call[] => kindOf(call).undo?.(call, done) ?? [];
