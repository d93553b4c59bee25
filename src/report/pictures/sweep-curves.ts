/** The curves of a sweep for pages and terminals: counts and times along its last axis. */
import type { RunDocument, SweepDocument } from '../page/documents.ts';
import type { Curve, CurvePoint, PlotUnit } from '../page/plots.ts';

interface SweepMetric {
  readonly title: string;
  readonly unit: PlotUnit;
  readonly of: (run: RunDocument) => number | null;
}

const METRICS: readonly SweepMetric[] = [
  {
    title: 'retries per 1000 lines',
    unit: 'count',
    of: ({ totals }) => (totals.lines === 0 ? null : (1000 * totals.retries) / totals.lines),
  },
  {
    title: 'fallbacks per 1000 lines',
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
    title: 'discarded lines per 1000 lines',
    unit: 'count',
    of: ({ totals }) => (totals.lines === 0 ? null : (1000 * totals.discardedLines) / totals.lines),
  },
];

export interface SweepCurves {
  readonly title: string;
  readonly unit: PlotUnit;
  /** The last axis, whose values the points stand for. */
  readonly axis: SweepDocument['axes'][number];
  /** The values of the axes before it. */
  readonly point: Point;
  /** One for each strategy. */
  readonly curves: readonly Curve[];
}

type Point = Readonly<Record<string, unknown>>;

/** By point, then metric; what happened nowhere is left out. */
export function sweepCurves({ axes, runs, strategies: given }: SweepDocument): SweepCurves[] {
  const axis = axes.at(-1);
  if (axis === undefined) return [];
  const strategies = given ?? strategiesOf(runs);
  const all = combinations(axes.slice(0, -1)).flatMap((point) =>
    METRICS.map(({ title, unit, of }): SweepCurves => {
      const here = runs.filter((run) =>
        Object.entries(point).every(([path, value]) => same(run.point?.[path], value)),
      );
      const curves = strategies.map((name): Curve => {
        const own = here.filter((run) => (run.strategy ?? 'own') === name);
        const points = axis.values.map((value) =>
          summaryOf(own.filter((run) => same(run.point?.[axis.path], value)).map(of)),
        );
        return { name, points };
      });
      return { title, unit, axis, point, curves };
    }),
  );
  return all.filter(({ curves }) =>
    curves.some(({ points }) => points.some((p) => p !== null && p.high > 0)),
  );
}

export function strategiesOf(runs: readonly RunDocument[]): readonly string[] {
  return [...new Set(runs.map((run) => run.strategy ?? 'own'))];
}

/** `writers[0].think 2us, vmas[0].repeat 50`. */
export function pointWords(point: Point): string {
  return Object.entries(point)
    .map(([path, value]) => `${path} ${String(value)}`)
    .join(', ');
}

function combinations(axes: SweepDocument['axes']): Point[] {
  return axes.reduce<Point[]>(
    (points, { path, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [path]: value }))),
    [{}],
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function summaryOf(values: readonly (number | null)[]): CurvePoint | null {
  const known = values.filter((v): v is number => v !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  return { low: known[0]!, middle: known[known.length >> 1]!, high: known.at(-1)! };
}
