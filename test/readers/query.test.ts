/** A pass of PROCMAP_QUERY calls. */
import { expect, test } from 'vitest';
import { Hand } from '../support/hand.ts';
import { aRun, QUERY_STRATEGIES, textOf } from '../support/run.ts';

const SCENARIO = `
machine: {costs: zero, rwsem: fifo}
vmas:
  - {start: "0x10000", pages: 1, perms: r--p}
  - {start: "0x20000", pages: 1, perms: rw-p, name: arena}
  - {start: "0x30000", pages: 1, perms: r--p}
  - "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]"
readers: [{name: r}]
writers: [{name: w, ops: 9, program: [{hold: 0}]}]
`;

test.each(QUERY_STRATEGIES)('%s: a call for each VMA and one that finds none; no gate', (name) => {
  const outcome = aRun(SCENARIO, { strategy: name });

  expect(outcome.totals).toMatchObject({ reads: 3, lines: 3, overflowLines: 0 });
  expect(textOf(outcome)).toMatch(/^(000.0000-.*\n){3}$/);
  expect(outcome.readers[0]!.readNs.n).toBe(4);
});

test('query locks once a call, query-rcu and query-vma not at all', () => {
  const locks = (strategy: string): number =>
    aRun(SCENARIO.replace(/writers:.*\n/, ''), { strategy }).totals.mmapReadLocks;

  expect(locks('query')).toBe(4);
  expect(locks('query-rcu')).toBe(0);
  expect(locks('query-vma')).toBe(0);
});

test('each call is a page: a text cut between two calls is cut at a page', () => {
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}, {start: "0x20000", pages: 1, perms: rw-p}]
readers: [{name: r}]
writers:
  - name: w
    ops: 2
    program:
      - munmap: {at: "0x10000", pages: 1}
      - mprotect: {at: "0x20000", pages: 1, perms: r--p}
`,
    'query',
  );
  hand.to('r', '(ioctl_return)').run('w').run('r');

  expect(hand.watch.passes[0]!.tearing).toMatchObject({ cuts: 1, cutsAtPage: 1, cutsInPage: 0 });
});

test('query-rcu: a section between sample and check fails one attempt', () => {
  const hand = new Hand(SCENARIO, 'query-rcu');
  hand.to('r', 'mmap_lock_speculate_retry').operation('w').run('r');

  expect(hand.reader.counts).toMatchObject({ retries: 1, discardedRecords: 1, lines: 3 });
});

test('query-rcu: a section between two calls fails nothing', () => {
  const hand = new Hand(SCENARIO, 'query-rcu');
  hand.to('r', '(ioctl_return)').operation('w').run('r');

  expect(hand.reader.counts.retries).toBe(0);
});

test('the next call looks from the end of the last VMA: what was merged into it comes again', () => {
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}, {start: "0x11000", pages: 1, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mprotect: {at: "0x11000", pages: 1, perms: r--p}}]}]
`,
    'query-vma',
  );
  hand.to('r', '(ioctl_return)').run('w').run('r');

  expect(Buffer.from(hand.watch.passes[0]!.text).toString()).toBe(
    '00010000-00011000 r--p 00000000 00:00 0 \n00010000-00012000 r--p 00000000 00:00 0 \n',
  );
});
