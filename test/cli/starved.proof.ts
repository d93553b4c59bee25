/** A run that would not end: a million steps at one record take some seconds of CPU time. */
import { expect, test } from 'vitest';
import { mapsim } from './support.ts';

test('run: a reader that does not get on ends the run as starved, and it was said before', async () => {
  const scenario = `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 3, gap: 1, perms: rw-p}]
readers: [{name: r, strategy: "rcu-retry:wait=none"}]
writers: [{name: w, program: [{hold: 1s}]}]
`;
  const { code, stdout, stderr } = await mapsim(['run', '-'], { stdin: scenario });

  expect(code).toBe(4);
  expect(stdout).toContain('# passesStarved: 1\n');
  expect(stderr).toMatch(
    /warning: reader r may never make progress: .*\n(.*\n)*.*took 1000000 steps at one/,
  );
});
