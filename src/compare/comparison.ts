/**
 * Compares groups of runs: for each metric the median over seeds with its interval, and the
 * difference between a group and its base group.
 *
 * The simulator is deterministic, so the seed is the only source of variation. Groups with the same
 * seeds had the same writers and are compared seed by seed: with Wilcoxon's signed-rank test, or
 * with McNemar's test for metrics that are only yes or no. Other groups are compared with the
 * Mann-Whitney test. All tests of a scenario, or of all points of a sweep, are one family under
 * Holm's correction: if nothing differs, the probability of no false alarm is at least 95 %.
 */
import { median, medianInterval, shiftInterval } from './bootstrap.ts';
import { canShow, holm, seedsNeeded } from './holm.ts';
import { rankSum } from './mann-whitney.ts';
import { mcnemar } from './mcnemar.ts';
import { METRICS, type MetricInfo, type MetricUnit } from './metrics.ts';
import { ruleOfThree, shareDifference, wilson } from './rates.ts';
import type { Pool, RunSummary } from './record.ts';
import { type TestResult, UNDECIDED } from './test-result.ts';
import { signedRank } from './wilcoxon.ts';

/** A difference with a corrected p above this level is not significant. */
export const LEVEL = 0.05;

/** The runs of one strategy on one scenario. */
export interface Group {
  /** Label of the group, unique in its scenario: the strategy, or `FILE:STRATEGY`. */
  readonly label: string;
  readonly strategy: string;
  /** The file of a saved result, as the user wrote it; null for new runs. */
  readonly file: string | null;
  /** The runs in the order of the seeds. */
  readonly runs: readonly RunSummary[];
  /** The times of all runs together; null for a sweep, which stores only summaries. */
  readonly pool: Pool | null;
}

/** The groups of a comparison. */
export interface Table {
  /** The groups, each with at least one run. */
  readonly groups: readonly Group[];
  /** For each group the index of its base group, or null. */
  readonly against: readonly (number | null)[];
  /** The runs use no random numbers. */
  readonly exact: boolean;
}

export interface Rate {
  readonly events: number;
  readonly of: number;
  readonly things: string;
  /** 95 % interval of events / of; null for counts above 0 that are no share. */
  readonly low: number | null;
  readonly high: number | null;
}

/** exact: no random numbers are used, so each difference is real. */
type TestName = 'signed-rank' | 'mcnemar' | 'rank-sum' | 'exact';

export interface MetricDifference {
  /** Label of the base group. */
  readonly against: string;
  readonly test: TestName;
  /** Number of pairs, or of the runs of both groups. */
  readonly n: number;
  /**
   * The difference in the unit of the metric; for a share, the difference of the shares over all
   * seeds. Null if nothing can be compared.
   */
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The median as a share of the value of the base group; null if this value is 0. */
  readonly relative: number | null;
  readonly p: number;
  /** p after Holm's correction over the table. */
  readonly pCorrected: number;
  /** Whether the difference is significant; if not, tables mark it with `?`. */
  readonly shown: boolean;
}

export interface Cell {
  readonly group: string;
  /** Number of runs that measured something. */
  readonly n: number;
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rate: Rate | null;
  /** Null in a base group. */
  readonly difference: MetricDifference | null;
}

export interface MetricTable {
  readonly metric: string;
  readonly about: string;
  readonly unit: MetricUnit;
  readonly cells: readonly Cell[];
}

export interface Comparison {
  readonly level: number;
  /** No random numbers are used: one run is enough, and there are no intervals and no tests. */
  readonly exact: boolean;
  /** Whether any difference can be significant with this number of runs. */
  readonly canShow: boolean;
  /** Number of tests in the table, without those of values that are all equal. */
  readonly tests: number;
  /** The least number of seeds with which a difference can be significant. */
  readonly seedsNeeded: number;
  readonly metrics: readonly MetricTable[];
}

/**
 * @param groups each with at least one run
 * @param against for each group the index of its base group, or null
 * @param chosen the metrics of the table; all their tests are one family
 */
export function compareGroups(
  groups: readonly Group[],
  against: readonly (number | null)[],
  exact = false,
  chosen: readonly MetricInfo[] = METRICS,
): Comparison {
  return compareTables([{ groups, against, exact }], chosen)[0]!;
}

/** Compares several tables, whose tests are one family. */
export function compareTables(
  tables: readonly Table[],
  chosen: readonly MetricInfo[] = METRICS,
): readonly Comparison[] {
  const plain = tables.map((one) => (one.exact ? [] : chosen.map((m) => testedMetric(m, one))));
  const tested = plain.flatMap((rows) => rows.flatMap(({ cells }) => cells));
  const tests = tested.flatMap(({ test }) => test?.result ?? []);
  const corrected = holm(tests, LEVEL);
  const differing = tests.filter(({ leastP }) => leastP < 1).length;
  const paired = tested.every(({ test }) => test?.estimate.test !== 'rank-sum');
  const family = {
    level: LEVEL,
    exact: false,
    canShow: canShow(tests, LEVEL),
    tests: differing,
    seedsNeeded: seedsNeeded(Math.max(1, differing), LEVEL, paired),
  };
  let at = 0;
  const judged = ({ cell, test }: TestedCell): Cell => {
    if (test === null) return cell;
    const pCorrected = digits(corrected[at++]!);
    const verdict = { p: digits(test.result.p), pCorrected, shown: pCorrected <= LEVEL };
    return { ...cell, difference: { ...test.estimate, ...verdict } };
  };
  return tables.map((one, i): Comparison => {
    if (one.exact) return exactComparison(one.groups, one.against, chosen);
    const metrics = plain[i]!.map(({ metric: { key, about, unit }, cells }): MetricTable => {
      return { metric: key, about, unit, cells: cells.map(judged) };
    });
    return { ...family, metrics };
  });
}

interface TestedCell {
  readonly cell: Cell;
  readonly test: ReturnType<typeof differenceOf> | null;
}

function testedMetric(
  metric: MetricInfo,
  { groups, against }: Table,
): { readonly metric: MetricInfo; readonly cells: readonly TestedCell[] } {
  const cells = groups.map((group, i): TestedCell => {
    const base = against[i] ?? null;
    const test = base === null ? null : differenceOf(metric, groups[base]!, group);
    return { cell: cellOf(metric, group), test };
  });
  return { metric, cells };
}

/** The table of groups with one run each, because other seeds would give the same run. */
function exactComparison(
  groups: readonly Group[],
  against: readonly (number | null)[],
  chosen: readonly MetricInfo[],
): Comparison {
  const metrics = chosen.map((metric): MetricTable => {
    const values = groups.map(({ runs }) => metric.value(runs[0]!));
    const cells = groups.map(({ label, runs }, i): Cell => {
      const [value, base] = [values[i]!, against[i] ?? null];
      const rate = rateOf(metric, runs);
      const plain = rate && { ...rate, low: null, high: null };
      const measured = { median: value, low: value, high: value, rate: plain };
      const difference =
        base === null ? null : exactDifference(groups[base]!, values[base]!, value);
      return { group: label, n: value === null ? 0 : 1, ...measured, difference };
    });
    return { metric: metric.key, about: metric.about, unit: metric.unit, cells };
  });
  return { level: LEVEL, exact: true, canShow: true, tests: 0, seedsNeeded: 1, metrics };
}

function exactDifference(
  { label }: Group,
  before: number | null,
  after: number | null,
): MetricDifference {
  const none = before === null || after === null;
  const shift = none ? null : after - before;
  const p = shift === null || shift === 0 ? 1 : 0;
  return {
    against: label,
    test: 'exact',
    n: none ? 0 : 1,
    ...{ median: shift, low: shift, high: shift },
    relative: none ? null : relativeTo(before, after - before),
    ...{ p, pCorrected: p, shown: p === 0 },
  };
}

function sameSeeds(a: readonly RunSummary[], b: readonly RunSummary[]): boolean {
  return a.length === b.length && a.every(({ seed }, i) => seed === b[i]!.seed);
}

/**
 * More than six digits of p have no meaning; further digits may differ between JavaScript engines.
 */
function digits(p: number): number {
  return Number(p.toPrecision(6));
}

function cellOf(metric: MetricInfo, { label, runs }: Group): Cell {
  const values = measured(metric, runs);
  const rate = rateOf(metric, runs);
  const common = { group: label, n: values.length, rate, difference: null };
  if (values.length === 0) return { ...common, median: null, low: null, high: null };
  return { ...common, median: median(values), ...medianInterval(values) };
}

function measured(metric: MetricInfo, runs: readonly RunSummary[]): number[] {
  return runs.map(metric.value).filter((value) => value !== null);
}

function rateOf({ exposure, unit }: MetricInfo, runs: readonly RunSummary[]): Rate | null {
  if (exposure === null) return null;
  let [events, of] = [0, 0];
  for (const run of runs) {
    events += exposure.events(run);
    of += exposure.of(run);
  }
  const counted = { events, of, things: exposure.things };
  if (of === 0) return { ...counted, low: null, high: null };
  if (unit === 'share') return { ...counted, ...wilson(events, of) };
  if (events === 0) return { ...counted, low: 0, high: ruleOfThree(of) };
  return { ...counted, low: null, high: null };
}

type Verdict = 'p' | 'pCorrected' | 'shown';
type Estimate = Omit<MetricDifference, 'against' | Verdict>;

function differenceOf(
  metric: MetricInfo,
  first: Group,
  group: Group,
): { estimate: Omit<MetricDifference, Verdict>; result: TestResult } {
  const { estimate, result } = sameSeeds(first.runs, group.runs)
    ? pairedDifference(metric, first.runs, group.runs)
    : unpairedDifference(measured(metric, first.runs), measured(metric, group.runs));
  const shares = metric.unit === 'share' ? shareEstimate(metric, first, group) : {};
  return { estimate: { against: first.label, ...estimate, ...shares }, result };
}

/** The share over all seeds together, instead of the median over seeds. */
function shareEstimate(metric: MetricInfo, first: Group, group: Group): Partial<Estimate> {
  const [before, after] = [rateOf(metric, first.runs)!, rateOf(metric, group.runs)!];
  if (before.of === 0 || after.of === 0) return {};
  const base = before.events / before.of;
  const shift = after.events / after.of - base;
  const interval = shareDifference([before.events, before.of], [after.events, after.of]);
  return { median: shift, ...interval, relative: relativeTo(base, shift) };
}

const NOTHING = { median: null, low: null, high: null, relative: null };

function pairedDifference(
  metric: MetricInfo,
  first: readonly RunSummary[],
  second: readonly RunSummary[],
): { estimate: Estimate; result: TestResult } {
  const before: number[] = [];
  const differences: number[] = [];
  for (const [i, run] of first.entries()) {
    const [a, b] = [metric.value(run), metric.value(second[i]!)];
    if (a === null || b === null) continue;
    before.push(a);
    differences.push(b - a);
  }
  const test = metric.yesNo ? 'mcnemar' : 'signed-rank';
  const n = differences.length;
  if (n === 0) return { estimate: { test, n, ...NOTHING }, result: UNDECIDED };
  const result = metric.yesNo
    ? mcnemar(differences.filter((d) => d < 0).length, differences.filter((d) => d > 0).length)
    : signedRank(differences);
  const shift = median(differences);
  const relative = relativeTo(median(before), shift);
  const interval = medianInterval(differences);
  return { estimate: { test, n, median: shift, ...interval, relative }, result };
}

function unpairedDifference(
  before: readonly number[],
  after: readonly number[],
): { estimate: Estimate; result: TestResult } {
  const test = 'rank-sum';
  const n = before.length + after.length;
  if (before.length === 0 || after.length === 0) {
    return { estimate: { test, n, ...NOTHING }, result: UNDECIDED };
  }
  const shift = median(after) - median(before);
  const relative = relativeTo(median(before), shift);
  const interval = shiftInterval(before, after);
  return {
    estimate: { test, n, median: shift, ...interval, relative },
    result: rankSum(before, after),
  };
}

function relativeTo(base: number, shift: number): number | null {
  return base > 0 ? shift / base : null;
}
