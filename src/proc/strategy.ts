/**
 * The contract between the printing loop and a reader strategy.
 *
 * The loop (maps.ts, query.ts) calls the hooks of a strategy and never asks which strategy it is; a
 * strategy supplies the hooks and never prints. A strategy file of the user has the same contract.
 *
 * Source of this split: v6.17 fs/proc/task_mmu.c lock_vma_range, get_next_vma, unlock_vma_range.
 */
import type { CostName } from '../mm/costs.ts';
import type { KernelStep } from '../mm/kernel.ts';

/** What the line of a record is made from. */
export const LIVE_VMA = 0; // the VMA itself; a lock keeps it still
export const VMA_COPY = 1; // reader.copy
export const UNPROTECTED_VMA = 2; // the VMA itself, field by field, as it changes

/**
 * Positions of the file that are no page, as in the kernel: SENTINEL_VMA_GATE, SENTINEL_VMA_END.
 */
export const POS_GATE = -2;
export const POS_END = -1;

/** Why m_stop() is called. */
export const STOP_FULL = 0; // page or user buffer full
export const STOP_END = 1; // nothing left to print
export const STOP_GROW = 2; // a record longer than the buffer

/** Why an attempt failed, or why the fast path of VMA locks was left; the order of the output. */
export const CAUSES = [
  'sequence',
  'odd',
  'filePin',
  'namePin',
  'detached',
  'locked',
  'gap',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Each includes those before it; `name`: the range of one state with the label of another. */
export const TEARING_LEVELS = [
  'none',
  'between-pages',
  'between-vmas',
  'name',
  'within-vma',
] as const;
export type TearingLevel = (typeof TEARING_LEVELS)[number];

export const GAP_LEVELS = ['none', 'transient', 'false'] as const;
export type GapLevel = (typeof GAP_LEVELS)[number];

/**
 * Each hook is the first of one or more steps. The last of them returns `reader.ret` to go on; any
 * of `getNextVma` and `unlockVmaRange` may end in `reader.redo` instead, to throw away the page
 * that this m_start began: index, count and position go back to what they were then. Whoever
 * returns `redo` has let go of everything. Text of an earlier page that the user already has stays
 * handed out.
 *
 * @typeParam R the reader, which knows its strategy (reader.ts)
 */
export interface StrategyFor<R> {
  /** Canonical name, with the options that differ from their defaults. */
  readonly name: string;
  /**
   * read() of maps through a seq_file, or a walk by PROCMAP_QUERY: start, one VMA, stop, each call.
   */
  readonly medium: 'seq' | 'query';
  /** The worst tearing that it may show. */
  readonly tearing: TearingLevel;
  /** The worst gap that it may show where memory was mapped all the time. */
  readonly gaps: GapLevel;
  /** `unbounded`: a writer may hold the reader up for ever. */
  readonly progress: 'bounded' | 'unbounded';
  /** An attempt is at a whole page, not at one record. */
  readonly attemptsAt?: 'page';
  /** It tries again at once, for as long as need be: where that costs nothing it would not end. */
  readonly spins?: { readonly option: string; readonly cost: CostName };
  /**
   * It looks at vm_refcnt and vm_lock_seq. Where no reader does, a search need not tell the moments
   * apart at which writers change them.
   */
  readonly vmaLocks?: true;
  /** Numeric fields of its own in `reader.local`, all 0 at the start; saved with the world. */
  readonly locals?: readonly string[];
  /** Where the next read() takes up: the start of the pending VMA, or the end of the last shown. */
  readonly resumeAt: 'pending-start' | 'shown-end';
  /** m_start() that finds nothing leaves the position, so that a later read() looks again. */
  readonly endStays?: true;
  /** Once a pass, before the first read(). */
  readonly openFile?: KernelStep<R>;
  /** From m_start(). */
  readonly lockVmaRange: KernelStep<R>;
  /** Sets reader.found (NO_VMA at the end) and reader.source: what the line is made from. */
  readonly getNextVma: KernelStep<R>;
  /** After each show_map(): pins, locks on the record. */
  readonly putVma?: KernelStep<R>;
  /** From m_stop(); reader.stopFor says why. Also drops what a record not shown still holds. */
  readonly unlockVmaRange: KernelStep<R>;
  /** At the end of a pass. */
  readonly releaseFile?: KernelStep<R>;
}
