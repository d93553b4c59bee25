/**
 * The search comes to what one without any art comes to, on a few small worlds (all of them are a
 * proof), and the plain one notices what the other does not know.
 */
import { expect, test } from 'vitest';
import type { ReaderStep, Strategy } from '../../src/proc/reader.ts';
import { compareWithPlain, withTwoReaders, yamlOf } from '../support/against-plain.ts';
import { explorePlainly } from '../support/plain-explorer.ts';
import { aScenario, aStrategy } from '../support/run.ts';
import { exploredBySearch } from '../support/search.ts';

test.each([
  ['explore/one-write.yaml', 'rcu-page'],
  ['explore/never-rests.yaml', 'rcu-retry3'],
  ['explore/unmapped-tail.yaml', 'rcu-page'],
  ['bug-compat/null-copy.yaml', 'rcu-retry:bug-compat=null-copy'],
])('explore: %s under %s, as without any art', async (name, strategy) => {
  expect(await compareWithPlain(yamlOf(name), strategy, 1000)).toBeGreaterThan(0);
});

test('explore: two readers and a writer, as without any art', async () => {
  const yaml = withTwoReaders(yamlOf('explore/never-rests.yaml'));

  expect(await compareWithPlain(yaml, 'mmap-lock', 2000)).toBeGreaterThan(0);
});

/** A strategy that remembers something which nobody knows of. */
function forgetful(base: Strategy): Strategy {
  const lockVmaRange: ReaderStep = (k, r) => {
    (r as unknown as { planted: number }).planted = k.mm.mmLockSeq.value % 2;
    return base.lockVmaRange;
  };
  return { ...base, lockVmaRange };
}

test('explore: a field that is not saved is noticed by the search without art', async () => {
  const scenario = aScenario(yamlOf('explore/never-rests.yaml'));
  const options = { reduce: 'none', statesMax: 10_000 } as const;

  const search = exploredBySearch(scenario, 'forgetful', {
    ...options,
    own: forgetful(aStrategy('mmap-lock')),
  });
  const plain = await explorePlainly(scenario, {
    ...options,
    strategy: 'forgetful',
    own: ({ readers }) =>
      forgetful(new readers.Strategies().of(readers.chooseStrategy('mmap-lock'))),
  });

  expect(plain.complete && search.complete).toBe(true);
  expect(plain.states).toBeGreaterThan(search.states);
});
