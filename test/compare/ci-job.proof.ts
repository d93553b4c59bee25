/** The CI job of docs/ci.md, played from beginning to end. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { BIN, ensureBuilt, ROOT } from '../cli/spawn.ts';
import { aDirectory } from '../cli/support.ts';

beforeAll(ensureBuilt);

const STORM = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 120, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 8}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: 20us}]
`;

test('CI job: baseline, change, failing threshold; exit codes 0, 1, 2 and 4', () => {
  const directory = aDirectory({ 'storm.yaml': STORM });
  const script = join(ROOT, 'test/compare/ci-job.sh');
  const env = { PATH: process.env.PATH, MAPSIM: `${process.execPath} ${BIN}` };
  const { status, stdout, stderr } = spawnSync('sh', [script, directory], {
    env,
    encoding: 'utf8',
  });
  const said = (name: string) => readFileSync(join(directory, name), 'utf8');

  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'baseline: 0',
    'unchanged: 0',
    'same-bytes: 0',
    'no-difference: 0',
    'changed: 0',
    'difference: 1',
    'few-before: 0',
    'few-after: 0',
    'cannot-judge: 4',
    'gate-holds: 0',
    'gate-fails: 1',
    'worse: 1',
    'threshold: 1',
    'misspelt: 2',
    'limit: 4',
  ]);
  expect(status).toBe(0);
  expect(said('baseline.err')).toBe(
    '✓ mmap-lock: falseGaps<=0 (0)\n✓ rcu-retry3: falseGaps<=0 (0)\n',
  );
  expect(said('threshold.err')).toMatch(/^✗ rcu-retry3:retries\/lines>1% \(\d/);
  expect(said('threshold.err')).toContain('::error file=new/storm.yaml,title=mapsim storm::');
  expect(said('threshold.out')).toContain('<failure message="rcu-retry3:retries');
  expect(said('cannot-judge.err')).toMatch(
    /warning: storm: --exit-code cannot judge: with 3 seeds no difference can be significant at 5 % over these \d+ tests; \d+ are enough/,
  );
  expect(said('misspelt.err')).toContain('did you mean "tornPasses"?');
  expect(said('misspelt.out')).toBe('');
  expect(said('limit.out')).toContain('not ok 1 - storm: mmap-lock: 12 runs complete');
  expect(said('difference.err')).toContain(
    'storm: the scenarios in baseline.json and new.json differ',
  );
});
