/**
 * Judges `--fail-on` and `--require` over many runs: sums the counts over the seeds, pools the
 * times, and judges each expression for each group.
 */

import { UserError } from '../base/errors.ts';
import { REQUIRE, sortOfExpression } from '../base/requiring.ts';
import type { Group } from '../compare/comparison.ts';
import { Pool } from '../compare/record.ts';
import type { Judgement } from '../compare/result.ts';
import type { Strategies } from '../readers/index.ts';
import { type FailOn, parseFailOn, strategiesNamed, wanted } from '../report/fail-on.ts';
import type { MetricView } from '../report/metric.ts';
import { checkStrategies, judge, type Subject, verdictText } from '../report/verdict.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { COUNTER_KEYS, type Counters, TEARING_KEYS, type Tearing } from '../world/outcome.ts';
import { EXPRESSION_FLAGS, EXPRESSION_KEYS, strategyNamed } from './checks.ts';

/**
 * The expressions of the scenario about compared strategies, then those of the command line, which
 * must all be about compared strategies.
 * @param warn receives a message for each expression of the scenario about another strategy
 */
export function parseForGroups(
  given: readonly string[],
  scenario: Scenario,
  { names, strategies }: { readonly names: readonly string[]; readonly strategies: Strategies },
  warn: (message: string) => void,
): readonly FailOn[] {
  const canonical = (text: string) => strategyNamed(text, names, strategies);
  const parsed = parseGiven(given, names, canonical);
  const own = scenario.failOn.flatMap((expression) => {
    const key = sortOfExpression(expression, EXPRESSION_KEYS);
    const where = `${scenario.name}: ${key} ${expression.replace(REQUIRE, '')}`;
    const failOn = quoting(where, () => parseFailOn(expression, canonical));
    const missing = strategiesNamed([failOn]).find((name) => !names.includes(name));
    if (missing === undefined) return [failOn];
    warn(`${where}: not judged, because ${missing} is not compared`);
    return [];
  });
  return [...own, ...parsed];
}

/** @param canonical converts the strategy of an expression to the label of a group */
export function parseGiven(
  given: readonly string[],
  names: readonly string[],
  canonical: (text: string) => string,
): readonly FailOn[] {
  return given.map((expression) =>
    quoting(sortOfExpression(expression, EXPRESSION_FLAGS), () => {
      const failOn = parseFailOn(expression, canonical);
      checkStrategies([failOn], names);
      return failOn;
    }),
  );
}

function quoting<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${where} ${error.message}`, error.exitCode);
  }
}

/** @throws UserError if the expression needs times, of which a sweep stores only summaries */
function refuseTimes({ expression, left, right }: FailOn): void {
  const figures = typeof right === 'number' ? [left] : [left, right];
  const metrics = figures.flatMap(({ metric, per }) => (per === null ? [metric] : [metric, per]));
  if (metrics.every(({ kind }) => kind === 'counter' || kind === 'tearing')) return;
  throw new UserError(
    `"${expression}": a sweep stores only summaries of the times of each run, so the times of several ` +
      'runs cannot be judged together; judge counts, or judge differences with --exit-code',
  );
}

/** @param judged the groups to which expressions without a strategy apply */
export function judgeGroups(
  scenario: string,
  expressions: readonly FailOn[],
  groups: readonly Group[],
  judged: readonly Group[],
): readonly Judgement[] {
  if (groups.some(({ pool }) => pool === null)) for (const each of expressions) refuseTimes(each);
  const subjects = groups.map(subjectOf);
  const about = subjects.filter((_, i) => judged.includes(groups[i]!));
  return judge(expressions, subjects, about).map((verdict) => ({
    scenario,
    expression: verdict.failOn.expression,
    wanted: wanted(verdict.failOn),
    group: verdict.strategy,
    failed: verdict.failed,
    left: verdict.left,
    right: verdict.right,
    text: verdictText(verdict, true),
  }));
}

/** The runs of a group as one reader with all passes and one writer with all calls. */
function subjectOf({ label, runs, pool }: Group): Subject {
  const counters = Object.fromEntries(COUNTER_KEYS.map((key) => [key, 0])) as Counters;
  const tearing = Object.fromEntries(TEARING_KEYS.map((key) => [key, 0])) as Tearing;
  for (const run of runs) {
    for (const key of COUNTER_KEYS) counters[key] += run.totals[key];
    for (const key of TEARING_KEYS) tearing[key] += run.tearing[key];
  }
  const { samples } = pool ?? new Pool(); // no times are used if there is no pool
  const view: MetricView = {
    readers: [{ strategy: label, counters, tearing, samples }],
    writers: [{ samples }],
  };
  return { strategy: label, outcome: view };
}
