/**
 * Steps that are taken together with the one before must not matter: with --reduce=private and
 * without, the same texts, judged alike, and the same answers.
 */
import { expect, test } from 'vitest';
import type { SearchOutcome } from '../../src/search/search-outcome.ts';
import type { Reduction } from '../../src/search/search-world.ts';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aSearch } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

type States = Record<Reduction, number>;

function textsOf({ texts, complete }: SearchOutcome): string[] {
  expect(complete).toBe(true);
  return texts.map(({ text, torn, intact }) => `${torn} ${intact}\n${text}`).sort();
}

interface Worlds {
  readonly world: (seed: number) => string;
  readonly firstSeed: number;
  /** Larger worlds are passed over. */
  readonly statesMax: number;
  /** Only those that can print a torn text. */
  readonly torn?: boolean;
}

/** Compares so many random worlds; returns the states of all. */
function compareTexts(count: number, { world, firstSeed, statesMax, torn }: Worlds): States {
  const states: States = { none: 0, private: 0 };
  let compared = 0;
  for (let seed = firstSeed; compared < count; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const yaml = world(seed);
    const smallest = aSearch(yaml, strategy, { onlyTexts: true, maxStates: statesMax });
    if (!smallest.complete || (torn === true && !smallest.texts.some((text) => text.torn)))
      continue;
    const whole = aSearch(yaml, strategy, { onlyTexts: true, reduce: 'none' });
    states.none += whole.states!;
    states.private += smallest.states!;
    const of = { seed, strategy };
    expect({ ...of, texts: textsOf(smallest) }).toEqual({ ...of, texts: textsOf(whole) });
    compared++;
  }
  return states;
}

test('explore: in 164 random small worlds --reduce=private leaves the texts as they are', () => {
  const states = compareTexts(164, { world: smallWorld, firstSeed: 0, statesMax: 450 });

  expect(states.private).toBeLessThan(states.none / 2);
});

test('explore: likewise in 18 worlds that can print torn texts', () => {
  compareTexts(18, { world: smallWorld, firstSeed: 5000, statesMax: 1800, torn: true });
});

test('explore: likewise in 18 worlds of two writers', () => {
  compareTexts(18, { world: worldOfTwoWriters, firstSeed: 0, statesMax: 1200 });
});

test('explore: each answer is the same: what can happen, cycles among it', () => {
  for (let seed = 0; seed < 32; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const yaml = seed % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed);
    const answer = (reduce: Reduction) => {
      const { complete, findings } = aSearch(yaml, strategy, { reduce, maxStates: 6_000 });
      return complete ? findings.map((finding) => finding.class).sort() : null;
    };
    const whole = answer('none');
    if (whole === null) continue;

    const found = answer('private');
    expect({ seed, strategy, found }).toEqual({ seed, strategy, found: whole });
  }
});
