/** Shipped scenarios: by name, listed, printed, copied. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedScenarios } from '../../src/cli/shipped.ts';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const GRIDS = ['examples/grid', 'examples/retries'];
const NAMES = shippedScenarios().map(({ name }) => name);

test('scenarios: what is listed has a name, kinds of writers and a sentence', async () => {
  const { stdout } = await mapsim(['scenarios', '--format=json']);
  const { scenarios } = JSON.parse(stdout);

  expect(scenarios.map(({ name }: { name: string }) => name)).toEqual(NAMES);
  expect(scenarios).toContainEqual({
    name: 'quiet',
    writers: [],
    about: 'Nobody writes, so every strategy prints the capture byte for byte and counts no retry.',
  });
  for (const { about } of scenarios) expect(about).toMatch(/^.+[.?]$/);
});

test('scenarios: @NAME is the scenario, from any directory', async () => {
  const cwd = aDirectory({});

  const { code, stdout } = await mapsim(['run', '@quiet', '--summary=none'], { cwd });

  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(join(ROOT, 'scenarios/captures/bash.maps'), 'utf8'));
});

test('scenarios: every one but the grids is a scenario', async () => {
  const names = NAMES.filter((name) => !GRIDS.includes(name)).map((name) => `@${name}`);

  const { code, stderr } = await mapsim(['validate', '--quiet', ...names], { cwd: aDirectory({}) });

  expect([code, stderr]).toEqual([0, '']);
});

test('scenarios: a copy has all that it needs, and runs as the original does', async () => {
  for (const name of ['bash', 'node-churn', 'scenario', 'explore/flip']) {
    const cwd = aDirectory({});
    const file = `${name.replace('explore/', '')}.${name === 'scenario' ? 'json' : 'yaml'}`;

    const copied = await mapsim(['scenarios', name, '-o', 'mine'], { cwd });
    const text = readFileSync(join(cwd, 'mine', file), 'utf8');

    expect(copied.code).toBe(0);
    expect(text).toMatch(/\$schema"?[=:] ?"?scenario\.v1\.schema\.json/);
    expect(existsSync(join(cwd, 'mine/scenario.v1.schema.json'))).toBe(true);
    if (name === 'node-churn') continue; // runs for a second
    const own = await mapsim(['run', `mine/${file}`], { cwd });
    expect(own.stdout).toBe((await mapsim(['run', `@${name}`], { cwd })).stdout);
  }
});

test('scenarios: standard output gets a scenario that needs no other file', async () => {
  const cwd = aDirectory({});
  const { stdout } = await mapsim(['scenarios', '@split-merge'], { cwd });
  const alone = join(aDirectory({ 'split-merge.yaml': stdout }), 'split-merge.yaml');

  expect((await mapsim(['validate', alone])).code).toBe(0);
  expect(await mapsim(['scenarios', 'bash'], { cwd })).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'mapsim: error: @bash needs files beside it (captures/bash.maps); ' +
      'mapsim scenarios bash -o DIR copies them too\n',
  });
});

test('scenarios: on standard output a maps text stands as lines, and runs the same', async () => {
  const { stdout } = await mapsim(['scenarios', 'quiet'], { cwd: aDirectory({}) });
  const cwd = aDirectory({ 'quiet.yaml': stdout });

  expect(stdout).toContain('  - "561bd58f1000-561bd5920000 r--p 00000000 fe:00 260104');
  expect((await mapsim(['run', 'quiet.yaml'], { cwd })).stdout).toBe(
    (await mapsim(['run', '@quiet'], { cwd })).stdout,
  );
});

test.each([
  [['run', '@bsh'], 2, 'no shipped scenario has the name bsh; did you mean @bash?'],
  [
    ['run', 'x/bash.yaml'],
    3,
    'cannot read x/bash.yaml: no such file; a shipped scenario has this name: @bash',
  ],
  [
    ['explore', 'flip'],
    3,
    'cannot read flip: no such file; a shipped scenario has this name: @explore/flip',
  ],
  [['run', 'nothing.yaml'], 3, 'cannot read nothing.yaml: no such file or directory'],
  [['scenarios', '-o', 'x'], 2, '-o: give the name of the scenario to copy'],
])('scenarios: %j says what is wrong', async (argv, code, message) => {
  const ended = await mapsim(argv as string[], { cwd: aDirectory({}) });

  expect(ended).toMatchObject({ code, stdout: '', stderr: `mapsim: error: ${message}\n` });
});
