/**
 * The per-VMA lock: a reader count in the VMA and a stamp of the write section that locked it.
 *
 * A VMA is write-locked while its `vm_lock_seq` equals the (odd) mm_lock_seq: the end of the
 * section releases all of them at once. A writer keeps new readers out with a flag bit while it
 * waits for those inside to leave; the waiting happens under mmap_lock held for write.
 *
 * Left out: the killable variants, the refcount limit, slots recycled for another mm (a world has
 * one mm).
 * Source: v6.18 mm/mmap_lock.c __vma_enter_locked, __vma_start_write, vma_mark_detached,
 * vma_start_read; include/linux/mmap_lock.h vma_refcount_put, vma_mark_attached.
 */
import { assert } from '../base/assert.ts';
import { PARKED } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Kernel, KernelStep } from './kernel.ts';
import { seqLineMoves, touchSeqLine } from './mm-lock-seq.ts';
import { NO_WAITER } from './mm-struct.ts';
import { NO_CPU } from './vma.ts';

/** VMA_LOCK_OFFSET: a writer waits for the readers to leave. */
export const VMA_LOCK_OFFSET = 0x40000000;

/** The first half of vma_start_write: true if the VMA is stamped by this section already. */
export function vmaIsWriteLocked(k: Kernel, vma: number): boolean {
  return k.mm.vmas.vmLockSeq[vma] === k.mm.mmLockSeq.value;
}

/** __vma_enter_locked on an attached VMA: keep new readers out, wait for those inside. */
export function vmaEnterLocked<T extends Task>(
  k: Kernel,
  t: T,
  vma: number,
  next: KernelStep<T>,
): KernelStep<T> {
  const { vmRefcnt } = k.mm.vmas;
  assert(vmRefcnt[vma]! > 0 && vmRefcnt[vma]! < VMA_LOCK_OFFSET, 'vma lock: bad count to drain');
  touchRefcnt(k, t, vma);
  vmRefcnt[vma]! += VMA_LOCK_OFFSET;
  return drained(k, t, { vma, target: VMA_LOCK_OFFSET + 1, next });
}

interface Drain<T> {
  readonly vma: number;
  readonly target: number;
  readonly next: KernelStep<T>;
}

function drained<T extends Task>(k: Kernel, t: T, drain: Drain<T>): KernelStep<T> {
  if (k.mm.vmas.vmRefcnt[drain.vma] === drain.target) return drain.next;
  const wait = k.vmaWriterWait;
  assert(wait.taskId === NO_WAITER, 'vma lock: two drainers in one mm');
  wait.taskId = t.id;
  wait.vma = drain.vma;
  wait.target = drain.target;
  t.drainSinceNs = k.nowNs;
  k.waitToBeWoken(t, drain.next);
  return PARKED;
}

/** __vma_exit_locked: from now on the stamp keeps readers out. */
export function vmaExitLocked(k: Kernel, vma: number): void {
  const { vmRefcnt } = k.mm.vmas;
  assert(vmRefcnt[vma]! >= VMA_LOCK_OFFSET, 'vma lock: exit without enter');
  vmRefcnt[vma]! -= VMA_LOCK_OFFSET;
}

/** vma_mark_attached: the store leaves the line of the count in this CPU's cache. */
export function vmaMarkAttached(k: Kernel, by: Task, vma: number): void {
  const { vmRefcnt, vmRefcntCpu } = k.mm.vmas;
  assert(vmRefcnt[vma] === 0, 'vma: attached twice');
  vmRefcnt[vma] = 1;
  vmRefcntCpu[vma] = by.cpu;
}

/**
 * vma_mark_detached: the last reference goes, or that of a reader about to find out that it failed.
 */
export function vmaMarkDetached<T extends Task>(
  k: Kernel,
  t: T,
  vma: number,
  next: KernelStep<T>,
): KernelStep<T> {
  const { vmRefcnt } = k.mm.vmas;
  assert(vmRefcnt[vma]! > 0, 'vma: detached twice');
  if (--vmRefcnt[vma]! === 0) return next;
  vmRefcnt[vma]! += VMA_LOCK_OFFSET;
  return drained(k, t, { vma, target: VMA_LOCK_OFFSET, next });
}

/** After a drain in vma_mark_detached: the flag goes, the count is 0. */
export function vmaDetachDrained(k: Kernel, vma: number): void {
  const { vmRefcnt } = k.mm.vmas;
  if (vmRefcnt[vma]! >= VMA_LOCK_OFFSET) vmRefcnt[vma]! -= VMA_LOCK_OFFSET;
  assert(vmRefcnt[vma] === 0, 'vma: detached with readers inside');
}

/** vma_refcount_put: one reader less; the last one wakes the drainer. */
function vmaRefcountPut(k: Kernel, by: Task, vma: number): void {
  const { vmRefcnt } = k.mm.vmas;
  assert(vmRefcnt[vma]! > 0, 'vma lock: more read unlocks than locks');
  const count = --vmRefcnt[vma]!;
  const wait = k.vmaWriterWait;
  if (wait.taskId === NO_WAITER || wait.vma !== vma || count !== wait.target) return;
  const t = k.tasks[wait.taskId]!;
  wait.taskId = NO_WAITER;
  wait.vma = -1;
  t.drainWaitNs += k.nowNs - t.drainSinceNs;
  k.wakeWaiter(by, t);
}

// --- Read side ---------------------------------------------------------------------------------

/** A count is changed by an atomic, which takes its cache line over: true if it has to come. */
function refcntMoves(k: Kernel, t: Task, vma: number): boolean {
  const { vmRefcntCpu } = k.mm.vmas;
  const lastCpu = vmRefcntCpu[vma]!;
  vmRefcntCpu[vma] = t.cpu;
  return lastCpu !== t.cpu && lastCpu !== NO_CPU;
}

export function touchRefcnt(k: Kernel, t: Task, vma: number): void {
  if (refcntMoves(k, t, vma)) k.spend(k.costs.cacheLineMove);
}

/** Outcomes of vmaStartReadCount. */
export const COUNTED = 0;
export const DETACHED = 1;
export const LOCKED = 2;

/**
 * First step of vma_start_read: is it write-locked, as far as can be seen without a count? The
 * lines of the counter and of the count are paid for here: both have to be there before the atomic
 * of the next step can take effect, and until then a writer still finds the VMA without a reader.
 * They come together, since no load waits for another. Measured: docs/costs.md.
 */
export function vmaStartReadCheck(k: Kernel, t: Task, vma: number): boolean {
  const seqMoves = seqLineMoves(t, k.mm.mmLockSeq);
  if (refcntMoves(k, t, vma) || seqMoves) k.spend(k.costs.cacheLineMove);
  return k.mm.vmas.vmLockSeq[vma] !== k.mm.mmLockSeq.value;
}

/** Second step: count this reader, unless the VMA is detached or a writer keeps readers out. */
export function vmaStartReadCount(k: Kernel, t: Task, vma: number): number {
  const { vmRefcnt } = k.mm.vmas;
  touchRefcnt(k, t, vma);
  k.spend(k.costs.vmaStartRead);
  if (vmRefcnt[vma] === 0) return DETACHED;
  if (vmRefcnt[vma]! >= VMA_LOCK_OFFSET) return LOCKED;
  vmRefcnt[vma]!++;
  return COUNTED;
}

/** Third step: has a writer locked it between the first two? Then the count goes back. */
export function vmaStartReadRecheck(k: Kernel, t: Task, vma: number): boolean {
  touchSeqLine(k, t, k.mm.mmLockSeq);
  if (k.mm.vmas.vmLockSeq[vma] !== k.mm.mmLockSeq.value) return true;
  vmaRefcountPut(k, t, vma);
  return false;
}

/** vma_start_read_locked: mmap_lock is held for read, so no writer is in the way. */
export function vmaStartReadLocked(k: Kernel, t: Task, vma: number): void {
  const { vmRefcnt } = k.mm.vmas;
  assert(vmRefcnt[vma]! > 0 && vmRefcnt[vma]! < VMA_LOCK_OFFSET, 'vma lock: not lockable');
  touchRefcnt(k, t, vma);
  k.spend(k.costs.vmaStartRead);
  vmRefcnt[vma]!++;
}

/** vma_end_read */
export function vmaEndRead(k: Kernel, t: Task, vma: number): void {
  touchRefcnt(k, t, vma);
  k.spend(k.costs.vmaEndRead);
  vmaRefcountPut(k, t, vma);
}
