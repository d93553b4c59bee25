/**
 * A table for each scenario: under each metric a line a group, with the median over seeds (of
 * shares:
 * all seeds together), its interval, the difference against the first group, and its corrected p.
 */
import type { MetricTable } from '../compare/comparison.ts';
import type { CompareResult, ScenarioResult } from '../compare/result.ts';
import { CELL_HEADS, cellText, tableTitle } from './compare-cells.ts';
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
  const width = 1 + (groups.length > 1 ? CELL_HEADS.length : 2);
  const rows = comparison.metrics.flatMap((metric) =>
    cellRows(metric).map((r) => r.slice(0, width)),
  );
  const lines = table(['', ...CELL_HEADS].slice(0, width), rows).split('\n');
  const [head, ...rest] = lines;
  const blocks = comparison.metrics.map(({ metric, about, cells }, i) => {
    const own = rest.slice(i * cells.length, (i + 1) * cells.length);
    return [`${metric}: ${about}`, ...own].map((line) => `${line}\n`).join('');
  });
  return `${tableTitle(scenario, comparison)}\n\n${head}\n${blocks.join('')}`;
}

function cellRows({ unit, cells }: MetricTable): string[][] {
  return cells.map((cell) => [`  ${cell.group}`, ...cellText(cell, unit)]);
}
