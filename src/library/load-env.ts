/** The tables of the program that loading a scenario needs. */
import { COST_NAMES, COST_PRESETS } from '../mm/costs.ts';
import { readStrategy, Strategies } from '../readers/index.ts';
import { parseFailOn } from '../report/fail-on.ts';
import type { LoadEnv } from '../scenario/load/loading.ts';
import { zeroTimeLoops } from '../world/zero-time.ts';

/** @param own reads files, receives notes, and says whether a file may name a program */
export function loadEnvOf(
  own: Pick<LoadEnv, 'readFile' | 'note' | 'allowCode' | 'readTrace'>,
): LoadEnv {
  const strategies = new Strategies();
  return {
    ...own,
    strategies: readStrategy,
    costs: { presets: COST_PRESETS, names: COST_NAMES },
    // Strategies from files of the user are not known yet: they are checked when they are loaded.
    zeroTimeLoop: (scenario) =>
      zeroTimeLoops(scenario, ({ strategy }) =>
        strategy.entry === null ? null : strategies.of(strategy),
      ),
    // Whether the run has the strategy of an expression is checked later: it may be of such a file.
    failOn: (expression) => parseFailOn(expression, (strategy) => strategy),
  };
}
