/**
 * mm_lock_seq: the counter of write sections. It is odd while a write section is open, and even
 * otherwise.
 *
 * Source: v6.18 include/linux/mmap_lock.h mm_lock_seqcount_begin, mm_lock_seqcount_end,
 * mmap_lock_speculate_try_begin, mmap_lock_speculate_retry; include/linux/seqlock.h.
 */
import { assert } from '../base/assert.ts';
import type { Task } from '../sim/task.ts';
import type { Kernel } from './kernel.ts';
import type { MmLockSeq } from './mm-struct.ts';

export function mmLockSeqcountBegin(k: Kernel, t: Task): void {
  assert(k.mm.mmLockSeq.value % 2 === 0, 'mm_lock_seq: a section inside a section');
  increment(k, t);
}

export function mmLockSeqcountEnd(k: Kernel, t: Task): void {
  assert(k.mm.mmLockSeq.value % 2 === 1, 'mm_lock_seq: end without begin');
  increment(k, t);
}

function increment(k: Kernel, t: Task): void {
  const seq = k.mm.mmLockSeq;
  touchSeqLine(k, t, seq);
  seq.value = (seq.value + 1) >>> 0;
  seq.line++;
  seq.lineCpu = t.cpu;
  t.seenSeqLine = seq.line;
}

/** Fetches the line of the counter: true if another CPU has changed it since t last looked. */
export function seqLineMoves(t: Task, seq: MmLockSeq): boolean {
  if (t.seenSeqLine === seq.line) return false;
  t.seenSeqLine = seq.line;
  return seq.lineCpu !== t.cpu;
}

/** The same, and t waits for the line. */
export function touchSeqLine(k: Kernel, t: Task, seq: MmLockSeq): void {
  if (seqLineMoves(t, seq)) k.spend(k.costs.cacheLineMove);
}

/** Who samples the counter keeps the sample here. */
interface Speculator extends Task {
  seqSample: number;
}

/** True if no write section is open; the sample is kept in `t`. Does not wait. */
export function mmapLockSpeculateTryBegin(k: Kernel, t: Speculator): boolean {
  touchSeqLine(k, t, k.mm.mmLockSeq);
  return sampleAhead(k, t);
}

/**
 * The same before a walk and vma_start_read: the load does not hold the CPU up, and its line comes
 * while the walk goes on and that of the count is fetched. vma_start_read waits for both at once.
 */
export function sampleAhead(k: Kernel, t: Speculator): boolean {
  const seq = k.mm.mmLockSeq;
  k.spend(k.costs.speculateBegin);
  t.seqSample = seq.value;
  return seq.value % 2 === 0;
}

/** True if the counter moved since the sample: what was read in between is worth nothing. */
export function mmapLockSpeculateRetry(k: Kernel, t: Speculator): boolean {
  const seq = k.mm.mmLockSeq;
  touchSeqLine(k, t, seq);
  k.spend(k.costs.speculateRetry);
  return seq.value !== t.seqSample;
}
