/** The rules of seq_file for maps: kernel-facts 2.2 and 2.3, real-kernel 1 to 3. */
import { describe, expect, test } from 'vitest';
import { POS_END, POS_GATE } from '../../src/proc/strategy.ts';
import { Hand } from '../support/hand.ts';
import { aRun, SEQ_STRATEGIES, textOf } from '../support/run.ts';

/** n lines of 49 bytes. */
const anonymous = (n: number, reader = '{name: r}', more = ''): string => `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: ${n}, gap: 1, perms: rw-p}]
readers: [${reader}]
${more}
`;

/** What each read() of the first pass returned, in bytes; the 0 at the end included. */
function reads(yaml: string, strategy = 'mmap-lock'): number[] {
  const hand = new Hand(yaml, strategy);
  const sizes: number[] = [];
  const { watch } = hand;
  const readReturns = watch.readReturns.bind(watch);
  watch.readReturns = (r, tookNs) => {
    sizes.push(r.copiedBytes);
    readReturns(r, tookNs);
  };
  hand.run('r');
  return sizes;
}

describe('one read() returns whole records, as many as fit in 4095 bytes', () => {
  test.each([4096, 65_536, 1_048_576])('4067 bytes = 83 lines in a buffer of %i', (buffer) => {
    expect(reads(anonymous(200, `{name: r, buffer: ${buffer}}`))).toEqual([4067, 4067, 34 * 49, 0]);
  });

  test.each(SEQ_STRATEGIES)('under %s too', (strategy) => {
    expect(reads(anonymous(200), strategy)).toEqual([4067, 4067, 34 * 49, 0]);
  });

  test('a buffer of 4095 bytes makes the same cuts, one of 4067 too', () => {
    const cuts = [4067, 4067, 34 * 49, 0];

    expect(reads(anonymous(200, '{name: r, buffer: 4095}'))).toEqual(cuts);
    expect(reads(anonymous(200, '{name: r, buffer: 4067}'))).toEqual(cuts);
  });

  test('the record that did not fit is formatted again by the next read(): overflowLines', () => {
    expect(aRun(anonymous(200)).totals.overflowLines).toBe(2);
    expect(aRun(anonymous(83)).totals.overflowLines).toBe(0);
    expect(aRun(anonymous(84)).totals.overflowLines).toBe(1);
  });

  test('with 4067 of room the record behind is fetched and not formatted', () => {
    expect(aRun(anonymous(200, '{name: r, buffer: 4067}')).totals.overflowLines).toBe(0);
  });
});

describe('a user buffer smaller than a page', () => {
  test('1000 bytes are returned full, cut in mid-line, and the rest comes out first', () => {
    // A fill stops at the first record that makes it 1000 or more: 21 lines, 1029 bytes; 29 are
    // left. The next read() hands out those, then has room for 971: 20 lines, 980 bytes, 9 are left
    // …
    const sizes = reads(anonymous(100, '{name: r, buffer: 1000}'));

    expect(sizes).toEqual([1000, 1000, 1000, 1000, 900, 0]);
  });

  test('a buffer of 100 bytes takes 3 records a fill', () => {
    const hand = new Hand(anonymous(10, '{name: r, buffer: 100}'), 'mmap-lock');
    hand.to('r', '(read_return)');

    expect(hand.reader.lineCount).toBe(3);
    expect(hand.reader.copiedBytes).toBe(100);
    expect(hand.reader.countBytes).toBe(47);
  });

  test.each([1, 17, 100, 1000, 4000])('a buffer of %i returns that much until the end', (size) => {
    const sizes = reads(anonymous(90, `{name: r, buffer: ${size}}`));

    const total = 90 * 49;
    expect(sizes.slice(0, -2).every((n) => n === size)).toBe(true);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(total);
    expect(sizes.at(-1)).toBe(0);
    expect(sizes).toHaveLength(Math.ceil(total / size) + 1);
  });

  test('leftovers that exactly fill the buffer still begin a page, which is kept for later', () => {
    // 49 bytes in reads of 7: the seventh is filled by leftovers alone, and fetches line 2.
    const hand = new Hand(anonymous(3, '{name: r, buffer: 7}'), 'mmap-lock');
    hand.to('r', '(read_return)', 6);
    expect(hand.reader.lineCount).toBe(1);
    hand.to('r', '(read_return)');

    expect(hand.reader.copiedBytes).toBe(7);
    expect(hand.reader.lineCount).toBe(2);
    expect(hand.reader.countBytes).toBe(49);
  });

  test('a read() that is served from leftovers takes no lock', () => {
    const hand = new Hand(anonymous(10, '{name: r, buffer: 20}'), 'mmap-lock');
    hand.to('r', '(read_return)');
    expect(hand.reader.mmapReadLocks).toBe(1);
    hand.to('r', '(read_return)');

    expect(hand.reader.copiedBytes).toBe(20);
    expect(hand.reader.mmapReadLocks).toBe(1);
  });

  test('leftovers are stale text: the tail of a line whose VMA is gone comes out unchanged', () => {
    const hand = new Hand(
      anonymous(
        3,
        '{name: r, buffer: 30}',
        'writers: [{name: w, ops: 1, program: [{munmap: {at: "0x7f0000000000", pages: 100}}]}]',
      ),
      'mmap-lock',
    );
    hand.to('r', '(read_return)').run('w').run('r');

    const text = Buffer.from(hand.watch.passes[0]!.text).toString();
    expect(text).toBe('7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n');
  });
});

describe('a record longer than the buffer', () => {
  const LONG = `
vmas:
  - {start: "0x10000", pages: 1, perms: rw-p}
  - {start: "0x20000", pages: 1, perms: r--p, file: {path: "/${'p'.repeat(4200)}", dev: "08:01", inode: 7}}
  - {start: "0x7f0000000000", pages: 1, repeat: 200, gap: 1, perms: rw-p}
readers: [{name: r, passes: 2}]
`;

  test('doubles it for the rest of that open file; the next pass begins with 4096 again', () => {
    const long = 73 + 4201 + 1;
    const short = '00010000-00011000 rw-p 00000000 00:00 0 \n'.length;
    // Page 1: the short line alone. Page 2: the long line and what fits into 8191 bytes.
    const inBig = Math.floor((8191 - long) / 49);
    const rest = 200 - inBig;
    const once = [short, long + inBig * 49, rest * 49, 0];

    expect(reads(LONG)).toEqual([...once, ...once]);
  });

  test.each(SEQ_STRATEGIES)('and loses nothing under %s', (strategy) => {
    const outcome = aRun(LONG, { strategy });

    expect(textOf(outcome, 0)).toBe(textOf(aRun(LONG), 0));
    expect(textOf(outcome, 1)).toBe(textOf(outcome, 0));
    expect(outcome.tearing.tornPasses).toBe(0);
    // Each pass: at the end of page 1, in the buffer that is too small, at the end of page 2.
    expect(outcome.totals.overflowLines).toBe(6);
  });
});

describe('positions', () => {
  const GATE = 'vmas: ["7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ", "ffffffffff600000-';
  const withGate = `
machine: {costs: zero, rwsem: fifo}
${GATE}ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]"]
readers: [{name: r, buffer: 49}]
`;

  test('the gate line comes last, and is a record of its own', () => {
    expect(reads(withGate.replace(', buffer: 49', ''))).toEqual([49 + 84, 0]);
    expect(reads(withGate)).toEqual([49, 49, 35, 0]);
  });

  test('m_start with the gate pending locks; at the end it does not', () => {
    const hand = new Hand(withGate, 'mmap-lock');
    hand.to('r', '(read_return)');
    expect(hand.reader.pos).toBe(POS_GATE);
    hand.to('r', '(read_return)');
    expect(hand.reader.pos).toBe(POS_END);
    expect(hand.reader.mmapReadLocks).toBe(2);
    hand.run('r');

    expect(hand.reader.mmapReadLocks).toBe(2);
  });

  test('without a gate the read() that returns 0 still locks: the gate is asked for', () => {
    const hand = new Hand(anonymous(1), 'mmap-lock').run('r');

    expect(hand.reader.mmapReadLocks).toBe(2);
  });

  test('an empty address space is one read() of 0 bytes', () => {
    expect(reads('machine: {costs: zero}\nvmas: []\nreaders: [{name: r}]')).toEqual([0]);
  });

  test('mmap-lock resumes at the start of the pending VMA: what is mapped below it is missed', () => {
    const hole = `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}, {start: "0x20000", pages: 1, perms: r--p}]
readers: [{name: r, buffer: 41}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x18000", pages: 1, perms: rw-p}}]}]
`;
    const lines = (strategy: string): number => {
      const hand = new Hand(hole, strategy);
      return hand.to('r', '(read_return)').run('w').run('r').reader.counts.lines;
    };

    expect(lines('mmap-lock')).toBe(2);
    expect(lines('rcu-page')).toBe(2);
    expect(lines('rcu-retry')).toBe(3);
    expect(lines('vma-lock')).toBe(3);
    expect(lines('mmap-lock-vma')).toBe(3);
  });

  test('a pending VMA that was merged into the shown one is shown with it: overlap', () => {
    const merged = `
machine: {costs: zero, rwsem: fifo}
vmas: [{start: "0x10000", pages: 1, perms: r--p}, {start: "0x11000", pages: 1, perms: rw-p}]
readers: [{name: r, buffer: 41}]
writers: [{name: w, ops: 1, program: [{mprotect: {at: "0x11000", pages: 1, perms: r--p}}]}]
`;
    const hand = new Hand(merged, 'mmap-lock');
    hand.to('r', '(read_return)').run('w').run('r');

    expect(Buffer.from(hand.watch.passes[0]!.text).toString()).toBe(
      '00010000-00011000 r--p 00000000 00:00 0 \n00010000-00012000 r--p 00000000 00:00 0 \n',
    );
    expect(hand.watch.passes[0]!.tearing).toMatchObject({
      tornPasses: 1,
      overlaps: 1,
      duplicates: 1,
      cutsInPage: 0,
    });
  });
});
