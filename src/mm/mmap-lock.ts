/**
 * mmap_lock as readers and writers see it: a rw_semaphore, here with the `fifo` policy.
 *
 * Strictly first come, first served; the readers at the head of the queue are let in together. A
 * waiting writer stops every later reader: that is what turns one slow maps reader into a stall for
 * everyone who comes after the writer, and the reason for this whole program.
 *
 * Primitives that may sleep take the step to go on with: they return it, or park the task there.
 * Left out: signals that end a killable wait.
 * Source: v6.18 kernel/locking/rwsem.c, include/linux/mmap_lock.h.
 */
import { assert } from '../base/assert.ts';
import { PARKED } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { WaitQueue } from '../sim/wait-queue.ts';
import type { Kernel, KernelStep } from './kernel.ts';

export const NO_TASK = -1;

export class MmapLock {
  writerId = NO_TASK;
  readerCount = 0;
  /** Waiters: task id, and whether each wants to write (same order). */
  readonly waiters = new WaitQueue();
  readonly wants = new WaitQueue();
  /** For cacheLineMove. */
  line = 0;
  lineCpu = -1;
}

const READ = 0;
const WRITE = 1;

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
  assert(t.rcuSection === 0, 'mmap_lock: may sleep inside an RCU read section');
  touchLockLine(k, t);
  k.spend(k.costs.mmapReadLock);
  t.lockAskedNs = k.nowNs;
  if (lock.writerId === NO_TASK && lock.waiters.size === 0) {
    grantRead(k, t);
    return next;
  }
  return wait(lock, t, READ, next);
}

/** mmap_read_unlock */
export function mmapReadUnlock(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.readerCount > 0, 'mmap_lock: more read unlocks than locks');
  touchLockLine(k, t);
  k.spend(k.costs.mmapReadUnlock);
  lock.readerCount--;
  t.readLockHoldNs += k.nowNs - t.readLockSinceNs;
  if (lock.readerCount === 0) grantWaiters(k);
}

/** down_write: goes on with `next` once the lock is held for write. */
export function mmapWriteLock<T extends Task>(k: Kernel, t: T, next: KernelStep<T>): KernelStep<T> {
  const lock = k.mm.mmapLock;
  touchLockLine(k, t);
  k.spend(k.costs.mmapWriteLock);
  t.lockAskedNs = k.nowNs;
  if (lock.writerId === NO_TASK && lock.readerCount === 0 && lock.waiters.size === 0) {
    grantWrite(k, t);
    return next;
  }
  return wait(lock, t, WRITE, next);
}

/** up_write */
export function mmapWriteUnlock(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.writerId === t.id, 'mmap_lock: write unlock by someone else');
  touchLockLine(k, t);
  k.spend(k.costs.mmapWriteUnlock);
  lock.writerId = NO_TASK;
  grantWaiters(k);
}

/** downgrade_write: the writer goes on as a reader; readers at the head of the queue come in. */
export function mmapWriteDowngrade(k: Kernel, t: Task): void {
  const lock = k.mm.mmapLock;
  assert(lock.writerId === t.id, 'mmap_lock: downgrade by someone else');
  touchLockLine(k, t);
  lock.writerId = NO_TASK;
  lock.readerCount++;
  t.readLockSinceNs = k.nowNs;
  grantWaiters(k);
}

function wait<T extends Task>(
  lock: MmapLock,
  t: T,
  wants: number,
  next: KernelStep<T>,
): KernelStep<T> {
  lock.waiters.push(t.id);
  lock.wants.push(wants);
  t.step = next;
  return PARKED;
}

function grantRead(k: Kernel, t: Task): void {
  k.mm.mmapLock.readerCount++;
  t.mmapReadLocks++;
  t.readLockWaitNs += k.nowNs - t.lockAskedNs;
  t.readLockSinceNs = k.nowNs;
}

function grantWrite(k: Kernel, t: Task): void {
  k.mm.mmapLock.writerId = t.id;
  t.writeLockWaitNs += k.nowNs - t.lockAskedNs;
}

/** Hands the lock to the head of the queue: one writer, or all readers up to the next writer. */
function grantWaiters(k: Kernel): void {
  const lock = k.mm.mmapLock;
  while (lock.waiters.size > 0) {
    const t = k.tasks[lock.waiters.at(0)]!;
    if (lock.wants.at(0) === WRITE) {
      if (lock.readerCount > 0) return;
      dequeue(lock);
      grantWrite(k, t);
      k.wakeWaiter(t);
      return;
    }
    dequeue(lock);
    grantRead(k, t);
    k.wakeWaiter(t);
  }
}

function dequeue(lock: MmapLock): void {
  lock.waiters.shift();
  lock.wants.shift();
}
