/**
 * mmap_lock alone: tasks that take and release it when the test says so. Actions of a driver
 * (waking a sleeping task, ending a spin) are recorded and left to the test.
 */

import { type Kernel, type KernelStep, TIMELESS } from '../../src/mm/kernel.ts';
import {
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteDowngrade,
  mmapWriteLock,
  mmapWriteUnlock,
} from '../../src/mm/mmap-lock.ts';
import { PARKED } from '../../src/sim/step.ts';
import { Task } from '../../src/sim/task.ts';
import { buildKernel } from '../../src/world/build-mm.ts';
import { aScenario } from './run.ts';

class Plain extends Task {}

const granted: KernelStep<Task> = () => granted;

export class LockBench {
  readonly k: Kernel;
  readonly tasks: Plain[] = [];
  /** Tasks that were woken and have not run since. */
  readonly woken: string[] = [];
  /** Limit of each task that spins, ns. */
  readonly spinning = new Map<string, number>();
  /** Tasks that have lost their CPU. */
  readonly offCpu = new Set<string>();

  constructor(policy: 'rwsem' | 'fifo', machine = '') {
    const scenario = aScenario(`
machine: {rwsem: ${policy}, costs: zero${machine}}
vmas: []
readers: [{name: r}]
`);
    this.k = buildKernel(scenario, policy, {
      ...TIMELESS,
      timeless: false,
      wakeUp: (task) => this.woken.push(task.name),
      spin: (task, limitNs) => this.spinning.set(task.name, limitNs),
      endSpin: (task) => this.spinning.delete(task.name),
      stopSpin: (task) => this.spinning.delete(task.name),
      isRunning: (task) => !this.offCpu.has(task.name),
    });
    this.k.tasks = this.tasks;
  }

  task(name: string): Plain {
    let task = this.tasks.find((t) => t.name === name);
    if (task === undefined) {
      task = new Plain(this.tasks.length, name, this.tasks.length, 0);
      this.tasks.push(task);
    }
    return task;
  }

  /** Asks for the lock for read; true if it is granted at once. */
  read(name: string): boolean {
    return (mmapReadLock(this.k, this.task(name), granted) as unknown) !== PARKED;
  }

  write(name: string): boolean {
    return (mmapWriteLock(this.k, this.task(name), granted) as unknown) !== PARKED;
  }

  readDone(name: string): void {
    mmapReadUnlock(this.k, this.task(name));
  }

  writeDone(name: string): void {
    mmapWriteUnlock(this.k, this.task(name));
  }

  downgrade(name: string): void {
    mmapWriteDowngrade(this.k, this.task(name));
  }

  /** A woken task, or one whose spinning is over, takes its step; true if it has the lock then. */
  run(name: string): boolean {
    const at = this.woken.indexOf(name);
    if (at >= 0) this.woken.splice(at, 1);
    else this.spinning.delete(name);
    const task = this.task(name);
    return task.step === granted || task.step(this.k, task) !== PARKED;
  }

  /** Who holds it: `w` for a writer, `r1 r2` by count for readers. */
  get holder(): string {
    const { writerId, readerCount } = this.k.mm.mmapLock;
    if (writerId >= 0) return this.tasks[writerId]!.name;
    return readerCount === 0 ? 'nobody' : `${readerCount} reading`;
  }

  /** Sleepers, first come first. */
  get queue(): string[] {
    const { waiters } = this.k.mm.mmapLock;
    return Array.from({ length: waiters.size }, (_, i) => this.tasks[waiters.at(i)]!.name);
  }
}
