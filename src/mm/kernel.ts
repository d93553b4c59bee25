/**
 * The kernel object that each step gets: the address space, the time, and a few services.
 *
 * The model does not depend on drivers. A Host runs the steps: it reads `takeSpent()` after each
 * step, and may ignore time completely.
 */
import { named, PARKED, type Step } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Costs } from './costs.ts';
import { type MmStruct, VmaWriterWait } from './mm-struct.ts';
import type { MmObserver } from './observer.ts';
import type { Rcu } from './rcu.ts';
import { type FileTable, type NameTable, SpecialTable } from './references.ts';
import type { TextTable } from './text-table.ts';

/** A step of a task of kind T. */
export type KernelStep<T> = Step<Kernel, T>;

/** What runs the steps: CPUs and a clock, or a search that has neither. */
export interface Host {
  /** All tasks are there. Called once, before anything else. */
  boots(k: Kernel): void;
  /** Makes a parked task runnable after so long. */
  wakeUp(task: Task, delayNs: number): void;
  /**
   * The task spins: parked, but its CPU is busy. After `limitNs` (or never: Infinity) it takes its
   * step. Asking again sets a new limit. `endSpin`: it takes its step after `delayNs` and the time
   * that a cache line takes; `stopSpin`: it sleeps.
   */
  spin(task: Task, limitNs: number): void;
  endSpin(task: Task, delayNs: number): void;
  stopSpin(task: Task): void;
  /** Whether the task is on a CPU at this moment (a spinner asks for the lock's owner). */
  isRunning(task: Task): boolean;
  /** Tasks share CPUs: the host charges context switches as they happen. */
  readonly sharedCpus: boolean;
  /** It ignores time: sleeps return at once. */
  readonly timeless: boolean;
}

/** A host without time, in which nobody spins. */
export const TIMELESS: Host = {
  boots() {},
  wakeUp() {},
  spin() {},
  endSpin() {},
  stopSpin() {},
  isRunning: () => true,
  sharedCpus: false,
  timeless: true,
};

interface KernelParts {
  readonly mm: MmStruct;
  readonly rcu: Rcu;
  readonly files: FileTable;
  readonly names: NameTable;
  readonly deviceTexts: TextTable;
  readonly nameTexts: TextTable;
  readonly nameColumn: number;
  readonly costs: Costs;
  readonly wakeCosts: WakeCosts;
  readonly observer: MmObserver;
  readonly jiffyNs: number;
}

/** What a wake-up or an interrupt costs, drawn where it is a distribution. */
export interface WakeCosts {
  /** From the end of the call until a sleeper on another CPU runs. */
  wakeupNs(): number;
  /** The call. */
  wakeupSendNs(): number;
  /** How long an interrupt takes the CPU. */
  interruptNs(): number;
  /** From one interrupt of a CPU to the next. */
  untilInterruptNs(): number;
  /** Numbers drawn so far. */
  readonly drawn: number;
}

export class Kernel {
  readonly host: Host;
  readonly mm: MmStruct;
  readonly rcu: Rcu;
  readonly files: FileTable;
  readonly names: NameTable;
  readonly deviceTexts: TextTable;
  readonly nameTexts: TextTable;
  /** Where names begin in a line of maps, from 0. */
  readonly nameColumn: number;
  readonly costs: Costs;
  readonly wakeCosts: WakeCosts;
  /** The cost vmaCopy over the three steps of a copy, whole ns. */
  readonly vmaCopyNs: readonly [number, number, number];
  readonly vmaWriterWait = new VmaWriterWait();
  readonly specials = new SpecialTable();
  /** Told of what is freed, by name, for the report of a use after free; null: nobody asks. */
  noteFree: ((what: string) => void) | null = null;
  observer: MmObserver;
  /** When the current step takes effect. */
  nowNs = 0;
  /** What the current step costs so far, before it is multiplied by its task's factor. */
  #spentNs = 0;
  /** The same of what is not multiplied. */
  #exactNs = 0;
  /** All tasks by id. */
  tasks: readonly Task[] = [];

  /** Set by a step that ends in user space; the driver clears it. */
  inUserMode = false;
  /** When a writer last began an operation. */
  lastOperationNs = 0;
  /** Length of a jiffy. */
  readonly jiffyNs: number;

  constructor(parts: KernelParts, host: Host) {
    this.host = host;
    this.jiffyNs = parts.jiffyNs;
    this.mm = parts.mm;
    this.rcu = parts.rcu;
    this.files = parts.files;
    this.names = parts.names;
    this.deviceTexts = parts.deviceTexts;
    this.nameTexts = parts.nameTexts;
    this.nameColumn = parts.nameColumn;
    this.costs = parts.costs;
    this.wakeCosts = parts.wakeCosts;
    const third = Math.floor(this.costs.vmaCopy / 3);
    const twoThirds = Math.floor((2 * this.costs.vmaCopy) / 3);
    this.vmaCopyNs = [third, twoThirds - third, this.costs.vmaCopy - twoThirds];
    this.observer = parts.observer;
  }

  /**
   * The task is back in user space for a moment: without preemption the CPU may change hands now.
   */
  returnToUser(): void {
    this.inUserMode = true;
  }

  /** The current step takes so much longer, times the factor of its task. */
  spend(ns: number): void {
    this.#spentNs += ns;
  }

  /** The current step takes exactly so much longer. */
  spendExactly(ns: number): void {
    this.#exactNs += ns;
  }

  /** What the step of this task cost so far, whole ns. */
  spentSoFar(t: Task): number {
    const ns = this.#spentNs * t.costFactor;
    // The rounding of a small number stays an integer to V8: some 3 % of a quiet line.
    return this.#exactNs + (ns < 2 ** 30 ? (ns + 0.5) | 0 : Math.round(ns));
  }

  /** What the step of this task cost, whole ns. */
  takeSpent(t: Task): number {
    const ns = this.spentSoFar(t);
    this.#spentNs = 0;
    this.#exactNs = 0;
    return ns;
  }

  /** Sleep for so long, then go on with `next`. Not on a CPU meanwhile. */
  sleep<T extends Task>(t: T, ns: number, next: KernelStep<T>): KernelStep<T> {
    if (this.host.timeless || ns === 0) return next;
    t.step = next;
    this.host.wakeUp(t, this.takeSpent(t) + ns);
    return PARKED;
  }

  /**
   * The task waits until another task wakes it, and then continues with `next`. It looks once more
   * at what it waits for before it sleeps, so a wait that ends within the time that falling asleep
   * takes never sleeps: until then its CPU is busy.
   */
  waitToBeWoken(t: Task, next: Task['step']): void {
    t.step = next;
    if (this.host.timeless || this.costs.sleepEntry === 0) return;
    t.sleepResume = next;
    t.step = fallAsleep;
    this.host.spin(t, this.costs.sleepEntry);
  }

  /** Where a task that waits to be woken will go on. */
  resumeOf(t: Task): Task['step'] {
    return isFallingAsleep(t) ? t.sleepResume : t.step;
  }

  /**
   * Wakes a task that waits: the waker pays, and a sleeper needs its time to get going once the
   * call is over. That is measured from the call's end, since the interrupt for the other CPU is
   * the last thing that the call sends: a call that takes longer wakes later. On the waker's own
   * CPU there is nothing to wait for but the switch.
   *
   * Source: v6.18 kernel/sched/core.c try_to_wake_up, ttwu_runnable (not asleep yet: no interrupt),
   * ttwu_queue_wakelist.
   * @param next where it goes on, if that is not where it said
   */
  wakeWaiter(waker: Task, t: Task, next = this.resumeOf(t)): void {
    const awake = isFallingAsleep(t);
    t.step = next;
    if (awake) {
      // It finds what it waits for when it looks once more, whatever the call still takes.
      this.host.endSpin(t, this.spentSoFar(waker));
      this.spend(this.costs.wakeupAwake);
      return;
    }
    this.spendExactly(this.wakeCosts.wakeupSendNs());
    const latencyNs = waker.cpu === t.cpu ? 0 : this.wakeCosts.wakeupNs();
    const delayNs = this.spentSoFar(waker) + latencyNs;
    this.host.wakeUp(t, this.host.sharedCpus ? delayNs : delayNs + this.costs.contextSwitch);
  }
}

/** It has looked for the last time: from now on it has to be woken. */
const fallAsleep: KernelStep<Task> = named('schedule', (_k, t) => {
  t.step = t.sleepResume;
  return PARKED;
});

export const isFallingAsleep = (t: Task): boolean => t.step === fallAsleep;
