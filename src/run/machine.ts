/**
 * The clock and the CPUs of a timed run. The driver asks the machine which task takes the next
 * step, and reports the result of the step.
 */
import type { Host } from '../mm/kernel.ts';
import type { Task } from '../sim/task.ts';

export interface Machine extends Host {
  /** The task takes its first step then. */
  start(task: Task, atNs: number): void;
  /** Takes the next task from the queue; -1 when nobody will ever be due again. */
  next(): number;
  /** When the task that next() gave takes its step. */
  readonly nextNs: number;
  /**
   * The task took a step at `nowNs` that cost `spentNs` and goes on. Returns true if it takes its
   * next step before anything else happens; `nextNs` is when.
   */
  goesOn(task: Task, nowNs: number, spentNs: number): boolean;
  /**
   * By task: in how many ns it is due, -1 while it sleeps. Null where that does not say all: tasks
   * share CPUs, or two are due at once.
   */
  dueIn(nowNs: number): readonly number[] | null;
  /** The task sleeps now; another task will wake it, or has already done so. */
  parked(task: Task, nowNs: number): void;
  /** The task has nothing left to do. */
  done(task: Task, nowNs: number): void;
}

export const NOBODY = -1;
export const NEVER = Number.POSITIVE_INFINITY;
