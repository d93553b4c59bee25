/**
 * The `fifo` policy: strictly first come, first served. The readers at the head of the queue get
 * the lock together, and a task owns the lock before it runs.
 *
 * No kernel does this: there is no stealing, no spinning, no hand-off, and no reader overtakes a
 * writer. The policy keeps one effect of the real lock: a waiting writer stops the readers behind
 * it.
 */
import type { Task } from '../sim/task.ts';
import type { Kernel } from './kernel.ts';
import { WRITE } from './rw-semaphore.ts';

export function fifoMayRead(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  return lock.writerId < 0 && lock.waiters.size === 0;
}

export function fifoMayWrite(k: Kernel): boolean {
  const lock = k.mm.mmapLock;
  return lock.free && lock.waiters.size === 0;
}

/** Hands the lock to the head of the queue: one writer, or all readers up to the next writer. */
export function fifoRelease(k: Kernel, by: Task): void {
  const lock = k.mm.mmapLock;
  while (lock.waiters.size > 0) {
    const t = k.tasks[lock.waiters.at(0)]!;
    if (lock.wants.at(0) === WRITE) {
      if (lock.readerCount > 0) return;
      lock.dequeue(0);
      k.mm.mmapLock.grantWrite(t, k.nowNs);
      k.wakeWaiter(by, t);
      return;
    }
    lock.dequeue(0);
    k.mm.mmapLock.grantRead(t, k.nowNs);
    k.wakeWaiter(by, t);
  }
}
