/**
 * Every picture that a document shows is made by a command in its text, and is byte for byte what
 * that command makes. `--update` puts the present pictures there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT } from '../cli/spawn.ts';
import { aSandbox, proseOf } from './documents.ts';

beforeAll(ensureBuilt);

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Shown {
  readonly document: string;
  readonly file: string;
  readonly command: string;
}

function picturesOf(document: string): Shown[] {
  const text = proseOf(readFileSync(join(ROOT, document), 'utf8'));
  const commands = [...text.matchAll(/`(mapsim timeline [^`]+ -o (\S+\.svg))`/g)];
  return [...text.matchAll(/!\[[^\]]+\]\(([^)]+\.svg)\)/g)].map(([, path]) => {
    const file = join(dirname(document), path!);
    const [, command] = commands.find(([, , name]) => name === basename(file)) ?? [];
    if (command === undefined) throw new Error(`${document}: no command makes ${path}`);
    return { document, file, command };
  });
}

const PICTURES = DOCUMENTS.flatMap(picturesOf);

test('the first screen of README.md shows one, and docs/pictures holds no others', () => {
  const shown = PICTURES.map(({ file }) => basename(file)).sort();

  expect(PICTURES.some(({ document }) => document === 'README.md')).toBe(true);
  expect(readdirSync(join(ROOT, 'docs/pictures')).sort()).toEqual(shown);
});

test.each(PICTURES)('$file is what "$command" makes', async ({ file, command }) => {
  const sandbox = aSandbox();
  const made = sandbox.run(`${command} && cat ${basename(file)}`);
  sandbox.remove();

  expect(made.code).toBe(0);
  await expect(made.text).toMatchFileSnapshot(join(ROOT, file));
  expect(existsSync(join(ROOT, file))).toBe(true);
});
