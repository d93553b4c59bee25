/** What scenarios/README.md says is to be seen in the shipped scenarios is to be seen there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/world/outcome.ts';
import { ROOT } from '../cli/spawn.ts';
import { aRun } from '../support/run.ts';

const outcomes = new Map<string, Outcome>();

/** A shipped scenario, run once under each strategy. */
function shipped(name: string, strategy: string): Outcome {
  const key = `${name} ${strategy}`;
  const before = outcomes.get(key);
  if (before !== undefined) return before;
  const yaml = readFileSync(join(ROOT, 'scenarios', `${name}.yaml`), 'utf8');
  const outcome = aRun(yaml.replace('mapsim: 1\n', ''), { strategy, passes: 'none' });
  outcomes.set(key, outcome);
  return outcome;
}
const tearing = (name: string, strategy: string) => shipped(name, strategy).tearing;
const totals = (name: string, strategy: string) => shipped(name, strategy).totals;

test('bash: many retries, few fallbacks, now and then a heap printed twice', () => {
  const { retries, fallbacks } = totals('bash', 'rcu-retry3');

  expect(retries).toBeGreaterThan(20 * fallbacks);
  expect(fallbacks).toBeGreaterThan(0);
  expect(tearing('bash', 'rcu-retry').duplicates).toBeGreaterThan(0);
});

test('python3: more fallbacks than passes, torn inside pages', () => {
  const { fallbacks, passesFinished } = totals('python3', 'rcu-retry3');

  expect(fallbacks).toBeGreaterThan(passesFinished);
  expect(tearing('python3', 'rcu-retry3').cutsInPage).toBeGreaterThan(0);
});

test('split-merge: few torn under rcu-retry3, duplicates under vma-lock, alien lines unchecked', () => {
  const { duplicates, tornPasses } = tearing('split-merge', 'vma-lock');
  expect(tornPasses).toBeGreaterThan(7 * tearing('split-merge', 'rcu-retry3').tornPasses);
  expect(duplicates).toBeGreaterThan(0);
  expect(tearing('split-merge', 'rcu-unchecked').alienLines).toBeGreaterThan(0);
});

test('resize: cuts at pages and inside them under rcu-retry3', () => {
  const { cutsAtPage, cutsInPage } = tearing('resize', 'rcu-retry3');

  expect([cutsAtPage > 0, cutsInPage > 0]).toEqual([true, true]);
});

test('remap: overlaps under vma-lock, hardly any where the sequence is checked', () => {
  const { overlaps } = tearing('remap', 'vma-lock');

  for (const strategy of ['rcu-retry3', 'rcu-page3']) {
    expect(overlaps, strategy).toBeGreaterThan(20 * tearing('remap', strategy).overlaps);
  }
});

test('merge-churn: overlaps and backward lines under vma-lock', () => {
  const { overlaps, backwards } = tearing('merge-churn', 'vma-lock');

  expect([overlaps > 0, backwards > 0]).toEqual([true, true]);
});

test('exact-mremap: transient gaps under vma-lock and unchecked, none where it is checked', () => {
  const gaps = (strategy: string) => tearing('exact-mremap', strategy).transientGaps;

  expect([gaps('vma-lock') > 0, gaps('rcu-unchecked') > 0]).toEqual([true, true]);
  expect([gaps('rcu-retry3'), gaps('rcu-page3')]).toEqual([0, 0]);
});

test('flip-pair: about a quarter of the passes is torn where the writer gets in', () => {
  for (const strategy of ['rcu-retry3', 'rcu-page3', 'vma-lock']) {
    const { tornPasses } = tearing('flip-pair', strategy);
    const { passesFinished } = totals('flip-pair', strategy);

    expect(tornPasses / passesFinished).toBeGreaterThan(0.12);
    expect(tornPasses / passesFinished).toBeLessThan(0.38);
  }
});

test('page-vs-vma: one check a page throws a hundred times as much away, lines at that', () => {
  const page = totals('page-vs-vma', 'rcu-page3');
  const vma = totals('page-vs-vma', 'rcu-retry3');

  expect(page.discardedLines).toBeGreaterThan(50 * vma.discardedRecords);
  expect(vma.discardedLines).toBe(0);
});

test('hyperactive-writer: starves rcu-retry; rcu-retry3 retries three times a pass, then locks', () => {
  expect(totals('hyperactive-writer', 'rcu-retry')).toMatchObject({
    passesStarved: 1,
    passesFinished: 0,
  });
  expect(totals('hyperactive-writer', 'rcu-retry3')).toMatchObject({
    passesFinished: 100,
    retries: 300,
    fallbacks: 100,
  });
});
