/**
 * Copy each VMA under RCU, then check mm_lock_seq. After a failed check wait for the writer and try
 * again: for ever (v3 as its review corrected it), or N times, and then keep mmap_lock, so that a
 * busy writer can delay the reader but not starve it.
 *
 * An attempt starts when the reader samples the counter and ends when it checks the counter. With
 * `sample=read` the counter is sampled in m_start and again only after a failed attempt or a
 * fallback, so an attempt at a record starts at the check of the record before it. The end of the
 * list is checked like a record.
 *
 * Source: linux-mm, "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU", 18 Apr 2025
 * (get_vma_snapshot), and its replies of 23-24 Apr 2025: m_start without the lock and the limit
 * (Baghdasaryan), three to five retries (Nakryiko); of 29 Apr 2025: what a fallback keeps.
 */

import { counted } from '../base/counted.ts';
import type { Kernel } from '../mm/kernel.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import { mmapLockSpeculateRetry, mmapLockSpeculateTryBegin } from '../mm/mm-lock-seq.ts';
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import {
  copyVmaFlags,
  copyVmaNames,
  copyVmaRange,
  dropPins,
  forgetPins,
  pinFile,
  pinName,
  rcuReadLock,
  rcuReadUnlock,
  specialMappingName,
  vmaIterSet,
  vmaNext,
} from '../mm/vma-walk.ts';
import type { Reader, ReaderStep, Strategy } from '../proc/reader.ts';
import type { Cause } from '../proc/strategy.ts';
import { LIVE_VMA, POS_GATE, VMA_COPY } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

/**
 * What review found in the series as posted, and what is read in its diff, one at a time:
 * `pin-spin`: get_file_rcu on a private copy waits for a pointer to change that nobody changes;
 * `pin-again`: after a failed pin of a name the lookup is repeated without leaving RCU, without
 * waiting for the writer and with the old sample;
 * `pin-leak`: pins are held while the reader waits for mmap_lock, those of a shown record until the
 * next fetch, and those of the last record of a read() are never dropped;
 * `gate-again`: a read() that begins at the gate line prints the last VMA again;
 * `end-unchecked`: the end of the list is believed without a check;
 * `stale-name`: vm_ops->name is called with the copy, after the check;
 * `null-copy`: after a retry a lookup that finds nothing is copied all the same.
 * `as-posted` is all of them: the patch itself.
 */
const FLAWS = [
  'pin-spin',
  'pin-again',
  'pin-leak',
  'gate-again',
  'end-unchecked',
  'stale-name',
  'null-copy',
] as const;
type Flaw = (typeof FLAWS)[number];
export const BUG_COMPAT = ['none', ...FLAWS, 'as-posted'] as const;
type BugCompat = (typeof BUG_COMPAT)[number];

export interface RcuRetryOptions {
  readonly name: string;
  /** Retries for a record; Infinity: no limit. */
  readonly retriesMax: number;
  readonly mstart: 'lock' | 'speculate';
  readonly sample: 'read' | 'vma';
  readonly wait: 'lock' | 'try' | 'none';
  readonly scope: 'vma' | 'read';
  readonly fallback: 'read' | 'vma';
  /** Flaws of the series as posted. */
  readonly bugCompat: BugCompat;
}

export function rcuRetry(options: RcuRetryOptions): Strategy {
  const has = (flaw: Flaw): boolean =>
    options.bugCompat === flaw || options.bugCompat === 'as-posted';
  const pinLeak = has('pin-leak');
  const gateAgain = has('gate-again');

  // --- m_start ---
  const lockVmaRange: ReaderStep = named(
    () => (options.mstart === 'lock' ? 'mmap_read_lock_killable' : 'rcu_read_lock'),
    (k, r) => {
      r.budgetUsed = 0;
      if (pinLeak) r.local.leaked! += forgetPins(r); // the copy is cleared
      if (gateAgain && r.pos === POS_GATE) {
        r.pos = 0; // an unsigned -2 looks like an address: back to where the last lookup began
        r.shownEnd = r.local.lastPos!;
      }
      r.sampled = false; // a record that overflowed may have left its sample
      r.retryAt = r.ret; // there is no record yet to look up again
      if (options.mstart === 'lock') return mmapReadLock(k, r, startLocked);
      rcuReadLock(k, r);
      // With sample=vma every record takes its own sample; none is needed here.
      return options.sample === 'vma' ? r.ret : trySample;
    },
  );
  const startLocked: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    mmapLockSpeculateTryBegin(k, r);
    return startUnlock;
  });
  const startUnlock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    mmapReadUnlock(k, r);
    rcuReadLock(k, r);
    r.sampled = true;
    return r.ret;
  });

  // --- a record ---
  const getNextVma: ReaderStep = named(
    (r) =>
      options.sample === 'vma' && !r.mmapLocked && !r.sampled
        ? 'mmap_lock_speculate_try_begin'
        : 'vma_next',
    (k, r) => {
      r.retryAt = find;
      if (r.mmapLocked) return findLive(k, r);
      r.source = VMA_COPY;
      if (options.sample === 'vma' && !r.sampled) return trySample(k, r);
      return find(k, r);
    },
  );
  const trySample: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    if (!mmapLockSpeculateTryBegin(k, r)) return failed(k, r, 'odd');
    if (r.retryAt === find) vmaIterSet(k, r, r.shownEnd);
    return r.retryAt;
  });
  const find: ReaderStep = named('vma_next', (k, r) => {
    r.sampled = false;
    vmaNext(k, r);
    if (r.found === NO_VMA) return endOfList(r);
    if (pinLeak) dropPins(k, r); // of the record before; at the end of the list they stay
    return copyRange;
  });
  const endOfList = (r: Reader): ReaderStep => {
    if (has('null-copy') && r.failedHere > 0) {
      throw new KernelFault('null-dereference', 'get_vma_snapshot(): copies a VMA that is NULL');
    }
    if (!has('end-unchecked')) return verify;
    accept(r);
    return r.ret;
  };
  const copyRange: ReaderStep = named('get_vma_snapshot#1', (k, r) => {
    copyVmaRange(k, r);
    return copyFlags;
  });
  const copyFlags: ReaderStep = named('get_vma_snapshot#2', (k, r) => {
    copyVmaFlags(k, r);
    return copyNames;
  });
  const copyNames: ReaderStep = named('get_vma_snapshot#3', (k, r) => {
    copyVmaNames(k, r);
    if (r.copy.file !== NO_FILE) return getFile;
    return r.copy.name === NO_NAME ? verify : getName;
  });
  const getFile: ReaderStep = named(
    () => (has('pin-spin') ? 'get_file_rcu' : 'get_file_active'),
    (k, r) => {
      if (!pinFile(k, r)) return has('pin-spin') ? spinOnCopy(r) : failed(k, r, 'filePin');
      return r.copy.name === NO_NAME ? verify : getName;
    },
  );
  // get_file_rcu tries again until the pointer has changed; the copy's never does.
  const spinOnCopy = (r: Reader): ReaderStep => {
    r.attemptFailed('filePin');
    r.retrying();
    return getFile;
  };
  const getName: ReaderStep = named('anon_vma_name_get_if_valid', (k, r) => {
    if (pinName(k, r)) return verify;
    return has('pin-again') ? lookUpAgain(k, r) : failed(k, r, 'namePin');
  });
  // -EAGAIN without a new sample: the attempt goes on, and fails again until the name is replaced.
  const lookUpAgain = (k: Kernel, r: Reader): ReaderStep => {
    r.attemptFailed('namePin');
    r.retrying();
    dropPins(k, r);
    vmaIterSet(k, r, r.shownEnd);
    return find;
  };
  const verify: ReaderStep = named('mmap_lock_speculate_retry', (k, r) => {
    if (mmapLockSpeculateRetry(k, r)) return failed(k, r, 'sequence');
    accept(r);
    if (gateAgain && r.found !== NO_VMA) r.local.lastPos = r.shownEnd;
    return has('stale-name') ? callVmOpsName : r.ret;
  });
  const callVmOpsName: ReaderStep = named('special_mapping_name', (k, r) => {
    specialMappingName(k, r);
    return r.ret;
  });

  const accept = (r: Reader): void => {
    if (r.found === NO_VMA) r.settled();
    else r.accepted();
    if (options.scope === 'vma') r.budgetUsed = 0;
  };

  // --- after a failed attempt ---
  const failed = (k: Kernel, r: Reader, cause: Cause): ReaderStep => {
    r.attemptFailed(cause);
    if (!pinLeak) dropPins(k, r);
    if (r.budgetUsed >= options.retriesMax) return giveUp;
    if (Number.isFinite(options.retriesMax)) r.budgetUsed++;
    r.retrying();
    if (options.wait === 'lock') return waitForWriter;
    return options.wait === 'try' ? sampleOrWait : trySample;
  };
  const sampleOrWait: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    if (!mmapLockSpeculateTryBegin(k, r)) return waitForWriter;
    vmaIterSet(k, r, r.shownEnd);
    return r.retryAt;
  });
  // mmap_lock may sleep, an RCU reader must not.
  const waitForWriter: ReaderStep = named('mmap_read_lock_killable', (k, r) => {
    rcuReadUnlock(k, r);
    return mmapReadLock(k, r, waited);
  });
  const waited: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    mmapLockSpeculateTryBegin(k, r); // even while the lock is held
    return waitedUnlock;
  });
  const waitedUnlock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    mmapReadUnlock(k, r);
    rcuReadLock(k, r);
    if (pinLeak) dropPins(k, r); // held while it waited
    vmaIterSet(k, r, r.shownEnd);
    return r.retryAt;
  });

  // --- the lock, kept ---
  const giveUp: ReaderStep = named('mmap_read_lock_killable', (k, r) => {
    r.fallingBack();
    rcuReadUnlock(k, r);
    return mmapReadLock(k, r, keepLock);
  });
  const keepLock: ReaderStep = named('vma_iter_set', (k, r) => {
    r.mmapLocked = true;
    vmaIterSet(k, r, r.shownEnd);
    return r.retryAt === find ? findLive : r.ret;
  });
  const findLive: ReaderStep = named('vma_next', (k, r) => {
    vmaNext(k, r);
    r.source = LIVE_VMA;
    accept(r);
    return r.ret;
  });

  // --- after show_map ---
  const putVma: ReaderStep = named(
    (r) =>
      r.mmapLocked && options.fallback === 'vma'
        ? 'mmap_lock_speculate_try_begin'
        : 'put_vma_snapshot',
    (k, r) => {
      if (!pinLeak) dropPins(k, r);
      if (!r.mmapLocked || options.fallback === 'read') return r.ret;
      mmapLockSpeculateTryBegin(k, r);
      return dropLock;
    },
  );
  const dropLock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    r.mmapLocked = false;
    r.sampled = true;
    mmapReadUnlock(k, r);
    rcuReadLock(k, r);
    vmaIterSet(k, r, r.shownEnd);
    return r.ret;
  });

  // --- m_stop ---
  const unlockVmaRange: ReaderStep = named(
    (r) => (r.mmapLocked ? 'mmap_read_unlock' : 'rcu_read_unlock'),
    (k, r) => {
      if (!pinLeak) dropPins(k, r);
      r.settled(); // the gate line needs no check: what m_start tried is over
      if (!r.mmapLocked) {
        rcuReadUnlock(k, r);
        return r.ret;
      }
      r.mmapLocked = false;
      mmapReadUnlock(k, r);
      return r.ret;
    },
  );

  // What kmemleak would find after the last close().
  const releaseFile: ReaderStep = named('(release_file)', (_k, r) => {
    const leaked = r.local.leaked! + forgetPins(r);
    if (leaked > 0 && r.counts.passesStarted === r.passes) {
      throw new KernelFault('leak', `m_start(): ${counted(leaked, 'reference')} never dropped`);
    }
    return r.ret;
  });

  return {
    medium: 'seq',
    name: options.name,
    tearing: 'name',
    gaps: has('end-unchecked') ? 'false' : 'none',
    ...(pinLeak || gateAgain ? { locals: ['lastPos', 'leaked'] } : {}),
    ...(pinLeak ? { releaseFile } : {}),
    progress: options.retriesMax === Number.POSITIVE_INFINITY ? 'unbounded' : 'bounded',
    ...spinsOf(options),
    resumeAt: 'shown-end',
    lockVmaRange,
    getNextVma,
    putVma,
    unlockVmaRange,
  };
}

function spinsOf({ wait, bugCompat }: RcuRetryOptions): Pick<Strategy, 'spins'> {
  if (wait === 'none') return { spins: { option: 'wait=none', cost: 'speculateBegin' } };
  if (bugCompat !== 'pin-spin' && bugCompat !== 'as-posted') return {};
  return { spins: { option: `bug-compat=${bugCompat}`, cost: 'filePin' } };
}
