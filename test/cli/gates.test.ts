/** The gates of a CI job (docs/ci.md): what fails, what passes, what cannot judge. */
import { expect, test } from 'vitest';
import { aDirectory, mapsim, type Said } from './support.ts';

/** Writers that rest less make more calls, hence more retries and longer passes. */
const storm = (thinkUs: number): string => `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 30, gap: 1, perms: [r--p, rw-p], tag: child}]
readers: [{name: monitor, strategy: rcu-retry3, passes: 4}]
writers: [{name: churn, churn: split-merge, vma: {tag: child}, think: {exp: ${thinkUs}us}}]
`;

interface Totals {
  readonly fallbackReads: number;
  readonly reads: number;
}

/** The result of `before` is saved, that of `after` is compared with it. */
async function gate(before: string, after: string, seeds: number): Promise<Said> {
  const cwd = aDirectory({ 'before/storm.yaml': before, 'after/storm.yaml': after });
  for (const when of ['before', 'after']) {
    const run = ['compare', `${when}/storm.yaml`, '--strategies=rcu-retry3', `--seeds=${seeds}`];
    const { code } = await mapsim([...run, '--jobs=1', '--quiet', '-o', `${when}.json`], { cwd });
    expect(code).toBe(0);
  }
  return mapsim(['compare', 'before.json', 'after.json', '--exit-code', '--quiet'], { cwd });
}

test('gate: a regression that 3 seeds cannot show is no pass: exit code 4, and why', async () => {
  const { code, stderr } = await gate(storm(50), storm(5), 3);

  expect(code).toBe(4);
  expect(stderr).toMatch(
    /^mapsim: warning: storm: --exit-code cannot judge: with 3 seeds no difference can be significant at 5 % over these \d+ tests; 10 are enough \(--seeds=10\)$/m,
  );
});

test('gate: the same regression is shown by the 10 seeds that the sentence asks for: exit code 1', async () => {
  const { code, stderr } = await gate(storm(50), storm(5), 10);

  expect(code).toBe(1);
  expect(stderr).not.toContain('cannot judge');
});

test('gate: without a regression the same seeds pass: exit code 0, and nothing is said', async () => {
  const { code, stderr } = await gate(storm(50), storm(50), 10);

  expect([code, stderr]).toEqual([0, '']);
});

test('gate: a limit on the share of read() calls that fall back fails above it only', async () => {
  const cwd = aDirectory({ 'storm.yaml': storm(5) });
  const argv = ['compare', 'storm.yaml', '--strategies=rcu-retry1', '--seeds=2', '--jobs=1'];
  const saved = await mapsim([...argv, '--format=json'], { cwd });
  const { runs } = JSON.parse(saved.stdout).scenarios[0].groups[0];
  const sum = (key: 'fallbackReads' | 'reads'): number =>
    runs.reduce((all: number, { totals }: { totals: Totals }) => all + totals[key], 0);
  const [fell, reads] = [sum('fallbackReads'), sum('reads')];
  const percent = Math.floor((100 * fell) / reads);
  const judged = (limit: number): Promise<Said> =>
    mapsim([...argv, '--fail-on', `rcu-retry1:fallbackReads/reads>${limit}%`], { cwd });
  const [above, below] = [await judged(percent - 1), await judged(percent + 1)];

  expect(fell).toBeGreaterThan(0);
  expect(fell).toBeLessThan(reads);
  expect([above.code, below.code]).toEqual([1, 0]);
  expect(above.stderr).toContain(`✗ rcu-retry1:fallbackReads/reads>${percent - 1}% (`);
  expect(below.stderr).toContain(`✓ rcu-retry1:fallbackReads/reads<=${percent + 1}% (`);
});
