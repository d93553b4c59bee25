/** The lists of the program that loading a scenario needs. */
import { COST_NAMES, COST_PRESETS } from '../mm/costs.ts';
import { readStrategy, Strategies } from '../readers/index.ts';
import { parseFailOn } from '../report/fail-on.ts';
import type { LoadEnv } from '../scenario/load/loading.ts';
import { zeroTimeLoops } from '../world/zero-time.ts';

/** @param own how files are read, who hears notes, and whether a file may name a program */
export function loadEnvOf(own: Pick<LoadEnv, 'readFile' | 'note' | 'allowCode'>): LoadEnv {
  const strategies = new Strategies();
  return {
    ...own,
    strategies: readStrategy,
    costs: { presets: COST_PRESETS, names: COST_NAMES },
    // What the user's own files have to say is known once they are loaded.
    zeroTimeLoop: (scenario) =>
      zeroTimeLoops(scenario, ({ strategy }) =>
        strategy.entry === null ? null : strategies.of(strategy),
      ),
    // Whether a strategy that it names takes part is seen later: it may be one of the user's own.
    failOn: (expression) => parseFailOn(expression, (strategy) => strategy),
  };
}
