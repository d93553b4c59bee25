/** Timed runs. */
import { PRNG } from '../base/prng.ts';
import { VERSION } from '../base/version.ts';
import { FORMATS } from '../report/index.ts';
import { NO_PAINT } from '../report/report.ts';
import { type FailOnVerdict, judge } from '../report/verdict.ts';
import { TimedRun } from '../run/timed.ts';
import type { Outcome } from '../world/outcome.ts';
import { checkPass, type PassChoice, parseExpressions } from './checks.ts';
import { DEFAULT_MAX_EVENTS } from './defaults.ts';
import { formatNamed, textOf, wholeNumberOf } from './given.ts';
import type { LoadedScenario } from './scenario.ts';
import { chosen, type StrategyArgument } from './strategies.ts';

export interface RunOptions {
  /** Replaces the strategy of every reader. */
  readonly strategy?: StrategyArgument;
  /** Replaces the seed of the scenario; a number is used as its digits. */
  readonly seed?: string | number;
  /** Replaces the duration of the scenario, in simulated ns. */
  readonly durationNs?: number;
  /** The run ends after this number of steps of tasks, with `ended: 'max-events'`. Default: 1e9. */
  readonly maxEvents?: number;
  /** The texts in the outcome: pass N (from 0; default 0), the first torn pass, or all. */
  readonly pass?: PassChoice;
  /** The reader of these texts. Default: the first reader. */
  readonly reader?: string;
}

export type RunFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown';

export interface RunResult {
  readonly outcome: Outcome;
  /** The results of `failOn` and `require` of the scenario. */
  readonly verdicts: readonly FailOnVerdict[];
  /**
   * Returns what `mapsim run` prints on standard output. Bytes of paths that are not UTF-8 become
   * U+FFFD.
   */
  report(format?: RunFormat): string;
}

/**
 * Simulates a scenario to its end. The same scenario, strategy and seed give the same outcome.
 * @throws UserError if an option is wrong: unknown strategy, reader or pass
 */
export function run(scenario: LoadedScenario, options: RunOptions = {}): RunResult {
  const { seed, durationNs, maxEvents = DEFAULT_MAX_EVENTS, pass = 0, reader } = options;
  const { data } = scenario;
  const readers = chosen(options.strategy);
  const expressions = parseExpressions([], data, readers);
  checkPass(data, reader, pass);
  if (typeof pass === 'number') wholeNumberOf('pass', pass, 0);
  const timed = new TimedRun(data, {
    seed: seed === undefined ? data.seed : String(seed),
    maxEvents: wholeNumberOf('maxEvents', maxEvents, 1),
    passes: { reader: reader ?? null, which: pass },
    strategies: readers.strategies,
    ...(readers.strategy === null ? {} : { strategy: readers.strategy }),
    ...(durationNs === undefined ? {} : { durationNs: wholeNumberOf('durationNs', durationNs, 0) }),
  });
  timed.advance(Number.POSITIVE_INFINITY);
  const outcome = timed.outcome();
  const verdicts = judge(expressions, [{ strategy: outcome.strategy, outcome }]);
  const report = (name: RunFormat = 'text'): string => {
    const format = formatNamed(FORMATS, name);
    const pieces = format.render({
      outcome,
      verdicts,
      tool: VERSION,
      prng: PRNG,
      timing: null,
      view: { counts: true, cuts: pass === 'torn', passLines: pass === 'all' },
      paint: NO_PAINT,
    });
    return textOf(pieces);
  };
  return { outcome, verdicts, report };
}
