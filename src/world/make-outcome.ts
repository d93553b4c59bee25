/** A world at the end of a run, as plain data. */
import type { Reader } from '../proc/reader.ts';
import type { Writer } from '../writers/writer.ts';
import type { TimedWorld } from './build.ts';
import {
  CAUSES,
  type Cause,
  COUNTER_KEYS,
  type Counters,
  type EndReason,
  type KernelFaultReport,
  type Outcome,
  type ReaderOutcome,
  type StarvedPass,
  TEARING_KEYS,
  type Tearing,
  type WriterOutcome,
} from './outcome.ts';
import { noTearing, type PassWatch, type ReaderWatch } from './pass-watch.ts';
import type { World } from './world.ts';

const PAGE_BITS = 12n;

export function makeOutcome(
  { world, watch }: TimedWorld,
  run: {
    readonly ended: EndReason;
    readonly events: number;
    readonly kernelFault: KernelFaultReport | null;
    readonly livelock: Outcome['livelock'];
  },
): Outcome {
  const starved: StarvedPass[] = [];
  for (const r of world.readers) {
    if (!r.inPass) continue;
    if (r.failedHere > 0) starved.push(starvedPass(r));
    watch.passGivenUp(r);
  }
  const readers = world.readers.map((r) => readerOutcome(watch.of(r), r));
  const strategies = new Set(readers.map((reader) => reader.strategy));
  const [only] = strategies;
  return {
    scenario: { name: world.scenario.name, sha256: world.scenario.sha256 },
    strategy: only === undefined ? 'none' : strategies.size > 1 ? 'mixed' : only,
    seed: world.seed,
    simulatedNs: world.kernel.nowNs,
    events: run.events,
    complete: run.ended === 'passes' || run.ended === 'ops' || run.ended === 'duration',
    ended: run.ended,
    totals: sumCounters(readers),
    tearing: sumTearing(readers),
    readers,
    writers: world.writers.map(writerOutcome),
    passes: watch.passes,
    starved,
    kernelFault: run.kernelFault,
    livelock: run.livelock,
    recurring: recurring(world, watch),
  };
}

/** The counts of a run under way. */
export function countsSoFar({ world, watch }: TimedWorld): Pick<Outcome, 'totals' | 'tearing'> {
  const readers = world.readers.map((r) => readerOutcome(watch.of(r), r));
  return { totals: sumCounters(readers), tearing: sumTearing(readers) };
}

/** The time from one operation to the next is looked at in so many parts. */
const PHASES = 64;
/** Passes that begin in so few of them only walk in step with the writers. */
const FEW_PHASES = 6;
const PASSES_MIN = 50;

/** Two loops that walk in step meet in the same way each time: what they count says little. */
function recurring({ kernel, readers, writers }: World, watch: PassWatch): Outcome['recurring'] {
  const operations = writers.reduce((sum, w) => sum + w.opsDone, 0);
  const periodNs = kernel.nowNs / operations;
  return readers.flatMap((r) => {
    const { phasesNs } = watch.of(r);
    const phases = new Set(phasesNs.map((ns) => Math.floor((PHASES * ns) / periodNs))).size;
    const enough = phasesNs.length >= PASSES_MIN && operations >= phasesNs.length / 4;
    return enough && phases <= FEW_PHASES ? [{ reader: r.name, phases }] : [];
  });
}

function starvedPass(r: Reader): StarvedPass {
  const page = Math.max(r.strategy.resumeAt === 'pending-start' ? r.redoPos : r.shownEnd, 0);
  return {
    reader: r.name,
    pass: r.passIndex,
    address: `0x${(BigInt(page) << PAGE_BITS).toString(16)}`,
    failedAttempts: r.failedHere,
  };
}

function readerOutcome(watch: ReaderWatch, r: Reader): ReaderOutcome {
  const starved = r.inPass && r.failedHere > 0;
  const counters: Counters = {
    ...r.counts,
    passesStarved: starved ? 1 : 0,
    // From open() on, though it may not have read yet.
    passesCut: r.counts.passesStarted - r.counts.passesFinished - (starved ? 1 : 0),
    mmapReadLocks: r.mmapReadLocks,
    mmapReadLockWaitNs: r.readLockWaitNs,
    mmapReadLockHoldNs: r.readLockHoldNs,
    fallbackReads: watch.fallbackReads,
    fallbackPasses: watch.fallbackPasses,
  };
  const causes = CAUSES.map((key, i): [Cause, number] => [key, r.failedByCause[i]!]);
  return {
    name: r.name,
    strategy: r.strategy.name,
    counters: ordered(COUNTER_KEYS, counters),
    tearing: watch.tearing,
    failedByCause: Object.fromEntries(causes) as Record<Cause, number>,
    attempts: [...r.attempts.subarray(0, r.attempts.findLastIndex((n) => n > 0) + 1)],
    attemptsAt: r.strategy.attemptsAt ?? 'record',
    passNs: watch.passNs.summary(),
    readNs: watch.readNs.summary(),
    rcuSectionMaxNs: r.rcuSectionMaxNs,
    samples: { passNs: watch.passNs, readNs: watch.readNs },
  };
}

function writerOutcome(w: Writer): WriterOutcome {
  const errors = Object.fromEntries([...w.errors].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    name: w.name,
    ops: w.opsDone,
    errors,
    opNs: w.opNs.summary(),
    lockWaitNs: w.lockWaitNs.summary(),
    drainWaitNs: w.drainNs.summary(),
    samples: { opNs: w.opNs, lockWaitNs: w.lockWaitNs, drainWaitNs: w.drainNs },
  };
}

function ordered<K extends string>(keys: readonly K[], from: Record<K, number>): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Record<K, number>;
}

function sumCounters(readers: readonly ReaderOutcome[]): Counters {
  const sums = Object.fromEntries(COUNTER_KEYS.map((key) => [key, 0])) as Counters;
  for (const reader of readers) {
    for (const key of COUNTER_KEYS) sums[key] += reader.counters[key];
  }
  return sums;
}

function sumTearing(readers: readonly ReaderOutcome[]): Tearing {
  const sums = noTearing();
  for (const reader of readers) for (const key of TEARING_KEYS) sums[key] += reader.tearing[key];
  return sums;
}
