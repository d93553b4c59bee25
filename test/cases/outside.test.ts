/** K24: what is outside the model says so where it is used. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mapsim } from '../cli/support.ts';
import { caseCopy } from './support.ts';

test('run --help names what is not modelled and where to read on', async () => {
  const { stdout } = await mapsim(['run', '--help']);

  expect(stdout.replaceAll('\n', ' ')).toContain('smaps and page faults are outside the model');
  expect(stdout).toContain('docs/inputs.md');
});

test('no page says that reading on is outside', async () => {
  const { stdout } = await mapsim(['run', '--help']);
  const pages = ['README.md', 'scenarios/README.md', 'docs/inputs.md'].map((name) =>
    readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'),
  );

  for (const page of [stdout, ...pages]) {
    expect(page.replaceAll('\n', ' ')).not.toMatch(/page faults,? and reading on/);
  }
  expect(stdout.replaceAll('\n', ' ')).toContain(
    'The key readOn of a reader makes it read on after the end of the text',
  );
});

test('the positions of Linux 5.7 to 6.0 are named where options of strategies are', async () => {
  const { stdout } = await mapsim(['strategies', '--help']);
  const pages = ['README.md', 'docs/scenario.md', 'docs/model.md'].map((name) =>
    readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'),
  );

  for (const page of [stdout, ...pages]) expect(page).toMatch(/end=pending|`pending`/);
});

test('import --help says that MAPS may be left out', async () => {
  const { stdout } = await mapsim(['import', '--help']);

  expect(stdout.replaceAll('\n', ' ')).toContain(
    'MAPS may be left out if the log begins with execve',
  );
});

test('compare praises no strategy for smaps', async () => {
  const cwd = caseCopy('61');

  const said = await mapsim(
    [
      'compare',
      's.yaml',
      '--seeds=1',
      '--strategies=mmap-lock,vma-lock',
      '--duration=20ms',
      '-q',
      '--jobs=1',
    ],
    { cwd },
  );
  const loud = await mapsim(
    [
      'compare',
      's.yaml',
      '--seeds=1',
      '--strategies=mmap-lock,vma-lock',
      '--duration=20ms',
      '--jobs=1',
    ],
    { cwd },
  );

  expect(said.stderr).not.toContain('smaps');
  expect(loud.stderr).toContain(
    's: lines cost as much as those of smaps, which is read under mmap_lock up to Linux 7.0: no strategy here changes that',
  );
});
