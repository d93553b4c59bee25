/** The commands that simulate nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STRATEGIES } from '../../src/readers/index.ts';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const GOOD = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, perms: r--p, tag: left}
readers:
  - {name: monitor}
`;

test('strategies: the table has a row for every strategy', async () => {
  const { code, stdout, stderr } = await mapsim(['strategies']);

  expect([code, stderr]).toEqual([0, '']);
  for (const { name, tearing, gaps, progress, source, aliases } of STRATEGIES) {
    const row = new RegExp(`^${name} +${tearing} +${gaps} +${progress} +\\S`, 'm');
    expect(stdout).toMatch(row);
    expect(stdout.replace(/\s+/g, ' ')).toContain(source);
    for (const alias of aliases) expect(stdout).toMatch(new RegExp(`^${alias} +${name}$`, 'm'));
  }
  expect(stdout).not.toMatch(/[ \t]$/m);
  expect(stdout).not.toMatch(/^.{81}/m);
});

test('strategies: json has everything that the registry has', async () => {
  const { stdout } = await mapsim(['strategies', '--format=json']);
  const document = JSON.parse(stdout);

  expect(document.schema).toBe('mapsim/strategies@1');
  expect(document.strategies.map((entry: { name: string }) => entry.name)).toEqual(
    STRATEGIES.map(({ name }) => name),
  );
  expect(Object.keys(document.strategies[0])).toEqual([
    'name',
    'aliases',
    'summary',
    'source',
    'tearing',
    'gaps',
    'progress',
    'options',
  ]);
  const page = document.strategies.find((entry: { name: string }) => entry.name === 'rcu-page');
  expect(page.options[0]).toEqual({
    key: 'wait',
    values: ['lock', 'try', 'none'],
    default: 'lock',
  });
});

test('schema: prints a JSON Schema of draft 7', async () => {
  const { code, stdout, stderr } = await mapsim(['schema']);

  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
  });
});

test('schema: prints each published schema by its name', async () => {
  const published = readdirSync(join(ROOT, 'schema')).map((file) => file.split('.')[0]!);
  for (const name of published) {
    const text = readFileSync(join(ROOT, `schema/${name}.v1.schema.json`), 'utf8');
    expect(await mapsim(['schema', name])).toEqual({ code: 0, stdout: text, stderr: '' });
  }
  expect(published).toHaveLength(8);
});

test('validate: tells what a good scenario has in it', async () => {
  const cwd = aDirectory({ 'good.yaml': GOOD });

  expect(await mapsim(['validate', 'good.yaml'], { cwd })).toEqual({
    code: 0,
    stdout: 'good.yaml: ok, 1 VMA, 1 reader, 0 writers\n',
    stderr: '',
  });
});

test('validate: -q leaves the exit code and what is wrong', async () => {
  const cwd = aDirectory({ 'good.yaml': GOOD });

  expect(await mapsim(['validate', '-q', 'good.yaml'], { cwd })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect((await mapsim(['validate', '-q', 'none.yaml'], { cwd })).stderr).not.toBe('');
});

test('validate: goes through all scenarios, whatever is wrong with one', async () => {
  const bad = GOOD.replace('r--p', 'r--x');
  const cwd = aDirectory({ 'good.yaml': GOOD, 'bad.yaml': bad });

  const { code, stdout, stderr } = await mapsim(['validate', 'bad.yaml', 'good.yaml'], { cwd });

  expect(code).toBe(2);
  expect(stdout).toBe('good.yaml: ok, 1 VMA, 1 reader, 0 writers\n');
  expect(stderr).toMatch(/^bad\.yaml:3:\d+: error: /);
});

test('validate: a missing file is exit code 3, even beside an invalid one', async () => {
  const cwd = aDirectory({ 'good.yaml': GOOD, 'bad.yaml': 'mapsim: 2\n' });

  const { code, stdout, stderr } = await mapsim(
    ['validate', 'missing.yaml', 'bad.yaml', 'good.yaml'],
    { cwd },
  );

  expect(code).toBe(3);
  expect(stdout).toContain('good.yaml: ok');
  expect(stderr).toContain('mapsim: error: cannot read missing.yaml: no such file or directory\n');
  expect(stderr).toContain('bad.yaml:1:');
});

test('validate: failOn is checked too, with its place', async () => {
  const stdin = `${GOOD}failOn: ["tornPases>0"]\n`;

  const { code, stderr } = await mapsim(['validate', '-'], { stdin });

  expect(code).toBe(2);
  expect(stderr).toMatch(/:6:\d+: error: /);
  expect(stderr).toContain('tornPasses');
});

test('validate: failOn about a strategy that no reader has is refused', async () => {
  const stdin = `${GOOD}failOn: ["rcu-page:cuts>0"]\n`;

  const { code, stderr } = await mapsim(['validate', '-'], { stdin });

  expect(code).toBe(2);
  expect(stderr).toContain('no reader of this run has strategy "rcu-page" (there is: mmap-lock)');
});
