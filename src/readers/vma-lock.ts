/**
 * Per-VMA read locks: walk under RCU, read-lock one VMA at a time, format it, go on; when a VMA
 * cannot be locked or the walk may have missed one, look it up again under mmap_lock. Merged in
 * 6.17.
 *
 * A gap before the found VMA is accepted if no write section has ended since before the lookup, or
 * if a second lookup finds the same VMA. The end of the list is not verified.
 *
 * Source: v6.18 fs/proc/task_mmu.c get_next_vma, m_start, m_stop; mm/mmap_lock.c lock_next_vma,
 * lock_next_vma_under_mmap_lock, vma_start_read.
 */
import type { Kernel } from '../mm/kernel.ts';
import { NO_VMA } from '../mm/layout.ts';
import { mmapLockSpeculateRetry, sampleAhead } from '../mm/mm-lock-seq.ts';
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import {
  COUNTED,
  DETACHED,
  vmaEndRead,
  vmaStartReadCheck,
  vmaStartReadCount,
  vmaStartReadLocked,
  vmaStartReadRecheck,
} from '../mm/vma-lock.ts';
import { rcuReadLock, rcuReadUnlock, vmaIterSet, vmaNext } from '../mm/vma-walk.ts';
import type { Reader, ReaderStep, Strategy } from '../proc/reader.ts';
import type { Cause } from '../proc/strategy.ts';
import { type GapLevel, LIVE_VMA } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

interface LockNextOptions {
  /** PROCMAP_QUERY leaves RCU as soon as the VMA is locked. */
  readonly leavesRcu: boolean;
  /** `printed-end`: before each step the iterator is put back to the end of the last line. */
  readonly resume: 'iterator' | 'printed-end';
  readonly gapCheck: boolean;
  /** `before`: the counter is sampled while the VMA before is still locked. */
  readonly sample: 'after' | 'before';
  /** The end of the list is believed only if no write section ended since the sample. */
  readonly endCheck: boolean;
}

interface VmaLockOptions extends LockNextOptions {
  readonly name: string;
}

/** The first step, and the one that follows a sample. */
interface LockNextSteps {
  readonly tryBegin: ReaderStep;
  readonly find: ReaderStep;
}

/**
 * lock_next_vma: the steps that find the next VMA at or above `reader.shownEnd` and lock it. They
 * begin and end inside an RCU section, go on to `reader.ret`, and leave the VMA in `reader.found`
 * and `reader.lockedVma`.
 */
function lockNextVma(options: LockNextOptions): LockNextSteps {
  const tryBegin: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    r.sampled = sampleAhead(k, r);
    if (options.resume === 'printed-end') vmaIterSet(k, r, r.shownEnd);
    return find;
  });
  const find: ReaderStep = named('vma_next', (k, r) => {
    vmaNext(k, r);
    r.source = LIVE_VMA;
    if (r.found !== NO_VMA) return startReadCheck;
    if (!options.endCheck) return endOfList(r);
    return r.sampled ? endChangedSince : endMissed;
  });
  const endChangedSince: ReaderStep = named('mmap_lock_speculate_retry', (k, r) =>
    mmapLockSpeculateRetry(k, r) ? endMissed : endOfList(r),
  );
  const endMissed: ReaderStep = named('rcu_read_unlock', (k, r) => {
    rcuReadUnlock(k, r);
    return failed(r, 'gap');
  });
  const endOfList = (r: Reader): ReaderStep => {
    r.settled();
    return done(r);
  };

  // --- vma_start_read ---
  const startReadCheck: ReaderStep = named('vma_start_read#1', (k, r) =>
    vmaStartReadCheck(k, r, r.found) ? startReadCount : notLocked(k, r),
  );
  const startReadCount: ReaderStep = named('vma_start_read#2', (k, r) => {
    const result = vmaStartReadCount(k, r, r.found);
    if (result === COUNTED) return startReadRecheck;
    return result === DETACHED ? detached(k, r) : notLocked(k, r);
  });
  const startReadRecheck: ReaderStep = named('vma_start_read#3', (k, r) => {
    if (!vmaStartReadRecheck(k, r, r.found)) return notLocked(k, r);
    r.lockedVma = r.found;
    return verifyPosition(k, r);
  });
  const detached = (k: Kernel, r: Reader): ReaderStep => {
    r.attemptFailed('detached');
    r.retrying();
    rcuReadUnlock(k, r); // vma_start_read drops it when it fails
    rcuReadLock(k, r);
    vmaIterSet(k, r, r.shownEnd);
    return tryBegin;
  };
  const notLocked = (k: Kernel, r: Reader): ReaderStep => {
    rcuReadUnlock(k, r);
    return failed(r, 'locked');
  };

  // --- the VMA is locked: its fields are stable ---
  const verifyPosition = (k: Kernel, r: Reader): ReaderStep => {
    const { vmStart, vmEnd } = k.mm.vmas;
    if (r.shownEnd >= vmEnd[r.found]!) return missed;
    if (r.shownEnd === vmStart[r.found] || r.shownEnd > vmStart[r.found]!) return accept(r);
    if (!options.gapCheck) return accept(r);
    return r.sampled ? changedSince : findAgain;
  };
  const changedSince: ReaderStep = named('mmap_lock_speculate_retry', (k, r) =>
    mmapLockSpeculateRetry(k, r) ? findAgain : accept(r),
  );
  const findAgain: ReaderStep = named('vma_next', (k, r) => {
    const locked = r.found;
    vmaIterSet(k, r, r.shownEnd);
    vmaNext(k, r);
    return r.found === locked ? accept(r) : missed;
  });
  const accept = (r: Reader): ReaderStep => {
    r.counts.vmaReadLocks++;
    r.accepted();
    return done(r);
  };
  const missed: ReaderStep = named('vma_end_read', (k, r) => {
    rcuReadUnlock(k, r);
    vmaEndRead(k, r, r.lockedVma);
    r.lockedVma = NO_VMA;
    return failed(r, 'gap');
  });

  // --- lock_next_vma_under_mmap_lock: outside RCU, no VMA locked ---
  const failed = (r: Reader, cause: Cause): ReaderStep => {
    r.attemptFailed(cause);
    r.fallingBack();
    return fallback;
  };
  const fallback: ReaderStep = named('mmap_read_lock_killable', (k, r) =>
    mmapReadLock(k, r, findUnderLock),
  );
  const findUnderLock: ReaderStep = named('vma_next', (k, r) => {
    vmaIterSet(k, r, r.shownEnd);
    vmaNext(k, r);
    r.source = LIVE_VMA;
    return r.found === NO_VMA ? dropMmapLock : startReadLocked;
  });
  const startReadLocked: ReaderStep = named('vma_start_read_locked', (k, r) => {
    vmaStartReadLocked(k, r, r.found);
    r.lockedVma = r.found;
    r.counts.vmaReadLocks++;
    return dropMmapLock;
  });
  const dropMmapLock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    mmapReadUnlock(k, r);
    rcuReadLock(k, r);
    // The VMA is locked, so its end is stable.
    vmaIterSet(k, r, r.found === NO_VMA ? r.shownEnd : k.mm.vmas.vmEnd[r.found]!);
    if (r.found === NO_VMA) r.settled();
    else r.accepted();
    return done(r);
  });
  const done = (r: Reader): ReaderStep => (options.leavesRcu ? leaveRcu : r.ret);
  const leaveRcu: ReaderStep = named('rcu_read_unlock', (k, r) => {
    rcuReadUnlock(k, r);
    return r.ret;
  });

  return { tryBegin, find };
}

export function vmaLock(options: VmaLockOptions): Strategy {
  const { tryBegin, find } = lockNextVma(options);

  const lockVmaRange: ReaderStep = named('rcu_read_lock', (k, r) => {
    rcuReadLock(k, r);
    return r.ret;
  });
  // Between the unlock and the next sample of the counter nothing keeps anything still, unless the
  // sample is taken first.
  const getNextVma: ReaderStep = named(
    ({ lockedVma }) =>
      lockedVma === NO_VMA || options.sample === 'before'
        ? 'mmap_lock_speculate_try_begin'
        : 'vma_end_read',
    (k, r) => {
      if (r.lockedVma === NO_VMA) return tryBegin(k, r);
      if (options.sample === 'after') return unlockVma(k, r);
      tryBegin(k, r);
      return unlockVma;
    },
  );
  const unlockVma: ReaderStep = named('vma_end_read', (k, r) => {
    vmaEndRead(k, r, r.lockedVma);
    r.lockedVma = NO_VMA;
    return options.sample === 'after' ? tryBegin : find;
  });
  const unlockVmaRange: ReaderStep = named(
    ({ lockedVma }) => (lockedVma === NO_VMA ? 'rcu_read_unlock' : 'vma_end_read'),
    (k, r) => {
      if (r.lockedVma !== NO_VMA) vmaEndRead(k, r, r.lockedVma);
      r.lockedVma = NO_VMA;
      if (r.rcuSection !== 0) rcuReadUnlock(k, r);
      return r.ret;
    },
  );

  return {
    medium: 'seq',
    name: options.name,
    tearing: 'name',
    gaps: gapsOf(options),
    vmaLocks: true,
    progress: 'unbounded',
    resumeAt: 'shown-end',
    lockVmaRange,
    getNextVma,
    unlockVmaRange,
  };
}

/** A hole inside an open write section is believed by all of them. */
function gapsOf({ leavesRcu, resume, gapCheck, sample, endCheck }: VmaLockOptions): GapLevel {
  if (leavesRcu) return 'transient'; // each call begins with a sample and a lookup of its own
  const windowClosed = resume === 'printed-end' || sample === 'before';
  const endVerified = endCheck || resume === 'printed-end';
  return gapCheck && windowClosed && endVerified ? 'transient' : 'false';
}
