/** A recorded timed run again: by its record alone, or its writers' part under another strategy. */
import type { Choice } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Misfit } from '../sim/schedule.ts';
import { stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { EndReason, Outcome } from '../world/outcome.ts';
import type { World } from '../world/world.ts';
import type { Machine } from './machine.ts';
import { OwnCpus } from './own-cpus.ts';
import type { RunRecord } from './record.ts';
import { RecordedCpus, RecordMisfit } from './recorded-cpus.ts';
import { type RunRequest, TimedRun } from './timed.ts';

interface ReplayedRun {
  readonly outcome: Outcome;
  readonly misfit: Misfit | null;
}

/** Ends that the steps alone do not bring about. */
const ENDED_FROM_OUTSIDE: readonly EndReason[] = ['interrupted', 'livelock', 'max-events'];

/** @param strategy of the readers; null: each its own */
export function replayRecord(
  scenario: Scenario,
  record: RunRecord,
  { strategy, strategies }: { strategy: Choice | null; strategies: Strategies },
): ReplayedRun {
  const { ended, livelock, steps } = record.end;
  let cpus: RecordedCpus | undefined;
  const run = new TimedRun(scenario, {
    ...requestOf(record, strategy, strategies),
    maxEvents: Number.POSITIVE_INFINITY,
    machine: (world) => {
      cpus = new RecordedCpus(world, record.items);
      return cpus;
    },
  });
  const misfit = misfitOf(() => {
    const over = run.advance(steps) || (ended === 'duration' && run.advance(1));
    if (!over && !ENDED_FROM_OUTSIDE.includes(ended)) {
      throw new RecordMisfit(steps + 1, `the record ends by ${ended} here, the run does not`);
    }
    if (cpus!.steps < steps) {
      throw new RecordMisfit(cpus!.steps + 1, 'the run ends before this step, the record goes on');
    }
  });
  run.end(misfit === null ? ended : 'interrupted');
  return { outcome: { ...run.outcome(), livelock }, misfit };
}

function misfitOf(action: () => void): Misfit | null {
  try {
    action();
  } catch (error) {
    if (!(error instanceof RecordMisfit)) throw error;
    return { step: error.step, error: error.message };
  }
  return null;
}

/**
 * Another strategy for the readers, at their own costs; each operation of a writer begins when it
 * began in the record, or as soon as its writer is back from the one before. Operations that the
 * record does not have come at the writers' own times.
 */
export function carryRecord(
  scenario: Scenario,
  record: RunRecord,
  means: Pick<RunRequest, 'maxEvents' | 'onOperation' | 'strategies'> & {
    readonly strategy: Choice;
  },
): Outcome {
  if (scenario.machine.cpus !== null) {
    throw new UserError(
      '--carry-to: a recorded run is carried only where every task has a CPU of its own ' +
        '(no machine: cpus), since a task that is put off would keep the CPU from others',
    );
  }
  const { strategy, strategies, ...rest } = means;
  const run = new TimedRun(scenario, {
    ...requestOf(record, strategy, strategies),
    ...rest,
    machine: (world) => paced(world, record),
  });
  run.advance(Number.POSITIVE_INFINITY);
  return run.outcome();
}

function requestOf(
  { head }: RunRecord,
  strategy: Choice | null,
  strategies: Strategies,
): Omit<RunRequest, 'maxEvents'> {
  return {
    seed: head.seed,
    passes: head.passes,
    strategies,
    ...(strategy === null ? {} : { strategy }),
    ...(head.durationNs === null ? {} : { durationNs: head.durationNs }),
  };
}

/** The step with which a writer draws its next operation. */
const BEGINS = 'nextOperation';

function begins({ step }: Task): boolean {
  return stepName(step) === BEGINS;
}

/** CPUs of their own, on which no operation begins before its time. */
function paced({ kernel: k }: World, { items }: RunRecord): Machine {
  const cpus = new OwnCpus(k);
  const startsNs = k.tasks.map((): number[] => []);
  for (const { task, name, atNs } of items) if (name === BEGINS) startsNs[task]?.push(atNs);
  /** By task: operations begun. */
  const begun = new Int32Array(k.tasks.length);
  /** When the record begins the operation that the task is about to begin, if it does. */
  const recordedNs = (task: Task): number | undefined =>
    begins(task) ? startsNs[task.id]![begun[task.id]!] : undefined;
  const notBefore = (task: Task, dueNs: number): number =>
    Math.max(dueNs, recordedNs(task) ?? dueNs);
  const { wakeUp } = k;
  // A writer that is late does not think.
  k.wakeUp = (task, delayNs) =>
    wakeUp(task, Math.max((recordedNs(task) ?? k.nowNs + delayNs) - k.nowNs, 0));
  return {
    get nextNs() {
      return cpus.nextNs;
    },
    start: (task, atNs) => cpus.start(task, notBefore(task, atNs)),
    next: () => {
      const id = cpus.next();
      const task = k.tasks[id];
      if (task !== undefined && begins(task)) begun[id]!++;
      return id;
    },
    goesOn: (task, nowNs, spentNs) => {
      const goesOn = cpus.goesOn(task, nowNs, notBefore(task, nowNs + spentNs) - nowNs);
      if (goesOn && begins(task)) begun[task.id]!++;
      return goesOn;
    },
    // While the record has times to come, states that look alike may go on differently.
    dueIn: (nowNs) => {
      const toCome = startsNs.some((starts, id) => begun[id]! < starts.length);
      return toCome ? null : cpus.dueIn(nowNs);
    },
    parked: (task) => cpus.parked(task),
    done: () => cpus.done(),
  };
}
