/**
 * The table of a measurement: each metric as simulated, as simulated and judged by times, and as
 * measured; the spread within each side, and whether the two sides differ by more than the spread.
 */
import { leastOf, mostOf } from '../base/extremes.ts';
import { Samples } from '../base/statistics.ts';
import type { Outcome } from '../world/outcome.ts';
import type { Figures } from './measured.ts';
import type { Bound, FigureRow, MeasureResult, Side } from './result.ts';
import type { JudgedKey } from './tally.ts';

type Take = (side: Side) => number | null;

const each =
  (key: 'reads' | 'lines' | 'bytes'): Take =>
  (side) =>
    side.passes === 0 ? null : side[key] / side.passes;
const time =
  (key: 'passNs' | 'readNs' | 'opNs', figure: 'p50' | 'p90' | 'p99' | 'max'): Take =>
  (side) =>
    side[key].summary()[figure];

const RATES: readonly (readonly [string, FigureRow['unit'], Take])[] = [
  ['passes/s', '1/s', (side) => side.passesPerS],
  ['reads/pass', 'count', each('reads')],
  ['lines/pass', 'count', each('lines')],
  ['bytes/pass', 'count', each('bytes')],
  ['p50(passNs)', 'ns', time('passNs', 'p50')],
  ['p99(passNs)', 'ns', time('passNs', 'p99')],
  ['p50(readNs)', 'ns', time('readNs', 'p50')],
  ['ops/s', '1/s', (side) => side.opsPerS],
  ['p50(writer.opNs)', 'ns', time('opNs', 'p50')],
  ['p90(writer.opNs)', 'ns', time('opNs', 'p90')],
  ['p99(writer.opNs)', 'ns', time('opNs', 'p99')],
  ['max(writer.opNs)', 'ns', time('opNs', 'max')],
];

const COUNTS: readonly (readonly [JudgedKey, Bound])[] = [
  ['tornPasses', 'least'],
  ['cuts', 'least'],
  ['cutsAtPage', 'least'],
  ['cutsInPage', 'least'],
  ['alienLines', 'least'],
  ['staleNames', 'least'],
  ['overlaps', 'exact'],
  ['backwards', 'exact'],
  ['duplicates', 'exact'],
  ['falseGaps', 'least'],
  ['gaps', 'least'],
];

function measuredSide({ readers, writers }: Figures): Side {
  return {
    passes: readers.passes,
    reads: readers.reads,
    lines: readers.lines,
    bytes: readers.bytes,
    passesPerS: rate(readers.passes, readers.spanNs),
    opsPerS: rate(writers.ops, writers.spanNs),
    passNs: readers.passNs,
    readNs: readers.readNs,
    opNs: writers.opNs,
    counts: readers.tally.judged,
    retries: null,
    fallbacks: null,
  };
}

/** The rates are those of one reader and one writer, as on the measured side. */
function simulatedSide(outcome: Outcome): Side {
  const { totals, tearing, readers, writers, simulatedNs } = outcome;
  const ops = writers.reduce((sum, writer) => sum + writer.ops, 0);
  const gaps = tearing.falseGaps + tearing.transientGaps;
  return {
    passes: totals.passesFinished,
    reads: totals.reads,
    lines: totals.lines,
    bytes: totals.bytes,
    passesPerS: rate(totals.passesFinished, simulatedNs * readers.length),
    opsPerS: rate(ops, simulatedNs * writers.length),
    passNs: pooled(readers.map(({ samples }) => samples.passNs)),
    readNs: pooled(readers.map(({ samples }) => samples.readNs)),
    opNs: pooled(writers.map(({ samples }) => samples.opNs)),
    counts: { ...tearing, gaps },
    retries: totals.retries,
    fallbacks: totals.fallbacks,
  };
}

function rate(count: number, ns: number): number | null {
  return ns > 0 ? (count * 1e9) / ns : null;
}

function pooled(parts: readonly Samples[]): Samples {
  const all = new Samples();
  for (const part of parts) all.merge(part);
  return all;
}

/** Combines several runs: rates are averaged, everything else is summed. */
function together(sides: readonly Side[]): Side {
  const [first] = sides;
  const sum = (of: (side: Side) => number): number => sides.reduce((s, side) => s + of(side), 0);
  const mean = (of: (side: Side) => number | null): number | null =>
    sides.some((side) => of(side) === null) ? null : sum((side) => of(side)!) / sides.length;
  const counts = Object.fromEntries(
    Object.keys(first!.counts).map((key) => [key, sum((side) => side.counts[key as JudgedKey])]),
  ) as Record<JudgedKey, number>;
  return {
    passes: sum((side) => side.passes),
    reads: sum((side) => side.reads),
    lines: sum((side) => side.lines),
    bytes: sum((side) => side.bytes),
    passesPerS: mean((side) => side.passesPerS),
    opsPerS: mean((side) => side.opsPerS),
    passNs: pooled(sides.map((side) => side.passNs)),
    readNs: pooled(sides.map((side) => side.readNs)),
    opNs: pooled(sides.map((side) => side.opNs)),
    counts,
    retries: mean((side) => side.retries),
    fallbacks: mean((side) => side.fallbacks),
  };
}

export function figureRows(result: MeasureResult): FigureRow[] {
  const measured = result.byBurst.length > 0 ? measuredSide(result.measured) : null;
  const bursts = result.byBurst.map(measuredSide);
  const runs = result.simulated?.outcomes.map(simulatedSide) ?? [];
  const simulated = runs.length > 0 ? together(runs) : null;
  const rates = RATES.map(([metric, unit, take]): FigureRow => {
    const sides = [simulated, measured].map((side) => (side === null ? null : take(side)));
    const spread = Math.max(factor(runs.map(take)), factor(bursts.map(take)));
    return row(metric, unit, sides as [number | null, number | null], { spread, bound: null });
  });
  const counts = COUNTS.map(([key, bound]): FigureRow => {
    const perMille = (side: Side | null): number | null =>
      side === null || side.passes === 0 ? null : (side.counts[key] * 1000) / side.passes;
    const seen = [simulated, measured].map((side) => side?.counts[key] ?? 0);
    const none = seen[0] === 0 && seen[1] === 0;
    const spread = none ? null : Math.max(factor(runs.map(perMille)), chance(seen[0]!, seen[1]!));
    const byTimes = result.simulated?.byTimes ?? null;
    const found = row(
      key,
      'per 1000 passes',
      [
        perMille(simulated),
        result.measured.readers.tally.unjudged > 0 && bound === 'least' ? null : perMille(measured),
      ],
      { spread, bound },
    );
    const judged = byTimes === null || byTimes.passes === 0 ? null : byTimes;
    return { ...found, byTimes: judged && (judged.judged[key] * 1000) / judged.passes };
  });
  const hidden = (['retries', 'fallbacks'] as const).map((key): FigureRow => {
    const value =
      simulated === null || simulated.passes === 0 ? null : simulated[key]! / simulated.passes;
    return row(`${key}/pass`, 'count', [value, null], { spread: null, bound: null });
  });
  return [...rates, ...counts, ...hidden];
}

function row(
  metric: string,
  unit: FigureRow['unit'],
  [simulated, measured]: readonly [number | null, number | null],
  { spread, bound }: { readonly spread: number | null; readonly bound: Bound | null },
): FigureRow {
  const known = simulated !== null && measured !== null;
  const ratio = known && simulated > 0 && measured > 0 ? simulated / measured : null;
  const factorApart = ratio === null ? null : Math.max(ratio, 1 / ratio);
  const differs = factorApart === null || spread === null ? null : factorApart > spread;
  return { metric, unit, simulated, byTimes: null, measured, bound, ratio, spread, differs };
}

/** The largest value divided by the smallest. */
function factor(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null && value > 0) as number[];
  return known.length < 2 ? 1 : mostOf(known) / leastOf(known);
}

/** By how much two counts of rare events may differ by chance: two standard deviations. */
function chance(a: number, b: number): number {
  return Math.exp(2 * Math.sqrt(1 / Math.max(a, 1) + 1 / Math.max(b, 1)));
}
