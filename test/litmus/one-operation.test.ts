/**
 * One reader, one writer, one operation: every schedule in which the operation begins before any
 * step of the reader's pass and, at any step of its own, waits until the reader can go no further.
 *
 * No clock and no chance: reader takes i steps, writer j steps, reader as many as it can, then the
 * writer to its end, then the reader. With i and j over all their values these are all schedules of
 * two switches, and those in which the writer is in the way of the reader's locks; with j = 1000
 * those in which the whole operation falls between two steps of the reader.
 */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { PassRecord, TearingKey } from '../../src/world/outcome.ts';
import { Hand } from '../support/hand.ts';
import { ALL_STRATEGIES, aScenario, aStrategy } from '../support/run.ts';

const MANY = process.env.MAPSIM_PROOFS === '1';

const OPERATIONS: Readonly<Record<string, string>> = {
  split: 'mprotect: {at: "0x11000", pages: 1, perms: r-xp}',
  merge: 'mprotect: {at: "0x20000", pages: 1, perms: r--p}',
  replace: 'mmap: {at: "0x1f000", pages: 2, perms: r-xp}',
  fill: 'mmap: {at: "0x13000", pages: 1, perms: r--p}',
  move: 'mremap: {at: "0x30000", pages: 1, to: "0x20000", mayMove: true, dontUnmap: true}',
};

/** Where the writer stops at each of its steps; elsewhere it runs to its end at once. */
const EVERYWHERE = new Set(MANY ? ['rcu-retry3 merge', 'rcu-page fill', 'vma-lock fill'] : []);
/** A sample; the proof beside it takes them all. */
const ASKED = Object.entries(OPERATIONS).filter(([name]) => MANY || name === 'merge');

/** A spinning reader is stopped here, and goes on when the writer is done. */
const READER_STEPS_MAX = 150;
/** More than an operation has. */
const WHOLE = 1000;

/** 0x10000-13000 and 0x1f000-20000 r--p, 0x20000-21000 and 0x30000-31000 rw-p; two lines a page. */
const scenario = (operation: string): Scenario =>
  aScenario(`
machine: {costs: zero, rwsem: fifo}
vmas:
  - {start: "0x10000", pages: 3, perms: r--p}
  - {start: "0x1f000", pages: 1, perms: r--p}
  - {start: "0x20000", pages: 1, perms: rw-p}
  - {start: "0x30000", pages: 1, perms: rw-p}
readers: [{name: r, buffer: 82}]
writers: [{name: w, ops: 1, program: [{${operation}}]}]
`);

/** At most so many steps; the number taken. */
function take(hand: Hand, name: string, steps: number): number {
  for (let taken = 0; taken < steps; taken++) {
    const at = hand.at(name);
    if (at === 'parked' || at === 'done') return taken;
    hand.step(name);
  }
  return steps;
}

function passOf(built: Scenario, strategy: string, i: number, j: number): PassRecord | null {
  const hand = new Hand(built, strategy);
  if (take(hand, 'r', i) < i) return null;
  if (take(hand, 'w', j) < j && j !== WHOLE) return null;
  take(hand, 'r', READER_STEPS_MAX);
  take(hand, 'w', WHOLE);
  take(hand, 'r', 1000);
  take(hand, 'w', WHOLE); // it may have waited for the reader
  const { counts, failedByCause } = hand.reader;
  const failed = failedByCause.reduce((a, b) => a + b, 0);
  const ended = hand.at('r') === 'done' && hand.at('w') === 'done';
  if (!ended || counts.retries + counts.fallbacks !== failed) {
    throw new Error(`${strategy}, ${i} steps, then ${j} of the writer: ${hand.at('r')}, ${failed}`);
  }
  return hand.watch.passes[0]!;
}

/** @param stops `everywhere`: the writer stops at each of its steps; `nowhere`: it does not */
function schedules(
  strategy: string,
  operation: string,
  stops: 'everywhere' | 'nowhere',
): PassRecord[] {
  const built = scenario(operation);
  const passes: PassRecord[] = [];
  for (let i = 0; ; i++) {
    const before = passes.length;
    for (let j = stops === 'nowhere' ? WHOLE : 1; j <= WHOLE; j++) {
      const pass = passOf(built, strategy, i, j);
      if (pass === null) break;
      passes.push(pass);
    }
    if (passes.length === before) return passes;
  }
}

const sum = (passes: readonly PassRecord[], key: TearingKey): number =>
  passes.reduce((total, { tearing }) => total + tearing[key], 0);

const PLAIN = ALL_STRATEGIES.filter((strategy) => !strategy.includes(':'));

describe.each(PLAIN)('%s', (strategy) => {
  const { tearing: level, gaps } = aStrategy(strategy);
  test.each(ASKED)('%s: shows no more than declared', (name, operation) => {
    const stops = EVERYWHERE.has(`${strategy} ${name}`) ? 'everywhere' : 'nowhere';
    const passes = schedules(strategy, operation, stops);

    expect(passes.length).toBeGreaterThan(20);
    if (level === 'none') expect(sum(passes, 'tornPasses')).toBe(0);
    if (level === 'between-pages') expect(sum(passes, 'cutsInPage')).toBe(0);
    if (level !== 'within-vma') expect(sum(passes, 'alienLines')).toBe(0);
    if (gaps !== 'false') expect(sum(passes, 'falseGaps')).toBe(0);
    if (gaps === 'none') expect(sum(passes, 'transientGaps')).toBe(0);
  });
});

test('under mmap-lock-all there are two texts, that before and that after, and both occur', () => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const texts = schedules('mmap-lock-all', operation, 'nowhere').map(({ text }) =>
      Buffer.from(text).toString(),
    );

    // DONTUNMAP leaves the source mapped: both texts are the same.
    expect(new Set(texts).size, name).toBe(name === 'move' ? 1 : 2);
  }
});

test('vma-lock shows an overlap after a merge', () => {
  const merge = schedules('vma-lock', OPERATIONS.merge!, 'nowhere');

  expect(sum(merge, 'overlaps')).toBeGreaterThan(0);
});

if (MANY) {
  test('rcu-unchecked shows what the check is for: alien lines and false gaps', () => {
    const split = schedules('rcu-unchecked', OPERATIONS.split!, 'everywhere');
    const merge = schedules('rcu-unchecked', OPERATIONS.merge!, 'everywhere');

    expect(sum(split, 'alienLines')).toBeGreaterThan(0);
    expect(sum([...split, ...merge], 'falseGaps')).toBeGreaterThan(0);
  });

  test('vma-lock shows a hole inside MREMAP_FIXED', () => {
    const move = schedules('vma-lock', OPERATIONS.move!, 'everywhere');

    expect(sum(move, 'transientGaps')).toBeGreaterThan(0);
  });
}
