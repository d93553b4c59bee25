/**
 * vma-lock: lock_next_vma and its fallback, by schedules counted out by hand (kernel-facts 6.7).
 */
import { describe, expect, test } from 'vitest';
import type { Reader } from '../../src/proc/reader.ts';
import { CAUSES } from '../../src/proc/strategy.ts';
import { Hand } from '../support/hand.ts';
import { aRun } from '../support/run.ts';

const causes = (r: Reader): Record<string, number> =>
  Object.fromEntries(CAUSES.map((cause, i) => [cause, r.failedByCause[i]!]).filter(([, n]) => n));

const text = (hand: Hand): string => Buffer.from(hand.watch.passes[0]!.text).toString();

/** Ranges as `start-end perms`, in pages. */
const lines = (hand: Hand): string[] =>
  text(hand)
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(0, 22).replaceAll('000 ', ' ').replaceAll('000-', '-').trim());

function scenario(vmas: string, operations: string, ops = 1): string {
  return `
machine: {costs: zero, rwsem: fifo}
vmas:
${vmas}
readers: [{name: r}]
writers:
  - name: w
    ops: ${ops}
    program:
${operations}
`;
}

const THREE = `
  - {start: "0x10000", pages: 3, perms: r--p}
  - {start: "0x20000", pages: 3, perms: rw-p}
  - {start: "0x30000", pages: 3, perms: r--p}
`;

describe('vma_start_read', () => {
  test('one VMA is read-locked at a time; nothing else is', () => {
    const hand = new Hand(scenario(THREE, '      - hold: 0'), 'vma-lock');
    hand.to('r', 'show_map', 2);
    const { vmas, mmapLock } = hand.world.kernel.mm;

    expect([...vmas.vmRefcnt.subarray(0, 3)]).toEqual([1, 2, 1]);
    expect(mmapLock.free).toBe(true);
    hand.run('r');
    expect(hand.reader.counts.vmaReadLocks).toBe(3);
    expect(hand.reader.mmapReadLocks).toBe(0);
  });

  test('a write-locked VMA is not waited for under RCU: fall back and sleep on mmap_lock', () => {
    const hand = new Hand(
      scenario(THREE, '      - mprotect: {at: "0x20000", pages: 3, perms: r--p}'),
      'vma-lock',
    );
    hand.to('r', 'show_map').to('w', 'vm_flags_reset_once').to('r', 'mmap_read_lock_killable');
    expect(hand.reader.rcuSection).toBe(0);
    expect(hand.reader.lockedVma).toBe(-1);
    hand.step('r');

    expect(hand.at('r')).toBe('parked');
    hand.run('w').run('r');
    expect(causes(hand.reader)).toEqual({ locked: 1 });
    expect(hand.reader.counts).toMatchObject({ fallbacks: 1, retries: 0, lines: 3 });
    expect(text(hand)).toMatch(/00020000-00023000 r--p/);
  });

  test('a writer that is busy elsewhere is not noticed', () => {
    const hand = new Hand(
      scenario(THREE, '      - mprotect: {at: "0x30000", pages: 3, perms: rw-p}'),
      'vma-lock',
    );
    hand.to('w', 'vm_flags_reset_once').to('r', 'show_map', 2);

    expect(causes(hand.reader)).toEqual({});
  });

  test('a VMA that was detached since it was found is looked up again: a retry', () => {
    const hand = new Hand(scenario(THREE, '      - munmap: {at: "0x20000", pages: 3}'), 'vma-lock');
    hand.to('r', 'vma_start_read#1', 2).run('w').run('r');

    expect(causes(hand.reader)).toEqual({ detached: 1 });
    expect(hand.reader.counts).toMatchObject({ retries: 1, fallbacks: 0, lines: 2 });
  });

  test('a writer that locks the VMA between the first look and the count is noticed', () => {
    const hand = new Hand(
      scenario(THREE, '      - mprotect: {at: "0x20000", pages: 3, perms: r--p}'),
      'vma-lock',
    );
    hand
      .to('r', 'vma_start_read#2', 2)
      .to('w', 'vm_flags_reset_once')
      .to('r', 'mmap_read_lock_killable');

    expect(causes(hand.reader)).toEqual({ locked: 1 });
    expect(hand.world.kernel.mm.vmas.vmRefcnt[1]).toBe(1);
  });

  test('a writer waits for the reader of the VMA it needs, and keeps mmap_lock meanwhile', () => {
    const hand = new Hand(
      scenario(THREE, '      - mprotect: {at: "0x20000", pages: 3, perms: r--p}'),
      'vma-lock',
    );
    hand.to('r', 'show_map', 2).run('w');
    const { mmapLock } = hand.world.kernel.mm;

    expect(hand.at('w')).toBe('parked');
    expect(mmapLock.writerId).toBe(hand.task('w').id);
    hand.to('r', 'mmap_lock_speculate_try_begin'); // vma_end_read of that VMA
    expect(hand.at('w')).toBe('__vma_start_write');
    hand.run('w').run('r');
    expect(causes(hand.reader)).toEqual({});
    expect(text(hand)).toMatch(/00020000-00023000 rw-p/);
  });
});

describe('the gap check', () => {
  const HEAD = `
  - {start: "0x10000", pages: 1, perms: r--p}
  - {start: "0x30000", pages: 1, perms: rw-p}
`;

  test('a gap before the VMA found is believed while the counter stands still', () => {
    const hand = new Hand(scenario(HEAD, '      - hold: 0'), 'vma-lock').run('r');

    expect(causes(hand.reader)).toEqual({});
  });

  test('a section that changed nothing there costs a second lookup, no fallback', () => {
    const hand = new Hand(scenario(HEAD, '      - hold: 0'), 'vma-lock');
    hand.to('r', 'mmap_lock_speculate_retry', 2).run('w').to('r', 'vma_next').run('r');

    expect(causes(hand.reader)).toEqual({});
    expect(hand.reader.counts.lines).toBe(2);
  });

  test('an open section, too', () => {
    const hand = new Hand(scenario(HEAD, '      - hold: 0'), 'vma-lock');
    hand.to('w', 'vma_end_write_all').to('r', 'vma_next').run('w').run('r');

    expect(causes(hand.reader)).toEqual({});
  });

  test('a VMA that appeared in the gap is found under mmap_lock: gap', () => {
    const operation = '      - mmap: {at: "0x20000", pages: 1, perms: r-xp}';
    const hand = new Hand(scenario(HEAD, operation), 'vma-lock');
    hand.to('r', 'mmap_lock_speculate_retry', 2).run('w').run('r');

    expect(causes(hand.reader)).toEqual({ gap: 1 });
    expect(hand.reader.counts).toMatchObject({ fallbacks: 1, lines: 3 });
  });

  test('gap-check=off misses it', () => {
    const operation = '      - mmap: {at: "0x20000", pages: 1, perms: r-xp}';
    const hand = new Hand(scenario(HEAD, operation), 'vma-lock:gap-check=off');
    hand.to('r', 'vma_start_read#1', 2).run('w').run('r');

    expect(hand.reader.counts.lines).toBe(2);
  });

  test('a VMA that is swallowed to the left before it is locked is looked up again: an overlap', () => {
    const vmas = `
  - {start: "0x10000", pages: 1, perms: r--p}
  - {start: "0x11000", pages: 1, perms: rw-p}
  - {start: "0x12000", pages: 1, perms: r-xp}
`;
    const operation = '      - mprotect: {at: "0x11000", pages: 1, perms: r--p}';
    const hand = new Hand(scenario(vmas, operation), 'vma-lock');
    hand.to('r', 'vma_start_read#1', 2).run('w').run('r');

    // The object at 0x11000 is gone (detached); looked up again from 0x11000 the merged VMA covers
    // it.
    expect(causes(hand.reader)).toEqual({ detached: 1 });
    expect(lines(hand)).toEqual(['00010-00011 r--p', '00010-00012 r--p', '00012-00013 r-xp']);
  });
});

describe('window W: between vma_end_read and try_begin (kernel-facts 7.5.3)', () => {
  // Four VMAs with prot r, w, r, x. The first is printed and let go of. Then its successor joins it
  // with a whole section. The counter is sampled after that.
  const vmas = `
  - {start: "0x10000", pages: 1, perms: r--p}
  - {start: "0x11000", pages: 1, perms: rw-p}
  - {start: "0x20000", pages: 1, perms: r-xp}
`;
  const merge = '      - mprotect: {at: "0x11000", pages: 1, perms: r--p}';

  test('resume=iterator goes on behind the merged VMA: a false gap', () => {
    const hand = new Hand(scenario(vmas, merge), 'vma-lock');
    hand.to('r', 'mmap_lock_speculate_try_begin', 2).run('w').run('r');

    expect(lines(hand)).toEqual(['00010-00011 r--p', '00020-00021 r-xp']);
    expect(causes(hand.reader)).toEqual({});
    expect(hand.watch.passes[0]!.tearing.falseGaps).toBe(1);
  });

  test('resume=printed-end prints the merged VMA: an overlap, no gap', () => {
    const hand = new Hand(scenario(vmas, merge), 'vma-lock:resume=printed-end');
    hand.to('r', 'mmap_lock_speculate_try_begin', 2).run('w').run('r');

    expect(lines(hand)).toEqual(['00010-00011 r--p', '00010-00012 r--p', '00020-00021 r-xp']);
    expect(hand.watch.passes[0]!.tearing).toMatchObject({ falseGaps: 0, overlaps: 1 });
  });

  test('with the sample taken before the section the gap check finds it out', () => {
    const hand = new Hand(scenario(vmas, merge), 'vma-lock');
    hand.to('r', 'vma_next', 2).run('w').run('r');

    expect(causes(hand.reader)).toEqual({ gap: 1 });
    expect(hand.watch.passes[0]!.tearing).toMatchObject({ falseGaps: 0, overlaps: 1 });
  });
});

test('the inside of MREMAP_FIXED onto exactly one VMA is printed as a hole: a transient gap', () => {
  const hand = new Hand(
    scenario(
      `
  - {start: "0x10000", pages: 1, perms: r--p}
  - {start: "0x20000", pages: 1, perms: rw-p}
  - {start: "0x30000", pages: 1, perms: r--p}
  - {start: "0x40000", pages: 1, perms: rw-p}
`,
      '      - mremap: {at: "0x40000", pages: 1, to: "0x20000", mayMove: true, dontUnmap: true}',
    ),
    'vma-lock',
  );
  hand.to('w', 'vma_iter_clear_gfp').step('w');
  hand.to('r', 'rcu_read_unlock').run('w').run('r');

  expect(hand.watch.passes[0]!.tearing).toMatchObject({ transientGaps: 1, falseGaps: 0 });
});

test('a writer confined to VMAs that the reader is not at causes no fallback', () => {
  // It maps and unmaps a page above all others.
  const outcome = aRun(
    `
duration: 2ms
vmas:
  - {start: "0x10000000", pages: 3, repeat: 40, gap: 1, perms: [r--p, rw-p]}
  - {start: "0x7f0000000000", pages: 3, perms: rw-p, tag: last}
readers: [{name: r, passes: 30, buffer: 1k}]
writers:
  - name: w
    program: [{mmap: {at: "0x7f1000000000", pages: 1, perms: rw-p}}, {restore: true}]
`,
    { strategy: 'vma-lock' },
  );

  expect(outcome.totals.passesFinished).toBe(30);
  // What is mapped at the end may be met while its writer still has it locked; nothing else.
  const { locked, gap, detached } = outcome.readers[0]!.failedByCause;
  expect(locked + gap + detached).toBeLessThanOrEqual(30);
  expect(outcome.writers[0]!.drainWaitNs.max).toBeLessThan(10_000);
});
