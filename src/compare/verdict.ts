/**
 * The verdict of a comparison, in the order of interest to a kernel developer: the effect of a
 * strategy on writers, on the reader and on the text, the work that it discards, and how often it
 * falls back. It is plain data; report/compare-verdict.ts writes it as text.
 *
 * A difference is `shown` if the tests of the table find it significant. Otherwise its ranges over
 * the seeds may still be `apart`, if there are too few seeds for a significant test.
 */
import { leastOf, mostOf } from '../base/extremes.ts';
import type { Cell, Comparison, Group, MetricTable } from './comparison.ts';
import { METRICS, type MetricInfo, type MetricUnit } from './metrics.ts';

/** The metrics of a verdict, and their names in a sentence. */
const SUBJECTS: readonly (readonly [metric: string, what: string])[] = [
  ['max(writer.opNs)', 'longest writer call'],
  ['p99(writer.opNs)', 'p99 of writer calls'],
  ['p50(passNs)', 'median pass'],
  ['tornPasses', 'torn passes'],
  ['falseGaps', 'false gaps'],
  ['transientGaps', 'transient gaps'],
  ['1000*discardedLines/lines', 'discarded lines per 1000'],
  ['fallbackReads', 'read() calls that fall back'],
  ['passesStarved', 'passes that starve'],
];

/** The figure of one group. */
export interface VerdictFigure {
  readonly value: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** For shares, and for events that did not occur: number of events, of how many items. */
  readonly events: number | null;
  readonly of: number | null;
  readonly things: string | null;
}

export interface VerdictClaim {
  readonly metric: string;
  readonly what: string;
  readonly unit: MetricUnit;
  readonly here: VerdictFigure;
  readonly there: VerdictFigure;
  /** The larger value divided by the smaller; null if the smaller is 0. */
  readonly factor: number | null;
  readonly direction: 'more' | 'less' | 'same';
  readonly status: 'shown' | 'apart' | 'not-shown' | 'none';
}

export interface GroupVerdict {
  readonly group: string;
  readonly against: string;
  readonly seeds: number;
  readonly seedsNeeded: number;
  /** The runs use no random numbers: the figures are exact. */
  readonly exact: boolean;
  readonly claims: readonly VerdictClaim[];
  /** Metrics that one of the two groups did not measure. */
  readonly unmeasured: readonly string[];
  /** Whether any read() fell back; null for strategies without a fallback. */
  readonly limit: 'reached' | 'never' | null;
}

export function verdictsOf(
  groups: readonly Group[],
  comparison: Comparison,
): readonly GroupVerdict[] {
  return groups.flatMap((group) => {
    const against = againstOf(group, comparison);
    const base = groups.find(({ label }) => label === against);
    return base === undefined ? [] : [verdictOf(group, base, comparison)];
  });
}

function againstOf({ label }: Group, { metrics }: Comparison): string | null {
  const cells = metrics.flatMap((table) => table.cells.filter((cell) => cell.group === label));
  return cells.find(({ difference }) => difference !== null)?.difference?.against ?? null;
}

function verdictOf(group: Group, base: Group, comparison: Comparison): GroupVerdict {
  const claims: VerdictClaim[] = [];
  const unmeasured: string[] = [];
  for (const [key, what] of SUBJECTS) {
    const table = comparison.metrics.find(({ metric }) => metric === key);
    if (table === undefined) continue;
    const claim = claimOf(table, what, group, base);
    if (claim === null) unmeasured.push(what);
    else claims.push(claim);
  }
  const fallbacks = group.runs.reduce((sum, run) => sum + run.totals.fallbacks, 0);
  return {
    group: group.label,
    against: base.label,
    seeds: group.runs.length,
    seedsNeeded: comparison.seedsNeeded,
    exact: comparison.exact,
    claims,
    unmeasured,
    limit: /^rcu-(?:retry|page)\d/.test(group.strategy)
      ? fallbacks > 0
        ? 'reached'
        : 'never'
      : null,
  };
}

function claimOf(
  { metric, unit, cells }: MetricTable,
  what: string,
  group: Group,
  base: Group,
): VerdictClaim | null {
  const cell = cells.find(({ group: label }) => label === group.label)!;
  const here = figureOf(cell, unit);
  const there = figureOf(cells.find(({ group: label }) => label === base.label)!, unit);
  if (here === null || there === null) return null;
  const [less, more] = [here.value, there.value].sort((a, b) => a - b) as [number, number];
  const shift = here.value - there.value;
  const info = METRICS.find(({ key }) => key === metric)!;
  return {
    metric,
    what,
    unit,
    here,
    there,
    factor: less > 0 ? more / less : null,
    direction: shift === 0 ? 'same' : shift > 0 ? 'more' : 'less',
    status: statusOf(cell, shift, areApart(info, group, base)),
  };
}

function statusOf({ difference }: Cell, shift: number, apart: boolean): VerdictClaim['status'] {
  if (difference?.shown === true) return 'shown';
  if (apart) return 'apart';
  return shift === 0 ? 'none' : 'not-shown';
}

function figureOf({ median, low, high, rate }: Cell, unit: MetricUnit): VerdictFigure | null {
  if (median === null || low === null || high === null) return null;
  if (rate === null) return { value: median, low, high, events: null, of: null, things: null };
  if (rate.of === 0) return null;
  const { events, of, things } = rate;
  const counts = { events, of, things };
  if (unit !== 'share') return { value: median, low, high, ...counts };
  return { value: events / of, low: rate.low ?? low, high: rate.high ?? high, ...counts };
}

/** Whether the values of all seeds of one group are above those of the other. */
function areApart({ value }: MetricInfo, group: Group, base: Group): boolean {
  const [here, there] = [group, base].map(({ runs }) => {
    const values = runs.map(value).filter((one) => one !== null);
    return { least: leastOf(values), most: mostOf(values) };
  });
  return here!.least > there!.most || there!.least > here!.most;
}
