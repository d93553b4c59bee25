/**
 * Every cell of `mapsim strategies` (tearing, gaps, progress) is held in both directions: some
 * world of scenarios/explore/ shows the worst that the cell allows, and no world of the folder
 * shows worse. Each search tries every order of steps.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GAP_LEVELS, TEARING_LEVELS } from '../../src/proc/strategy.ts';
import { STRATEGIES } from '../../src/readers/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { aScenario } from '../support/run.ts';
import { aSearch } from '../support/search.ts';
import { worstTexts } from '../support/worst-texts.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/explore/', import.meta.url));
/** No writer, and a page of lines: there is no order of steps to try. */
const WITHOUT_WRITERS = ['gate-line', 'two-reads'];
const WORLDS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .filter((name) => !WITHOUT_WRITERS.includes(name));

/** Worlds that few strategies make so large that a search of them does not end here. */
const TOO_LARGE = [
  'never-rests-split rcu-page',
  'never-rests-split rcu-page3',
  'race-remap rcu-unchecked',
];
const STATES_MAX = 150_000;
const REPAIR = 'vma-lock:sample=before,end-check=on';

const worlds = new Map<string, Scenario>();
function worldOf(name: string): Scenario {
  let world = worlds.get(name);
  if (world === undefined) {
    world = aScenario(readFileSync(`${FOLDER}${name}.yaml`, 'utf8').replace('mapsim: 1\n', ''));
    worlds.set(name, world);
  }
  return world;
}

function isLivelocked(scenario: Scenario, strategy: string): boolean {
  const { findings, complete } = aSearch(scenario, strategy, {
    find: 'livelock',
    maxStates: STATES_MAX,
  });
  if (!complete) throw new Error(`${strategy}: more than ${STATES_MAX} states`);
  return findings.length > 0;
}

const ROWS = STRATEGIES.map((info) => ({ ...info, asked: info.name.replace(/N$/, '3') }));

describe.each(ROWS)('$name: tearing $tearing, gaps $gaps, progress $progress', (row) => {
  const small = WORLDS.filter((world) => !TOO_LARGE.includes(`${world} ${row.asked}`));

  test('some world of the folder shows that tearing and those gaps, and none shows worse', () => {
    const seen = small.map((world) => worstTexts(worldOf(world), row.asked, STATES_MAX));

    const worst = {
      tearing: Math.max(...seen.map(({ tearing }) => TEARING_LEVELS.indexOf(tearing))),
      gaps: Math.max(...seen.map(({ gaps }) => GAP_LEVELS.indexOf(gaps))),
    };
    expect({
      tearing: TEARING_LEVELS[worst.tearing],
      gaps: GAP_LEVELS[worst.gaps],
    }).toEqual({ tearing: row.tearing, gaps: row.gaps });
  });

  test('some writer that never rests holds the reader up for ever if it says so, none if not', ({
    skip,
  }) => {
    skip(
      row.asked === 'rcu-unchecked',
      'it starts again only where a name or a file has gone, and each that comes is a new state: the search does not end',
    );
    const endless = small.filter((world) => world.startsWith('never-rests'));

    const held = endless.filter((world) => isLivelocked(worldOf(world), row.asked));
    expect(held.length > 0 ? 'unbounded' : 'bounded').toBe(row.progress);
  });
});

test('in no world of the folder does the repair of vma-lock leave anything out', () => {
  for (const world of WORLDS) {
    const { gaps } = worstTexts(worldOf(world), REPAIR, STATES_MAX);
    expect({ world, gaps }).not.toEqual({ world, gaps: 'false' });
  }
});
