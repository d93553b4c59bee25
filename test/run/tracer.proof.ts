/** What a timeline must keep to, on every shipped scenario under every strategy. */
import { describe, expect, test } from 'vitest';
import { countsOf, lawsOf, SHIPPED, shipped, traced } from '../support/traced.ts';

const STRATEGIES = [
  'mmap-lock',
  'mmap-lock-all',
  'mmap-lock-vma',
  'rcu-retry3',
  'rcu-retry:mstart=speculate',
  'rcu-retry1:wait=none',
  'rcu-once',
  'rcu-page2',
  'vma-lock',
  'rcu-unchecked',
  'query',
  'query-rcu',
  'query-vma',
];

describe.each(SHIPPED)('%s', (name) => {
  const scenario = shipped(name);

  test.each(STRATEGIES)('%s: waits, holds, attempts and cuts add up to the counts', (strategy) => {
    const run = traced(scenario, strategy);

    expect(lawsOf(run)).toEqual(countsOf(run));
  });
});
