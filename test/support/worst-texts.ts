/** The worst texts of a strategy in a small world, from a search of every order of steps. */
import {
  GAP_LEVELS,
  type GapLevel,
  TEARING_LEVELS,
  type TearingLevel,
} from '../../src/proc/strategy.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { Explorer } from '../../src/search/explore.ts';
import { aSearchWorld } from './search.ts';

interface Worst {
  readonly tearing: TearingLevel;
  readonly gaps: GapLevel;
}

/**
 * The worst tearing and the worst gaps of all texts that some order of steps gives.
 * @throws Error if there are more than `maxStates` states
 */
export function worstTexts(scenario: Scenario, strategy: string, maxStates: number): Worst {
  let tearing = 0;
  let gaps = 0;
  const isQuery = strategy.startsWith('query'); // each call is a page of its own
  const explorer = new Explorer({
    world: aSearchWorld(scenario, strategy, { reduce: 'private' }),
    limits: {
      maxStates,
      maxDepth: Number.POSITIVE_INFINITY,
      preemptions: Number.POSITIVE_INFINITY,
    },
    store: 'exact',
    keepEdges: false,
    onEvent: (event) => {
      if (event.kind !== 'text') return false;
      const { verdict } = event.text;
      const seen: readonly [TearingLevel, boolean][] = [
        ['between-pages', verdict.torn],
        ['between-vmas', verdict.cutsInPage > 0 || (isQuery && verdict.torn)],
        ['name', verdict.staleNames > 0],
        ['within-vma', verdict.alienLines > 0],
      ];
      for (const [level, shown] of seen) {
        if (shown) tearing = Math.max(tearing, TEARING_LEVELS.indexOf(level));
      }
      if (verdict.transientGaps > 0) gaps = Math.max(gaps, GAP_LEVELS.indexOf('transient'));
      if (verdict.falseGaps > 0) gaps = Math.max(gaps, GAP_LEVELS.indexOf('false'));
      return false;
    },
  });
  while (!explorer.advance(100_000));
  if (!explorer.complete) throw new Error(`${strategy}: more than ${maxStates} states`);
  return { tearing: TEARING_LEVELS[tearing]!, gaps: GAP_LEVELS[gaps]! };
}
