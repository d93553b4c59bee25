/**
 * A comparison as bars in the terminal: for each metric one line per strategy, from its least to
 * its largest plausible value, with a mark at the median; all lines have the same scale.
 */
import { mostOf } from '../../base/extremes.ts';
import type { MetricTable } from '../../compare/comparison.ts';
import type { ScenarioResult } from '../../compare/result.ts';
import { quantity } from '../compare-cells.ts';

const WIDTH = 36;
const NAME = 14;
const VALUE = 10;

interface BarSigns {
  readonly line: string;
  readonly mark: string;
  readonly edge: string;
}

export const DRAWN: BarSigns = { line: '─', mark: '●', edge: '│' };
export const ASCII: BarSigns = { line: '-', mark: 'o', edge: '|' };

/** Lines that end with a newline; metrics in which nothing differs are left out. */
export function barsText({ comparison }: ScenarioResult, signs: BarSigns): string {
  const tables = comparison?.metrics ?? [];
  return tables.map((table) => metricBars(table, signs)).join('');
}

function metricBars({ metric, about, unit, cells }: MetricTable, signs: BarSigns): string {
  const known = cells.flatMap(({ median, low, high }) =>
    median === null || low === null || high === null ? [] : [{ median, low, high }],
  );
  const most = Math.max(0, mostOf(known.map(({ high }) => high)));
  const medians = new Set(known.map(({ median }) => median));
  if (known.length === 0 || most === 0 || (medians.size === 1 && cells.length > 1)) return '';
  const at = (value: number): number => Math.round((value / most) * (WIDTH - 1));
  const scale = `0 ${'.'.repeat(WIDTH - 2)} ${quantity(most, unit)}`;
  const head = `\n${`${metric}: ${about}`.slice(0, 78)}\n${' '.repeat(NAME + VALUE + 2)}${scale}\n`;
  const rows = cells.map(({ group, median, low, high, difference }) => {
    const name = group.length > NAME ? `${group.slice(0, NAME - 1)}~` : group;
    if (median === null || low === null || high === null) return `  ${name}\n`;
    const bar = Array.from({ length: WIDTH }, () => ' ');
    for (let i = at(low); i <= at(high); i++) bar[i] = signs.line;
    bar[at(median)] = signs.mark;
    const remark = difference === null || difference.shown ? '' : ' ?';
    const value = quantity(median, unit);
    return `  ${name.padEnd(NAME)}${value.padEnd(VALUE)}${signs.edge}${bar.join('')}${signs.edge}${remark}\n`;
  });
  return head + rows.join('');
}
