/**
 * The calls that change an address space: one line each.
 *
 * `planCall` settles the whole course of a call from what its task sees with mmap_lock held for
 * write. `classify` says what the call would cost by what can be seen before the lock is asked for;
 * it changes nothing, not even a counter of the layout.
 */
import type { Layout } from '../mm/layout.ts';
import type { Call, CallCost, Plan } from '../mm/plan.ts';
import { planBrk } from './brk.ts';
import { planFork } from './fork.ts';
import { planGrowStack } from './grow-stack.ts';
import { classifyMadvise, planMadvise } from './madvise.ts';
import { classifyMmap, planMmap } from './mmap.ts';
import { classifyMprotect, planMprotect } from './mprotect.ts';
import { mremapRefused, planMremap } from './mremap.ts';
import { planMunmap } from './munmap.ts';
import { planName } from './name.ts';
import { planNoEffect } from './no-effect.ts';

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
  switch (call.call) {
    case 'munmap':
      return planMunmap(layout, call);
    case 'mprotect':
      return planMprotect(layout, call);
    case 'madvise':
      return planMadvise(layout, call);
    case 'name':
      return planName(layout, call);
    case 'mmap':
      return planMmap(layout, call);
    case 'mremap':
      return planMremap(layout, call);
    case 'brk':
      return planBrk(layout, call);
    case 'fork':
      return planFork(layout);
    case 'growStack':
      return planGrowStack(layout, call);
    case 'noEffect':
      return planNoEffect(layout, call);
  }
}

/** The plan of a call that ends before it asks for mmap_lock, or null. Looks at no VMA. */
export function planBefore(layout: Layout, asked: Call): Plan | null {
  const call = inWholePages(layout, asked);
  if (call.call === 'mremap') return mremapRefused(layout, call);
  if (call.call !== 'noEffect') return null;
  const plan = planNoEffect(layout, call);
  return plan.beforeLock ? plan : null;
}

/** The cost class of the call, as the address space now is. */
export function classify(layout: Layout, asked: Call): CallCost {
  const call = inWholePages(layout, asked);
  if (call.call === 'mprotect') return classifyMprotect(layout, call);
  if (call.call === 'madvise') return classifyMadvise(layout, call);
  if (call.call === 'mmap') return classifyMmap(layout, call);
  return call.call === 'mremap' ? planMremap(layout, call).cost : usualClass(call);
}

/**
 * The same without a look at the address space: while somebody's write section is open, VMAs and
 * tree disagree, and a walk over them may not end.
 */
export function usualClass(call: Call): CallCost {
  if (call.call === 'noEffect') return 'mprotectNothing';
  if (call.call === 'madvise') return 'mprotect';
  if (call.call !== 'mremap') return call.call;
  return call.to >= 0 || call.dontUnmap ? 'mremapMove' : 'mremap';
}
