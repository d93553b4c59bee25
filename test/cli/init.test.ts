/** `mapsim init`: what it writes runs, and is the same in YAML and JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const CAPTURE = join(ROOT, 'scenarios/captures/bash.maps');

test('init: the scenario runs, and its monitor reads every 10 ms', async () => {
  const cwd = aDirectory();

  const made = await mapsim(['init', '-o', 'mine.yaml'], { cwd });
  const { stdout } = await mapsim(['run', 'mine.yaml', '--format=json', '--pass=all'], { cwd });
  const outcome = JSON.parse(stdout);

  expect(made).toEqual({
    code: 0,
    stdout: '',
    stderr: 'mapsim: wrote mine.yaml\nmapsim: next: mapsim run mine.yaml\n',
  });
  expect(outcome.totals.passesFinished).toBe(100);
  const period = outcome.passes[1].startNs - outcome.passes[0].startNs; // less what open() varies
  expect(Math.abs(period - 10_000_000)).toBeLessThan(1000);
  expect(outcome.writers[0].ops).toBeGreaterThan(15_000);
  // Splits of a page and back: never more than two VMAs besides the 500.
  expect(outcome.totals.lines).toBeLessThan(100 * 502);
});

test('init: JSON is the same scenario', async () => {
  const cwd = aDirectory();
  await mapsim(['init', '-o', 'mine.yaml'], { cwd });
  await mapsim(['init', '-o', 'mine.json'], { cwd });
  const printed = await mapsim(['init', '--json'], { cwd });
  const counts = async (file: string) =>
    JSON.parse((await mapsim(['run', file, '--format=json', '--duration=20ms'], { cwd })).stdout)
      .totals;

  expect(readFileSync(join(cwd, 'mine.json'), 'utf8')).toBe(printed.stdout);
  expect(await counts('mine.json')).toEqual(await counts('mine.yaml'));
});

test('init: --from takes the address space of a file or a process', async () => {
  const cwd = aDirectory();

  await mapsim(['init', '--from', CAPTURE, '-o', 'real.yaml'], { cwd });
  const run = await mapsim(['run', 'real.yaml', '--summary=none', '--duration=1ms'], { cwd });
  const live = await mapsim(['init', '--from', String(process.pid), '--json'], { cwd });

  expect(run.stdout.split('\n')[0]).toBe(readFileSync(CAPTURE, 'utf8').split('\n')[0]);
  expect(JSON.parse(live.stdout).vmas.length).toBeGreaterThan(10);
});

test('init: a file without maps text is refused, and nothing is written', async () => {
  const cwd = aDirectory({ 'notes.txt': 'words\n' });

  expect(await mapsim(['init', '--from', 'notes.txt', '-o', 'x.yaml'], { cwd })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'mapsim: error: --from notes.txt: contains no line of maps text\n',
  });
});
