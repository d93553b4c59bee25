/**
 * The `rwsem` policy: mmap_lock as the kernel's rw_semaphore treats those who have to wait.
 *
 * Readers steal a lock that is free for a moment even though writers queue. Writers spin while the
 * owner runs, and on readers for a bounded time; a spinner takes a freed lock ahead of the queue. A
 * sleeping writer is only woken, and must still win the lock; when it has lost for longer than
 * RWSEM_WAIT_TIMEOUT it sets HANDOFF, which ends all stealing. Sleeping readers are granted the lock
 * together, over the heads of writers between them.
 *
 * Left out: RT tasks, need_resched() of a spinner, the window in which several spinners race.
 * Source: v6.18 kernel/locking/rwsem.c rwsem_down_read_slowpath, rwsem_down_write_slowpath,
 * rwsem_optimistic_spin, rwsem_try_write_lock, rwsem_mark_wake, rwsem_downgrade_wake.
 */
import { PARKED } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Kernel, KernelStep } from './kernel.ts';
import { grantRead, grantWrite, NO_TASK, READ, WRITE } from './rw-semaphore.ts';

/** MAX_READERS_WAKEUP */
const READERS_WAKEUP_MAX = 256;

/** Fast path, or stealing: nobody holds it and no hand-off is under way. */
export function rwsemMayRead(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  if (lock.writerId !== NO_TASK || lock.handoff) return false;
  return lock.waiters.size === 0 || lock.readerCount === 0;
}

/** After a reader stole the lock as its first: sleeping readers at the head come in too. */
export function rwsemReadStolen(k: Kernel, by: Task): void {
  const lock = k.mm.mmapLock;
  if (lock.readerCount === 1 && lock.waiters.size > 0 && lock.wants.at(0) === READ) {
    wakeReaders(k, by);
  }
}

export function rwsemMayWrite(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  return lock.free && !lock.handoff;
}

/** rwsem_down_write_slowpath: spin if the owner allows it, else sleep. */
export function rwsemWaitWrite<T extends Task>(
  k: Kernel,
  t: T,
  next: KernelStep<T>,
): KernelStep<T> {
  const lock = k.mm.mmapLock;
  t.step = next;
  if (k.timeless || !maySpin(k)) {
    lock.enqueue(t, WRITE);
    return PARKED;
  }
  lock.spinners.push(t.id);
  if (lock.writerId === NO_TASK) {
    // On readers for a bounded time; a timer tells when it is over.
    const limitNs = Math.min(
      k.costs.rwsemSpinBase + lock.readerCount * k.costs.rwsemSpinPerReader,
      k.costs.rwsemSpinMax,
    );
    t.lockResume = next as Task['step'];
    t.step = spinTimedOut as Task['step'];
    k.spin(t, limitNs);
  } else {
    t.lockResume = next as Task['step'];
    k.spin(t, Number.POSITIVE_INFINITY);
  }
  return PARKED;
}

/** rwsem_can_spin_on_owner */
function maySpin(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  if (lock.handoff) return false;
  if (lock.writerId !== NO_TASK) return k.isRunning(k.tasks[lock.writerId]!);
  return lock.readerCount > 0 && !lock.nonspinnable;
}

const spinTimedOut: KernelStep<Task> = (k, t) => {
  const lock = k.mm.mmapLock;
  lock.nonspinnable = true;
  removeSpinner(k, t);
  return sleepInQueue(k, t);
};

/** A spinner that gives up goes to the end of the queue; it may find the lock free on the way. */
function sleepInQueue(k: Kernel, t: Task): KernelStep<Task> {
  const lock = k.mm.mmapLock;
  const next = t.lockResume as KernelStep<Task>;
  if (lock.free && !lock.handoff) {
    grantWrite(k, t);
    return next;
  }
  lock.enqueue(t, WRITE);
  t.step = next as Task['step'];
  return PARKED;
}

function removeSpinner(k: Kernel, t: Task): void {
  const { spinners } = k.mm.mmapLock;
  for (let i = 0; i < spinners.size; i++) {
    if (spinners.at(i) === t.id) spinners.removeAt(i);
  }
}

/** A spinner lost its CPU (need_resched): it goes to sleep in the queue. */
export function rwsemSpinnerPreempted(k: Kernel, t: Task): void {
  removeSpinner(k, t);
  k.mm.mmapLock.enqueue(t, WRITE);
  t.step = t.lockResume;
}

/** The owner left its CPU: whoever spins on it goes to sleep. */
export function rwsemOwnerLeftCpu(k: Kernel, owner: Task): void {
  const lock = k.mm.mmapLock;
  if (lock.writerId !== owner.id || lock.spinners.size === 0) return;
  while (lock.spinners.size > 0) {
    const t = k.tasks[lock.spinners.shift()]!;
    lock.enqueue(t, WRITE);
    t.step = t.lockResume;
    k.stopSpin(t);
  }
}

/** The lock has become free, or a writer has let readers in (`downgraded`). */
export function rwsemRelease(k: Kernel, by: Task, downgraded: boolean): void {
  const lock = k.mm.mmapLock;
  if (downgraded) {
    if (lock.waiters.size > 0 && lock.wants.at(0) === READ) wakeReaders(k, by);
    restartSpin(k);
    return;
  }
  if (!lock.free) return;
  if (lock.spinners.size > 0 && !lock.handoff) {
    const t = k.tasks[lock.spinners.shift()]!;
    grantWrite(k, t);
    t.step = t.lockResume;
    k.endSpin(t);
  }
  if (lock.waiters.size === 0) return;
  if (lock.wants.at(0) === WRITE) {
    wakeWriter(k, by);
  } else if (lock.writerId === NO_TASK) {
    wakeReaders(k, by);
    // They own it now: spinners behind a writer spin on readers.
    restartSpin(k);
  } else if (waitedTooLong(k, k.tasks[lock.waiters.at(0)]!)) {
    lock.handoff = true;
  }
}

/** Spinners that watched a writer now watch readers, for a bounded time. */
function restartSpin(k: Kernel): void {
  const lock = k.mm.mmapLock;
  const count = lock.spinners.size;
  for (let i = 0; i < count; i++) {
    const t = k.tasks[lock.spinners.at(i)]!;
    const limitNs = Math.min(
      k.costs.rwsemSpinBase + lock.readerCount * k.costs.rwsemSpinPerReader,
      k.costs.rwsemSpinMax,
    );
    t.step = spinTimedOut as Task['step'];
    k.spin(t, limitNs);
  }
}

/** Grants the lock to sleeping readers, in their order, over the heads of writers between them. */
function wakeReaders(k: Kernel, by: Task): void {
  const lock = k.mm.mmapLock;
  let woken = 0;
  for (let i = 0; i < lock.waiters.size && woken < READERS_WAKEUP_MAX; ) {
    if (lock.wants.at(i) === WRITE) {
      i++;
      continue;
    }
    const t = k.tasks[lock.dequeue(i)]!;
    grantRead(k, t);
    k.wakeWaiter(by, t);
    woken++;
  }
  // A hand-off was for the first waiter, and that was a reader.
  lock.handoff = false;
}

/** The first waiter may try for the lock when it is awake; until then others can steal it. */
function wakeWriter(k: Kernel, by: Task): void {
  const lock = k.mm.mmapLock;
  const t = k.tasks[lock.waiters.at(0)]!;
  if (t.lockWoken) return;
  t.lockWoken = true;
  t.lockResume = t.step;
  t.step = tryWriteLock as Task['step'];
  k.wakeWaiter(by, t);
}

/** rwsem_try_write_lock by a waiter that was woken. */
const tryWriteLock: KernelStep<Task> = (k, t) => {
  const lock = k.mm.mmapLock;
  t.lockWoken = false;
  const next = t.lockResume as KernelStep<Task>;
  if (lock.free) {
    lock.handoff = false;
    lock.dequeue(0);
    grantWrite(k, t);
    return next;
  }
  if (waitedTooLong(k, t)) lock.handoff = true;
  t.step = next as Task['step'];
  return PARKED;
};

/** time_after(jiffies, waiter->timeout): strictly more jiffies than RWSEM_WAIT_TIMEOUT. */
function waitedTooLong(k: Kernel, t: Task): boolean {
  const jiffies = (ns: number): number => Math.floor(ns / k.jiffyNs);
  const timeout = Math.ceil(k.costs.rwsemHandoff / k.jiffyNs);
  return jiffies(k.nowNs) > jiffies(t.lockAskedNs) + timeout;
}
