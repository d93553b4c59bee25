/** mm_lock_seq: even while no write section is open, odd while one is. */
import { expect, test } from 'vitest';
import {
  mmapLockSpeculateRetry,
  mmapLockSpeculateTryBegin,
  mmLockSeqcountBegin,
  mmLockSeqcountEnd,
} from '../../src/mm/mm-lock-seq.ts';
import { NO_SAMPLE } from '../../src/proc/reader.ts';
import { Task } from '../../src/sim/task.ts';
import { Hand } from '../support/hand.ts';
import { LockBench } from '../support/lock-bench.ts';

class Plain extends Task {
  seqSample = NO_SAMPLE;
}

const setUp = () => {
  const { k } = new LockBench('rwsem');
  return { k, seq: k.mm.mmLockSeq, t: new Plain(0, 't', 0, 0), w: new Plain(1, 'w', 1, 0) };
};

test('try_begin succeeds when the counter is even, fails when it is odd, and never waits', () => {
  const { k, t, w } = setUp();

  expect(mmapLockSpeculateTryBegin(k, t)).toBe(true);
  mmLockSeqcountBegin(k, w);
  expect(mmapLockSpeculateTryBegin(k, t)).toBe(false);
  mmLockSeqcountEnd(k, w);
  expect(mmapLockSpeculateTryBegin(k, t)).toBe(true);
});

test('retry is true once a section has begun, and stays so when it has ended', () => {
  const { k, t, w } = setUp();
  mmapLockSpeculateTryBegin(k, t);
  expect(mmapLockSpeculateRetry(k, t)).toBe(false);
  mmLockSeqcountBegin(k, w);
  expect(mmapLockSpeculateRetry(k, t)).toBe(true);
  mmLockSeqcountEnd(k, w);

  expect(mmapLockSpeculateRetry(k, t)).toBe(true);
});

test('each section adds 2; after 2^32 the counter begins again at 0', () => {
  const { k, seq, w } = setUp();
  seq.value = 2 ** 32 - 2;
  mmLockSeqcountBegin(k, w);
  expect(seq.value).toBe(2 ** 32 - 1);
  mmLockSeqcountEnd(k, w);

  expect(seq.value).toBe(0);
});

test('a section inside a section, or an end without one, is a broken invariant', () => {
  const { k, w } = setUp();
  expect(() => mmLockSeqcountEnd(k, w)).toThrow('end without begin');
  mmLockSeqcountBegin(k, w);

  expect(() => mmLockSeqcountBegin(k, w)).toThrow('section inside a section');
});

test('munmap ends its section at the downgrade: the rest is not noticed by speculation', () => {
  const hand = new Hand(`
vmas: [{start: "0x10000", pages: 3, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{munmap: {at: "0x10000", pages: 3}}]}]
`);
  const { mmLockSeq, mmapLock } = hand.world.kernel.mm;
  hand.to('w', 'vma_end_write_all');
  expect([mmLockSeq.value, mmapLock.writerId]).toEqual([1, hand.task('w').id]);
  hand.to('w', '(page_tables)');

  expect([mmLockSeq.value, mmapLock.readerCount]).toEqual([2, 1]);
  hand.run('w');
  expect(mmLockSeq.value).toBe(2);
  expect(mmapLock.free).toBe(true);
});
