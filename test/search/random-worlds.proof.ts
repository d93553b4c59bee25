/**
 * In none of 500 random small worlds does a strategy show worse tearing or gaps than its row of
 * `mapsim strategies` says. Each search tries every order of steps. `rcu-unchecked` may show
 * anything, so that nothing is worse. Worlds are drawn until 500 small ones were searched under
 * every strategy; a larger one that comes up between them is searched under the strategy whose
 * turn it is.
 */
import { expect, test } from 'vitest';
import { GAP_LEVELS, TEARING_LEVELS } from '../../src/proc/strategy.ts';
import { STRATEGIES } from '../../src/readers/index.ts';
import { aScenario } from '../support/run.ts';
import { aSearch } from '../support/search.ts';
import { smallWorld } from '../support/small-worlds.ts';
import { worstTexts } from '../support/worst-texts.ts';

const SLICES = 10;
const SMALL_WORLDS = 50;
/** Seeds of a slice: so many that none goes into the next. */
const SEEDS = 1000;
const SMALL_STATES = 3000;
const STATES_MAX = 150_000;

const LIMITED = STRATEGIES.filter(({ name }) => name !== 'rcu-unchecked').map((info) => ({
  ...info,
  asked: info.name.replace(/N$/, '3'),
}));

test.each(Array.from({ length: SLICES }, (_, i) => i * SEEDS))(
  `nothing worse than the table says in ${SMALL_WORLDS} random worlds from number %i`,
  (first) => {
    const worse: string[] = [];
    let small = 0;
    let seed = first;
    for (; small < SMALL_WORLDS; seed++) {
      const scenario = aScenario(smallWorld(seed));
      const limits = { maxStates: SMALL_STATES, onlyTexts: true };
      const isSmall = aSearch(scenario, 'rcu-retry3', limits).complete;
      if (isSmall) small++;
      const turn = seed % LIMITED.length;
      for (const { name, asked, tearing, gaps } of isSmall ? LIMITED : [LIMITED[turn]!]) {
        const seen = worstTexts(scenario, asked, STATES_MAX);
        if (TEARING_LEVELS.indexOf(seen.tearing) > TEARING_LEVELS.indexOf(tearing)) {
          worse.push(`world ${seed}, ${name}: tearing ${seen.tearing}`);
        }
        if (GAP_LEVELS.indexOf(seen.gaps) > GAP_LEVELS.indexOf(gaps)) {
          worse.push(`world ${seed}, ${name}: gaps ${seen.gaps}`);
        }
      }
    }
    expect(worse).toEqual([]);
    expect(seed - first).toBeLessThan(SEEDS);
  },
);
