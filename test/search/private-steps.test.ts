/** Steps that are said to be private are held to it: see search/private-check.ts. */
import { expect, test } from 'vitest';
import type { ReaderStep, Strategy } from '../../src/proc/reader.ts';
import { claimPrivateSteps } from '../../src/sim/step.ts';
import { EVERY_STRATEGY, yamlOf } from '../support/against-plain.ts';
import { aScenario, aStrategy } from '../support/run.ts';
import { exploredBySearch } from '../support/search.ts';

const WORLD = aScenario(yamlOf('explore/one-write.yaml'));
const SPLITS = aScenario(yamlOf('explore/split-merge.yaml'));
const OPTIONS = { reduce: 'private', statesMax: 20_000 } as const;

/** mmap-lock with one more step in front of a hook, which is said to be private. */
function mine(
  hook: 'getNextVma' | 'unlockVmaRange',
  step: (next: ReaderStep) => ReaderStep,
): Strategy {
  const base = aStrategy('mmap-lock');
  const added = step(base[hook]);
  claimPrivateSteps(added);
  const before: ReaderStep = () => added;
  return { ...base, name: 'mine', [hook]: before };
}

const explore = (own: Strategy, world = WORLD) =>
  exploredBySearch(world, 'mine', { ...OPTIONS, own });

test('explore: a private step that looks at the tree is named, with what it looks at', () => {
  const strategy = mine('getNextVma', (next) => {
    return function findIt(k, r) {
      return next(k, r);
    };
  });

  expect(() => explore(strategy, SPLITS)).toThrow(
    'strategy "mine": the step "findIt" is declared private, but it depends on what only ' +
      'writers change (VMAs, the tree, mm_lock_seq); leave it out of privateSteps()',
  );
});

test('explore: a private step that lets a lock go is named, with what it changes', () => {
  const strategy = mine('unlockVmaRange', (next) => {
    return function letGo(k, r) {
      return next(k, r);
    };
  });

  expect(() => explore(strategy)).toThrow(
    'the step "letGo" is declared private, but it changes locks, counts or RCU',
  );
});

test('explore: a private step that counts for its reader alone is checked and left in peace', () => {
  const strategy = mine('getNextVma', (next) => {
    return function justGoOn(_k, r) {
      r.budgetUsed = 1;
      return next;
    };
  });
  const { complete, privateChecks } = explore(strategy);

  expect(complete).toBe(true);
  expect(privateChecks).toBeGreaterThan(10);
});

/** Without a gate line their readers print the end again for ever (scenarios/explore/README.md). */
const ENDLESS = ['rcu-retry:bug-compat=as-posted', 'rcu-retry:bug-compat=gate-again'];

test.each(EVERY_STRATEGY)('explore: every private step of %s is private', (strategy) => {
  const { complete, privateChecks } = exploredBySearch(WORLD, strategy, {
    ...OPTIONS,
    checkAll: true,
  });

  expect(complete).toBe(!ENDLESS.includes(strategy));
  expect(privateChecks).toBeGreaterThan(10);
});
