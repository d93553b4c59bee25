/** Per-VMA locks: the count, the flag that keeps readers out, the stamp of the section. */

import { expect, test } from 'vitest';
import type { KernelStep } from '../../src/mm/kernel.ts';
import { mmLockSeqcountBegin, mmLockSeqcountEnd } from '../../src/mm/mm-lock-seq.ts';
import {
  COUNTED,
  DETACHED,
  LOCKED,
  VMA_LOCK_OFFSET,
  vmaDetachDrained,
  vmaEndRead,
  vmaEnterLocked,
  vmaExitLocked,
  vmaMarkDetached,
  vmaStartReadCheck,
  vmaStartReadCount,
  vmaStartReadRecheck,
} from '../../src/mm/vma-lock.ts';
import { PARKED } from '../../src/sim/step.ts';
import { Task } from '../../src/sim/task.ts';
import { Hand } from '../support/hand.ts';

class Plain extends Task {}

const next: KernelStep<Task> = () => next;
const VMA = 0;

/** One VMA, a reader of it and a writer inside a write section. */
const setUp = () => {
  const hand = new Hand(`
vmas: [{start: "0x10000", pages: 3, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, program: [{hold: 1us}]}]
`);
  const k = hand.world.kernel;
  const woken: string[] = [];
  hand.wakeUp = (task) => woken.push(task.name);
  return { k, vmas: k.mm.vmas, r: hand.task('r'), w: hand.task('w'), woken };
};

test('a reader is counted, and leaves', () => {
  const { k, vmas, r } = setUp();

  expect(vmaStartReadCheck(k, r, VMA)).toBe(true);
  expect(vmaStartReadCount(k, r, VMA)).toBe(COUNTED);
  expect(vmaStartReadRecheck(k, r, VMA)).toBe(true);
  expect(vmas.vmRefcnt[VMA]).toBe(2);
  vmaEndRead(k, r, VMA);
  expect(vmas.vmRefcnt[VMA]).toBe(1);
});

test('a VMA that this section has stamped is locked at the first look', () => {
  const { k, vmas, r, w } = setUp();
  mmLockSeqcountBegin(k, w);
  vmas.vmLockSeq[VMA] = k.mm.mmLockSeq.value;
  expect(vmaStartReadCheck(k, r, VMA)).toBe(false);
  mmLockSeqcountEnd(k, w);

  // The end of the section releases every VMA at once.
  expect(vmaStartReadCheck(k, r, VMA)).toBe(true);
});

test('a detached VMA is told from a locked one', () => {
  const { k, vmas, r } = setUp();
  vmas.vmRefcnt[VMA] = 0;
  expect(vmaStartReadCount(k, r, VMA)).toBe(DETACHED);
  vmas.vmRefcnt[VMA] = VMA_LOCK_OFFSET + 1;

  expect(vmaStartReadCount(k, r, VMA)).toBe(LOCKED);
  expect(vmas.vmRefcnt[VMA]).toBe(VMA_LOCK_OFFSET + 1);
});

test('a stamp that comes between the two looks gives the count back', () => {
  const { k, vmas, r, w } = setUp();
  vmaStartReadCheck(k, r, VMA);
  mmLockSeqcountBegin(k, w);
  vmas.vmLockSeq[VMA] = k.mm.mmLockSeq.value;
  expect(vmaStartReadCount(k, r, VMA)).toBe(COUNTED);

  expect(vmaStartReadRecheck(k, r, VMA)).toBe(false);
  expect(vmas.vmRefcnt[VMA]).toBe(1);
});

test('a writer goes on at once when nobody reads', () => {
  const { k, vmas, w } = setUp();

  expect(vmaEnterLocked(k, w, VMA, next)).toBe(next);
  expect(vmas.vmRefcnt[VMA]).toBe(VMA_LOCK_OFFSET + 1);
  vmaExitLocked(k, VMA);
  expect(vmas.vmRefcnt[VMA]).toBe(1);
});

test('a writer waits for all readers inside, keeps new ones out, and is woken by the last', () => {
  const { k, r, w, woken } = setUp();
  const r2 = new Plain(7, 'r2', 7, 0);
  vmaStartReadCount(k, r, VMA);
  vmaStartReadCount(k, r2, VMA);
  k.nowNs = 100;
  expect(vmaEnterLocked(k, w, VMA, next) as unknown).toBe(PARKED);
  expect(vmaStartReadCount(k, r, VMA)).toBe(LOCKED);
  vmaEndRead(k, r, VMA);
  expect(woken).toEqual([]);
  k.nowNs = 350;
  vmaEndRead(k, r2, VMA);

  expect(woken).toEqual(['w']);
  expect(w.drainWaitNs).toBe(250);
});

test('detaching waits for a reader that is about to find out that it failed', () => {
  const { k, vmas, r, w, woken } = setUp();
  vmaStartReadCount(k, r, VMA);
  expect(vmaMarkDetached(k, w, VMA, next) as unknown).toBe(PARKED);
  vmaEndRead(k, r, VMA);
  expect(woken).toEqual(['w']);
  vmaDetachDrained(k, VMA);

  expect(vmas.vmRefcnt[VMA]).toBe(0);
  expect(vmaStartReadCount(k, r, VMA)).toBe(DETACHED);
});

test('more unlocks than locks are a broken invariant', () => {
  const { k, r } = setUp();
  vmaEndRead(k, r, VMA); // takes the count of the attachment

  expect(() => vmaEndRead(k, r, VMA)).toThrow('more read unlocks than locks');
});
