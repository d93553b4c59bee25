/** A sweep as a part of a page: how counts and times change along its last axis. */
import { counted } from '../../base/counted.ts';
import type { RunDocument, SweepDocument } from './documents.ts';
import { dataTable, escapeXml, figure } from './html.ts';
import { type Curve, type CurvePoint, curvePlot, type PlotUnit, plotWords } from './plots.ts';

interface SweepMetric {
  readonly title: string;
  readonly unit: PlotUnit;
  readonly of: (run: RunDocument) => number | null;
}

const METRICS: readonly SweepMetric[] = [
  {
    title: 'retries for each 1000 lines',
    unit: 'count',
    of: ({ totals }) => (totals.lines === 0 ? null : (1000 * totals.retries) / totals.lines),
  },
  {
    title: 'fallbacks for each 1000 lines',
    unit: 'count',
    of: ({ totals }) => (totals.lines === 0 ? null : (1000 * totals.fallbacks) / totals.lines),
  },
  { title: "p99 of a writer's call", unit: 'ns', of: ({ writer }) => writer.opNs.p99 },
  { title: 'p50 of a pass', unit: 'ns', of: ({ passNs }) => passNs.p50 },
  {
    title: 'torn passes',
    unit: 'share',
    of: ({ totals, tearing }) =>
      totals.passesFinished === 0 ? null : tearing.tornPasses / totals.passesFinished,
  },
  {
    title: 'discarded lines for each 1000 lines',
    unit: 'count',
    of: ({ totals }) => (totals.lines === 0 ? null : (1000 * totals.discardedLines) / totals.lines),
  },
];

export function sweepPart(sweep: SweepDocument, name: string): string {
  const { grid, axes, runs, units } = sweep;
  const axis = axes.at(-1);
  const strategies = sweep.strategies ?? [...new Set(runs.map((run) => run.strategy ?? 'own'))];
  const over = axes.map(({ path, values }) => `${values.length} values of ${path}`).join(', ');
  const limited = runs.filter(({ complete }) => !complete).length;
  const stopped =
    limited === 0 ? '' : ` <span class="bad">${counted(limited, 'run')} ended at a limit.</span>`;
  const seeds = sweep.seeds === null ? 'one seed' : `${counted(sweep.seeds.length, 'seed')}`;
  const head = `${grid.name}: ${strategies.length} strategies over ${over === '' ? 'one point' : over}`;
  if (axis === undefined) return `<section><h2>${escapeXml(head)}</h2></section>`;
  const figures = combinations(axes.slice(0, -1)).flatMap((point, c) =>
    METRICS.flatMap((metric, i) => {
      const id = `${name}-c${c}m${i}`;
      return curveFigure(metric, { axis, point, strategies, runs }, id);
    }),
  );
  return [
    `<section><h2>${escapeXml(head)}</h2>`,
    `<p class="lead">${runs.length} of ${counted(units, 'run')}, ${seeds} a point. Line: median over seeds; band: least to most; ✕ under the lines: no pass finished there.${stopped}</p>`,
    `<div class="grid">${figures.join('')}</div></section>`,
  ].join('\n');
}

type Point = Readonly<Record<string, unknown>>;

function combinations(axes: SweepDocument['axes']): Point[] {
  return axes.reduce<Point[]>(
    (points, { path, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [path]: value }))),
    [{}],
  );
}

function curveFigure(
  metric: SweepMetric,
  where: {
    axis: SweepDocument['axes'][number];
    point: Point;
    strategies: readonly string[];
    runs: readonly RunDocument[];
  },
  name: string,
): string[] {
  const { axis, point, strategies, runs } = where;
  const curves = strategies.map((strategy): Curve => {
    const own = runs.filter(
      (run) =>
        (run.strategy ?? 'own') === strategy &&
        Object.entries(point).every(([path, value]) => same(run.point?.[path], value)),
    );
    const points = axis.values.map((value) =>
      summaryOf(own.filter((run) => same(run.point?.[axis.path], value)).map(metric.of)),
    );
    return { name: strategy, points };
  });
  if (curves.every(({ points }) => points.every((p) => p === null || p.high === 0))) return [];
  const labels = axis.values.map(String);
  const about = Object.entries(point)
    .map(([path, value]) => `${path} ${String(value)}`)
    .join(', ');
  const what = { title: metric.title, about, unit: metric.unit };
  const picture = curvePlot(
    what,
    { path: axis.path, labels, values: numbersOf(axis.values) },
    curves,
  );
  const rows = curves.map(({ name: strategy, points }) => [
    strategy,
    ...points.map((p) => (p === null ? '-' : plotWords(p.middle, metric.unit))),
  ]);
  return [figure(picture, name, { after: dataTable(['strategy', ...labels], rows) })];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function summaryOf(values: readonly (number | null)[]): CurvePoint | null {
  const known = values.filter((v): v is number => v !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  return { low: known[0]!, middle: known[known.length >> 1]!, high: known.at(-1)! };
}

const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Numbers, or durations in ns; null: something else. */
function numbersOf(values: readonly unknown[]): number[] | null {
  const numbers = values.map((value) => {
    if (typeof value === 'number') return value;
    const match = /^([0-9.]+)(ns|us|ms|s)$/.exec(String(value));
    return match === null ? Number.NaN : Number(match[1]) * UNIT_NS[match[2]!]!;
  });
  return numbers.some(Number.isNaN) ? null : numbers;
}
