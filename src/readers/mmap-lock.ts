/**
 * mmap_read_lock from m_start to m_stop: one page of output is one state, and a writer waits for
 * all of it. Kernels up to 6.16.
 *
 * Source: v6.16 fs/proc/task_mmu.c m_start, m_stop.
 */
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import { vmaNext } from '../mm/vma-walk.ts';
import { LIVE_VMA, type ReaderStep, type Strategy } from '../proc/strategy.ts';
import { privateSteps } from '../sim/step.ts';

const lockVmaRange: ReaderStep = (k, r) => mmapReadLock(k, r, locked);
const locked: ReaderStep = (_k, r) => {
  r.mmapLocked = true;
  return r.ret;
};

const getNextVma: ReaderStep = (k, r) => {
  vmaNext(k, r);
  r.source = LIVE_VMA;
  return r.ret;
};

const unlockVmaRange: ReaderStep = (k, r) => {
  r.mmapLocked = false;
  mmapReadUnlock(k, r);
  return r.ret;
};

privateSteps(locked);

export const mmapLock: Strategy = {
  medium: 'seq',
  name: 'mmap-lock',
  tearing: 'between-pages',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange,
  getNextVma,
  unlockVmaRange,
};
