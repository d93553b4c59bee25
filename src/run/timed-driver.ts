/**
 * The hot loop of timed runs: events in the order of (time, sequence); each step takes effect at
 * its time and delays its task by its cost. The Machine decides which task runs on which CPU.
 *
 * The driver runs in slices, so that its caller can show progress and react to interrupts.
 */
import { InternalError } from '../base/assert.ts';
import { UserError } from '../base/errors.ts';
import type { Kernel } from '../mm/kernel.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { Reader } from '../proc/reader.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DONE, PARKED, stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { StepTrace } from '../sim/trace.ts';
import type { TimedWorld } from '../world/build.ts';
import { countsSoFar, makeOutcome } from '../world/make-outcome.ts';
import type { EndReason, KernelFaultReport, Outcome, StepStack } from '../world/outcome.ts';
import type { PassListener } from '../world/pass-watch.ts';
import type { World } from '../world/world.ts';
import { Interrupts } from './interrupts.ts';
import { LivelockWatch } from './livelock.ts';
import { type Machine, NOBODY } from './machine.ts';
import { OwnCpus } from './own-cpus.ts';
import { type CpuListener, SharedCpus } from './shared-cpus.ts';

/** A reader that takes so many steps at one record or page without getting on is starved. */
export const STUCK_STEPS = 1_000_000;

/** How often the size of the oracle's history is looked at. */
const HISTORY_CHECK_EVENTS = 2 ** 16;

/** Hears what a run does, as it does it. */
export interface RunListener {
  /** The world is built. */
  readonly begins?: (world: World) => void;
  readonly passes?: PassListener;
  /** Before each step. */
  readonly step: (task: Task, atNs: number) => void;
  /** Only where tasks share CPUs. */
  readonly cpu: CpuListener;
}

/** The CPUs of a scenario. */
export function machineOf(
  { machine: { cpus, preempt } }: Scenario,
  listener?: RunListener,
): Machine {
  return cpus === null ? new OwnCpus() : new SharedCpus({ cpus, preempt }, listener?.cpu);
}

/** What a driver can be given beside its world. */
interface Means {
  readonly trace?: StepTrace | null;
  readonly listener?: RunListener | undefined;
}

export class TimedDriver {
  readonly #timed: TimedWorld;
  readonly #world: World;
  readonly #kernel: Kernel;
  readonly #tasks: readonly Task[];
  readonly #durationNs: number;
  readonly #maxEvents: number;
  readonly #machine: Machine;
  /** The task that takes the next step, or NOBODY. */
  #current = NOBODY;
  #events = 0;
  #ended: EndReason | null = null;
  #fault: KernelFault | null = null;
  /** Written for the report of a fault only. */
  readonly #trace: StepTrace | null;
  readonly #onStep: RunListener['step'] | null;
  readonly #interrupts: Interrupts | null;
  /** What was freed, and what the task that did it had done. */
  readonly #freed = new Map<string, StepStack>();
  readonly #livelock: LivelockWatch;
  readonly #readerCount: number;
  /** Of each reader: where it stood when it last failed, and its steps there since. */
  readonly #stuck: { at: number; steps: number }[];
  #readersLeft: number;
  #writersLeft: number;
  #historyCheckAt = HISTORY_CHECK_EVENTS;

  constructor(
    timed: TimedWorld,
    machine: Machine,
    limits: { readonly durationNs: number | null; readonly maxEvents: number },
    { trace = null, listener }: Means = {},
  ) {
    this.#trace = trace;
    this.#onStep = listener?.step ?? null;
    const { world } = timed;
    timed.watch.listener = listener?.passes ?? null;
    listener?.begins?.(world);
    this.#timed = timed;
    this.#world = world;
    this.#kernel = world.kernel;
    const { costs, wakeCosts } = world.kernel;
    this.#interrupts = costs.interruptEvery > 0 ? new Interrupts(wakeCosts) : null;
    this.#tasks = world.tasks;
    this.#durationNs = limits.durationNs ?? Number.POSITIVE_INFINITY;
    this.#maxEvents = limits.maxEvents;
    this.#readersLeft = world.readers.length;
    this.#writersLeft = world.writers.length;
    this.#machine = machine;
    this.#livelock = new LivelockWatch(world, this.#machine);
    this.#readerCount = world.readers.length;
    this.#stuck = world.readers.map(() => ({ at: -1, steps: 0 }));
    for (const task of this.#tasks) this.#machine.start(task, world.startNs(task));
    if (this.#readersLeft + this.#writersLeft === 0) this.#ended = 'ops';
    if (trace !== null) {
      world.kernel.noteFree = (what) =>
        this.#freed.set(what, this.#stackOf(this.#tasks[this.#current]!));
    }
  }

  get events(): number {
    return this.#events;
  }

  get traced(): boolean {
    return this.#trace !== null;
  }

  get simulatedNs(): number {
    return this.#kernel.nowNs;
  }

  get durationNs(): number {
    return this.#durationNs;
  }

  /** Takes at most so many steps. Returns true when the run has ended. */
  advance(events: number): boolean {
    try {
      this.#advance(events);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      this.#fault = error;
      this.#ended = 'kernel-fault';
    }
    return this.#ended !== null;
  }

  #advance(events: number): void {
    const k = this.#kernel;
    const machine = this.#machine;
    const until = Math.min(this.#events + events, this.#maxEvents);
    while (this.#ended === null && this.#events < until) {
      if (this.#current === NOBODY) this.#current = machine.next();
      if (this.#current === NOBODY) {
        throw new InternalError('timed run: every task sleeps and nobody will wake them');
      }
      if (machine.nextNs > this.#durationNs) {
        k.nowNs = this.#durationNs;
        this.#ended = 'duration';
        break;
      }
      this.#runTask(this.#tasks[this.#current]!, until);
    }
    if (this.#ended === null && this.#events >= this.#maxEvents) this.#ended = 'max-events';
  }

  /** The task takes steps until something else is due: the hot loop of a run. */
  #runTask(task: Task, until: number): void {
    const k = this.#kernel;
    const machine = this.#machine;
    const stopNs = this.#durationNs;
    const interrupts = this.#interrupts;
    const reader = this.#current < this.#readerCount ? (task as Reader) : null;
    const listens = this.#trace !== null || this.#onStep !== null;
    const eventsMax = Math.min(until, this.#historyCheckAt) - this.#events;
    let events = 0;
    let step = task.step;
    let goesOn = true;
    try {
      while (goesOn && events < eventsMax) {
        const { nextNs } = machine;
        if (nextNs > stopNs) return;
        k.nowNs = nextNs;
        if (listens) this.#tell(task, nextNs);
        step = step(k, task);
        events++;
        const spentNs = k.takeSpent(task);
        if (step === PARKED) {
          goesOn = false;
          machine.parked(task, nextNs);
        } else if (step === DONE) {
          goesOn = false;
          machine.done(task, nextNs);
          this.#finished(task);
        } else {
          if (typeof step !== 'function') throw notAStep(task);
          task.step = step;
          const tookNs = interrupts?.stretched(task.cpu, nextNs, spentNs) ?? spentNs;
          goesOn = machine.goesOn(task, nextNs, tookNs);
          if (reader !== null && reader.failedHere > 0 && this.#leadsNowhere(reader)) break;
        }
      }
      if (!goesOn) this.#current = NOBODY;
    } finally {
      this.#events += events;
    }
    if (this.#events === this.#historyCheckAt) this.#checkHistory();
  }

  #tell(task: Task, atNs: number): void {
    this.#trace?.note(task.id, atNs, stepName(task));
    this.#onStep?.(task, atNs);
  }

  #checkHistory(): void {
    this.#historyCheckAt += HISTORY_CHECK_EVENTS;
    if (this.#timed.oracle.historyFull()) this.#ended = 'history-full';
  }

  /**
   * A run that repeats itself (with interrupts none does), or a reader that does not get on, ends
   * it: not with a duration.
   */
  #leadsNowhere(reader: Reader): boolean {
    const repeats = this.#interrupts === null && this.#livelock.stepped(reader);
    if (Number.isFinite(this.#durationNs)) return false;
    if (repeats) this.#ended = 'livelock';
    else if (this.#isStuck(reader)) this.#ended = 'starved';
    return this.#ended !== null;
  }

  #isStuck({ id, acceptedCount }: Reader): boolean {
    const stuck = this.#stuck[id]!;
    if (stuck.at !== acceptedCount) {
      stuck.at = acceptedCount;
      stuck.steps = 0;
    }
    return ++stuck.steps >= STUCK_STEPS;
  }

  #finished(task: Task): void {
    if (this.#world.isReader(task)) {
      this.#readersLeft--;
      if (this.#readersLeft === 0) this.#ended = 'passes';
    } else if (this.#world.isWriter(task)) {
      this.#writersLeft--;
      if (this.#writersLeft === 0 && this.#world.readers.length === 0) this.#ended = 'ops';
    }
  }

  /** Ends it where it stands. */
  end(why: EndReason): void {
    this.#ended ??= why;
  }

  counts(): ReturnType<typeof countsSoFar> {
    return countsSoFar(this.#timed);
  }

  outcome(): Outcome {
    return makeOutcome(this.#timed, {
      ended: this.#ended ?? 'interrupted',
      events: this.#events,
      kernelFault: this.#fault === null ? null : this.#report(this.#fault),
      livelock: this.#livelock.found,
    });
  }

  #stackOf(task: Task): StepStack {
    return { task: task.name, steps: this.#trace?.of(task.id) ?? [] };
  }

  #report(fault: KernelFault): KernelFaultReport {
    return {
      kind: fault.kind,
      message: fault.message,
      atNs: this.#kernel.nowNs,
      by: this.#stackOf(this.#tasks[this.#current]!),
      freedBy: fault.freed === null ? null : (this.#freed.get(fault.freed) ?? null),
    };
  }
}

/** Only a strategy of the user's own can do that. */
function notAStep(task: Task): UserError {
  const { name } = (task as Reader).strategy;
  return new UserError(
    `strategy ${name}: step ${task.step.name || stepName(task)} returns no step`,
  );
}
