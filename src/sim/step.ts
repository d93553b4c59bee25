/**
 * A task is a chain of steps. A step does one indivisible thing (at most one access that another
 * task could see) and returns the step to take next; between two steps any other task may run.
 *
 * Steps are plain functions, not generators, so that a world can be saved in the middle of
 * anything: a task's whole position is the identity of its next step.
 */

/**
 * K is the kernel that a step is handed, T the task that takes it. A step of one kind of task is
 * also a step of any task, as parameters of methods may be narrower: only its own task takes it.
 */
export type Step<K, T> = Stepping<K, T>['step'];

interface Stepping<K, T> {
  step(kernel: K, task: T): Step<K, T>;
}

function never(): never {
  throw new Error('a finished or parked task took a step');
}

/** The task has nothing left to do. */
export const DONE = Object.defineProperty((): never => never(), 'name', { value: 'done' });

/** The task sleeps; `task.step` is the step with which it continues when another task wakes it. */
export const PARKED = Object.defineProperty((): never => never(), 'name', { value: 'parked' });

/** A step of whatever kernel and task: what a task's position is kept as. */
export type AnyStep = Step<unknown, object>;

/** What the function of a step says of it, as properties. */
interface Noted {
  /** Who can notice it, where that is not everybody. */
  noticedBy?: 'nobody' | 'vma-locks';
  /** A strategy that nobody has tested says so: a search checks it. */
  claimed?: true;
  /** Its name in the kernel, or how to tell it of the task that is about to take it. */
  label?: string | ((task: never) => string);
}

/**
 * Names a step after the kernel's function for it, `vma_next`, with a number where that function
 * takes several steps, `vma_start_read#2`. Where the kernel has no function for it, the name stands
 * in parentheses, `(next_operation)`.
 * @param label a name, or which of several the step is for the task that is about to take it
 */
export function named<K, T>(label: string | ((task: T) => string), step: Step<K, T>): Step<K, T> {
  (step as Noted).label = label;
  return step;
}

/**
 * What a task is about to do: the name of its next step. A strategy of the user may leave steps
 * without one: they have the name of their function in parentheses, without a number at its end.
 */
export function stepName(task: { readonly step: AnyStep }): string {
  const { label, name } = task.step as AnyStep & Noted;
  if (typeof label === 'string') return label;
  if (label !== undefined) return label(task as never);
  const words = name.replace(/\$?[0-9]+$/, '').replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  return `(${words})`;
}

/**
 * Says of steps that no other task can see them or be seen by them: a search may take them at once.
 */
export function privateSteps(...steps: readonly AnyStep[]): void {
  for (const step of steps) (step as Noted).noticedBy = 'nobody';
}

/** The same, said by a strategy that nobody has tested. */
export function claimPrivateSteps(...steps: readonly AnyStep[]): void {
  privateSteps(...steps);
  for (const step of steps) (step as Noted).claimed = true;
}

/** Says of steps that only readers under per-VMA locks can see them. */
export function vmaLockSteps(...steps: readonly AnyStep[]): void {
  for (const step of steps) (step as Noted).noticedBy = 'vma-locks';
}

export function isClaimed(step: AnyStep): boolean {
  return (step as Noted).claimed === true;
}

/** @param vmaLocks whether some reader takes VMA locks */
export function isPrivate(step: AnyStep, vmaLocks = true): boolean {
  const { noticedBy } = step as Noted;
  return noticedBy === 'nobody' || (noticedBy === 'vma-locks' && !vmaLocks);
}
