/**
 * Lock mmap_lock, look up and format one VMA, unlock, for every VMA. Writers wait for one line
 * only; the reader takes the lock once per line.
 *
 * Source: asked for in the review of the RCU series (linux-mm, April 2025), never built.
 */

import { NO_VMA } from '../mm/layout.ts';
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import { vmaIterSet, vmaNext } from '../mm/vma-walk.ts';
import type { ReaderStep, Strategy } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

const lockVmaRange: ReaderStep = named('m_start', (_k, r) => r.ret);

const getNextVma: ReaderStep = named('mmap_read_lock_killable', (k, r) =>
  mmapReadLock(k, r, locked),
);
const locked: ReaderStep = named('vma_next', (k, r) => {
  r.mmapLocked = true;
  vmaIterSet(k, r, r.shownEnd);
  vmaNext(k, r);
  r.source = LIVE_VMA;
  return r.found === NO_VMA ? unlock : r.ret;
});

const unlock: ReaderStep = named('mmap_read_unlock', (k, r) => {
  r.mmapLocked = false;
  mmapReadUnlock(k, r);
  return r.ret;
});

// A record that was fetched but not shown is still locked.
const unlockVmaRange: ReaderStep = named('m_stop', (_k, r) => (r.mmapLocked ? unlock : r.ret));

export const mmapLockVma: Strategy = {
  medium: 'seq',
  name: 'mmap-lock-vma',
  tearing: 'between-vmas',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'shown-end',
  lockVmaRange,
  getNextVma,
  putVma: unlock,
  unlockVmaRange,
};
