/** Tables in the documents that repeat what the program knows are made from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COST_TABLE } from '../../src/mm/costs.ts';
import { STRATEGIES } from '../../src/readers/index.ts';
import { ROOT } from '../cli/spawn.ts';

test.each([
  ['docs/costs.md', 'costs', costs()],
  ['README.md', 'strategies', strategies()],
])('%s has the table of %s as the program has it', async (name, table, now) => {
  const document = readFileSync(join(ROOT, name), 'utf8');
  const place = new RegExp(`(<!-- ${table} -->\n)[^]*?(<!-- /${table} -->)`);

  expect(document).toMatch(place);
  const renewed = document.replace(place, (_all, begin, end) => `${begin}\n${now}\n${end}`);
  await expect(renewed).toMatchFileSnapshot(join(ROOT, name));
});

function costs(): string {
  const rows = Object.entries(COST_TABLE).map(([name, row]) => {
    const unit = row.unit === 'ns' ? ' ns' : '';
    const figures = [row.server, row.vmEpyc].map((n) => `${n.toLocaleString('en')}${unit}`);
    return [`\`${name}\``, ...figures, row.about];
  });
  return table(
    ['cost', '`server`', '`vm-epyc`', 'what it is, and where the figure comes from'],
    rows,
  );
}

function strategies(): string {
  const rows = STRATEGIES.map((s) => [`\`${s.name}\``, s.tearing, s.gaps, s.progress, s.summary]);
  return table(['strategy', 'tearing', 'gaps', 'progress', 'what it does'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
