/**
 * mmap_lock as the rest of the model uses it: take it, let it go, downgrade it.
 *
 * A waiting writer stops the readers that come later. So one slow maps reader stalls all tasks
 * behind the writer, and this problem is the reason for mapsim. The policy handles the waiting
 * tasks: `rwsem.ts` (the kernel's policy), `fifo-lock.ts` or, in searches, `any-lock.ts`.
 *
 * Primitives that may sleep take the step to continue with: they return it, or park the task there.
 * Left out: signals that end a killable wait.
 * Source: v6.18 include/linux/mmap_lock.h; kernel/locking/rwsem.c.
 */
import { assert } from '../base/assert.ts';
import { PARKED } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { anyMayRead, anyMayWrite, anyWait } from './any-lock.ts';
import { fifoMayRead, fifoMayWrite, fifoRelease } from './fifo-lock.ts';
import type { Kernel, KernelStep } from './kernel.ts';
import { KernelFault } from './kernel-fault.ts';
import { NO_VMA } from './layout.ts';
import { NO_TASK, READ, WRITE } from './rw-semaphore.ts';
import {
  rwsemMayRead,
  rwsemMayWrite,
  rwsemReadStolen,
  rwsemRelease,
  rwsemWaitWrite,
} from './rwsem.ts';

/** Every access to the lock word is an atomic that takes the line over. */
function touchLockLine(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  if (t.seenLockLine !== lock.line && lock.lineCpu !== t.cpu) k.spend(k.costs.cacheLineMove);
  lock.line++;
  lock.lineCpu = t.cpu;
  t.seenLockLine = lock.line;
}

/** mmap_read_lock_killable: goes on with `next` once the lock is held for read. */
export function mmapReadLock<T extends Task>(k: Kernel, t: T, next: KernelStep<T>): KernelStep<T> {
  const lock = k.mm.mmapLock;
  if (t.rcuSection !== 0) {
    throw new KernelFault('sleep-in-rcu', 'mmap_read_lock() may sleep inside an RCU read section');
  }
  if (t.lockedVma !== NO_VMA) {
    throw new KernelFault(
      'lock-order',
      'mmap_read_lock() while a VMA is read-locked: a draining writer would wait for ever',
    );
  }
  touchLockLine(k, t);
  k.spend(k.costs.mmapReadLock);
  t.lockAskedNs = k.nowNs;
  if (mayRead(k)) {
    k.mm.mmapLock.grantRead(t, k.nowNs);
    if (lock.policy === 'rwsem') rwsemReadStolen(k, t);
    return next;
  }
  if (lock.policy === 'any') return anyWait(t, READ, next);
  lock.enqueue(t, READ, k.nowNs);
  k.waitToBeWoken(t, next);
  return PARKED;
}

/** mmap_read_unlock */
export function mmapReadUnlock(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.readerCount > 0, 'mmap_lock: more read unlocks than locks');
  touchLockLine(k, t);
  k.spend(k.costs.mmapReadUnlock);
  lock.readerCount--;
  t.readLockHoldNs += k.nowNs - t.readLockSinceNs;
  if (lock.readerCount === 0) release(k, t, false);
}

/** down_write: goes on with `next` once the lock is held for write. */
export function mmapWriteLock<T extends Task>(k: Kernel, t: T, next: KernelStep<T>): KernelStep<T> {
  const lock = k.mm.mmapLock;
  touchLockLine(k, t);
  k.spend(k.costs.mmapWriteLock);
  t.lockAskedNs = k.nowNs;
  if (mayWrite(k)) {
    k.mm.mmapLock.grantWrite(t, k.nowNs);
    return next;
  }
  if (lock.policy === 'any') return anyWait(t, WRITE, next);
  if (lock.policy === 'rwsem') return rwsemWaitWrite(k, t, next);
  lock.enqueue(t, WRITE, k.nowNs);
  k.waitToBeWoken(t, next);
  return PARKED;
}

/** up_write */
export function mmapWriteUnlock(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.writerId === t.id, 'mmap_lock: write unlock by someone else');
  touchLockLine(k, t);
  k.spend(k.costs.mmapWriteUnlock);
  lock.writerId = NO_TASK;
  release(k, t, false);
}

/** downgrade_write: the writer goes on as a reader; readers at the head of the queue come in. */
export function mmapWriteDowngrade(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.writerId === t.id, 'mmap_lock: downgrade by someone else');
  touchLockLine(k, t);
  lock.writerId = NO_TASK;
  lock.readerCount++;
  t.readLockSinceNs = k.nowNs;
  release(k, t, true);
}

function mayRead(k: Kernel): boolean {
  const { policy } = k.mm.mmapLock;
  if (policy === 'rwsem') return rwsemMayRead(k);
  return policy === 'fifo' ? fifoMayRead(k) : anyMayRead(k);
}

function mayWrite(k: Kernel): boolean {
  const { policy } = k.mm.mmapLock;
  if (policy === 'rwsem') return rwsemMayWrite(k);
  return policy === 'fifo' ? fifoMayWrite(k) : anyMayWrite(k);
}

function release(k: Kernel, by: Task, downgraded: boolean): void {
  const { policy } = k.mm.mmapLock;
  if (policy === 'rwsem') rwsemRelease(k, by, downgraded);
  else if (policy === 'fifo') fifoRelease(k, by);
}
