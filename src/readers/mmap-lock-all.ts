/**
 * One hold of mmap_lock for the whole pass, copies to the user included: the ideal text, and the
 * worst blocking. No kernel does this (a reader could hold the lock for as long as it likes).
 *
 * Source: none; the upper bound against which the others are measured.
 */
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import { vmaNext } from '../mm/vma-walk.ts';
import type { ReaderStep, Strategy } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

// The first m_start() of the pass takes the lock; later ones have it already.
const lockVmaRange: ReaderStep = named(
  (r) => (r.mmapLocked ? 'm_start' : 'mmap_read_lock_killable'),
  (k, r) => (r.mmapLocked ? r.ret : mmapReadLock(k, r, locked)),
);
const locked: ReaderStep = (_k, r) => {
  r.mmapLocked = true;
  return r.ret;
};

const getNextVma: ReaderStep = named('vma_next', (k, r) => {
  vmaNext(k, r);
  r.source = LIVE_VMA;
  return r.ret;
});

const unlockVmaRange: ReaderStep = named('m_stop', (_k, r) => r.ret);

const releaseFile: ReaderStep = named('mmap_read_unlock', (k, r) => {
  r.mmapLocked = false;
  mmapReadUnlock(k, r);
  return r.ret;
});

export const mmapLockAll: Strategy = {
  medium: 'seq',
  name: 'mmap-lock-all',
  tearing: 'none',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange,
  getNextVma,
  unlockVmaRange,
  releaseFile,
};
