/**
 * The negative control: walk under RCU, copy each VMA, check nothing. It shows what happens without
 * any check.
 *
 * File and name are pinned too, because a use after free would end the run; if a pin fails, the
 * record is looked up again.
 * Source: none; `rcu-retry`, v3 as its review corrected it, without step "compare the counter".
 */

import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import {
  copyVmaFlags,
  copyVmaNames,
  copyVmaRange,
  dropPins,
  pinFile,
  pinName,
  rcuReadLock,
  rcuReadUnlock,
  vmaIterSet,
  vmaNext,
} from '../mm/vma-walk.ts';
import type { Reader, ReaderStep, Strategy } from '../proc/reader.ts';
import type { Cause } from '../proc/strategy.ts';
import { VMA_COPY } from '../proc/strategy.ts';
import { named } from '../sim/step.ts';

const lockVmaRange: ReaderStep = named('rcu_read_lock', (k, r) => {
  rcuReadLock(k, r);
  return r.ret;
});

const getNextVma: ReaderStep = named('vma_next', (k, r) => {
  vmaNext(k, r);
  r.source = VMA_COPY;
  return r.found === NO_VMA ? accept(r) : copyRange;
});
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
  return r.copy.name === NO_NAME ? accept(r) : getName;
});
const getFile: ReaderStep = named('get_file_active', (k, r) => {
  if (!pinFile(k, r)) return failed(k, r, 'filePin');
  return r.copy.name === NO_NAME ? accept(r) : getName;
});
const getName: ReaderStep = named('anon_vma_name_get_if_valid', (k, r) =>
  pinName(k, r) ? accept(r) : failed(k, r, 'namePin'),
);

const accept = (r: Reader): ReaderStep => {
  r.accepted();
  return r.ret;
};

const failed = (k: Kernel, r: Reader, cause: Cause): ReaderStep => {
  r.attemptFailed(cause);
  r.retrying();
  dropPins(k, r);
  vmaIterSet(k, r, r.shownEnd);
  return getNextVma;
};

const putVma: ReaderStep = named('put_vma_snapshot', (k, r) => {
  dropPins(k, r);
  return r.ret;
});

const unlockVmaRange: ReaderStep = named('rcu_read_unlock', (k, r) => {
  dropPins(k, r);
  rcuReadUnlock(k, r);
  return r.ret;
});

export const rcuUnchecked: Strategy = {
  medium: 'seq',
  name: 'rcu-unchecked',
  tearing: 'within-vma',
  gaps: 'false',
  progress: 'unbounded',
  resumeAt: 'shown-end',
  lockVmaRange,
  getNextVma,
  putVma,
  unlockVmaRange,
};
