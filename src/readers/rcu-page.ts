/**
 * One check for each page of output: format live VMAs under RCU, then compare mm_lock_seq once
 * before the page is returned. After a conflict the whole page is discarded and made again: for
 * ever, or N times and then under one hold of mmap_lock.
 *
 * The VMAs change while they are formatted, so file and name are pinned first and every field is
 * read in a separate step; if a pin fails, the page is discarded at once.
 *
 * Source: linux-mm, "[RFC 2/3] seq_file: add validate() operation to seq_operations" and "[RFC
 * 3/3]", 15 Jan 2024; once per 4k block: Liam R. Howlett, 23 Apr 2025; after the last show_map
 * before the flush: Suren Baghdasaryan, 24 Apr 2025.
 */
import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import { mmapLockSpeculateRetry, mmapLockSpeculateTryBegin } from '../mm/mm-lock-seq.ts';
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import {
  dropPins,
  loadVmaNames,
  pinFile,
  pinName,
  rcuReadLock,
  rcuReadUnlock,
  vmaNext,
} from '../mm/vma-walk.ts';
import type { Reader, ReaderStep, Strategy } from '../proc/reader.ts';
import type { Cause } from '../proc/strategy.ts';
import { LIVE_VMA, UNPROTECTED_VMA } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

export interface RcuPageOptions {
  readonly name: string;
  /** Retries for a page; Infinity: no limit. */
  readonly retriesMax: number;
  readonly wait: 'lock' | 'try' | 'none';
}

export function rcuPage(options: RcuPageOptions): Strategy {
  // --- m_start: of a fresh page, or of one made again ---
  const lockVmaRange: ReaderStep = named(
    (r) =>
      r.mustLock
        ? 'mmap_read_lock_killable'
        : r.sampled
          ? 'rcu_read_lock'
          : 'mmap_lock_speculate_try_begin',
    (k, r) => {
      if (r.mustLock) return mmapReadLock(k, r, locked);
      if (r.sampled) return enterSampled(k, r);
      return sample(k, r);
    },
  );
  const locked: ReaderStep = named('(locked)', (_k, r) => {
    r.mmapLocked = true;
    return r.ret;
  });
  const enterSampled: ReaderStep = named('rcu_read_lock', (k, r) => {
    r.sampled = false;
    rcuReadLock(k, r);
    return r.ret;
  });
  const sample: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) =>
    mmapLockSpeculateTryBegin(k, r) ? enterSampled(k, r) : failed(r, 'odd'),
  );

  // --- a record ---
  const getNextVma: ReaderStep = named('vma_next', (k, r) => {
    vmaNext(k, r);
    r.source = r.mmapLocked ? LIVE_VMA : UNPROTECTED_VMA;
    return r.found === NO_VMA || r.mmapLocked ? r.ret : readNames;
  });
  const readNames: ReaderStep = named('(read_names)', (k, r) => {
    loadVmaNames(k, r);
    if (r.copy.file !== NO_FILE) return getFile;
    return r.copy.name === NO_NAME ? r.ret : getName;
  });
  const getFile: ReaderStep = named('get_file_active', (k, r) => {
    if (!pinFile(k, r)) return abort(k, r, 'filePin');
    return r.copy.name === NO_NAME ? r.ret : getName;
  });
  const getName: ReaderStep = named('anon_vma_name_get_if_valid', (k, r) =>
    pinName(k, r) ? r.ret : abort(k, r, 'namePin'),
  );
  const putVma: ReaderStep = named('put_vma_snapshot', (k, r) => {
    dropPins(k, r);
    return r.ret;
  });

  const abort = (k: Kernel, r: Reader, cause: Cause): ReaderStep => {
    dropPins(k, r);
    rcuReadUnlock(k, r);
    return failed(r, cause);
  };

  // --- m_stop ---
  const unlockVmaRange: ReaderStep = named(
    (r) => (r.mmapLocked ? 'm_stop' : 'rcu_read_unlock'),
    (k, r) => {
      dropPins(k, r);
      if (r.mmapLocked) return unlock;
      rcuReadUnlock(k, r);
      return validate;
    },
  );
  const unlock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    r.mmapLocked = false;
    mmapReadUnlock(k, r);
    return accept(r);
  });
  const validate: ReaderStep = named('mmap_lock_speculate_retry', (k, r) =>
    mmapLockSpeculateRetry(k, r) ? failed(r, 'sequence') : accept(r),
  );
  const accept = (r: Reader): ReaderStep => {
    r.accepted();
    r.budgetUsed = 0;
    r.mustLock = false;
    return r.ret;
  };

  // --- after a failed attempt: neither in RCU nor holding anything ---
  const failed = (r: Reader, cause: Cause): ReaderStep => {
    r.attemptFailed(cause);
    if (r.budgetUsed >= options.retriesMax) {
      r.mustLock = true;
      r.fallingBack();
      return r.redo;
    }
    if (Number.isFinite(options.retriesMax)) r.budgetUsed++;
    r.retrying();
    if (options.wait === 'lock') return waitForWriter;
    return options.wait === 'try' ? sampleOrWait : r.redo;
  };
  const sampleOrWait: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    if (!mmapLockSpeculateTryBegin(k, r)) return waitForWriter;
    r.sampled = true;
    return r.redo;
  });
  const waitForWriter: ReaderStep = named('mmap_read_lock_killable', (k, r) =>
    mmapReadLock(k, r, waited),
  );
  const waited: ReaderStep = named('mmap_lock_speculate_try_begin', (k, r) => {
    mmapLockSpeculateTryBegin(k, r); // even while the lock is held
    r.sampled = true;
    return waitedUnlock;
  });
  const waitedUnlock: ReaderStep = named('mmap_read_unlock', (k, r) => {
    mmapReadUnlock(k, r);
    return r.redo;
  });

  return {
    medium: 'seq',
    name: options.name,
    tearing: 'between-pages',
    gaps: 'none',
    progress: options.retriesMax === Number.POSITIVE_INFINITY ? 'unbounded' : 'bounded',
    ...(options.wait === 'none' && { spins: { option: 'wait=none', cost: 'speculateBegin' } }),
    attemptsAt: 'page',
    resumeAt: 'pending-start',
    lockVmaRange,
    getNextVma,
    putVma,
    unlockVmaRange,
  };
}
