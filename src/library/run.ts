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
  /** In place of every reader's own. */
  readonly strategy?: StrategyArgument;
  /** In place of the scenario's; a number stands for its digits. */
  readonly seed?: string | number;
  /** In place of the scenario's, in simulated ns. */
  readonly durationNs?: number;
  /** The run ends after so many steps of tasks, with `ended: 'max-events'`; 1e9 if not given. */
  readonly maxEvents?: number;
  /** Which texts the outcome has: pass N (from 0; 0 if not given), the first torn one, or all. */
  readonly pass?: PassChoice;
  /** The reader whose texts these are; the first one if not given. */
  readonly reader?: string;
}

export type RunFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown';

export interface RunResult {
  readonly outcome: Outcome;
  /** What the scenario's `failOn` and `require` came to. */
  readonly verdicts: readonly FailOnVerdict[];
  /**
   * What `mapsim run` prints on standard output. Bytes of paths that are not UTF-8 come out as
   * U+FFFD.
   */
  report(format?: RunFormat): string;
}

/**
 * Simulates a scenario to its end. The same scenario, strategy and seed give the same outcome.
 * @throws UserError where an option is wrong: unknown strategy, reader or pass
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
