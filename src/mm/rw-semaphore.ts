/**
 * The state of mmap_lock that the policies share: the holders, the waiting tasks, the spinning
 * tasks.
 *
 * Source: v6.18 kernel/locking/rwsem.c struct rw_semaphore.
 */
import type { Words } from '../sim/memory.ts';
import type { Task } from '../sim/task.ts';
import { WaitQueue } from '../sim/wait-queue.ts';

export const NO_TASK = -1;

/** What a waiter wants; parallel to MmapLock.waiters. */
export const READ = 0;
export const WRITE = 1;

export type LockPolicy = 'fifo' | 'rwsem' | 'any';

export class MmapLock {
  /**
   * `fifo`: strictly first come, first served; `rwsem`: as the kernel does it; `any`: each
   * waiting task may get the lock whenever the lock is free (searches: stealing, spinning and
   * wake-up latencies allow every order).
   */
  readonly policy: LockPolicy;
  writerId = NO_TASK;
  readerCount = 0;
  /** Sleeping tasks, first come first, and what each wants. */
  readonly waiters = new WaitQueue();
  readonly wants = new WaitQueue();
  /** Writers that spin (MCS queue): the first one watches the lock, the others wait for it. */
  readonly spinners = new WaitQueue();
  /** RWSEM_FLAG_HANDOFF: no more stealing; the first waiter is next. */
  handoff = false;
  /** RWSEM_NONSPINNABLE: a spinner gave up on the readers that hold it. */
  nonspinnable = false;
  /** For cacheLineMove. */
  line = 0;
  lineCpu = NO_TASK;

  constructor(policy: LockPolicy) {
    this.policy = policy;
  }

  /** In a saved world; a search has no spinners. */
  transfer(w: Words): void {
    this.writerId = w.one(this.writerId);
    this.readerCount = w.one(this.readerCount);
    this.handoff = w.flag(this.handoff);
    this.waiters.transfer(w);
    this.wants.transfer(w);
  }

  get free(): boolean {
    return this.writerId === NO_TASK && this.readerCount === 0;
  }

  /** The task goes to sleep at the end of the queue. */
  enqueue(t: Task, wants: number, nowNs: number): void {
    t.lockQueuedNs = nowNs;
    this.waiters.push(t.id);
    this.wants.push(wants);
  }

  /** Takes the waiter at `index` out of the queue. */
  dequeue(index: number): number {
    this.wants.removeAt(index);
    return this.waiters.removeAt(index);
  }

  grantRead(t: Task, nowNs: number): void {
    this.readerCount++;
    t.mmapReadLocks++;
    t.readLockWaitNs += nowNs - t.lockAskedNs;
    t.readLockSinceNs = nowNs;
  }

  grantWrite(t: Task, nowNs: number): void {
    this.writerId = t.id;
    this.nonspinnable = false;
    t.writeLockWaitNs += nowNs - t.lockAskedNs;
  }
}
