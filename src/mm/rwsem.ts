/**
 * The `rwsem` policy: mmap_lock handles waiting tasks as the kernel's rw_semaphore does.
 *
 * Readers steal a lock that is free for a moment even though writers queue. Writers spin while the
 * owner runs, and on readers for a bounded time; a spinner takes a freed lock ahead of the queue. A
 * sleeping writer is only woken, and must still win the lock; when it has lost for longer than
 * RWSEM_WAIT_TIMEOUT it sets HANDOFF, which ends all stealing. Sleeping readers are granted the
 * lock together, over the heads of writers between them.
 *
 * Left out: RT tasks, the spinning of a waiter that set HANDOFF, the window in which spinners race
 * with woken tasks.
 * Source: v6.18 kernel/locking/rwsem.c rwsem_down_read_slowpath, rwsem_down_write_slowpath,
 * rwsem_optimistic_spin, rwsem_try_write_lock, rwsem_mark_wake, rwsem_downgrade_wake.
 */
import { named, PARKED } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { isFallingAsleep, type Kernel, type KernelStep } from './kernel.ts';
import { NO_TASK, READ, WRITE } from './rw-semaphore.ts';

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
  if (k.host.timeless || !maySpin(k)) {
    lock.enqueue(t, WRITE, k.nowNs);
    k.waitToBeWoken(t, next);
    return PARKED;
  }
  t.lockResume = next;
  t.step = spinTimedOut;
  lock.spinners.push(t.id);
  if (lock.spinners.size === 1) watchOwner(k);
  else k.host.spin(t, Number.POSITIVE_INFINITY);
  return PARKED;
}

/** The first spinner watches a writer for as long as it runs, readers for a bounded time. */
function watchOwner(k: Kernel): void {
  const lock = k.mm.mmapLock;
  if (lock.spinners.size === 0) return;
  const { rwsemSpinBase, rwsemSpinPerReader, rwsemSpinMax } = k.costs;
  const onReaders = Math.min(rwsemSpinBase + lock.readerCount * rwsemSpinPerReader, rwsemSpinMax);
  const onWriter = lock.writerId !== NO_TASK;
  k.host.spin(k.tasks[lock.spinners.at(0)]!, onWriter ? Number.POSITIVE_INFINITY : onReaders);
}

/** rwsem_can_spin_on_owner */
function maySpin(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  if (lock.handoff) return false;
  if (lock.writerId !== NO_TASK) return k.host.isRunning(k.tasks[lock.writerId]!);
  return lock.readerCount > 0 && !lock.nonspinnable;
}

/** Readers held it for too long: nobody spins on them any more. */
const spinTimedOut: KernelStep<Task> = named('rwsem_optimistic_spin', (k, t) => {
  k.mm.mmapLock.nonspinnable = true;
  removeSpinner(k, t);
  sleepInQueue(k, t);
  stopSpinners(k);
  return PARKED;
});

function sleepInQueue(k: Kernel, t: Task): void {
  k.mm.mmapLock.enqueue(t, WRITE, k.nowNs);
  t.step = t.lockResume;
}

function stopSpinners(k: Kernel): void {
  const { spinners } = k.mm.mmapLock;
  while (spinners.size > 0) {
    const t = k.tasks[spinners.shift()]!;
    sleepInQueue(k, t);
    k.host.stopSpin(t);
  }
}

function removeSpinner(k: Kernel, t: Task): void {
  const { spinners } = k.mm.mmapLock;
  for (let i = 0; i < spinners.size; i++) {
    if (spinners.at(i) === t.id) spinners.removeAt(i);
  }
}

/** Who waits on a CPU loses it (need_resched): a spinner goes to sleep in the queue. */
export function waiterPreempted(k: Kernel, t: Task): void {
  if (isFallingAsleep(t)) {
    t.step = t.sleepResume;
    rwsemOwnerLeftCpu(k, t);
    return;
  }
  const { spinners } = k.mm.mmapLock;
  const first = spinners.at(0) === t.id;
  removeSpinner(k, t);
  sleepInQueue(k, t);
  if (first) watchOwner(k);
}

/** The owner left its CPU: tasks that spin on it go to sleep. */
export function rwsemOwnerLeftCpu(k: Kernel, owner: Task): void {
  if (k.mm.mmapLock.writerId === owner.id) stopSpinners(k);
}

/** The lock has become free, or a writer has let readers in (`downgraded`). */
export function rwsemRelease(k: Kernel, by: Task, downgraded: boolean): void {
  const lock = k.mm.mmapLock;
  if (downgraded) {
    if (lock.waiters.size > 0 && lock.wants.at(0) === READ) wakeReaders(k, by);
    watchOwner(k);
    return;
  }
  if (!lock.free) return;
  if (lock.waiters.size > 0) lock.nonspinnable = false;
  if (lock.spinners.size > 0 && !lock.handoff) {
    const t = k.tasks[lock.spinners.shift()]!;
    k.mm.mmapLock.grantWrite(t, k.nowNs);
    t.step = t.lockResume;
    k.host.endSpin(t, k.spentSoFar(by)); // the release has cost the releaser that, and now shows
    watchOwner(k); // the next spinner sees a new owner
  }
  if (lock.waiters.size === 0) return;
  if (lock.wants.at(0) === WRITE) {
    wakeWriter(k, by);
  } else if (lock.writerId === NO_TASK) {
    wakeReaders(k, by);
    watchOwner(k); // spinners behind a hand-off now spin on readers
  } else if (waitedTooLong(k, k.tasks[lock.waiters.at(0)]!)) {
    lock.handoff = true;
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
    k.mm.mmapLock.grantRead(t, k.nowNs);
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
  t.lockResume = k.resumeOf(t);
  k.wakeWaiter(by, t, tryWriteLock);
}

/** rwsem_try_write_lock by a waiter that was woken. */
const tryWriteLock: KernelStep<Task> = named('rwsem_try_write_lock', (k, t) => {
  const lock = k.mm.mmapLock;
  t.lockWoken = false;
  const next = t.lockResume;
  if (lock.free) {
    lock.handoff = false;
    lock.dequeue(0);
    k.mm.mmapLock.grantWrite(t, k.nowNs);
    watchOwner(k);
    return next;
  }
  if (waitedTooLong(k, t)) lock.handoff = true;
  k.waitToBeWoken(t, next);
  return PARKED;
});

/** time_after(jiffies, waiter->timeout): strictly more jiffies than RWSEM_WAIT_TIMEOUT. */
function waitedTooLong(k: Kernel, t: Task): boolean {
  const jiffies = (ns: number): number => Math.floor(ns / k.jiffyNs);
  const timeout = Math.ceil(k.costs.rwsemHandoff / k.jiffyNs);
  return jiffies(k.nowNs) > jiffies(t.lockQueuedNs) + timeout;
}

/** Its next step is one of waiting, for mmap_lock or to be woken: a search has no such step. */
export function isStepOfWaiting(t: Task): boolean {
  return isFallingAsleep(t) || t.step === spinTimedOut || t.step === tryWriteLock;
}

/** It waits for mmap_lock behind others, or for a hand-off: no holder is in its way. */
export function waitsForNobody(k: Kernel, { id }: Task): boolean {
  const lock = k.mm.mmapLock;
  if (lock.writerId !== NO_TASK) return false;
  for (let i = 0; i < lock.waiters.size; i++) {
    if (lock.waiters.at(i) === id) return lock.free || lock.wants.at(i) === READ;
  }
  for (let i = 0; i < lock.spinners.size; i++) if (lock.spinners.at(i) === id) return lock.free;
  return false;
}
