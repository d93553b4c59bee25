/** rcu-retry and its kin, by schedules counted out by hand. */

import { describe, expect, test } from 'vitest';
import { latin1Of } from '../../src/base/latin1.ts';
import type { Reader } from '../../src/proc/reader.ts';
import { CAUSES } from '../../src/proc/strategy.ts';
import { Hand } from '../support/hand.ts';
import { aRun, textOf } from '../support/run.ts';

/** Three VMAs, one reader, one writer that opens and closes a write section and changes nothing. */
const QUIET_SECTIONS = `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 3, gap: 1, perms: [r--p, rw-p]}]
readers: [{name: r}]
writers: [{name: w, ops: 50, program: [{hold: 0}]}]
`;

const causes = (r: Reader): Record<string, number> =>
  Object.fromEntries(CAUSES.map((cause, i) => [cause, r.failedByCause[i]!]).filter(([, n]) => n));

const counts = (r: Reader): Partial<Reader['counts']> => ({
  retries: r.counts.retries,
  fallbacks: r.counts.fallbacks,
  discardedRecords: r.counts.discardedRecords,
});

describe('what an attempt is', () => {
  test('as posted, each read() that is not past the end locks and unlocks once; no retry', () => {
    // The first read() prints all, the second finds nothing: two m_start().
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry').run('r');

    expect(hand.reader.mmapReadLocks).toBe(2);
    expect(counts(hand.reader)).toEqual({ retries: 0, fallbacks: 0, discardedRecords: 0 });
  });

  test('mstart=speculate takes no lock at all while nobody writes', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:mstart=speculate').run('r');

    expect(hand.reader.mmapReadLocks).toBe(0);
  });

  test('a section between the copy and its check fails the attempt and costs one copy', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry');
    hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(counts(hand.reader)).toEqual({ retries: 1, fallbacks: 0, discardedRecords: 1 });
    expect(hand.reader.mmapReadLocks).toBe(3);
  });

  test('two sections in one window fail one attempt', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry');
    hand.to('r', 'mmap_lock_speculate_retry').operation('w').operation('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1 });
  });

  test('sample=read: the window of a record reaches back over the formatting of the last', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry');
    hand.to('r', 'show_map').operation('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1 });
  });

  test('sample=vma: a section during the formatting fails nothing', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:sample=vma');
    hand.to('r', 'show_map').operation('w').run('r');

    expect(causes(hand.reader)).toEqual({});
  });

  test('sample=vma: the lookup starts again behind the last line with each sample', () => {
    // With the first line printed, a new VMA appears right behind it.
    const hand = new Hand(
      `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}, {start: "0x20000", pages: 1, perms: r--p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x11000", pages: 1, perms: rw-p}}]}]
`,
      'rcu-retry:sample=vma',
    );
    hand.to('r', 'm_next').run('w').run('r');

    expect(causes(hand.reader)).toEqual({});
    expect(hand.reader.counts.lines).toBe(3);
  });

  test('an open section fails the sample in m_start: odd, with nothing copied', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:mstart=speculate');
    hand.to('r', 'rcu_read_lock').to('w', 'vma_end_write_all').step('r');
    hand.step('r');
    hand.step('r');

    expect(hand.at('r')).toBe('parked'); // wait=lock: it waits for the writer
    hand.run('w').run('r');
    expect(causes(hand.reader)).toEqual({ odd: 1 });
    expect(counts(hand.reader)).toEqual({ retries: 1, fallbacks: 0, discardedRecords: 0 });
  });

  test('the end of the list is checked like a record: what is mapped there is shown', () => {
    const hand = new Hand(
      `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x40000", pages: 1, perms: rw-p}}]}]
`,
      'rcu-retry',
    );
    hand.to('r', 'mmap_lock_speculate_retry', 2); // the second one is that of the end
    expect(hand.reader.found).toBe(-1);
    hand.run('w').run('r');

    expect(hand.reader.counts.lines).toBe(2);
    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(counts(hand.reader)).toEqual({ retries: 1, fallbacks: 0, discardedRecords: 0 });
  });

  test('after a retry the lookup starts again at the end of the last shown line', () => {
    const hand = new Hand(
      `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 2, perms: r--p}, {start: "0x20000", pages: 1, perms: r--p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x12000", pages: 1, perms: rw-p}}]}]
`,
      'rcu-retry',
    );
    hand.to('r', 'mmap_lock_speculate_retry', 2).run('w').run('r');

    expect(hand.reader.counts.lines).toBe(3);
    expect(latin1Of(hand.watch.passes[0]!.text)).toContain('00012000-00013000 rw-p');
  });

  test('the attempt in m_start is over when the gate line follows without a check', () => {
    // The end has been found without a gate: the next m_start() samples, and then has no record.
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:mstart=speculate');
    hand
      .to('r', 'rcu_read_lock', 2)
      .to('w', 'vma_end_write_all')
      .to('r', 'mmap_read_lock_killable');
    hand.run('w').run('r');

    expect(causes(hand.reader)).toEqual({ odd: 1 });
    expect(hand.reader.counts.retries).toBe(1);
    expect(hand.reader.failedHere).toBe(0);
  });

  test('the same where the budget is used up: one fallback', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry0');
    hand
      .to('r', 'rcu_read_lock', 2)
      .to('w', 'vma_end_write_all')
      .to('r', 'mmap_read_lock_killable');
    hand.run('w').run('r');

    expect(causes(hand.reader)).toEqual({ odd: 1 });
    expect(hand.reader.counts.fallbacks).toBe(1);
    expect(hand.reader.holdsNothing(hand.world.kernel)).toBe(true);
  });
});

describe('wait', () => {
  test('wait=lock sleeps on mmap_lock outside RCU, samples under it, and lets it go', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry');
    hand.to('r', 'mmap_lock_speculate_retry').to('w', 'vma_end_write_all');
    hand.step('r'); // verify fails
    expect(hand.at('r')).toBe('mmap_read_lock_killable');
    hand.step('r');

    expect(hand.at('r')).toBe('parked');
    expect(hand.reader.rcuSection).toBe(0);
    hand.to('w', '(operation_done)');
    expect(hand.at('r')).toBe('mmap_lock_speculate_try_begin'); // the lock is its own
    hand.step('r');
    expect(hand.reader.seqSample % 2).toBe(0);
    hand.step('r');
    expect(hand.world.kernel.mm.mmapLock.readerCount).toBe(0);
    expect(hand.reader.rcuSection).not.toBe(0);
    hand.run('r');
    expect(causes(hand.reader)).toEqual({ sequence: 1 });
  });

  test('wait=try goes on at once when the counter is even', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:mstart=speculate,wait=try');
    hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

    expect(hand.reader.mmapReadLocks).toBe(0);
    expect(causes(hand.reader)).toEqual({ sequence: 1 });
  });

  test('wait=try takes the lock when the counter is odd; that costs no second attempt', () => {
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry:mstart=speculate,wait=try');
    hand
      .to('r', 'mmap_lock_speculate_retry')
      .to('w', 'vma_end_write_all')
      .to('r', 'mmap_read_lock_killable');
    hand.step('r');
    expect(hand.at('r')).toBe('parked');
    hand.run('w').run('r');

    expect(hand.reader.mmapReadLocks).toBe(1);
    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(hand.reader.counts.retries).toBe(1);
  });

  test('wait=none: each odd result uses up an attempt', () => {
    // verify fails (1), then three samples are odd (2, 3, 4): with N = 3 the fourth failure is one
    // too many.
    const hand = new Hand(QUIET_SECTIONS, 'rcu-retry3:wait=none');
    hand
      .to('r', 'mmap_lock_speculate_retry')
      .to('w', 'vma_end_write_all')
      .to('r', 'mmap_read_lock_killable');
    hand.step('r');
    expect(hand.at('r')).toBe('parked');
    hand.run('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1, odd: 3 });
    expect(counts(hand.reader)).toEqual({ retries: 3, fallbacks: 1, discardedRecords: 1 });
  });
});

describe('the limit', () => {
  /** Fails the record at which the reader stands so many times. */
  const failing = (hand: Hand, times: number): Hand => {
    for (let i = 0; i < times; i++) {
      hand.to('r', 'mmap_lock_speculate_retry').operation('w');
      hand.step('r');
    }
    return hand;
  };

  test('rcu-retry3: three retries, the fourth failed attempt takes mmap_lock', () => {
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry3'), 4);
    expect(hand.at('r')).toBe('mmap_read_lock_killable');
    hand.run('r');

    expect(counts(hand.reader)).toEqual({ retries: 3, fallbacks: 1, discardedRecords: 4 });
    expect(causes(hand.reader)).toEqual({ sequence: 4 });
  });

  test('rcu-retry0 and rcu-once give up at the first failed attempt', () => {
    for (const strategy of ['rcu-retry0', 'rcu-once']) {
      const hand = failing(new Hand(QUIET_SECTIONS, strategy), 1).run('r');

      expect(counts(hand.reader)).toEqual({ retries: 0, fallbacks: 1, discardedRecords: 1 });
    }
  });

  test('fallback=read: the lock is kept until m_stop, the next read() speculates again', () => {
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry0'), 1);
    hand.to('r', 'vma_iter_set');
    hand.to('w', 'mmap_write_lock').step('w');

    expect(hand.at('w')).toBe('parked');
    hand.to('r', 'mmap_read_unlock');
    expect(hand.reader.lineCount).toBe(3);
    expect(hand.at('w')).toBe('parked');
    hand.step('r');
    expect(hand.at('w')).toBe('mm_lock_seqcount_begin');
    hand.run('w').to('r', 'rcu_read_lock').run('r');
    expect(hand.reader.mmapReadLocks).toBe(1);
  });

  test('fallback=vma: one record under the lock, the counter sampled before it is dropped', () => {
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry0:fallback=vma'), 1);
    hand.to('r', 'mmap_read_unlock');
    expect(hand.reader.lineCount).toBe(1);
    expect(hand.world.kernel.mm.mmapLock.readerCount).toBe(1);
    expect(hand.reader.seqSample).toBe(hand.world.kernel.mm.mmLockSeq.value);
    hand.step('r');
    expect(hand.world.kernel.mm.mmapLock.readerCount).toBe(0);
    hand.run('r');

    expect(counts(hand.reader)).toEqual({ retries: 0, fallbacks: 1, discardedRecords: 1 });
  });

  test('fallback=vma: a section after the lock was dropped fails the next record', () => {
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry0:fallback=vma'), 1);
    hand.to('r', 'mmap_read_unlock').step('r');
    hand.operation('w').run('r');

    expect(counts(hand.reader)).toEqual({ retries: 0, fallbacks: 2, discardedRecords: 2 });
  });

  test('scope=vma: each accepted record renews the budget', () => {
    // Two failures at each of two records, N = 2: never one too many.
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry2'), 2);
    hand.to('r', 'show_map');
    failing(hand, 2).run('r');

    expect(counts(hand.reader)).toEqual({ retries: 4, fallbacks: 0, discardedRecords: 4 });
  });

  test('scope=read: only m_start renews it', () => {
    // The third failure in one read() is one too many, whichever record it meets.
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry2:scope=read'), 2);
    hand.to('r', 'show_map');
    failing(hand, 1);
    expect(hand.at('r')).toBe('mmap_read_lock_killable');
    hand.run('r');

    expect(counts(hand.reader)).toEqual({ retries: 2, fallbacks: 1, discardedRecords: 3 });
  });

  test('scope=read,fallback=vma: a record made under the lock does not renew it', () => {
    // N = 1. Record 1: a retry, then a fallback. Record 2: its first failure falls back at once.
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry1:scope=read,fallback=vma'), 2);
    hand.to('r', 'mmap_read_unlock').step('r');
    failing(hand, 1);
    expect(hand.at('r')).toBe('mmap_read_lock_killable');
    hand.run('r');

    expect(counts(hand.reader)).toEqual({ retries: 1, fallbacks: 2, discardedRecords: 3 });
  });

  test('scope=vma,fallback=vma: a record made under the lock does', () => {
    const hand = failing(new Hand(QUIET_SECTIONS, 'rcu-retry1:fallback=vma'), 2);
    hand.to('r', 'mmap_read_unlock').step('r');
    failing(hand, 1).run('r');

    expect(counts(hand.reader)).toEqual({ retries: 2, fallbacks: 1, discardedRecords: 3 });
  });

  test('a sample that a fallback left over is not used by the next read()', () => {
    // 83 lines of 49 bytes fill a page. Line 84 falls back, its sample is taken as the lock goes,
    // and it does not fit. The next m_start() must not fail for a section in between.
    const hand = new Hand(
      QUIET_SECTIONS.replace('repeat: 3', 'repeat: 84'),
      'rcu-retry0:sample=vma,fallback=vma',
    );
    hand.to('r', 'mmap_lock_speculate_retry', 84).operation('w').to('r', 'rcu_read_lock');
    expect(hand.reader.counts.overflowLines).toBe(1);
    hand.operation('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(counts(hand.reader)).toEqual({ retries: 0, fallbacks: 1, discardedRecords: 1 });
  });
});

describe('pins', () => {
  const FILE = `
machine: {costs: zero, rwsem: fifo}
vmas:
  - {start: "0x10000", pages: 1, perms: r--p, file: {path: /lib/a, dev: "08:01", inode: 7}}
  - {start: "0x20000", pages: 1, perms: rw-p, name: arena}
readers: [{name: r}]
writers:
  - {name: unmapFile, ops: 1, program: [{munmap: {at: "0x10000", pages: 1}}]}
  - {name: rename, ops: 1, program: [{name: {at: "0x20000", pages: 1, name: other}}]}
`;

  test('a file whose last mapping went between copy and pin cannot be pinned: filePin', () => {
    const hand = new Hand(FILE, 'rcu-retry');
    hand.to('r', 'get_file_active').run('unmapFile').run('r');

    expect(causes(hand.reader)).toEqual({ filePin: 1 });
    expect(counts(hand.reader)).toEqual({ retries: 1, fallbacks: 0, discardedRecords: 1 });
    expect(hand.reader.counts.lines).toBe(1);
  });

  test('a name that was replaced between copy and pin cannot be pinned: namePin', () => {
    const hand = new Hand(FILE, 'rcu-retry');
    hand.to('r', 'anon_vma_name_get_if_valid').run('rename').run('r');

    expect(causes(hand.reader)).toEqual({ namePin: 1 });
    expect(latin1Of(hand.watch.passes[0]!.text)).toContain('[anon:other]');
  });

  test('pins are dropped after each line', () => {
    const hand = new Hand(FILE, 'rcu-retry').to('r', 'm_next', 2);

    const { files, names } = hand.world.kernel;
    expect(files.refcnt[0]).toBe(1); // that of the VMA
    expect(names.refcnt[0]).toBe(1);
  });
});

test('a starved pass: failed attempts are retries + fallbacks + 1, address and number are told', () => {
  // The writer needs 1 us from one section to the next; a copy takes 2: no attempt ever succeeds.
  const outcome = aRun(
    `
duration: 1ms
machine: {costs: {preset: zero, vmaCopy: 2us}}
vmas: [{start: "0x7f0000000000", pages: 1, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, think: 1us, program: [{hold: 0}]}]
`,
    { strategy: 'rcu-retry' },
  );

  const { sequence } = outcome.readers[0]!.failedByCause;
  expect(outcome.totals.passesStarved).toBe(1);
  expect(sequence).toBe(outcome.totals.retries + 1);
  expect(outcome.starved).toEqual([
    { reader: 'r', pass: 0, address: '0x0', failedAttempts: sequence },
  ]);
  expect(outcome.complete).toBe(true);
  expect(textOf(outcome)).toBe('');
});
