/** A machine that follows a record; it reports an error if a task cannot continue as recorded. */
import type { Kernel } from '../mm/kernel.ts';
import { rwsemOwnerLeftCpu, waiterPreempted } from '../mm/rwsem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { type Machine, NEVER, NOBODY } from './machine.ts';
import { GETS_CPU, isStep, type RecordItem } from './record.ts';

/** The record does not fit the run at this step (from 1). */
export class RecordMisfit extends Error {
  override readonly name = 'RecordMisfit';
  readonly step: number;

  constructor(step: number, message: string) {
    super(message);
    this.step = step;
  }
}

export class RecordedCpus implements Machine {
  readonly sharedCpus: boolean;
  readonly timeless = false;
  #kernel!: Kernel;
  readonly #items: readonly RecordItem[];
  #at = 0;
  /** Steps taken so far. */
  steps = 0;
  /** By task: it can take a step. */
  #ready = new Uint8Array();
  #spinning = new Uint8Array();
  /** By task, where CPUs are shared. */
  #hasCpu = new Uint8Array();
  #running = NOBODY;
  nextNs = 0;

  constructor({ machine }: Scenario, items: readonly RecordItem[]) {
    this.#items = items;
    this.sharedCpus = machine.cpus !== null;
  }

  boots(k: Kernel): void {
    this.#kernel = k;
    this.#ready = new Uint8Array(k.tasks.length);
    this.#spinning = new Uint8Array(k.tasks.length);
    this.#hasCpu = new Uint8Array(k.tasks.length);
  }

  wakeUp(task: Task): void {
    this.#set(task, { ready: true, spinning: false });
  }

  spin(task: Task, limitNs: number): void {
    this.#set(task, { ready: limitNs !== NEVER, spinning: true });
  }

  endSpin(task: Task): void {
    this.wakeUp(task);
  }

  stopSpin(task: Task): void {
    this.#set(task, { ready: false, spinning: false });
    this.#hasCpu[task.id] = 0;
  }

  isRunning({ id }: Task): boolean {
    if (this.sharedCpus) return this.#hasCpu[id] === 1;
    return id === this.#running || this.#ready[id] === 1;
  }

  start(task: Task): void {
    this.#ready[task.id] = 1;
  }

  next(): number {
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      const task = this.#kernel.tasks[item.task];
      if (task === undefined) this.#misfit(`there is no task ${item.task}`);
      if (isStep(item)) return this.#take(item, task!);
      this.#kernel.nowNs = item.atNs;
      this.#cpu(task!, item.name === GETS_CPU);
    }
    // What the run is still waiting for is not in the record: at most its duration ends.
    this.nextNs = NEVER;
    return 0;
  }

  goesOn(task: Task): boolean {
    this.#running = NOBODY;
    this.#ready[task.id] = 1;
    this.#kernel.inUserMode = false;
    return false;
  }

  /** Not by the record. */
  dueIn(): null {
    return null;
  }

  parked(task: Task): void {
    this.#running = NOBODY;
    this.#kernel.inUserMode = false;
    if (!this.sharedCpus) rwsemOwnerLeftCpu(this.#kernel, task);
  }

  done(): void {
    this.#running = NOBODY;
  }

  #next(): RecordItem | undefined {
    return this.#items[this.#at++];
  }

  #take({ name, atNs }: RecordItem, task: Task): number {
    const found = stepName(task);
    if (found !== name) this.#misfit(`recorded "${name}", found "${found}"`);
    if (this.#ready[task.id] === 0) this.#misfit(`${task.name} sleeps and no task has woken it`);
    this.steps++;
    this.#set(task, { ready: false, spinning: false });
    this.#running = task.id;
    this.nextNs = atNs;
    return task.id;
  }

  /** As shared-cpus.ts has it when a task is given a CPU, or loses it. */
  #cpu(task: Task, has: boolean): void {
    this.#hasCpu[task.id] = has ? 1 : 0;
    if (has) return;
    if (this.#spinning[task.id] === 0) {
      rwsemOwnerLeftCpu(this.#kernel, task);
      return;
    }
    this.#set(task, { ready: false, spinning: false });
    waiterPreempted(this.#kernel, task);
  }

  #set({ id }: Task, { ready, spinning }: { ready: boolean; spinning: boolean }): void {
    this.#ready[id] = ready ? 1 : 0;
    this.#spinning[id] = spinning ? 1 : 0;
  }

  #misfit(why: string): never {
    throw new RecordMisfit(this.steps + 1, why);
  }
}
