/**
 * A few CPUs for many tasks: a weighted fair scheduler, one run queue for each CPU.
 *
 * The task with the least weighted run time (vruntime) runs, for a slice at most while others wait;
 * a task that wakes takes the CPU at once if it is far enough behind the one that runs. Each task
 * stays on its CPU. With `preempt: none` a task in the kernel keeps the CPU until it sleeps or is
 * back in user space. Changing tasks costs a context switch. This is what makes a niced reader lose
 * the CPU while it holds mmap_lock.
 *
 * Left out: deadlines and lag (EEVDF), load balancing, the tick (slices end when they end), groups.
 * Source: v6.18 kernel/sched/core.c sched_prio_to_weight; kernel/sched/fair.c update_curr,
 * wakeup_preempt_fair, place_entity.
 */
import { Agenda } from '../base/agenda.ts';
import type { Kernel } from '../mm/kernel.ts';
import { rwsemOwnerLeftCpu, waiterPreempted } from '../mm/rwsem.ts';
import type { Task } from '../sim/task.ts';
import { type Machine, NEVER, NOBODY } from './machine.ts';

/** Weight of nice 0, and how much each step of nice is worth (about 10 % of a CPU). */
const WEIGHT_NICE_0 = 1024;
const WEIGHT_STEP = 1.25;

/** A woken task must be this much of a slice behind to take the CPU at once. */
const WAKEUP_GRANULARITY = 1 / 3;

interface Cpu {
  running: number;
  /** The task that ran last: running it again takes no context switch. */
  last: number;
  /** When the running task began, or was last accounted. */
  sinceNs: number;
  /** End of its slice while others wait, or NEVER. */
  sliceEndNs: number;
  /** The running task is to give the CPU up as soon as it may. */
  needResched: boolean;
  minVruntime: number;
  readonly queue: number[];
}

/** Told when a task gets its CPU (`has`), and before it loses it. */
export type CpuListener = (task: Task, atNs: number, has: boolean) => void;

export class SharedCpus implements Machine {
  readonly sharedCpus = true;
  readonly timeless = false;
  #kernel!: Kernel;
  readonly #agenda = new Agenda();
  readonly #cpus: Cpu[] = [];
  readonly #preemptible: boolean;
  /** By task: next step while it runs; or when it becomes ready while it sleeps; NEVER else. */
  #dueNs = new Float64Array();
  /** By task: what is left of its last step's cost while it waits for the CPU. */
  #leftNs = new Float64Array();
  #vruntime = new Float64Array();
  #weight = new Float64Array();
  #spinning = new Uint8Array();
  readonly #onCpu: CpuListener | null;
  nextNs = 0;

  constructor(
    { cpus, preempt }: { readonly cpus: number; readonly preempt: 'full' | 'none' },
    onCpu: CpuListener | null = null,
  ) {
    this.#onCpu = onCpu;
    this.#preemptible = preempt === 'full';
    for (let i = 0; i < cpus; i++) {
      this.#cpus.push({
        running: NOBODY,
        last: NOBODY,
        sinceNs: 0,
        sliceEndNs: NEVER,
        needResched: false,
        minVruntime: 0,
        queue: [],
      });
    }
  }

  boots(k: Kernel): void {
    const n = k.tasks.length;
    this.#kernel = k;
    this.#dueNs = new Float64Array(n).fill(NEVER);
    this.#leftNs = new Float64Array(n);
    this.#vruntime = new Float64Array(n);
    this.#spinning = new Uint8Array(n);
    this.#weight = Float64Array.from(k.tasks, (t) => WEIGHT_NICE_0 / WEIGHT_STEP ** t.nice);
  }

  wakeUp(task: Task, delayNs: number): void {
    this.#due(task.id, this.#kernel.nowNs + delayNs);
  }

  spin(task: Task, limitNs: number): void {
    this.#spinning[task.id] = 1;
    this.#due(task.id, this.#kernel.nowNs + limitNs);
  }

  endSpin(task: Task, delayNs: number): void {
    this.#spinning[task.id] = 0;
    this.#due(task.id, this.#kernel.nowNs + delayNs + this.#kernel.costs.cacheLineMove);
  }

  stopSpin(task: Task): void {
    this.#spinning[task.id] = 0;
    this.#due(task.id, NEVER);
    this.#leaveCpu(task.id, this.#kernel.nowNs);
  }

  isRunning(task: Task): boolean {
    return this.#cpus[task.cpu]!.running === task.id;
  }

  start(task: Task, atNs: number): void {
    this.#due(task.id, atNs);
  }

  next(): number {
    const tasks = this.#kernel.tasks;
    while (this.#agenda.size > 0) {
      const atNs = this.#agenda.firstNs;
      const item = this.#agenda.pop();
      this.#kernel.nowNs = atNs;
      if (item >= tasks.length) {
        this.#sliceEnds(item - tasks.length, atNs);
        continue;
      }
      if (this.#dueNs[item] !== atNs) continue;
      this.#dueNs[item] = NEVER;
      const cpu = this.#cpus[tasks[item]!.cpu]!;
      if (cpu.running !== item) {
        this.#ready(item, cpu, atNs);
        continue;
      }
      this.#spinning[item] = 0;
      this.nextNs = atNs;
      return item;
    }
    return NOBODY;
  }

  goesOn(task: Task, nowNs: number, spentNs: number): boolean {
    const k = this.#kernel;
    const userMode = k.inUserMode;
    k.inUserMode = false;
    const cpu = this.#cpus[task.cpu]!;
    if (cpu.needResched && (userMode || this.#mayPreempt(task))) {
      this.#preempt(cpu, nowNs, spentNs);
      return false;
    }
    this.nextNs = nowNs + spentNs;
    if (this.nextNs < this.#agenda.firstNs) return true;
    this.#due(task.id, this.nextNs);
    return false;
  }

  dueIn(): null {
    return null;
  }

  parked(task: Task, nowNs: number): void {
    this.#kernel.inUserMode = false;
    if (this.#spinning[task.id] === 1) {
      // Its CPU stays busy, unless another task needs it.
      const cpu = this.#cpus[task.cpu]!;
      if (cpu.needResched) this.#preempt(cpu, nowNs, 0);
      return;
    }
    rwsemOwnerLeftCpu(this.#kernel, task);
    this.#leaveCpu(task.id, nowNs);
  }

  done(task: Task, nowNs: number): void {
    this.#leaveCpu(task.id, nowNs);
  }

  // --- run queues ---

  /** A sleeper can run: on an idle CPU at once, else in the queue, or ahead of who runs. */
  #ready(task: number, cpu: Cpu, nowNs: number): void {
    const sleeperCredit = this.#kernel.costs.timeSlice / 2;
    this.#vruntime[task] = Math.max(this.#vruntime[task]!, cpu.minVruntime - sleeperCredit);
    this.#leftNs[task] = 0;
    if (cpu.running === NOBODY) {
      this.#dispatch(cpu, task, nowNs);
      return;
    }
    cpu.queue.push(task);
    this.#account(cpu, nowNs);
    const running = this.#kernel.tasks[cpu.running]!;
    const ahead = this.#vruntime[running.id]! - this.#vruntime[task]!;
    const granularity = this.#kernel.costs.timeSlice * WAKEUP_GRANULARITY;
    if (ahead > (granularity * WEIGHT_NICE_0) / this.#weight[task]!) {
      this.#reschedule(cpu, running, nowNs);
    } else if (cpu.sliceEndNs === NEVER) {
      this.#armSlice(cpu, nowNs);
    }
  }

  /** The running task gives way now, or as soon as it may. */
  #reschedule(cpu: Cpu, running: Task, nowNs: number): void {
    if (this.#mayPreempt(running)) this.#preempt(cpu, nowNs, this.#leftOf(running.id, nowNs));
    else cpu.needResched = true;
  }

  #mayPreempt(task: Task): boolean {
    // need_resched() ends spinning, whatever the preemption model.
    return this.#preemptible || task.userTask || this.#spinning[task.id] === 1;
  }

  #leftOf(task: number, nowNs: number): number {
    return this.#dueNs[task] === NEVER ? 0 : this.#dueNs[task]! - nowNs;
  }

  #preempt(cpu: Cpu, nowNs: number, leftNs: number): void {
    const task = cpu.running;
    this.#onCpu?.(this.#kernel.tasks[task]!, nowNs, false);
    this.#account(cpu, nowNs);
    this.#dueNs[task] = NEVER;
    cpu.running = NOBODY;
    if (this.#spinning[task] === 1) {
      // need_resched() ends optimistic spinning, and a last look at what it waits for.
      this.#spinning[task] = 0;
      waiterPreempted(this.#kernel, this.#kernel.tasks[task]!);
    } else {
      this.#leftNs[task] = leftNs;
      cpu.queue.push(task);
      rwsemOwnerLeftCpu(this.#kernel, this.#kernel.tasks[task]!);
    }
    this.#pickNext(cpu, nowNs);
  }

  #leaveCpu(task: number, nowNs: number): void {
    const cpu = this.#cpus[this.#kernel.tasks[task]!.cpu]!;
    if (cpu.running !== task) return;
    this.#onCpu?.(this.#kernel.tasks[task]!, nowNs, false);
    this.#account(cpu, nowNs);
    cpu.running = NOBODY;
    this.#pickNext(cpu, nowNs);
  }

  #pickNext(cpu: Cpu, nowNs: number): void {
    cpu.needResched = false;
    cpu.sliceEndNs = NEVER;
    if (cpu.queue.length === 0) return;
    let best = 0;
    for (let i = 1; i < cpu.queue.length; i++) {
      if (this.#vruntime[cpu.queue[i]!]! < this.#vruntime[cpu.queue[best]!]!) best = i;
    }
    const [task] = cpu.queue.splice(best, 1);
    this.#dispatch(cpu, task!, nowNs);
  }

  #dispatch(cpu: Cpu, task: number, nowNs: number): void {
    const switchNs = cpu.last === task ? 0 : this.#kernel.costs.contextSwitch;
    this.#onCpu?.(this.#kernel.tasks[task]!, nowNs, true);
    cpu.running = task;
    cpu.last = task;
    cpu.sinceNs = nowNs;
    this.#due(task, nowNs + switchNs + this.#leftNs[task]!);
    this.#leftNs[task] = 0;
    if (cpu.queue.length > 0) this.#armSlice(cpu, nowNs);
  }

  #armSlice(cpu: Cpu, nowNs: number): void {
    cpu.sliceEndNs = nowNs + Math.max(this.#kernel.costs.timeSlice, 1);
    this.#agenda.push(cpu.sliceEndNs, this.#kernel.tasks.length + this.#cpus.indexOf(cpu));
  }

  #sliceEnds(index: number, atNs: number): void {
    const cpu = this.#cpus[index]!;
    if (cpu.sliceEndNs !== atNs) return; // of a task that has left
    cpu.sliceEndNs = NEVER;
    if (cpu.queue.length === 0 || cpu.running === NOBODY) return;
    this.#account(cpu, atNs);
    const running = this.#kernel.tasks[cpu.running]!;
    const waiting = cpu.queue.some((t) => this.#vruntime[t]! < this.#vruntime[running.id]!);
    if (!waiting) this.#armSlice(cpu, atNs);
    else this.#reschedule(cpu, running, atNs);
  }

  /** Charges the running task for its time so far. */
  #account(cpu: Cpu, nowNs: number): void {
    const task = cpu.running;
    this.#vruntime[task]! += ((nowNs - cpu.sinceNs) * WEIGHT_NICE_0) / this.#weight[task]!;
    cpu.sinceNs = nowNs;
    let least = this.#vruntime[task]!;
    for (const waiting of cpu.queue) least = Math.min(least, this.#vruntime[waiting]!);
    cpu.minVruntime = Math.max(cpu.minVruntime, least);
  }

  #due(task: number, atNs: number): void {
    this.#dueNs[task] = atNs;
    if (atNs !== NEVER) this.#agenda.push(atNs, task);
  }
}
