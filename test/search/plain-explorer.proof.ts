/** The search comes to what one without any art comes to: see support/plain-explorer.ts. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  compareWithPlain,
  EVERY_STRATEGY,
  withTwoReaders,
  yamlOf,
} from '../support/against-plain.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));
/** Larger ones are left out: BIG has some of them. */
const STATES_MAX = 1500;

const WORLDS = ['explore', 'bug-compat'].flatMap((folder) =>
  readdirSync(`${SCENARIOS}${folder}`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

/** More states than that under every strategy: a long pass against a writer that never rests. */
const TOO_LARGE = ['bug-compat/end-unchecked.yaml'];
const SMALL = WORLDS.filter((name) => !TOO_LARGE.includes(name));

test.each(SMALL)('explore: %s under every strategy, as without any art', async (name) => {
  let compared = 0;
  for (const strategy of EVERY_STRATEGY) {
    compared += await compareWithPlain(yamlOf(name), strategy, STATES_MAX);
  }

  expect(compared).toBeGreaterThan(0);
});

/** Of all pairs of a world and a strategy one in so many. */
const IN_TURN = 3;

test.each(SMALL)('explore: %s with a second reader, as without any art', async (name) => {
  const yaml = withTwoReaders(yamlOf(name));
  const first = SMALL.indexOf(name) % IN_TURN;
  for (let i = first; i < EVERY_STRATEGY.length; i += IN_TURN) {
    await compareWithPlain(yaml, EVERY_STRATEGY[i]!, STATES_MAX);
  }
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'explore: 24 random small worlds, as without any art, part %i',
  async (part) => {
    for (let i = 0; i < 24; i++) {
      const seed = 24 * part + i;
      const strategy = EVERY_STRATEGY[seed % EVERY_STRATEGY.length]!;
      const yaml = i % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed);
      await compareWithPlain(i % 3 === 0 ? withTwoReaders(yaml) : yaml, strategy, STATES_MAX);
    }
  },
);

const BIG = [
  ['explore/split-merge.yaml', 'vma-lock'],
  ['explore/split-merge.yaml', 'rcu-retry3'],
  ['explore/race-split.yaml', 'rcu-retry3'],
  ['explore/race-remap.yaml', 'vma-lock'],
  ['explore/flip.yaml', 'rcu-page'],
  ['explore/names.yaml', 'rcu-unchecked'],
  ['explore/special.yaml', 'rcu-page2'],
] as const;

test.each(BIG)('explore: %s under %s, as without any art', async (name, strategy) => {
  expect(await compareWithPlain(yamlOf(name), strategy, 25_000)).toBeGreaterThan(0);
});
