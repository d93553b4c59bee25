/**
 * Which columns of the shared state a reader's step may look at or change, by what the step says of
 * itself (mm/looks.ts) and where the reader stands. Too many is safe, too few is not: outcomes are
 * remembered by these columns alone (search/transitions.ts).
 */
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import { LOOKS, whatItLooksAt } from '../mm/looks.ts';
import type { Reader } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import { isPrivate } from '../sim/step.ts';
import {
  ALL_SHARED,
  NOTHING_SHARED,
  THE_COUNTER,
  THE_DRAIN,
  THE_MM,
  THE_MMAP_LOCK,
  THE_RCU,
  THE_REFERENCES,
  THE_TREE,
  WHAT_IS_COMMITTED,
} from './shared-columns.ts';
import type { SharedState } from './shared-state.ts';

/** Names die with their last reference, and are freed at the end of a section. */
const REFERENCES = THE_REFERENCES | THE_RCU;

/** What the reader's next step touches. */
export function lookedAt(shared: SharedState, r: Reader): number {
  const { step } = r;
  if (isPrivate(step)) return NOTHING_SHARED;
  const words = whatItLooksAt(step);
  return words === undefined ? ALL_SHARED : columnsOf(words, shared, r);
}

function columnsOf(words: number, shared: SharedState, r: Reader): number {
  let columns = NOTHING_SHARED;
  if (words & LOOKS.fields) columns |= shared.fieldsOf(r.found);
  if (words & LOOKS.line) {
    columns |= THE_MM | (r.source === LIVE_VMA ? shared.fieldsOf(r.found) : NOTHING_SHARED);
  }
  if (words & LOOKS.readLock) {
    columns |= shared.fieldsOf(r.found) | countOf(shared, r.found) | THE_COUNTER | REFERENCES;
  }
  if (words & LOOKS.endRead) {
    columns |= r.lockedVma === NO_VMA ? THE_COUNTER : countOf(shared, r.lockedVma);
  }
  if (words & LOOKS.pin) {
    const { file, name } = r.copy;
    if (file !== NO_FILE || name !== NO_NAME) columns |= REFERENCES;
  }
  if (words & LOOKS.unpin) columns |= pinsOf(r) | (r.mmapLocked ? THE_COUNTER : NOTHING_SHARED);
  if (words & LOOKS.walk) {
    columns |= THE_TREE | (r.mmapLocked ? NOTHING_SHARED : THE_COUNTER | pinsOf(r));
  }
  if (words & LOOKS.tree) columns |= THE_TREE;
  if (words & LOOKS.counter) columns |= THE_COUNTER | pinsOf(r);
  if (words & LOOKS.sample) columns |= pinsOf(r);
  if (words & LOOKS.lock) columns |= THE_MMAP_LOCK | THE_RCU;
  if (words & LOOKS.rcu) columns |= REFERENCES;
  if (words & LOOKS.pass && !r.begun) columns |= THE_TREE | WHAT_IS_COMMITTED;
  return columns;
}

/** vm_refcnt, and the writer that waits for it. */
function countOf(shared: SharedState, vma: number): number {
  return shared.countOf(vma) | THE_DRAIN;
}

function pinsOf(r: Reader): number {
  return r.pinnedFile === NO_FILE && r.pinnedName === NO_NAME ? NOTHING_SHARED : REFERENCES;
}
