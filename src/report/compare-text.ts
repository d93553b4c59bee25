/**
 * A table for each scenario: under each metric one line per group, with the median over seeds
 * (shares: over all seeds together), its interval, the difference from the first group, and its
 * corrected p. If this is too wide, the differences are below the values. Metrics that are zero
 * everywhere are named in one line. Then comes the verdict in words.
 */

import { wrap } from '../base/wrap.ts';
import type { Cell, Comparison, MetricTable } from '../compare/comparison.ts';
import type { CompareResult, ScenarioResult } from '../compare/result.ts';
import {
  CELL_HEADS,
  type CellText,
  cellText,
  columnsOf,
  partedMetrics,
  tableTitle,
} from './compare-cells.ts';
import { isOfSweeps, sweepsText } from './compare-sweeps.ts';
import { inShort, tooFewSeeds } from './compare-verdict.ts';
import { type CompareFormat, type CompareView, FOR_FILES } from './report.ts';
import { table, tableFits } from './table.ts';

export const compareText: CompareFormat = {
  name: 'text',
  endings: ['txt'],

  *render(result: CompareResult, view: CompareView = FOR_FILES): Iterable<string> {
    if (isOfSweeps(result)) {
      yield sweepsText(result, view);
      return;
    }
    const { scenarios } = result;
    for (const [i, scenario] of scenarios.entries()) {
      if (i > 0) yield '\n';
      yield scenarioText(scenario, view);
    }
  },
};

function scenarioText(scenario: ScenarioResult, view: CompareView): string {
  const { comparison, name } = scenario;
  if (comparison === null) return `${name}: no seed is complete\n`;
  const lines = (text: string): string =>
    text === '' ? '' : `${wrap(text, view.columns).join('\n')}\n`;
  const [shown, quiet] = partedMetrics(comparison);
  const folded = quiet.length === 0 ? '' : `all zero: ${quiet.join(', ')}`;
  return [
    lines(tableTitle(scenario, comparison)),
    lines(tooFewSeeds(scenario)),
    '\n',
    shown.length === 0 ? '' : tableText(scenario, comparison, shown, view),
    lines(folded),
    inShort(scenario),
  ].join('');
}

function tableText(
  { groups }: ScenarioResult,
  comparison: Comparison,
  shown: readonly MetricTable[],
  view: CompareView,
): string {
  // Without a second group there are no differences to tell.
  const chosen = columnsOf(comparison, groups.length > 1);
  const some = (row: readonly string[]) => row.filter((_, i) => chosen.has(i));
  const rowsOf = (rowsOfCell: (cell: Cell, table: MetricTable) => string[][]) =>
    shown.flatMap((one) => [
      `${one.metric}: ${one.about}`,
      ...one.cells.flatMap((cell) => rowsOfCell(cell, one)),
    ]);
  const beside = rowsOf((cell, { metric, unit }) => [
    ['', cell.group, ...some(painted(cell, metric, cellText(cell, unit), view))],
  ]);
  const head = ['', '', ...some(CELL_HEADS)]; // the first column is the indentation
  if (tableFits(head, beside, view.columns)) return table(head, beside, view.columns);
  const below = rowsOf((cell, { metric, unit }) => {
    const [value, interval, ...difference] = painted(cell, metric, cellText(cell, unit), view);
    const first = ['', cell.group, value, interval, ''];
    return cell.difference === null ? [first] : [first, ['', '', ...difference]];
  });
  const heads = ['', '', 'value, difference', '95 % interval', 'p'];
  return table(heads, below, view.columns);
}

/** Of all metrics but one, more is worse. */
const BETTER_MORE = 'passes';

function painted(
  { difference }: Cell,
  metric: string,
  [value, interval, shift, range, p]: CellText,
  { paint }: CompareView,
): CellText {
  if (difference === null) return [value, interval, shift, range, p];
  const { shown, median } = difference;
  const isMore = (median ?? 0) > 0;
  const pen = !shown
    ? paint.unsure
    : isMore === (metric === BETTER_MORE)
      ? paint.better
      : paint.worse;
  return [value, interval, pen(shift), shown ? range : pen(range), shown ? p : pen(p)];
}
