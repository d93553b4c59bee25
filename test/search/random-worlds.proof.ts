/**
 * In none of 500 random small worlds does a strategy show worse tearing or gaps than its row of
 * `mapsim strategies` says. Each search tries every order of steps. `rcu-unchecked` may show
 * anything, so that nothing is worse.
 */
import { expect, test } from 'vitest';
import { GAP_LEVELS, TEARING_LEVELS } from '../../src/proc/strategy.ts';
import { STRATEGIES } from '../../src/readers/index.ts';
import { aScenario } from '../support/run.ts';
import { smallWorld } from '../support/small-worlds.ts';
import { worstTexts } from '../support/worst-texts.ts';

const RANDOM = 500;
const SLICE = 50;
const FIRST = Array.from({ length: RANDOM / SLICE }, (_, i) => i * SLICE);
const STATES_MAX = 150_000;

const LIMITED = STRATEGIES.filter(({ name }) => name !== 'rcu-unchecked');

test.each(FIRST)(
  'nothing worse than the table says in 50 random worlds from number %i',
  (first) => {
    const worse: string[] = [];
    for (let seed = first; seed < first + SLICE; seed++) {
      const scenario = aScenario(smallWorld(seed));
      for (const { name, tearing, gaps } of LIMITED) {
        const seen = worstTexts(scenario, name.replace(/N$/, '3'), STATES_MAX);
        if (TEARING_LEVELS.indexOf(seen.tearing) > TEARING_LEVELS.indexOf(tearing)) {
          worse.push(`world ${seed}, ${name}: tearing ${seen.tearing}`);
        }
        if (GAP_LEVELS.indexOf(seen.gaps) > GAP_LEVELS.indexOf(gaps)) {
          worse.push(`world ${seed}, ${name}: gaps ${seen.gaps}`);
        }
      }
    }
    expect(worse).toEqual([]);
  },
);
