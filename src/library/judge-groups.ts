/**
 * `--fail-on` over many runs: counts are summed over seeds, times pooled, and each expression
 * judged for each group.
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
 * The scenario's expressions about strategies that take part (it is told of the others), then those
 * of the command line, which must all be about such.
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
    warn(`${where}: not judged, ${missing} is not compared here`);
    return [];
  });
  return [...own, ...parsed];
}

/** @param canonical turns what stands before the colon into the label of a group */
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

/** @throws UserError for one that needs times of which only the summaries of each run are kept */
function refuseTimes({ expression, left, right }: FailOn): void {
  const figures = typeof right === 'number' ? [left] : [left, right];
  const metrics = figures.flatMap(({ metric, per }) => (per === null ? [metric] : [metric, per]));
  if (metrics.every(({ kind }) => kind === 'counter' || kind === 'tearing')) return;
  throw new UserError(
    `"${expression}": sweeps keep summaries of the times of each run, not the times, so those of ` +
      'several runs cannot be judged together; judge counts, or let --exit-code judge differences',
  );
}

/** @param judged those that expressions without a strategy are about */
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

/** All runs of the group as if one reader had made all the passes, and one writer all the calls. */
function subjectOf({ label, runs, pool }: Group): Subject {
  const counters = Object.fromEntries(COUNTER_KEYS.map((key) => [key, 0])) as Counters;
  const tearing = Object.fromEntries(TEARING_KEYS.map((key) => [key, 0])) as Tearing;
  for (const run of runs) {
    for (const key of COUNTER_KEYS) counters[key] += run.totals[key];
    for (const key of TEARING_KEYS) tearing[key] += run.tearing[key];
  }
  const { samples } = pool ?? new Pool(); // of what has none, no times are asked
  const view: MetricView = {
    readers: [{ strategy: label, counters, tearing, samples }],
    writers: [{ samples }],
  };
  return { strategy: label, outcome: view };
}
