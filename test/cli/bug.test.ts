import { expect, test } from 'vitest';
import { commandLine } from '../../src/base/shell.ts';
import { VERSION } from '../../src/base/version.ts';
import { bugReport } from '../../src/cli/bug.ts';

test('bug: the report has both versions, the seed and the exact command', () => {
  const error = new Error('mmap_lock: more unlocks than locks');

  const report = bugReport(error, ['run', 'a b.yaml', '--seed=x'], { seed: 'x' }, {});

  expect(report).toBe(`mapsim: bug in mapsim: mmap_lock: more unlocks than locks
  mapsim ${VERSION}, node ${process.version}, seed "x"
  to repeat it: mapsim run 'a b.yaml' --seed=x
  MAPSIM_DEBUG=1 in the environment prints the stack
`);
});

test('bug: MAPSIM_DEBUG shows the stack', () => {
  const report = bugReport(new Error('x'), [], { seed: null }, { MAPSIM_DEBUG: '1' });

  expect(report).toMatch(/\n {4}at .*bug\.test\.ts/);
  expect(report).toContain('no seed yet');
});

test('bug: words are quoted as a shell needs them', () => {
  expect(commandLine(['run', "it's", '', '$HOME', '--fail-on', 'cuts>0', 'ä', 'a\nb'])).toBe(
    "mapsim run 'it'\\''s' '' '$HOME' --fail-on 'cuts>0' 'ä' $'a\\nb'",
  );
});
