/** K24: what is outside the model says so where it is used. */
import { expect, test } from 'vitest';
import { mapsim } from '../cli/support.ts';
import { caseCopy } from './support.ts';

test('run --help names what is not modelled and where to read on', async () => {
  const { stdout } = await mapsim(['run', '--help']);

  expect(stdout.replaceAll('\n', ' ')).toContain('Outside the model are smaps, page faults');
  expect(stdout).toContain('docs/inputs.md');
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
