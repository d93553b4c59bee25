/**
 * mmap_read_lock from m_start to m_stop: one page of output is one state, and a writer waits for
 * all of it. Kernels up to 6.16.
 *
 * `end=pending`: from 5.7 to 6.0 m_start() does not move the position. If it finds no VMA and there
 * is no gate line, read() returns 0. The next read() looks again from the start of the VMA that was
 * pending: if the last printed VMA has grown over this address, its line is printed again. From 6.1
 * on m_start() sets the sentinel.
 *
 * Source: v6.16 fs/proc/task_mmu.c m_start, proc_get_vma, m_stop; v5.10 m_start, m_next;
 * "[PATCH 3/5] proc: Use ppos instead of m->version", Matthew Wilcox, 29 Feb 2020.
 */
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import { vmaNext } from '../mm/vma-walk.ts';
import type { ReaderStep, Strategy } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import { named, privateSteps } from '../sim/step.ts';

const lockVmaRange: ReaderStep = named('mmap_read_lock_killable', (k, r) =>
  mmapReadLock(k, r, locked),
);
const locked: ReaderStep = named('(locked)', (_k, r) => {
  r.mmapLocked = true;
  return r.ret;
});

const getNextVma: ReaderStep = named('vma_next', (k, r) => {
  vmaNext(k, r);
  r.source = LIVE_VMA;
  return r.ret;
});

const unlockVmaRange: ReaderStep = named('mmap_read_unlock', (k, r) => {
  r.mmapLocked = false;
  mmapReadUnlock(k, r);
  return r.ret;
});

privateSteps(locked);

/** @param name canonical, with its options */
export function mmapLockOf(name: string, end: string | undefined): Strategy {
  return end === 'pending' ? { ...mmapLock, name, endStays: true } : mmapLock;
}

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

// --- mmap-lock-all: one hold for the whole pass, copies to the user included ---
//
// The ideal text, and the worst blocking. No kernel does this (a reader could hold the lock for as
// long as it likes): it is the upper bound against which the others are measured.

// The first m_start() of the pass takes the lock; later ones have it already.
const lockPass: ReaderStep = named(
  (r) => (r.mmapLocked ? 'm_start' : 'mmap_read_lock_killable'),
  (k, r) => (r.mmapLocked ? r.ret : mmapReadLock(k, r, locked)),
);

export const mmapLockAll: Strategy = {
  medium: 'seq',
  name: 'mmap-lock-all',
  tearing: 'none',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange: lockPass,
  getNextVma,
  unlockVmaRange: named('m_stop', (_k, r) => r.ret),
  releaseFile: unlockVmaRange,
};
