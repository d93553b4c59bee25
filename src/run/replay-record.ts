/** Replays a recorded timed run: the whole record, or only its writers under another strategy. */
import type { Choice } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { Kernel } from '../mm/kernel.ts';
import type { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Misfit } from '../sim/schedule.ts';
import { stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { EndReason, Outcome } from '../world/outcome.ts';
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
    machine: () => (cpus = new RecordedCpus(scenario, record.items)),
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
    machine: () => new PacedCpus(record),
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
const BEGINS = '(next_operation)';

function begins(task: Task): boolean {
  return stepName(task) === BEGINS;
}

/** CPUs of their own, on which no operation begins before its time. */
class PacedCpus extends OwnCpus {
  readonly #items: RunRecord['items'];
  #k!: Kernel;
  /** By task: when the record begins its operations, and how many have begun. */
  #startsNs: number[][] = [];
  #begun = new Int32Array();

  constructor({ items }: RunRecord) {
    super();
    this.#items = items;
  }

  override boots(k: Kernel): void {
    super.boots(k);
    this.#k = k;
    this.#startsNs = k.tasks.map(() => []);
    this.#begun = new Int32Array(k.tasks.length);
    for (const { task, name, atNs } of this.#items) {
      if (name === BEGINS) this.#startsNs[task]?.push(atNs);
    }
  }

  /** When the record begins the operation that the task is about to begin, if it does. */
  #recordedNs(task: Task): number | undefined {
    return begins(task) ? this.#startsNs[task.id]![this.#begun[task.id]!] : undefined;
  }

  #notBefore(task: Task, dueNs: number): number {
    return Math.max(dueNs, this.#recordedNs(task) ?? dueNs);
  }

  /** A writer that is late does not think. */
  override wakeUp(task: Task, delayNs: number): void {
    const { nowNs } = this.#k;
    super.wakeUp(task, Math.max((this.#recordedNs(task) ?? nowNs + delayNs) - nowNs, 0));
  }

  override start(task: Task, atNs: number): void {
    super.start(task, this.#notBefore(task, atNs));
  }

  override next(): number {
    const id = super.next();
    const task = this.#k.tasks[id];
    if (task !== undefined && begins(task)) this.#begun[id]!++;
    return id;
  }

  override goesOn(task: Task, nowNs: number, spentNs: number): boolean {
    const goesOn = super.goesOn(task, nowNs, this.#notBefore(task, nowNs + spentNs) - nowNs);
    if (goesOn && begins(task)) this.#begun[task.id]!++;
    return goesOn;
  }

  /** While the record has times to come, states that look alike may go on differently. */
  override dueIn(nowNs: number): readonly number[] | null {
    const toCome = this.#startsNs.some((starts, id) => this.#begun[id]! < starts.length);
    return toCome ? null : super.dueIn(nowNs);
  }
}
