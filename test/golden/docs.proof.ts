/**
 * Every command that a document shows is run, and every output that it shows is compared.
 * `npm run golden` puts the present output into the documents. Those of README.md run from an empty
 * folder: test/package/package.proof.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT } from '../cli/spawn.ts';
import { aSandbox, failedCommands, matches, renewed, silentCommands } from './documents.ts';

beforeAll(ensureBuilt);

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'scenarios/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const IN_A_CHECKOUT = DOCUMENTS.filter((name) => name !== 'README.md');

test.each(IN_A_CHECKOUT)('%s shows what its commands print, and none that fails', async (name) => {
  const sandbox = aSandbox();
  const document = read(name);

  const now = renewed(document, sandbox);
  const failed = failedCommands(document, sandbox);
  sandbox.remove();

  await expect(now).toMatchFileSnapshot(join(ROOT, name));
  expect(failed).toEqual([]);
});

test('docs/exploring.md: the answers in its table are those of its commands', () => {
  const sandbox = aSandbox();
  const rows = [...read('docs/exploring.md').matchAll(/`(mapsim [^`]+)`: (yes|no) \|/g)];

  const said = rows.map(([, command, answer]) => ({ command, answer }));
  const found = said.map(({ command }) => {
    const { code } = sandbox.run(command!);
    return { command, answer: code === 1 ? 'yes' : code === 0 ? 'no' : `exit code ${code}` };
  });
  sandbox.remove();

  expect(said.length).toBeGreaterThan(12);
  expect(said).toEqual(found);
});

test.each(DOCUMENTS)('%s links to files that are there', (name) => {
  const links = [...read(name).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)];

  const missing = links
    .map(([, target]) => join(name, '..', target!))
    .filter((path) => !existsSync(join(ROOT, path)));

  expect(missing).toEqual([]);
});

test('a shown output with cuts matches its text, and no other', () => {
  const text = 'a\nb\nc\nd\n';

  expect(matches('a\nb\nc\nd\n', text)).toBe(true);
  expect(matches('a\n…\nd\n', text)).toBe(true);
  expect(matches('a\n…\nc\n…\n', text)).toBe(true);
  expect(matches('…\nb\n…\nd\n', text)).toBe(true);
  expect(matches('a\nc\nd\n', text)).toBe(false);
  expect(matches('a\n…\nc\n', text)).toBe(false);
  expect(matches('b\n…\nd\n', text)).toBe(false);
  expect(matches('a\n…\nc\n…\nb\n…\n', text)).toBe(false);
});

test('a document whose output is stale is noticed', () => {
  const sandbox = aSandbox();

  const now = renewed('```console\n$ echo new\nold\n```\n', sandbox);
  sandbox.remove();

  expect(now).toBe('```console\n$ echo new\nnew\n```\n');
});

test('commands are found in blocks and in running text, forms are not commands', () => {
  const document =
    '```sh\nfalse # fails\n```\n`mapsim run FILE`, `mapsim sweep`, `mapsim\nrun @bash`';

  expect(silentCommands(document)).toEqual(['false', 'mapsim help sweep', 'mapsim run @bash']);
});
