/** The published JSON Schemas of runs, records and sweeps, and what the commands write. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { aDirectory, mapsim } from './support.ts';

const SMALL = `mapsim: 1
vmas: [{ start: "0x10000000", pages: 4, perms: rw-p, tag: low }]
readers: [{ name: monitor, passes: 3, every: 1us }]
writers: [{ name: app, ops: 20, program: [{ mprotect: { vma: { tag: low }, page: 1, pages: 1, perms: r--p } }, { restore: true }] }]
failOn: ["lines/fallbacks>5"]
machine: { cpus: 1 }
`;

const compiled = (text: string) => new Ajv({ strict: false }).compile(JSON.parse(text));
const validators = {
  run: compiled(PUBLISHED.run()),
  record: compiled(PUBLISHED.record()),
  sweep: compiled(PUBLISHED.sweep()),
};
const linesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Every key that the program writes is demanded, but for those that are not always there. */
function demandsEachKey(validate: (document: unknown) => boolean, document: object, not: string[]) {
  for (const key of Object.keys(document)) {
    const { [key]: _, ...rest } = document as Record<string, unknown>;
    if (!not.includes(key)) expect(validate(rest), `without ${key}`).toBe(false);
  }
}

test.each([
  ['a plain run', ['--strategy=vma-lock']],
  ['a torn pass and the wall-clock time', ['--strategy=vma-lock', '--pass=torn', '--timing']],
  ['all passes', ['--strategy=rcu-page3', '--pass=all', '--require=falseGaps==0']],
  ['a limit', ['--max-events=30']],
])('run: %s is valid by the published schema', async (_name, argv) => {
  const directory = aDirectory({ 's.yaml': SMALL });
  const { stdout } = await mapsim(['run', join(directory, 's.yaml'), '--format=json', ...argv]);
  const document = JSON.parse(stdout);
  const { run: validate } = validators;

  expect([validate(document), validate.errors]).toEqual([true, null]);
  demandsEachKey(validate, document, ['timing']);
});

test('record: every line is valid by the published schema', async () => {
  const directory = aDirectory({ 's.yaml': SMALL });
  const file = join(directory, 'run.ndjson');
  await mapsim(['run', join(directory, 's.yaml'), `--record=${file}`, '--summary=none']);
  const lines = linesOf(readFileSync(file, 'utf8'));
  const { record: validate } = validators;

  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) expect([validate(line), validate.errors]).toEqual([true, null]);
  demandsEachKey(validate, Object(lines[0]), []);
  demandsEachKey(validate, Object(lines.at(-1)), []);
  expect(lines.some((line) => Array.isArray(line) && line[2] === '+cpu')).toBe(true);
  expect(validate([1, 2])).toBe(false);
});

test('sweep: every line is valid by the published schema', async () => {
  const grid = `${SMALL}sweep:
  readers[0].passes: [1, 2]
  strategies: [vma-lock, mmap-lock]
  seeds: 2
`;
  const directory = aDirectory({ 'grid.yaml': grid });
  const { stdout, stderr } = await mapsim(['sweep', join(directory, 'grid.yaml'), '--jobs=1']);
  expect(stderr).not.toContain('error');
  const lines = linesOf(stdout);
  const { sweep: validate } = validators;

  expect(lines.length).toBe(10);
  for (const line of lines) {
    expect([validate(line), validate.errors]).toEqual([true, null]);
    demandsEachKey(validate, Object(line), ['drawn', 'costs']); // sweeps of before `compare` read them
  }
});
