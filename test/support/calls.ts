/** Short notations for calls in tests, and their execution on an ArrayLayout. */

import { flagsOf } from '../../src/mm/perms.ts';
import type { Call, Plan } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { applyPlan } from './apply-plan.ts';
import { type ArrayLayout, anMm } from './array-layout.ts';

type Mremap = Extract<Call, { call: 'mremap' }>;

/** Carries out one call after the other; the last one's plan. */
export function run(mm: ArrayLayout, ...calls: Call[]): Plan {
  let plan: Plan | null = null;
  for (const call of calls) {
    plan = planCall(mm, call);
    applyPlan(mm, plan);
  }
  return plan!;
}

/** Calls on an address space, and the text afterwards. */
export function after(mm: string, ...calls: Call[]): string[] {
  const layout = anMm(mm);
  run(layout, ...calls);
  return layout.text();
}

export const protect = (start: number, pages: number, prot: number): Call => ({
  call: 'mprotect',
  start,
  pages,
  prot,
});

export const mmap = (start: number, pages: number, perms = 'rw-p', more = {}): Call => ({
  call: 'mmap',
  start,
  pages,
  flags: flagsOf(perms),
  file: -1,
  pgoff: 0,
  touched: false,
  ...more,
});

export const munmap = (start: number, pages: number): Call => ({ call: 'munmap', start, pages });

export function mremap(start: number, pages: number, more: Partial<Mremap>): Call {
  const base = { newPages: pages, to: -1, mayMove: false, dontUnmap: false };
  return { call: 'mremap', start, pages, ...base, ...more };
}

/** MREMAP_FIXED of the same size. */
export const moveTo = (start: number, pages: number, to: number): Call =>
  mremap(start, pages, { to, mayMove: true });
