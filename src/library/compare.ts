/** Comparisons of strategies over many seeds. */
import { splitChoices } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { PRNG } from '../base/prng.ts';
import { VERSION } from '../base/version.ts';
import { Gatherer } from '../compare/gather.ts';
import { summaryOf } from '../compare/record.ts';
import type { CompareResult } from '../compare/result.ts';
import { parseSeeds } from '../compare/seeds.ts';
import { costsMark } from '../mm/costs.ts';
import { COMPARE_FORMATS } from '../report/compare.ts';
import { TimedRun } from '../run/timed.ts';
import { isDrawn } from '../world/drawn.ts';
import { DEFAULT_MAX_EVENTS, DEFAULT_SEEDS, DEFAULT_STRATEGIES } from './defaults.ts';
import { formatNamed, textOf, wholeNumberOf } from './given.ts';
import { judgeGroups, parseForGroups } from './judge-groups.ts';
import type { LoadedScenario } from './scenario.ts';
import { choicesOf, type StrategyArgument } from './strategies.ts';

export interface CompareOptions {
  /** The first is the baseline. Default: mmap-lock, rcu-retry3, rcu-page3, vma-lock. */
  readonly strategies?: readonly StrategyArgument[];
  /** A count (20 is seeds 1 to 20), or a text as for `--seeds`: `5..24`, `a,b,7..9`. */
  readonly seeds?: number | string;
  /** Replaces the duration of the scenario, in simulated ns. */
  readonly durationNs?: number;
  /** Each run ends after this number of steps of tasks. Default: 1e9. */
  readonly maxEvents?: number;
}

export type CompareFormatName = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown' | 'junit' | 'tap';

export interface Compared {
  readonly result: CompareResult;
  /** Notes on expressions of the scenario that were not judged, with the reason. */
  readonly notes: readonly string[];
  /** What `mapsim compare` prints on standard output. */
  report(format?: CompareFormatName): string;
}

/**
 * Runs every strategy on the same seeds and compares their figures. It returns when the last run
 * has ended; the runs are not made in parallel.
 * @param scenarios one scenario, or several with different names
 * @throws UserError if an option is wrong, or if a scenario has no reader
 */
export function compare(
  scenarios: LoadedScenario | readonly LoadedScenario[],
  options: CompareOptions = {},
): Compared {
  const given = 'data' in scenarios ? [scenarios] : scenarios;
  const { durationNs, maxEvents = DEFAULT_MAX_EVENTS } = options;
  const seeds = parseSeeds(String(options.seeds ?? DEFAULT_SEEDS));
  const { choices, strategies } = choicesOf(options.strategies ?? splitChoices(DEFAULT_STRATEGIES));
  const names = choices.map((choice) => strategies.of(choice).name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`strategies: "${twice}" is given twice`);
  checkScenarios(given);
  const notes: string[] = [];
  const expressions = given.map(({ data }) =>
    parseForGroups([], data, { names, strategies }, (note) => void notes.push(note)),
  );
  const gather = new Gatherer(
    given.map(({ data }) => ({ ...data, drawn: isDrawn(data) })),
    names,
  );
  for (const [index, { data }] of given.entries()) {
    for (const seed of isDrawn(data) ? seeds : seeds.slice(0, 1)) {
      for (const strategy of choices) {
        const run = new TimedRun(data, {
          strategy,
          strategies,
          seed,
          maxEvents: wholeNumberOf('maxEvents', maxEvents, 1),
          passes: { reader: null, which: 'none' },
          ...(durationNs === undefined
            ? {}
            : { durationNs: wholeNumberOf('durationNs', durationNs, 0) }),
        });
        run.advance(Number.POSITIVE_INFINITY);
        gather.take(index, summaryOf(run.outcome()));
      }
    }
  }
  const results = gather.results();
  const judgements = results.flatMap(({ name, groups }, i) =>
    judgeGroups(name, expressions[i]!, groups, groups),
  );
  const result = {
    tool: VERSION,
    prng: PRNG,
    costs: costsMark(),
    complete: true,
    scenarios: results,
    judgements,
  };
  const report = (name: CompareFormatName = 'text'): string =>
    textOf(formatNamed(COMPARE_FORMATS, name).render(result));
  return { result, notes, report };
}

function checkScenarios(scenarios: readonly LoadedScenario[]): void {
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`two scenarios have the name "${twice}"`);
  for (const { path, readers } of scenarios) {
    if (readers.length === 0) {
      throw new UserError(`${path} has no reader, so there is nothing to compare`);
    }
  }
}
