/** `mapsim playground`: the page that is written, and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

beforeAll(ensureBuilt);

const BUILT = () => readFileSync(join(ROOT, 'dist/playground.html'), 'utf8');
const SCENARIO = `mapsim: 1
vmas: [{from: here.maps}]
readers: [{name: "<!--<b>", strategy: rcu-retry3}]
`;
const MAPS = '10000000-10001000 r--p 00000000 00:00 0 \n';

/** What a page was given. */
function startOf(page: string) {
  const [, json] = /id="mapsim-start">([^<]*)<\/script>/.exec(page)!;
  return JSON.parse(json!);
}

test('the page is the one that was built, in a file or on standard output', async () => {
  const cwd = aDirectory({});
  const file = await mapsim(['playground', '-o', 'p.html'], { cwd });
  const { code, stdout } = await mapsim(['playground', '-o', '-']);

  expect(file).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(cwd, 'p.html'), 'utf8')).toBe(BUILT());
  expect([code, stdout]).toEqual([0, BUILT()]);
});

test('the page has the policy of its scripts, and no address but its own', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(BUILT())![1]!;

  expect(policy.replace(/sha256-[\w+/=]+/g, 'HASH').replaceAll('&#39;', "'")).toBe(
    "default-src 'none'; script-src 'HASH' blob:; worker-src blob:; style-src 'HASH'; base-uri 'none'; form-action 'none'",
  );
  expect(BUILT()).not.toMatch(/https?:\/\//);
});

test('a scenario is put into the page with the files that it needs', async () => {
  const cwd = aDirectory({ 's.yaml': SCENARIO, 'here.maps': MAPS });
  const { code, stdout } = await mapsim(['playground', '--scenario', './s.yaml'], { cwd });
  const { start, scenarios } = startOf(stdout);

  expect(code).toBe(0);
  expect(start).toEqual({ name: './s.yaml', strategies: 'rcu-retry3,mmap-lock' });
  expect(scenarios.at(-1)).toEqual({
    name: './s.yaml',
    given: { path: './s.yaml', text: SCENARIO, files: { 'here.maps': MAPS } },
  });
  expect(stdout).not.toContain('<!--<b>');
});

test.each([
  [['--scenario', '@node-churn'], 2, 'a page cannot contain traces'],
  [['--scenario', '@tron'], 2, 'no shipped scenario has the name tron'],
  [['--scenario', '@bash', '-o', '.'], 3, 'it is a directory'],
  [['--scenario', 'bad.yaml'], 2, 'bad.yaml:1:1: error: '],
] as const)('%j is refused', async (argv, code, message) => {
  const cwd = aDirectory({ 'bad.yaml': 'vmas: []\n' });
  const refused = await mapsim(['playground', ...argv], { cwd });

  expect(refused).toMatchObject({ code, stdout: '' });
  expect(refused.stderr).toContain(message);
});
