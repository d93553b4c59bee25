/** Tables in the documents that repeat what the program knows are made from it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  const place = new RegExp(`<!-- ${table} -->\n[\\s\\S]*?<!-- /${table} -->`);

  const shown = place.exec(document)?.[0] ?? '';
  expect(shown).not.toBe('');
  const made = `<!-- ${table} -->\n\n${now}\n<!-- /${table} -->`;
  const renewed =
    unpadded(shown) === unpadded(made) ? document : document.replace(shown, () => made);
  await expect(renewed).toMatchFileSnapshot(join(ROOT, name));
});

/** Tables may be aligned or not. */
const unpadded = (text: string): string =>
  text.replace(/ +\|/g, ' |').replace(/-{3,} \|/g, '--- |');

function costs(): string {
  const rows = Object.entries(COST_TABLE).map(([name, row]) => {
    const unit = row.unit === 'ns' ? ' ns' : '';
    const number = (n: number): string => n.toLocaleString('en');
    const figures = [row.server, row.vmEpyc, row.vmEpyc2026].map((value) =>
      typeof value === 'number'
        ? `${number(value)}${unit}`
        : `${number(value.min)} / ${number(value.p50)} / ${number(value.p99)}${unit}`,
    );
    return [`\`${name}\``, ...figures, row.about];
  });
  const presets = ['`server`', '`vm-epyc`', '`vm-epyc-2026`'];
  return table(['cost', ...presets, 'what it is, and where the figure comes from'], rows);
}

function strategies(): string {
  const rows = STRATEGIES.map((s) => [`\`${s.name}\``, s.tearing, s.gaps, s.progress, s.summary]);
  return table(['strategy', 'tearing', 'gaps', 'progress', 'what it does'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}

/** `name/ ⇐ these` of the tree in ARCHITECTURE.md. */
function drawn(): Map<string, string[]> {
  const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const rows = document.matchAll(/^ {2}(\w+)\/ +⇐ ((?:\w+ )*\w+)(?: {2}.*)?$/gm);
  return new Map([...rows].map(([, folder, uses]) => [folder!, uses!.split(' ')]));
}

/** The folders of src that a folder of src imports from. */
function used(folder: string): string[] {
  const below = join(ROOT, 'src', folder);
  const files = readdirSync(below, { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((f) => f.endsWith('.ts'))
    .map((f) => readFileSync(join(below, f), 'utf8'));
  const targets = texts.flatMap((text) => [...text.matchAll(/from '(?:\.\.\/)+(\w+)\//g)]);
  const others = targets.map(([, target]) => target!).filter((t) => t !== folder);
  return [...new Set(others)].filter((t) => existsSync(join(ROOT, 'src', t))).sort();
}

test('the tree of ARCHITECTURE.md has every folder, and all that each one imports', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const tree = drawn();

  expect([...tree.keys()].sort()).toEqual(folders.sort());
  for (const folder of folders) {
    const uses = tree.get(folder)!;
    if (uses[0] === 'everything') continue;
    const named = uses[0] === 'nothing' ? [] : uses;

    expect(named, folder).toEqual(expect.arrayContaining(used(folder)));
  }
});
