/**
 * Makes many runs: first in this thread, and after some time in worker threads. Results come in the
 * order of the units, and do not depend on the number of threads.
 */

import { performance } from 'node:perf_hooks';
import { counted } from '../base/counted.ts';
import { CHUNK_MAX, Dealer } from '../base/pool.ts';
import type { Strategies } from '../readers/index.ts';
import { TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  type BatchRequest,
  type RunUnit,
  UnitCrash,
  type UnitResult,
  unitRequest,
  unitResult,
} from './batch-unit.ts';
import type { CommandContext } from './command.ts';
import type { Interrupt } from './interrupt.ts';
import { Progress, type ProgressChoice } from './progress.ts';
import { driveSlices, turnOfEventLoop } from './sliced-run.ts';
import { runThreads } from './threads.ts';
import type { RunsChunk } from './worker.ts';

export interface Batch {
  readonly scenarios: readonly Scenario[];
  readonly units: readonly RunUnit[];
  /** Which of the units to run, rising. */
  readonly chosen: readonly number[];
  readonly request: BatchRequest;
  readonly strategies: Strategies;
  /** Threads at most. */
  readonly jobs: number;
}

interface BatchHooks {
  readonly interrupt: Interrupt;
  /** Called for each chosen unit, in their order. */
  readonly release: (unit: number, result: UnitResult) => void;
  readonly progress: ProgressChoice;
  /** Asked now and then; true ends the batch. */
  readonly stop?: () => boolean;
  /** Resolves when what was released has been taken; asked for now and then. */
  readonly drained?: () => Promise<void>;
}

/** So long signals and output may wait. */
const TURN_MS = 25;

/** Results are some KiB each; neither a slow reader nor one slow run may fill the memory. */
const UNDER_WAY_MAX = 4096;

/** Shorter batches are over before a thread has started. */
const ALONE_MS = 100;

interface BatchProgress {
  readonly runs: number;
  readonly of: number;
  readonly fraction: number | null;
  readonly elapsedSeconds: number;
  /** Seconds that are left, by the pace so far; null where there is none yet. */
  readonly leftSeconds: number | null;
}

/** Resolves when all chosen units are done or a signal came. */
export async function runBatch(
  batch: Batch,
  hooks: BatchHooks,
  { io }: CommandContext,
): Promise<void> {
  const startMs = performance.now();
  const dealer = new Dealer<UnitResult>(batch.chosen, batch.jobs);
  const progress = new Progress<BatchProgress>(io, hooks.progress, startMs, sentence);
  let leastLeft = Number.POSITIVE_INFINITY;
  const tell = (nowMs: number): void => {
    progress.update(nowMs, () => {
      const now = progressOf(dealer.finished, batch.chosen.length, nowMs - startMs);
      // The first runs are slow, before there are threads: what is left never grows.
      leastLeft = Math.min(leastLeft, now.leftSeconds ?? leastLeft);
      return now.leftSeconds === null ? now : { ...now, leftSeconds: leastLeft };
    });
  };
  const file = batch.jobs > 1 ? io.workerFile : undefined;
  try {
    const stop = () => hooks.interrupt.caught !== null || hooks.stop?.() === true;
    const untilMs = file === undefined ? Number.POSITIVE_INFINITY : startMs + ALONE_MS;
    await runHere(batch, { ...hooks, dealer, tell, stop, untilMs });
    if (dealer.allReleased || stop() || file === undefined) return;
    const job = { kind: 'runs', request: batch.request } as const;
    const runs = (indices: readonly number[], known: Set<number>) => told(batch, indices, known);
    const look = (): boolean => {
      tell(performance.now());
      return stop();
    };
    const { release, drained = () => Promise.resolve() } = hooks;
    const underWayMax = Math.max(UNDER_WAY_MAX, 2 * batch.jobs * CHUNK_MAX);
    const threaded = { job, dealer, runs, release, drained, underWayMax };
    await runThreads(threaded, { file, jobs: batch.jobs, look });
  } finally {
    progress.clear();
  }
}

/** Runs for a thread, with the scenarios that it does not know yet. */
function told(
  { scenarios, units }: Batch,
  indices: readonly number[],
  known: Set<number>,
): RunsChunk {
  const wanted = new Set(indices.map((index) => units[index]!.scenario));
  const missing = [...wanted].filter((index) => !known.has(index));
  for (const index of missing) known.add(index);
  return {
    scenarios: missing.map((index) => ({ index, scenario: scenarios[index]! })),
    units: indices.map((index) => units[index]!),
  };
}

async function runHere(
  batch: Batch,
  means: Pick<BatchHooks, 'release' | 'drained'> & {
    stop: () => boolean;
    dealer: Dealer<UnitResult>;
    tell: (nowMs: number) => void;
    untilMs: number;
  },
): Promise<void> {
  const { dealer, untilMs } = means;
  const nowMs = () => performance.now();
  const stop = () => means.stop() || nowMs() >= untilMs;
  let turnMs = nowMs();
  while (!dealer.allDealt && !stop()) {
    if (nowMs() - turnMs >= TURN_MS) {
      // Runs may be over in one slice each: signals and output need their turn all the same.
      await turnOfEventLoop();
      await means.drained?.();
      turnMs = nowMs();
    }
    const [index] = dealer.deal(1);
    const result = await runUnit(batch, index!, { nowMs, between: means.tell, stop });
    if (result === null) {
      dealer.takeBack(index!); // begun anew by a thread, or not at all
      return;
    }
    for (const ready of dealer.done(index!, result)) means.release(ready.unit, ready.result);
    means.tell(nowMs());
  }
}

/** null if it was stopped before its end. */
async function runUnit(
  batch: Batch,
  index: number,
  slices: Parameters<typeof driveSlices>[1],
): Promise<UnitResult | null> {
  const unit = batch.units[index]!;
  try {
    const request = unitRequest(unit, batch.request, batch.strategies);
    const run = new TimedRun(batch.scenarios[unit.scenario]!, request);
    await driveSlices(run, slices);
    const outcome = run.outcome();
    return outcome.ended === 'interrupted' ? null : unitResult(outcome, batch.request);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    throw new UnitCrash(index, message, stack);
  }
}

function progressOf(runs: number, of: number, spentMs: number): BatchProgress {
  const leftSeconds = runs === 0 ? null : Math.ceil(((spentMs / runs) * (of - runs)) / 1000);
  const elapsedSeconds = Math.floor(spentMs / 1000);
  return { runs, of, fraction: of === 0 ? 1 : runs / of, elapsedSeconds, leftSeconds };
}

function sentence({ runs, of, elapsedSeconds, leftSeconds }: BatchProgress): string {
  const left = leftSeconds === null ? '' : `, ${clock(leftSeconds)} left`;
  return `mapsim: ${runs} of ${counted(of, 'run')}, ${clock(elapsedSeconds)} so far${left}`;
}

function clock(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
