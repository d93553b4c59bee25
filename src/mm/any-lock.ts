/**
 * The `any` policy, for searches: tasks that wait for mmap_lock may get it at any moment when no
 * holder conflicts, in any order.
 *
 * The policy allows more orders than stealing, spinning, wake-up latencies and hand-off do. So a
 * result "impossible" is also true for the rwsem. A finding may need an order that the hand-off
 * makes rare, such as a writer that overtakes a waiting reader again and again.
 */
import { PARKED } from '../sim/step.ts';
import { type Task, WANTS_NOTHING, WANTS_READ, WANTS_WRITE } from '../sim/task.ts';
import type { Kernel, KernelStep } from './kernel.ts';
import { NO_TASK, WRITE } from './rw-semaphore.ts';

export function anyMayRead(k: Kernel): boolean {
  return k.mm.mmapLock.writerId === NO_TASK;
}

export function anyMayWrite(k: Kernel): boolean {
  return k.mm.mmapLock.free;
}

export function anyWait<T extends Task>(t: T, wants: number, next: KernelStep<T>): KernelStep<T> {
  t.lockWants = wants === WRITE ? WANTS_WRITE : WANTS_READ;
  t.step = next;
  return PARKED;
}

/** Whether a waiting task could have the lock now. */
export function anyCanTake(k: Kernel, t: Task): boolean {
  if (t.lockWants === WANTS_NOTHING) return false;
  return t.lockWants === WANTS_WRITE ? anyMayWrite(k) : anyMayRead(k);
}

/** The waiting task has the lock; it goes on with its step when it is its turn. */
export function anyTake(k: Kernel, t: Task): void {
  if (t.lockWants === WANTS_WRITE) k.mm.mmapLock.grantWrite(t, k.nowNs);
  else k.mm.mmapLock.grantRead(t, k.nowNs);
  t.lockWants = WANTS_NOTHING;
}
