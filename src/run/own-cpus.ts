/**
 * A CPU for every task: no task is preempted, and a spinning task costs others no time.
 *
 * A task keeps running without the queue while nothing else is due, which is most of the time.
 */
import { Agenda } from '../base/agenda.ts';
import type { Kernel } from '../mm/kernel.ts';
import { rwsemOwnerLeftCpu } from '../mm/rwsem.ts';
import type { Task } from '../sim/task.ts';
import { type Machine, NEVER, NOBODY } from './machine.ts';

export class OwnCpus implements Machine {
  readonly sharedCpus: boolean = false;
  readonly timeless = false;
  #kernel!: Kernel;
  readonly #agenda = new Agenda();
  /** When each task takes its next step, NEVER while it sleeps; other queue entries are stale. */
  #dueNs = new Float64Array();
  #running = NOBODY;
  nextNs = 0;

  boots(k: Kernel): void {
    this.#kernel = k;
    this.#dueNs = new Float64Array(k.tasks.length).fill(NEVER);
  }

  wakeUp(task: Task, delayNs: number): void {
    this.#due(task.id, this.#kernel.nowNs + delayNs);
  }

  spin(task: Task, limitNs: number): void {
    this.#due(task.id, this.#kernel.nowNs + limitNs);
  }

  endSpin(task: Task, delayNs: number): void {
    this.#due(task.id, this.#kernel.nowNs + delayNs + this.#kernel.costs.cacheLineMove);
  }

  stopSpin(task: Task): void {
    this.#due(task.id, NEVER);
  }

  isRunning(task: Task): boolean {
    return task.id === this.#running || this.#dueNs[task.id] !== NEVER;
  }

  start(task: Task, atNs: number): void {
    this.#due(task.id, atNs);
  }

  next(): number {
    while (this.#agenda.size > 0) {
      const atNs = this.#agenda.firstNs;
      const task = this.#agenda.pop();
      if (this.#dueNs[task] !== atNs) continue; // it was woken, or put off, meanwhile
      this.#dueNs[task] = NEVER;
      this.nextNs = atNs;
      this.#running = task;
      return task;
    }
    return NOBODY;
  }

  goesOn(task: Task, nowNs: number, spentNs: number): boolean {
    this.nextNs = nowNs + spentNs;
    if (this.nextNs < this.#agenda.firstNs) return true;
    this.#running = NOBODY;
    this.#due(task.id, this.nextNs);
    return false;
  }

  dueIn(nowNs: number): readonly number[] | null {
    const due = Array.from(this.#dueNs, (ns) => (ns === NEVER ? -1 : ns - nowNs));
    if (this.#running !== NOBODY) due[this.#running] = this.nextNs - nowNs;
    const times = due.filter((ns) => ns >= 0);
    return new Set(times).size === times.length ? due : null;
  }

  parked(task: Task): void {
    this.#running = NOBODY;
    rwsemOwnerLeftCpu(this.#kernel, task);
  }

  done(): void {
    this.#running = NOBODY;
  }

  #due(task: number, atNs: number): void {
    this.#dueNs[task] = atNs;
    if (atNs !== NEVER) this.#agenda.push(atNs, task);
  }
}
