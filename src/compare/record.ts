/**
 * The data of a run that a comparison stores: its counts, the summaries of its times, and the times
 * themselves, so that the times of all seeds can be pooled. It is plain data that can be sent and
 * saved.
 */
import { Samples, type SavedSamples } from '../base/statistics.ts';
import type { Counters, EndReason, Outcome, Summary, Tearing } from '../world/outcome.ts';

/** One run. The keys are in the order in which they are printed. */
export interface RunSummary {
  readonly strategy: string;
  readonly seed: string;
  readonly ended: EndReason;
  readonly complete: boolean;
  readonly simulatedNs: number;
  readonly events: number;
  readonly totals: Counters;
  readonly tearing: Tearing;
  /** Summed over all readers. */
  readonly passNs: Summary;
  readonly readNs: Summary;
  /** Times of all writers. */
  readonly writer: {
    readonly ops: number;
    readonly errors: Readonly<Record<string, number>>;
    readonly opNs: Summary;
    readonly lockWaitNs: Summary;
    readonly drainWaitNs: Summary;
  };
}

export const POOL_KEYS = ['passNs', 'readNs', 'opNs', 'lockWaitNs', 'drainWaitNs'] as const;
type PoolKey = (typeof POOL_KEYS)[number];
export type SavedPool = Readonly<Record<PoolKey, SavedSamples>>;

/** The times of several runs together. */
export class Pool {
  readonly samples: Readonly<Record<PoolKey, Samples>>;

  constructor(samples: Readonly<Record<PoolKey, Samples>> = byKey(() => new Samples())) {
    this.samples = samples;
  }

  merge(other: Pool): void {
    for (const key of POOL_KEYS) this.samples[key].merge(other.samples[key]);
  }

  save(): SavedPool {
    return byKey((key) => this.samples[key].save());
  }

  static restored(saved: SavedPool): Pool {
    return new Pool(byKey((key) => Samples.restored(saved[key])));
  }
}

export function summaryOf(outcome: Outcome): { readonly run: RunSummary; readonly pool: Pool } {
  const { readers, writers } = outcome;
  const pool = new Pool();
  for (const { samples } of readers) {
    pool.samples.passNs.merge(samples.passNs);
    pool.samples.readNs.merge(samples.readNs);
  }
  const errors: Record<string, number> = {};
  for (const writer of writers) {
    pool.samples.opNs.merge(writer.samples.opNs);
    pool.samples.lockWaitNs.merge(writer.samples.lockWaitNs);
    pool.samples.drainWaitNs.merge(writer.samples.drainWaitNs);
    for (const [errno, count] of Object.entries(writer.errors)) {
      errors[errno] = (errors[errno] ?? 0) + count;
    }
  }
  const summaries = byKey((key) => pool.samples[key].summary());
  const run: RunSummary = {
    strategy: outcome.strategy,
    seed: outcome.seed,
    ended: outcome.ended,
    complete: outcome.complete,
    simulatedNs: outcome.simulatedNs,
    events: outcome.events,
    totals: outcome.totals,
    tearing: outcome.tearing,
    passNs: summaries.passNs,
    readNs: summaries.readNs,
    writer: {
      ops: writers.reduce((sum, { ops }) => sum + ops, 0),
      errors: Object.fromEntries(Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1))),
      opNs: summaries.opNs,
      lockWaitNs: summaries.lockWaitNs,
      drainWaitNs: summaries.drainWaitNs,
    },
  };
  return { run, pool };
}

function byKey<T>(make: (key: PoolKey) => T): Record<PoolKey, T> {
  return Object.fromEntries(POOL_KEYS.map((key) => [key, make(key)])) as Record<PoolKey, T>;
}
