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

/** The source from which the line of a record is made. */
export const LIVE_VMA = 0; // the VMA itself; a lock keeps it still
export const VMA_COPY = 1; // reader.copy
export const UNPROTECTED_VMA = 2; // the VMA itself, field by field, as it changes

/**
 * File positions that are not pages, as in the kernel: SENTINEL_VMA_GATE, SENTINEL_VMA_END.
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

/** Each level includes those before it; `name`: the range of one state with the name of another. */
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
 * Each hook is the first of one or more steps. The last of these steps returns `reader.ret` to
 * continue. A step of `getNextVma` and `unlockVmaRange` may return `reader.redo` instead, to
 * discard the page that this m_start began: index, count and position are reset to their values at
 * m_start. A step that returns `redo` must have released everything. Text of an earlier page stays
 * with the user.
 *
 * @typeParam R the reader, which knows its strategy (reader.ts)
 */
export interface StrategyFor<R> {
  /** Canonical name, with the options that differ from their defaults. */
  readonly name: string;
  /**
   * `seq`: read() of maps through a seq_file. `query`: a walk with PROCMAP_QUERY, where each call
   * has a start, one VMA and a stop.
   */
  readonly medium: 'seq' | 'query';
  /** The worst tearing that the strategy may show. */
  readonly tearing: TearingLevel;
  /** The worst gap that the strategy may show where memory was mapped all the time. */
  readonly gaps: GapLevel;
  /** `unbounded`: a writer may delay the reader for ever. */
  readonly progress: 'bounded' | 'unbounded';
  /** An attempt covers a whole page, not one record. */
  readonly attemptsAt?: 'page';
  /** It retries at once without a limit, so a run would not end if `cost` is 0. */
  readonly spins?: { readonly option: string; readonly cost: CostName };
  /**
   * It reads vm_refcnt and vm_lock_seq. If no reader does, a search need not distinguish the
   * moments at which writers change them.
   */
  readonly vmaLocks?: true;
  /** Names of its own numeric fields in `reader.local`, 0 at the start; saved with the world. */
  readonly locals?: readonly string[];
  /**
   * Where the next read() continues: at the start of the pending VMA, or the end of the last shown.
   */
  readonly resumeAt: 'pending-start' | 'shown-end';
  /** An m_start() that finds nothing keeps the position, so that a later read() looks again. */
  readonly endStays?: true;
  /** Called once per pass, before the first read(). */
  readonly openFile?: KernelStep<R>;
  /** Called from m_start(). */
  readonly lockVmaRange: KernelStep<R>;
  /** Sets reader.found (NO_VMA at the end), and reader.source, from which the line is made. */
  readonly getNextVma: KernelStep<R>;
  /** Called after each show_map(): releases pins and locks of the record. */
  readonly putVma?: KernelStep<R>;
  /**
   * Called from m_stop(); reader.stopFor is the reason. Also releases what an unshown record holds.
   */
  readonly unlockVmaRange: KernelStep<R>;
  /** Called at the end of a pass. */
  readonly releaseFile?: KernelStep<R>;
}
