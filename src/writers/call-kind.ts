/**
 * The description of one kind of system call: `munmap.ts` and similar files each make one, and
 * `index.ts` lists them.
 */
import type { CostName } from '../mm/costs.ts';
import type { Layout } from '../mm/layout.ts';
import type { Call, CallOf, Plan } from '../mm/plan.ts';

/** What a call has done, for those who undo it. */
export interface Done {
  readonly plan: Plan;
  /** mm->brk in pages when its operation began. */
  readonly oldBrk: number;
  nameText(name: number): string;
  isAnonShmem(file: number): boolean;
}

export interface CallKind<Name extends Call['call']> {
  /** The whole course of the call, as its task sees the address space with mmap_lock held. */
  plan(layout: Layout, call: CallOf<Name>): Plan;
  /** The plan of a call that ends before it asks for mmap_lock, or null. Looks at no VMA. */
  planBefore?(layout: Layout, call: CallOf<Name>): Plan | null;
  /** What it usually costs, without a look at the address space. */
  usualCost(call: CallOf<Name>): CostName;
  /** What it costs as the address space now is, where that differs. Changes nothing. */
  costNow?(layout: Layout, call: CallOf<Name>): CostName;
  /** The calls that undo it; left out where `restore` has nothing to undo. */
  undo?(call: CallOf<Name>, done: Done): Call[];
}
