/**
 * The cells of comparison tables: few digits, fitting units, `?` after a difference that is not
 * significant, and counts of zero with their denominator.
 */

import { counted } from '../base/counted.ts';
import { jsonOf, printable } from '../base/printable.ts';
import type {
  Cell,
  Comparison,
  MetricDifference,
  MetricTable,
  Rate,
} from '../compare/comparison.ts';
import type { MetricUnit } from '../compare/metrics.ts';
import type { ScenarioResult } from '../compare/result.ts';

/** As cells: value, its interval, difference, its interval, p. */
export type CellText = readonly [string, string, string, string, string];

export const CELL_HEADS = ['value', '95 % interval', 'difference', '95 % interval', 'p'] as const;

export function cellText(cell: Cell, unit: MetricUnit): CellText {
  const [value, interval] = valueText(cell, unit);
  const { difference } = cell;
  if (difference === null) return [value, interval, '', '', ''];
  return [value, interval, ...differenceText(difference, unit)];
}

/** Which of CELL_HEADS a table has: no intervals and no p where nothing is drawn. */
export function columnsOf({ exact }: Comparison, differences: boolean): ReadonlySet<number> {
  const [value, shift] = exact
    ? [[0], [2]]
    : [
        [0, 1],
        [2, 3, 4],
      ];
  return new Set(differences ? [...value, ...shift] : value);
}

/** Metrics with something in them, and the names of those of what happened nowhere. */
export function partedMetrics({ metrics }: Comparison): [MetricTable[], string[]] {
  const isQuiet = ({ cells }: MetricTable) =>
    cells.every(({ median, rate }) => (rate === null ? median === null : rate.events === 0));
  return [
    metrics.filter((table) => !isQuiet(table)),
    metrics.filter(isQuiet).map(({ metric }) => metric),
  ];
}

function valueText({ median, low, high, rate }: Cell, unit: MetricUnit): [string, string] {
  if (rate?.of === 0 && rate.events === 0) return ['-', ''];
  if (rate !== null && rate.events === 0) {
    const { of, things } = rate;
    const bound = rate.high === null ? '' : `< ${quantity(rate.high, 'share')}`;
    return [`0 of ${of} ${things}`, bound];
  }
  if (median === null || low === null || high === null) return ['-', ''];
  if (unit === 'share' && rate !== null) return shareText(rate);
  const interval = `${quantity(low, unit)} .. ${quantity(high, unit)}`;
  // A median of 0 of what did happen: say how much of it there was.
  if (median === 0 && rate !== null) return [`0 (${rate.events} in all)`, interval];
  return [quantity(median, unit), interval];
}

function shareText({ events, of, low, high }: Rate): [string, string] {
  const interval = `${quantity(low ?? 0, 'share')} .. ${quantity(high ?? 1, 'share')}`;
  return [`${events} of ${of} (${quantity(events / of, 'share')})`, interval];
}

function differenceText(difference: MetricDifference, unit: MetricUnit): [string, string, string] {
  const { median, low, high, relative, shown, pCorrected } = difference;
  if (median === null || low === null || high === null) return ['-', '', ''];
  if (median === 0 && (unit === 'share' || (low === 0 && high === 0)))
    return ['0', '', pText(pCorrected)];
  const kind = unit === 'share' ? 'points' : unit;
  const share = relative === null || unit === 'share' ? '' : ` (${signed(relative, 'share')})`;
  const interval = `${signed(low, kind)} .. ${signed(high, kind)}`;
  return [`${signed(median, kind)}${share}${shown ? '' : ' ?'}`, interval, pText(pCorrected)];
}

/** Value and difference in one cell: `12us (+4.5 % ?)`, of shares `3 % (+2 pp)`. */
export function placeText(cell: Cell, unit: MetricUnit): string {
  const { median, rate, difference } = cell;
  if (median === null || (rate !== null && rate.of === 0)) return '-';
  const value =
    unit === 'share' && rate !== null
      ? quantity(rate.events / rate.of, unit)
      : quantity(median, unit);
  if (difference === null) return value;
  const { median: shift, relative, shown } = difference;
  if (shift === null) return value;
  if (shift === 0) return `${value} (0)`;
  const text =
    unit === 'share'
      ? signed(shift, 'points')
      : relative === null
        ? signed(shift, unit)
        : signed(relative, 'share');
  return `${value} (${text}${shown ? '' : ' ?'})`;
}

function pText(p: number): string {
  return p < 0.0001 ? '<0.0001' : p.toFixed(4);
}

/** A difference of shares is told in percentage points. */
type Unit = MetricUnit | 'points';

function signed(value: number, unit: Unit): string {
  return value >= 0 ? `+${quantity(value, unit)}` : `-${quantity(-value, unit)}`;
}

const NS_UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
] as const;

/** Four digits, with the unit. */
export function quantity(value: number, unit: Unit): string {
  if (unit === 'points') return `${few(value * 100)} pp`;
  if (unit === 'share') return `${few(value * 100)} %`;
  if (unit === 'count') return few(value);
  for (const [size, name] of NS_UNITS) if (value >= size) return `${few(value / size)}${name}`;
  return `${few(value)}ns`;
}

/** Whole numbers in full, others with four digits. */
export function few(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** One sentence on what a table is about. */
export function tableTitle(
  { name, groups }: ScenarioResult,
  { metrics, exact }: Comparison,
): string {
  if (exact)
    return `${name}: no random numbers are used, so one run is enough and differences are exact`;
  const lists = groups.map(({ runs }) => seedsText(runs.map(({ seed }) => seed)));
  const same = lists.every((list) => list === lists[0]);
  const seeds = same
    ? `seeds ${lists[0]}`
    : groups.map(({ label, runs }) => `${label}: ${counted(runs.length, 'seed')}`).join(', ');
  const differences = metrics.flatMap(({ cells }) =>
    cells.flatMap((cell) => cell.difference ?? []),
  );
  if (differences.length === 0) return `${name}: ${seeds}`;
  const bases = basesText(groups, new Set(differences.map(({ against }) => against)));
  const unpaired = differences.filter(({ test }) => test === 'rank-sum').length;
  const manner =
    unpaired === 0
      ? 'seed by seed'
      : unpaired === differences.length
        ? 'unpaired'
        : 'seed by seed where the seeds are the same';
  return `${name}: ${seeds}; differences against ${bases}, ${manner}; ? not significant at 5 %`;
}

/** One group by its name; several from one file by that of the file. */
function basesText(groups: ScenarioResult['groups'], bases: ReadonlySet<string>): string {
  if (bases.size === 1) return [...bases].join();
  const files = new Set(groups.filter(({ label }) => bases.has(label)).map(({ file }) => file));
  return files.size === 1 ? printable([...files].join()) : [...bases].join(', ');
}

/** `1..20` for what is in a row, the whole list of a few others, else how many there are. */
export function seedsText(seeds: readonly string[]): string {
  const first = Number(seeds[0]);
  const row = seeds.every((seed, i) => seed === String(first + i));
  if (row && seeds.length > 2) return `${seeds[0]}..${seeds.at(-1)} (${seeds.length})`;
  const shown = seeds.slice(0, 5).map((seed) => (/^[\w.-]+$/.test(seed) ? seed : jsonOf(seed)));
  return seeds.length > 5 ? `${shown.join(', ')} … (${seeds.length})` : shown.join(', ');
}
