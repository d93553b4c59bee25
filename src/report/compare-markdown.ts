/** The tables of the text format in GitHub's Markdown: a heading and a table for each scenario. */
import type { CompareResult, ScenarioResult } from '../compare/result.ts';
import { CELL_HEADS, cellText, columnsOf, partedMetrics, tableTitle } from './compare-cells.ts';
import { isOfSweeps, sweepsMarkdown } from './compare-sweeps.ts';
import { inShort, tooFewSeeds } from './compare-verdict.ts';
import { markdownTable, markdownText } from './markdown.ts';
import type { CompareFormat } from './report.ts';

const TEXT_COLUMNS = 2;

export const compareMarkdown: CompareFormat = {
  name: 'markdown',
  endings: ['md', 'markdown'],

  *render(result: CompareResult): Iterable<string> {
    const { scenarios, judgements } = result;
    if (isOfSweeps(result)) yield* sweepsMarkdown(result);
    else {
      for (const [i, scenario] of scenarios.entries()) {
        if (i > 0) yield '\n';
        yield* scenarioText(scenario);
      }
    }
    if (judgements.length === 0) return;
    yield '\n';
    const rows = judgements.map(({ scenario, text, failed }) => [
      failed ? '✗' : '✓',
      scenario,
      text,
    ]);
    yield* markdownTable(['', 'scenario', 'check'], rows, 3);
  },
};

function* scenarioText(scenario: ScenarioResult): Iterable<string> {
  const { comparison, name } = scenario;
  yield `### ${markdownText(name)}\n\n`;
  if (comparison === null) {
    yield 'no seed is complete\n';
    return;
  }
  yield `${markdownText(tableTitle(scenario, comparison))}\n\n`;
  const few = tooFewSeeds(scenario);
  if (few !== '') yield `${markdownText(few)}\n\n`;
  const [shown, quiet] = partedMetrics(comparison);
  const chosen = columnsOf(comparison, true);
  const some = (row: readonly string[]) => row.filter((_, i) => chosen.has(i));
  const rows = shown.flatMap(({ metric, unit, cells }) =>
    cells.map((cell) => [metric, cell.group, ...some(cellText(cell, unit))]),
  );
  yield* markdownTable(['metric', 'group', ...some(CELL_HEADS)], rows, TEXT_COLUMNS);
  if (quiet.length > 0) yield `\n${markdownText(`all zero: ${quiet.join(', ')}`)}\n`;
  const verdict = inShort(scenario);
  if (verdict !== '') yield `\n\`\`\`\n${verdict.trimStart()}\`\`\`\n`;
}
