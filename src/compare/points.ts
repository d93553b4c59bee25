/**
 * Compares saved sweeps: each point of the grid by itself, and all points together. Several sweeps
 * are compared with the first sweep, strategy by strategy; the strategies of a single sweep are
 * compared with its first strategy.
 *
 * Runs are matched by point and seed, so all differences are paired. A run that is missing in one
 * group is left out of all groups and counted. The tests of the single points are one family, the
 * tests of all points together another. A sweep stores summaries of times, not the times, so its
 * groups have no pool.
 */
import { jsonOf } from '../base/printable.ts';
import { compareTables, type Group, type Table } from './comparison.ts';
import type { MetricInfo } from './metrics.ts';
import type { RunSummary } from './record.ts';
import type { Axis, ComparedGrid, Point, ScenarioResult } from './result.ts';

export interface PointRun {
  readonly point: Point;
  /** Whether its runs use random numbers. */
  readonly drawn: boolean;
  readonly run: RunSummary;
}

export interface SavedSweep {
  /** Name of the file, as the user wrote it. */
  readonly file: string;
  readonly grid: { readonly name: string; readonly sha256: string };
  /** The points in the order of the grid. */
  readonly axes: readonly Axis[];
  readonly runs: readonly PointRun[];
}

interface ComparedSweeps {
  /** All points together, if several use random numbers; then each point. */
  readonly scenarios: readonly ScenarioResult[];
  readonly grid: ComparedGrid;
  readonly leftOut: LeftOut;
}

/** The runs that are missing in some group. */
export interface LeftOut {
  readonly points: readonly string[];
  readonly runs: number;
  /** Strategies without a counterpart: `FILE:STRATEGY`. */
  readonly groups: readonly string[];
}

/** A group with all points of the grid. */
interface Column {
  readonly label: string;
  readonly strategy: string;
  readonly file: string | null;
  /** Index of its base group. */
  readonly against: number | null;
  /** The runs by point, then by seed. */
  readonly runs: ReadonlyMap<string, ReadonlyMap<string, PointRun>>;
}

/** @param sweeps at least one; all must have the same axes */
export function compareSweeps(
  sweeps: readonly SavedSweep[],
  chosen: readonly MetricInfo[],
): ComparedSweeps {
  const [first] = sweeps;
  const { columns, lonely } = columnsOf(sweeps);
  const places = new Map(
    sweeps.flatMap(({ runs }) => runs.map(({ point }) => [keyOf(point), point] as const)),
  );
  const paths = first!.axes.map(({ path }) => path);
  const placed = [...places].map(([key, point]) => placeOf(columns, key, point));
  const whole = placed.filter(({ seeds }) => seeds.length > 0);
  const kept = whole.reduce((sum, { seeds }) => sum + seeds.length * columns.length, 0);
  const all = columns.reduce((sum, { runs }) => sum + countOf(runs), 0);
  const { name, sha256 } = sweeps.at(-1)!.grid;
  const tables = whole.map((place) => tableAt(columns, place));
  const comparisons = compareTables(tables, chosen);
  const points = whole.map(({ point }, i): ScenarioResult => {
    const ordered = Object.fromEntries(paths.map((path) => [path, point[path]]));
    const { groups } = tables[i]!;
    const title = nameOf(name, ordered);
    return { name: title, sha256, point: ordered, groups, comparison: comparisons[i]! };
  });
  const together = togetherOf(tables, chosen);
  return {
    scenarios: together === null ? points : [{ name, sha256, point: null, ...together }, ...points],
    grid: { name, axes: paths.map((path) => ({ path, values: valuesOf(path, whole) })) },
    leftOut: {
      points: placed
        .filter(({ seeds }) => seeds.length === 0)
        .map(({ point }) => nameOf(name, point)),
      runs: all - kept,
      groups: lonely,
    },
  };
}

/** Name of a point, such as `grid vmas[0].repeat=100, writers[0].think=2us`. */
function nameOf(grid: string, point: Point): string {
  const at = Object.entries(point).map(([path, value]) => `${path}=${valueText(value)}`);
  return [grid, at.join(', ')].filter((part) => part !== '').join(' ');
}

export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : jsonOf(value);
}

/** A key of the values that does not depend on their order. */
function keyOf(point: Point): string {
  return jsonOf(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valuesOf(path: string, places: readonly { readonly point: Point }[]): unknown[] {
  const values = new Map(places.map(({ point }) => [jsonOf(point[path]), point[path]]));
  return [...values.values()];
}

function countOf(runs: Column['runs']): number {
  return [...runs.values()].reduce((sum, bySeed) => sum + bySeed.size, 0);
}

function columnsOf(sweeps: readonly SavedSweep[]): {
  readonly columns: readonly Column[];
  readonly lonely: readonly string[];
} {
  const owned = sweeps.map((sweep) => ({ sweep, strategies: byStrategy(sweep) }));
  const single = sweeps.length === 1;
  const lone = owned.every(({ strategies }) => strategies.size === 1);
  const columns: Column[] = [];
  const lonely: string[] = [];
  for (const strategy of new Set(owned.flatMap(({ strategies }) => [...strategies.keys()]))) {
    const base = single || lone ? 0 : columns.length;
    const having = owned.filter(({ strategies }) => strategies.has(strategy));
    const label = ({ file }: SavedSweep) => (single ? strategy : `${file}:${strategy}`);
    if (!single && !lone && (having.length < 2 || having[0]!.sweep !== sweeps[0])) {
      lonely.push(...having.map(({ sweep }) => label(sweep)));
      continue;
    }
    for (const { sweep, strategies } of having) {
      columns.push({
        label: label(sweep),
        strategy,
        file: single ? null : sweep.file,
        against: columns.length === base ? null : base,
        runs: strategies.get(strategy)!,
      });
    }
  }
  return { columns, lonely };
}

type ByPoint = Map<string, Map<string, PointRun>>;

function byStrategy({ runs }: SavedSweep): Map<string, ByPoint> {
  const strategies = new Map<string, ByPoint>();
  for (const each of runs) {
    const points = strategies.get(each.run.strategy) ?? new Map();
    strategies.set(each.run.strategy, points);
    const key = keyOf(each.point);
    const seeds = points.get(key) ?? new Map();
    points.set(key, seeds);
    seeds.set(each.run.seed, each);
  }
  return strategies;
}

interface Place {
  readonly key: string;
  readonly point: Point;
  /** The runs that every column has. */
  readonly seeds: readonly string[];
}

function placeOf(columns: readonly Column[], key: string, point: Point): Place {
  const there = columns.map(({ runs }) => runs.get(key));
  const seeds = [...(there[0]?.keys() ?? [])];
  return { key, point, seeds: seeds.filter((seed) => there.every((runs) => runs?.has(seed))) };
}

function tableAt(columns: readonly Column[], { key, seeds }: Place): Table {
  const runs = columns.map((column) => seeds.map((seed) => column.runs.get(key)!.get(seed)!));
  const exact = runs.every((own) => own.every(({ drawn }) => !drawn));
  const groups = columns.map(({ label, strategy, file }, i): Group => {
    const own = runs[i]!.map(({ run }) => run);
    return { label, strategy, file, runs: exact ? own.slice(0, 1) : own, pool: null };
  });
  return { groups, against: columns.map(({ against }) => against), exact };
}

/** All points together, without the points that use no random numbers. */
function togetherOf(
  tables: readonly Table[],
  chosen: readonly MetricInfo[],
): Pick<ScenarioResult, 'groups' | 'comparison'> | null {
  const drawn = tables.filter(({ exact }) => !exact);
  if (drawn.length < 2) return null;
  const [{ groups: heads, against }] = drawn as [Table, ...Table[]];
  const groups = heads.map((group, i): Group => {
    return { ...group, runs: drawn.flatMap(({ groups: own }) => own[i]!.runs) };
  });
  const [comparison] = compareTables([{ groups, against, exact: false }], chosen);
  return { groups, comparison: comparison! };
}
