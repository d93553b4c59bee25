/**
 * What a step is handed: the address space, the time, and the few things a step can ask for.
 *
 * The model knows nothing of drivers. What runs the steps is a Host: it reads `takeSpent()` after
 * each step, and may ignore time altogether.
 */
import { PARKED, type Step } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Costs } from './costs.ts';
import type { MmStruct } from './mm-struct.ts';
import type { MmObserver } from './observer.ts';
import type { Rcu } from './rcu.ts';
import { type FileTable, type NameTable, SpecialTable } from './references.ts';
import type { TextTable } from './text-table.ts';
import { VmaWriterWait } from './vma-lock.ts';

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
   * step. Asking again sets a new limit. `endSpin`: it takes its step now; `stopSpin`: it sleeps.
   */
  spin(task: Task, limitNs: number): void;
  endSpin(task: Task): void;
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
  readonly costs: Costs;
  readonly observer: MmObserver;
  readonly jiffyNs: number;
}

export class Kernel {
  readonly host: Host;
  readonly mm: MmStruct;
  readonly rcu: Rcu;
  readonly files: FileTable;
  readonly names: NameTable;
  readonly deviceTexts: TextTable;
  readonly nameTexts: TextTable;
  readonly costs: Costs;
  /** The cost vmaCopy over the three steps of a copy, whole ns. */
  readonly vmaCopyNs: readonly [number, number, number];
  readonly vmaWriterWait = new VmaWriterWait();
  readonly specials = new SpecialTable();
  /** Told of what is freed, by name, for the report of a use after free; null: nobody asks. */
  noteFree: ((what: string) => void) | null = null;
  observer: MmObserver;
  /** When the current step takes effect. */
  nowNs = 0;
  /** What the current step costs so far. */
  #spentNs = 0;
  /** All tasks by id. */
  tasks: readonly Task[] = [];

  /** Set by a step that ends in user space; the driver clears it. */
  inUserMode = false;
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
    this.costs = parts.costs;
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

  /** The current step takes so much longer. */
  spend(ns: number): void {
    this.#spentNs += ns;
  }

  takeSpent(): number {
    const spent = this.#spentNs;
    this.#spentNs = 0;
    return spent;
  }

  /** Sleep for so long, then go on with `next`. Not on a CPU meanwhile. */
  sleep<T extends Task>(t: T, ns: number, next: KernelStep<T>): KernelStep<T> {
    if (this.host.timeless || ns === 0) return next;
    t.step = next;
    this.host.wakeUp(t, this.#spentNs + ns);
    return PARKED;
  }

  /**
   * Wakes a task that slept on a lock: the waker pays, the sleeper needs its time to get going. On
   * the waker's own CPU there is nothing to wait for but the switch.
   */
  wakeWaiter(waker: Task, t: Task): void {
    this.spend(this.costs.wakeupSend);
    const delayNs = waker.cpu === t.cpu ? 0 : this.costs.wakeup;
    this.host.wakeUp(t, this.host.sharedCpus ? delayNs : delayNs + this.costs.contextSwitch);
  }
}
