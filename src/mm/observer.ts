/**
 * The events that the model reports to an observer: the oracle or a recorder. An observer costs no
 * simulated time and changes nothing.
 */
import type { Plan } from './plan.ts';

export interface MmObserver {
  /** mmap_lock is held for write, the counter is odd, nothing has changed yet. */
  sectionPlanned(plan: Plan): void;
  /** The tree now has a VMA over [start, end). */
  treeStored(start: number, end: number): void;
  /** The tree now has nothing over [start, end). */
  treeCleared(start: number, end: number): void;
  /** The section ends: what is there now is a committed state. */
  sectionCommitted(): void;
}

export const NO_OBSERVER: MmObserver = {
  sectionPlanned() {},
  treeStored() {},
  treeCleared() {},
  sectionCommitted() {},
};
