/**
 * The outcome that every driver returns: plain data, the only input of reports.
 *
 * The keys of Counters and Tearing, their order and their meaning are fixed by the output format
 * (`mapsim/run@1`); `COUNTER_KEYS` and `TEARING_KEYS` are that order.
 */

import type { Samples, Summary } from '../base/statistics.ts';
import { TEXT_COUNTS } from '../oracle/verdict.ts';
import type { Cause } from '../proc/strategy.ts';

export type { Summary } from '../base/statistics.ts';
export { ATTEMPTS_MAX } from '../proc/reader.ts';
export { CAUSES, type Cause } from '../proc/strategy.ts';
export type { OperationRecord } from '../writers/writer.ts';

export const COUNTER_KEYS = [
  'passesStarted',
  'passesFinished',
  'passesStarved',
  'passesCut',
  'reads',
  'lines',
  'bytes',
  'retries',
  'fallbacks',
  'discardedRecords',
  'discardedLines',
  'discardedBytes',
  'overflowLines',
  'mmapReadLocks',
  'mmapReadLockWaitNs',
  'mmapReadLockHoldNs',
  'vmaReadLocks',
  'fallbackReads',
  'fallbackPasses',
] as const;
export type CounterKey = (typeof COUNTER_KEYS)[number];
export type Counters = Record<CounterKey, number>;

/** Counts over finished passes. */
export const TEARING_KEYS = ['tornPasses', ...TEXT_COUNTS] as const;
export type TearingKey = (typeof TEARING_KEYS)[number];
export type Tearing = Record<TearingKey, number>;

export interface ReaderOutcome {
  readonly name: string;
  readonly strategy: string;
  readonly counters: Counters;
  readonly tearing: Tearing;
  readonly failedByCause: Record<Cause, number>;
  /** Number of records (or pages) that took 1, 2, 3, … attempts; the 64th is for 64 or more. */
  readonly attempts: readonly number[];
  /** What an attempt covers. Never printed by itself. */
  readonly attemptsAt: 'record' | 'page';
  readonly passNs: Summary;
  readonly readNs: Summary;
  readonly rcuSectionMaxNs: number;
  /** The times behind the summaries, so that readers can be pooled. Never printed. */
  readonly samples: Readonly<Record<'passNs' | 'readNs', Samples>>;
}

export interface WriterOutcome {
  readonly name: string;
  readonly ops: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly opNs: Summary;
  readonly lockWaitNs: Summary;
  readonly drainWaitNs: Summary;
  /** The times behind the summaries, as for readers. */
  readonly samples: Readonly<Record<'opNs' | 'lockWaitNs' | 'drainWaitNs', Samples>>;
}

/** One pass whose text was requested. */
export interface PassRecord {
  readonly reader: string;
  readonly index: number; // from 0
  readonly startNs: number; // entry of the first read()
  readonly endNs: number; // return of the last read()
  readonly torn: boolean;
  readonly tearing: Tearing; // tornPasses is 0 or 1
  readonly finished: boolean;
  /** The bytes that read() returned. */
  readonly text: Uint8Array;
  /**
   * Cuts in rising order. `line`: the cut is before this line (from 0; the number of lines: after
   * the last). `inPage`: between two lines of one page.
   */
  readonly cuts: readonly { readonly line: number; readonly inPage: boolean }[];
}

/** A pass that was retrying one record or page when the run ended. */
export interface StarvedPass {
  readonly reader: string;
  readonly pass: number;
  /** Address of the lookup, `0x…`. */
  readonly address: string;
  readonly failedAttempts: number;
}

export type EndReason =
  | 'passes'
  | 'ops'
  | 'duration'
  | 'max-events'
  | 'history-full' // one pass had more distinct states than the oracle stores
  | 'kernel-fault' // a sanitizer or lockdep would have reported it
  | 'livelock'
  | 'starved' // a reader took very many steps at one record without progress
  | 'interrupted';

/** The last steps of a task, oldest first. */
export interface StepStack {
  readonly task: string;
  readonly steps: readonly { readonly atNs: number; readonly step: string }[];
}

/** A fault of the simulated kernel, as a sanitizer would report it. */
export interface KernelFaultReport {
  readonly kind: string;
  readonly message: string;
  readonly atNs: number;
  readonly by: StepStack;
  /** For a use after free: the task that freed the object. */
  readonly freedBy: StepStack | null;
}

export interface Outcome {
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly strategy: string; // `mixed` where readers differ, `none` without readers
  readonly seed: string;
  readonly simulatedNs: number;
  readonly events: number;
  /** True when the run ended by passes, ops or duration. */
  readonly complete: boolean;
  readonly ended: EndReason;
  readonly totals: Counters;
  readonly tearing: Tearing;
  readonly readers: readonly ReaderOutcome[];
  readonly writers: readonly WriterOutcome[];
  readonly passes: readonly PassRecord[];
  readonly starved: readonly StarvedPass[];
  readonly kernelFault: KernelFaultReport | null;
  /**
   * The state of the run at `atNs` equals the state at `atNs - periodNs`: the run repeats for ever.
   */
  readonly livelock: { readonly atNs: number; readonly periodNs: number } | null;
  /** Readers whose passes begin in few of 64 phases of the operations of writers. */
  readonly recurring: readonly { readonly reader: string; readonly phases: number }[];
}
