/**
 * States that are put together from what is known of other states are those that the steps
 * themselves lead to; steps look at nothing and change nothing but what they say; and nothing is
 * lost by saving a world and restoring it.
 */
import { expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import { REDUCTIONS } from '../../src/cli/search-options.ts';
import { BUG_COMPAT } from '../../src/readers/rcu-retry.ts';
import { NO_VIA } from '../../src/search/outcomes.ts';
import type { SearchWorld } from '../../src/search/search-world.ts';
import { ALL_SHARED } from '../../src/search/shared-columns.ts';
import { Transitions } from '../../src/search/transitions.ts';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aSearchWorld } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

const STRATEGIES = [
  ...ALL_STRATEGIES,
  ...BUG_COMPAT.filter((bug) => bug !== 'none').map((bug) => `rcu-retry:bug-compat=${bug}`),
];
const WALKS = 10;
const TRANSITIONS_MAX = 150;

test('explore: on walks through 144 random small worlds each transition is what its step does', () => {
  for (let seed = 0; seed < 144; seed++) {
    const strategy = STRATEGIES[seed % STRATEGIES.length]!;
    const reduce = REDUCTIONS[seed % REDUCTIONS.length]!;
    const one = seed % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed);
    const world = aSearchWorld(seed % 3 === 0 ? withTwoReaders(one) : one, strategy, { reduce });
    const of = { seed, strategy, reduce };
    expect({ ...of, differs: firstWrong(world, seed) }).toEqual({ ...of, differs: null });
  }
});

/** Slots of freed VMAs that a reader still holds on to, in sections that are still open. */
const CHURN = `
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 3, perms: [r--p, rw-p], tag: child}
readers: [{name: reader, buffer: 4096}]
writers:
  - {name: one, churn: split-merge, vma: {tag: child, index: 1}}
  - {name: other, ops: 2, churn: split-merge, vma: {tag: child, index: 0}}
`;

test.each(STRATEGIES)(
  'explore: likewise under %s, two writers that split and merge',
  (strategy) => {
    for (const seed of [1, 2]) {
      expect(firstWrong(aSearchWorld(CHURN, strategy, { reduce: 'none' }), seed)).toBe(null);
    }
  },
);

/** Sections that free VMAs and then give others their anon_vma. */
const TOUCHED = `
vmas:
  - {start: "0x7f0000000000", pages: 1, perms: r--p, touched: true}
  - {start: "0x7f0000001000", pages: 3, perms: rw-p, touched: true}
  - {start: "0x7f0000004000", pages: 2, perms: r-xp, touched: true}
  - {start: "0x7f0000006000", pages: 2, perms: rw-p, touched: true}
readers: [{name: reader, buffer: 4096}]
writers:
  - name: one
    program:
      - {mprotect: {at: "0x7f0000000000", pages: 4, perms: r--p}}
      - {mprotect: {at: "0x7f0000001000", pages: 5, perms: rw-p}}
      - {munmap: {at: "0x7f0000001000", pages: 1}}
      - {mmap: {at: "0x7f0000001000", pages: 1, perms: rw-p, touched: true}}
      - {mprotect: {at: "0x7f0000002000", pages: 4, perms: r-xp}}
      - {munmap: {at: "0x7f0000000000", pages: 3}}
      - {mmap: {at: "0x7f0000000000", pages: 3, perms: r-xp, touched: true}}
      - {mprotect: {at: "0x7f0000000000", pages: 7, perms: rw-p}}
  - name: other
    program:
      - {mprotect: {at: "0x7f0000004000", pages: 3, perms: r--p}}
      - {mprotect: {at: "0x7f0000003000", pages: 5, perms: r-xp}}
      - {munmap: {at: "0x7f0000004000", pages: 2}}
      - {mmap: {at: "0x7f0000004000", pages: 2, perms: rw-p, touched: true}}
`;

test.each(['mmap-lock', 'rcu-retry3'])('explore: likewise under %s, touched memory', (strategy) => {
  const walks = { walks: 60, most: 500 };
  expect(firstWrong(aSearchWorld(TOUCHED, strategy, { reduce: 'none' }), 1, walks)).toBe(null);
});

function withTwoReaders(yaml: string): string {
  return yaml.replace(/readers: \[(.*)\]/, 'readers: [$1, {name: q, buffer: 4096, passes: 2}]');
}

/** The first transition that is not what its step does, or state that is not what it says. */
function firstWrong(
  world: SearchWorld,
  seed: number,
  { walks, most } = { walks: WALKS, most: TRANSITIONS_MAX },
): string | null {
  const random = new RandomStream(String(seed), ['transitions']);
  const transitions = new Transitions(world);
  const start = world.save().slice();
  const to = start.slice();
  for (let walk = 0; walk < walks; walk++) {
    const state = start.slice();
    const path: { via: number; to: Int32Array }[] = [];
    for (let i = 0; i < most; i++) {
      const where = `walk ${walk}, transition ${i}`;
      world.restore(state);
      if (!isSame(savedAnew(world), state)) return `${where}: not restored`;
      const ways = waysFrom(world, transitions, state);
      if (ways.length === 0) break;
      const { via, outcome } = ways[random.below(ways.length)]!;
      const { task, choices } = transitions.viaOf(via);
      transitions.follow(state, 0, outcome, to);
      world.restore(state);
      world.run(task, choices);
      if (!isSame(world.save(), to)) return `${where}: task ${task}, ${world.trail.length} steps`;
      if (!isSame(savedAnew(world), to)) return `${where}: task ${task} touches more than it says`;
      state.set(to);
      path.push({ via, to: to.slice() });
    }
    const lost = firstLost(world, transitions, start, path);
    if (lost !== null) return `walk ${walk}, transition ${lost}: saves lose something`;
  }
  return null;
}

/**
 * Where a world that is never restored comes to something else, or null. Compared where no writer
 * has a plan: in it anon_vmas have the numbers of the world that made it.
 */
function firstLost(
  world: SearchWorld,
  transitions: Transitions,
  start: Int32Array,
  path: readonly { readonly via: number; readonly to: Int32Array }[],
): number | null {
  world.restore(start);
  for (const [i, { via, to }] of path.entries()) {
    const { task, choices } = transitions.viaOf(via);
    if (!world.canRun(task)) return i;
    world.run(task, choices);
    const inPlan = world.world.writers.some(({ plan }) => plan !== null);
    if (!inPlan && !isSame(savedAnew(world), to)) return i;
  }
  return null;
}

/** Every transition from a state that does not end in a fault. */
function waysFrom(world: SearchWorld, transitions: Transitions, state: Int32Array) {
  const ways: { via: number; outcome: number }[] = [];
  const tasks = world.world.readers.length + world.world.writers.length;
  for (let task = 0; task < tasks; task++) {
    for (let via = task; via !== NO_VIA; ) {
      const outcome = transitions.of(state, 0, via);
      const { outcomes } = transitions;
      if (!outcomes.canRun(outcome) || outcomes.isFault(outcome)) break;
      ways.push({ via, outcome });
      via = outcomes.nextVia(outcome);
    }
  }
  return ways;
}

/** All of it, as if every step had touched everything. */
function savedAnew(world: SearchWorld): Int32Array {
  for (const { id } of world.tasks) world.numbers.moves(id, ALL_SHARED);
  return world.save();
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.every((number, place) => number === b[place]);
}
