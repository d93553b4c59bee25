/**
 * The kit for strategy files of the user: the primitives that the built-in strategies use, with the
 * same names. A strategy file must not import its own copies, because a step is recognized by its
 * identity.
 */
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import { mmapLockSpeculateRetry, mmapLockSpeculateTryBegin } from '../mm/mm-lock-seq.ts';
import { mmapReadLock, mmapReadUnlock } from '../mm/mmap-lock.ts';
import {
  COUNTED,
  DETACHED,
  LOCKED,
  vmaEndRead,
  vmaStartReadCheck,
  vmaStartReadCount,
  vmaStartReadLocked,
  vmaStartReadRecheck,
} from '../mm/vma-lock.ts';
import {
  copyVmaFlags,
  copyVmaNames,
  copyVmaRange,
  dropPins,
  loadVma,
  loadVmaFlags,
  loadVmaNames,
  loadVmaRange,
  pinFile,
  pinName,
  rcuReadLock,
  rcuReadUnlock,
  vmaIterSet,
  vmaNext,
} from '../mm/vma-walk.ts';
import type { Strategy } from '../proc/reader.ts';
import {
  LIVE_VMA,
  STOP_END,
  STOP_FULL,
  STOP_GROW,
  UNPROTECTED_VMA,
  VMA_COPY,
} from '../proc/strategy.ts';
import { claimPrivateSteps, named } from '../sim/step.ts';

export const STRATEGY_KIT = Object.freeze({
  NO_FILE,
  NO_NAME,
  NO_VMA,
  LIVE_VMA,
  VMA_COPY,
  UNPROTECTED_VMA,
  STOP_FULL,
  STOP_END,
  STOP_GROW,
  mmapReadLock,
  mmapReadUnlock,
  mmapLockSpeculateTryBegin,
  mmapLockSpeculateRetry,
  rcuReadLock,
  rcuReadUnlock,
  vmaIterSet,
  vmaNext,
  loadVma,
  loadVmaRange,
  loadVmaFlags,
  loadVmaNames,
  copyVmaRange,
  copyVmaFlags,
  copyVmaNames,
  pinFile,
  pinName,
  dropPins,
  COUNTED,
  DETACHED,
  LOCKED,
  vmaStartReadCheck,
  vmaStartReadCount,
  vmaStartReadRecheck,
  vmaStartReadLocked,
  vmaEndRead,
  privateSteps: claimPrivateSteps,
  named,
});
export type StrategyKit = typeof STRATEGY_KIT;

/** The default export of a strategy file. */
export type StrategyFile = (kit: StrategyKit) => Strategy;
