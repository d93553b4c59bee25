/**
 * A table for each scenario: under each metric a line a group, with the median over seeds (of
 * shares: all seeds together), its interval, the difference against the first group, and its
 * corrected p. Metrics of what happened nowhere are named in one line. Then the verdict in words.
 */
import type { MetricTable } from '../compare/comparison.ts';
import type { CompareResult, ScenarioResult } from '../compare/result.ts';
import { CELL_HEADS, cellText, columnsOf, partedMetrics, tableTitle } from './compare-cells.ts';
import { inShort, tooFewSeeds } from './compare-verdict.ts';
import type { CompareFormat } from './report.ts';
import { table } from './table.ts';

export const compareText: CompareFormat = {
  name: 'text',
  endings: ['txt'],

  *render({ scenarios }: CompareResult): Iterable<string> {
    for (const [i, scenario] of scenarios.entries()) {
      if (i > 0) yield '\n';
      yield scenarioText(scenario);
    }
  },
};

function scenarioText(scenario: ScenarioResult): string {
  const { comparison, name, groups } = scenario;
  if (comparison === null) return `${name}: no seed was finished\n`;
  // Without a second group there are no differences to tell.
  const chosen = columnsOf(comparison, groups.length > 1);
  const [shown, quiet] = partedMetrics(comparison);
  const some = (row: readonly string[]) => row.filter((_, i) => i === 0 || chosen.has(i - 1));
  const rows = shown.flatMap((metric) => cellRows(metric).map(some));
  const lines = table(some(['', ...CELL_HEADS]), rows).split('\n');
  const [head, ...rest] = lines;
  const blocks = shown.map(({ metric, about, cells }, i) => {
    const own = rest.slice(i * cells.length, (i + 1) * cells.length);
    return [`${metric}: ${about}`, ...own].map((line) => `${line}\n`).join('');
  });
  const folded = quiet.length === 0 ? '' : `nothing of it happened: ${quiet.join(', ')}\n`;
  const few = tooFewSeeds(scenario);
  const title = `${tableTitle(scenario, comparison)}\n${few === '' ? '' : `${few}\n`}`;
  return `${title}\n${head}\n${blocks.join('')}${folded}${inShort(scenario)}`;
}

function cellRows({ unit, cells }: MetricTable): string[][] {
  return cells.map((cell) => [`  ${cell.group}`, ...cellText(cell, unit)]);
}
