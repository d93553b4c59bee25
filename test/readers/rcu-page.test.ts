/** rcu-page and rcu-pageN: one check for each page, by schedules counted out by hand. */
import { describe, expect, test } from 'vitest';
import type { Reader } from '../../src/proc/reader.ts';
import { CAUSES } from '../../src/proc/strategy.ts';
import { Hand } from '../support/hand.ts';

const scenario = (vmas: string, reader = ''): string => `
machine: {costs: zero, rwsem: fifo}
vmas: ${vmas}
readers: [{name: r${reader}}]
writers: [{name: w, ops: 50, program: [{hold: 0}]}]
`;
const anonymous = (n: number): string =>
  `[{start: "0x7f0000000000", pages: 1, repeat: ${n}, gap: 1, perms: rw-p}]`;

const causes = (r: Reader): Record<string, number> =>
  Object.fromEntries(CAUSES.map((cause, i) => [cause, r.failedByCause[i]!]).filter(([, n]) => n));

test('without writers it takes no lock', () => {
  const hand = new Hand(scenario(anonymous(200)), 'rcu-page').run('r');

  expect(hand.reader.mmapReadLocks).toBe(0);
  expect(hand.reader.counts.lines).toBe(200);
});

test('a section during a page throws the whole page away, and no other', () => {
  // 200 lines are pages of 83, 83 and 34. The section comes while the last line of page 2 is made.
  const hand = new Hand(scenario(anonymous(200)), 'rcu-page');
  hand
    .to('r', 'show_map', 83 + 1 + 83)
    .operation('w')
    .run('r');

  expect(causes(hand.reader)).toEqual({ sequence: 1 });
  expect(hand.reader.counts).toMatchObject({
    retries: 1,
    discardedRecords: 83,
    discardedLines: 83,
    discardedBytes: 4067,
    lines: 200,
    reads: 3,
    // Of page 1, of page 2 twice.
    overflowLines: 3,
  });
  expect(hand.watch.passes[0]!.torn).toBe(false);
});

test('the check comes after the last record and before the page is handed out', () => {
  const hand = new Hand(scenario(anonymous(2)), 'rcu-page');
  hand.to('r', 'mmap_lock_speculate_retry');

  expect(hand.reader.lineCount).toBe(2);
  expect(hand.reader.counts.bytes).toBe(0);
  hand.operation('w').run('r');
  expect(causes(hand.reader)).toEqual({ sequence: 1 });
});

test('a section between two pages throws nothing away', () => {
  const hand = new Hand(scenario(anonymous(200)), 'rcu-page');
  hand.to('r', '(read_return)').operation('w').run('r');

  expect(causes(hand.reader)).toEqual({});
});

test('a page made again begins where the page began: at the pending VMA, not before it', () => {
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas: ${anonymous(100)}
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x7f00000a5000", pages: 1, perms: r--p}}]}]
`,
    'rcu-page',
  );
  // Line 83 ends at 0x…a5000, the pending VMA starts at 0x…a6000: what is mapped between is missed.
  hand.to('r', '(read_return)').to('r', 'mmap_lock_speculate_retry').run('w').run('r');

  expect(causes(hand.reader)).toEqual({ sequence: 1 });
  expect(hand.reader.counts.lines).toBe(100);
  expect(hand.watch.passes[0]!.tearing.cutsInPage).toBe(0);
});

test('the end of the list is checked with its page', () => {
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas: ${anonymous(2)}
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x7f1000000000", pages: 1, perms: r--p}}]}]
`,
    'rcu-page',
  );
  hand.to('r', 'rcu_read_unlock').run('w').run('r');

  expect(hand.reader.counts.lines).toBe(3);
});

test('the gate line of a page that is thrown away counts as a record and a line', () => {
  const gate =
    '"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]"';
  const hand = new Hand(
    scenario(`["7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ", ${gate}]`),
    'rcu-page',
  );
  hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

  expect(hand.reader.counts).toMatchObject({
    discardedRecords: 2,
    discardedLines: 2,
    discardedBytes: 49 + 84,
    lines: 2,
  });
});

describe('after a conflict', () => {
  test('wait=lock waits for the writer and samples under the lock', () => {
    const hand = new Hand(scenario(anonymous(2)), 'rcu-page');
    hand
      .to('r', 'mmap_lock_speculate_retry')
      .to('w', 'vma_end_write_all')
      .to('r', 'mmap_read_lock_killable');
    hand.step('r');

    expect(hand.at('r')).toBe('parked');
    expect(hand.reader.rcuSection).toBe(0);
    hand.run('w').run('r');
    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(hand.reader.mmapReadLocks).toBe(1);
  });

  test('wait=try takes no lock when the counter is even', () => {
    const hand = new Hand(scenario(anonymous(2)), 'rcu-page:wait=try');
    hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

    expect(causes(hand.reader)).toEqual({ sequence: 1 });
    expect(hand.reader.mmapReadLocks).toBe(0);
  });

  test('wait=none: each odd sample is a failed attempt', () => {
    const hand = new Hand(scenario(anonymous(2)), 'rcu-page2:wait=none');
    hand.to('r', 'mmap_lock_speculate_retry').to('w', 'vma_end_write_all');
    hand.to('r', 'mmap_read_lock_killable'); // redone twice: the third time by the lock
    hand.step('r');

    expect(hand.at('r')).toBe('parked');
    hand.run('w').run('r');
    expect(causes(hand.reader)).toEqual({ sequence: 1, odd: 2 });
    expect(hand.reader.counts).toMatchObject({ retries: 2, fallbacks: 1, discardedLines: 2 });
  });

  test('rcu-page2: after two retries the page is made under one hold of mmap_lock', () => {
    const hand = new Hand(scenario(anonymous(200)), 'rcu-page2:wait=lock');
    for (let i = 0; i < 3; i++) hand.to('r', 'mmap_lock_speculate_retry').operation('w');
    hand.to('r', 'vma_next');
    hand.to('w', 'mmap_write_lock').step('w');

    expect(hand.at('w')).toBe('parked');
    hand.to('r', 'mmap_read_unlock');
    expect(hand.reader.lineCount).toBe(83);
    hand.step('r');
    expect(hand.at('w')).toBe('mm_lock_seqcount_begin');
    hand.run('w').run('r');
    expect(hand.reader.counts).toMatchObject({ retries: 2, fallbacks: 1, discardedLines: 3 * 83 });
    // The budget is for a page: the next one speculates again.
    expect(hand.reader.mmapReadLocks).toBe(2 + 1);
  });

  test('rcu-page0 falls back at the first conflict', () => {
    const hand = new Hand(scenario(anonymous(2)), 'rcu-page0');
    hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

    expect(hand.reader.counts).toMatchObject({ retries: 0, fallbacks: 1, discardedLines: 2 });
  });
});

test('a pin that fails gives the page up at once', () => {
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas:
  - {start: "0x10000", pages: 1, perms: rw-p}
  - {start: "0x20000", pages: 1, perms: r--p, file: {path: /lib/a, dev: "08:01", inode: 7}}
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{munmap: {at: "0x20000", pages: 1}}]}]
`,
    'rcu-page',
  );
  hand.to('r', 'get_file_active').run('w').run('r');

  expect(causes(hand.reader)).toEqual({ filePin: 1 });
  expect(hand.reader.counts).toMatchObject({ discardedRecords: 1, discardedLines: 1, lines: 1 });
});
