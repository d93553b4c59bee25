/** The strategies that print under mmap_lock: what they hold, and for how long. */
import { expect, test } from 'vitest';
import { Hand } from '../support/hand.ts';
import { aRun } from '../support/run.ts';

const scenario = (n: number, reader = ''): string => `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: ${n}, gap: 1, perms: rw-p}]
readers: [{name: r${reader}}]
writers: [{name: w, ops: 5, program: [{hold: 0}]}]
`;
const held = (hand: Hand): number => hand.world.kernel.mm.mmapLock.readerCount;

test('mmap-lock holds the lock from m_start to m_stop, and not while it copies to the user', () => {
  const hand = new Hand(scenario(84), 'mmap-lock');
  hand.to('r', 'show_map', 83);
  expect(held(hand)).toBe(1);
  hand.to('r', 'm_stop');
  expect(held(hand)).toBe(0);
  hand.to('r', '(read_return)');
  expect(held(hand)).toBe(0);
  hand.run('r');

  // Two pages, and the read() that finds nothing.
  expect(hand.reader.mmapReadLocks).toBe(3);
});

test('mmap-lock-all holds it from the first m_start to the end of the pass', () => {
  const hand = new Hand(scenario(84), 'mmap-lock-all');
  hand.to('r', '(read_return)', 2).to('w', 'mmap_write_lock').step('w');

  expect(held(hand)).toBe(1);
  expect(hand.at('w')).toBe('parked');
  hand.to('r', 'proc_map_release');
  expect(held(hand)).toBe(0);
  expect(hand.at('w')).toBe('mm_lock_seqcount_begin');
  expect(hand.reader.mmapReadLocks).toBe(1);
});

test('mmap-lock-vma takes the lock once a line, and once for the end', () => {
  const hand = new Hand(scenario(84), 'mmap-lock-vma');
  hand.to('r', 'show_map');
  expect(held(hand)).toBe(1);
  hand.to('r', 'm_next');
  expect(held(hand)).toBe(0);
  hand.run('r');

  // 84 lines, one of them made twice since it overflowed the page, and the end of the list.
  expect(hand.reader.mmapReadLocks).toBe(84 + 1 + 1);
});

test('mmap-lock-vma lets a writer in between two lines', () => {
  const hand = new Hand(scenario(3), 'mmap-lock-vma');
  hand.to('r', 'show_map').to('w', 'mmap_write_lock').step('w');
  expect(hand.at('w')).toBe('parked');
  hand.to('r', 'm_next');

  expect(hand.at('w')).toBe('mm_lock_seqcount_begin');
});

test('mmap-lock-vma: a record that is fetched and not shown is let go of', () => {
  const hand = new Hand(scenario(3, ', buffer: 49'), 'mmap-lock-vma');
  hand.to('r', '(read_return)');

  expect(held(hand)).toBe(0);
  expect(hand.run('r').reader.counts.lines).toBe(3);
});

test('rcu-unchecked takes no lock and notices nothing', () => {
  const hand = new Hand(scenario(3), 'rcu-unchecked');
  hand.to('r', 'get_vma_snapshot#2').operation('w').run('r');

  expect(hand.reader.mmapReadLocks).toBe(0);
  expect(hand.reader.counts.retries).toBe(0);
});

test('rcu-unchecked prints a line that no VMA ever had: range and permissions of two moments', () => {
  // The reader copies the range of the whole VMA; then its middle page becomes read-only; then it
  // copies the flags of the part that the object has become.
  const hand = new Hand(
    `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 2, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mprotect: {at: "0x11000", pages: 1, perms: r--p}}]}]
`,
    'rcu-unchecked',
  );
  hand.to('r', 'get_vma_snapshot#2').run('w').run('r');

  expect(Buffer.from(hand.watch.passes[0]!.text).toString()).toMatch(/^00010000-00012000 r--p/);
  expect(hand.watch.passes[0]!.tearing.alienLines).toBe(1);
});

test('lock hold time runs from the grant to the unlock, wait time from the asking to the grant', () => {
  // Costs: a line 100 ns. The writer asks at 150, when the page of 3 lines is half done.
  const outcome = aRun(
    `
machine: {costs: {preset: zero, formatAnon: 100ns}, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 3, gap: 1, perms: rw-p}]
readers: [{name: r}]
writers: [{name: w, start: 150ns, ops: 1, program: [{hold: 0}]}]
`,
    { strategy: 'mmap-lock' },
  );

  expect(outcome.totals.mmapReadLockHoldNs).toBe(300);
  expect(outcome.totals.mmapReadLockWaitNs).toBe(0);
  expect(outcome.writers[0]!.lockWaitNs).toMatchObject({ n: 1, max: 150 });
});
