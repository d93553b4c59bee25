/**
 * What a search leaves out must not matter: taking steps at once that nobody else can see gives the
 * same texts, judged alike, as taking each step by itself.
 */
import { expect, test } from 'vitest';
import type { SearchOutcome } from '../../src/world/search-outcome.ts';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aSearch } from '../support/search.ts';
import { smallWorld } from '../support/small-worlds.ts';

function textsOf({ texts, complete }: SearchOutcome): string[] {
  expect(complete).toBe(true);
  return texts.map(({ text, torn, intact }) => `${torn} ${intact}\n${text}`).sort();
}

/** Compares so many random worlds, those of at most so many states; returns the states of both. */
function compare(
  worlds: number,
  { firstSeed, statesMax, torn }: { firstSeed: number; statesMax: number; torn: boolean },
): { whole: number; reduced: number } {
  const states = { whole: 0, reduced: 0 };
  let compared = 0;
  for (let seed = firstSeed; compared < worlds; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const world = smallWorld(seed);
    const settings = { onlyTexts: true, maxStates: statesMax };
    const reduced = aSearch(world, strategy, settings);
    if (!reduced.complete || (torn && !reduced.texts.some((text) => text.torn))) continue;
    const whole = aSearch(world, strategy, { onlyTexts: true, reduce: false });

    const of = { seed, strategy };
    expect({ ...of, texts: textsOf(reduced) }).toEqual({ ...of, texts: textsOf(whole) });
    states.whole += whole.states;
    states.reduced += reduced.states;
    compared++;
  }
  return states;
}

test('explore: in 190 random small worlds the texts are the same with the reduction on and off', () => {
  const { whole, reduced } = compare(190, { firstSeed: 0, statesMax: 800, torn: false });

  expect(reduced).toBeLessThan(whole / 2);
});

test('explore: likewise in 20 worlds that can print torn texts', () => {
  compare(20, { firstSeed: 5000, statesMax: 2500, torn: true });
});
