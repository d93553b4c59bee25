/**
 * A task is a chain of steps. A step does one indivisible thing (at most one access that another
 * task could see) and returns the step to take next; between two steps any other task may run.
 *
 * Steps are plain functions, not generators, so that a world can be saved in the middle of
 * anything:
 * a task's whole position is the identity of its next step. Their `name` is the label in traces.
 */

/** K is the kernel that a step is handed, T the task that takes it. */
export type Step<K, T> = (kernel: K, task: T) => Step<K, T>;

function never(): never {
  throw new Error('a finished or parked task took a step');
}

/** The task has nothing left to do. */
export const DONE = Object.defineProperty((): never => never(), 'name', { value: 'done' });

/** The task sleeps; `task.step` says where it goes on when somebody wakes it. */
export const PARKED = Object.defineProperty((): never => never(), 'name', { value: 'parked' });

/** A step of whatever kernel and task: what a task's position is kept as. */
export type AnyStep = (kernel: never, task: never) => unknown;

/** Who can notice a step, where that is not everybody: a property of its function. */
interface Noticed {
  noticedBy?: 'nobody' | 'vma-locks';
  /** A strategy that nobody has tested says so: a search checks it. */
  claimed?: true;
}

/**
 * Says of steps that no other task can see them or be seen by them: a search may take them at once.
 */
export function privateSteps(...steps: readonly AnyStep[]): void {
  for (const step of steps) (step as Noticed).noticedBy = 'nobody';
}

/** The same, said by a strategy that nobody has tested. */
export function claimPrivateSteps(...steps: readonly AnyStep[]): void {
  privateSteps(...steps);
  for (const step of steps) (step as Noticed).claimed = true;
}

/** Says of steps that only readers under per-VMA locks can see them. */
export function vmaLockSteps(...steps: readonly AnyStep[]): void {
  for (const step of steps) (step as Noticed).noticedBy = 'vma-locks';
}

export function isClaimed(step: AnyStep): boolean {
  return (step as Noticed).claimed === true;
}

/** @param vmaLocks whether some reader takes VMA locks */
export function isPrivate(step: AnyStep, vmaLocks = true): boolean {
  const { noticedBy } = step as Noticed;
  return noticedBy === 'nobody' || (noticedBy === 'vma-locks' && !vmaLocks);
}

/**
 * The label of a step in schedules: its function's name, without the number that a bundler adds.
 */
export function stepName(step: AnyStep): string {
  return step.name.replace(/\$?[0-9]+$/, '');
}
