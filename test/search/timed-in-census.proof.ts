/** A timed run is one of the schedules that a search tries: its text is always in the census. */
import { expect, test } from 'vitest';
import type { SearchOutcome } from '../../src/search/search-outcome.ts';
import { ALL_STRATEGIES, aRun, textOf } from '../support/run.ts';
import { aSearch } from '../support/search.ts';
import { smallWorld } from '../support/small-worlds.ts';

const RUNS = 10;
/** Worlds with more states than this are left out: there are others. */
const STATES_MAX = 6000;

/** A world and all texts that it can print. */
function aCensus(strategy: string): { scenario: string; census: SearchOutcome } {
  for (let seed = 1000 * (1 + ALL_STRATEGIES.indexOf(strategy)); ; seed++) {
    const scenario = smallWorld(seed);
    const census = aSearch(scenario, strategy, { onlyTexts: true, maxStates: STATES_MAX });
    if (census.complete && census.texts.length > 1) return { scenario, census };
  }
}

test.each(ALL_STRATEGIES)('census: has every text of timed runs of %s', (strategy) => {
  const { scenario, census } = aCensus(strategy);
  const texts = census.texts.map((text) => text.text);
  // Other beginnings, other interleavings.
  const shifted = scenario.replace(/{name: (w|u|v),/g, '{name: $1, start: {uniform: [0, 4us]},');
  for (let run = 0; run < RUNS; run++) {
    const outcome = aRun(shifted, { strategy, seed: String(run) });

    const text = textOf(outcome);
    expect(texts, scenario).toContain(text);
    const entry = census.texts.find((candidate) => candidate.text === text)!;
    expect(outcome.tearing.tornPasses > 0 ? entry.torn : entry.intact).toBe(true);
  }
});
