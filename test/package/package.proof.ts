/**
 * The package as others get it: packed, installed into an empty folder, and used from there with
 * nothing of this repository in reach.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { COMMANDS, type CommandText } from '../../src/cli/help.ts';
import { ensureBuilt, ROOT } from '../cli/spawn.ts';
import { aSandbox, failedCommands, renewed } from '../golden/documents.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const TYPES = join(ROOT, 'node_modules/@types');

let home = '';
let packed: string[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'mapsim-package-'));
  // The bundle is not made anew: other proofs run it meanwhile.
  ensureBuilt();
  execFileSync(process.execPath, ['scripts/types.mjs'], { cwd: ROOT });
  const report = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', home],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const [{ filename, files }] = JSON.parse(report);
  packed = files.map(({ path }: { path: string }) => path);
  writeFileSync(join(home, 'package.json'), '{"type": "module"}');
  // Nothing has to be fetched: what mapsim uses is bundled.
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', join(home, filename)], {
    cwd: home,
  });
});

function shell(command: string, folder = home) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${join(home, 'node_modules/.bin')}:${process.env.PATH}`, HOME: home },
  });
  return { status, stdout, stderr };
}

/** What a strategy file says and does beside its name, summary and source. */
const MMAP_LOCK_HOOKS = `  medium: 'seq',
  tearing: 'between-pages',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange: (k, r) => kit.mmapReadLock(k, r, r.ret),
  getNextVma: (k, r) => {
    kit.vmaNext(k, r);
    r.source = kit.LIVE_VMA;
    return r.ret;
  },
  unlockVmaRange: (k, r) => {
    kit.mmapReadUnlock(k, r);
    return r.ret;
  },
`;

test('an installation is one package', () => {
  const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));

  expect(installed).toEqual(['mapsim']);
});

test('the tarball has documents, types, man page and notices, and nothing left over', () => {
  const folders = new Set(packed.map((path) => path.split('/')[0]));

  expect(packed).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/model.md',
      'dist/THIRD-PARTY.txt',
      'dist/mapsim.1',
      'dist/index.js',
      'dist/types/index.d.ts',
      'dist/types/strategy.d.ts',
      'scenarios/captures/bash.maps',
    ]),
  );
  expect(
    [...folders].filter((name) => ['src', 'test', 'bench', 'scripts'].includes(name!)),
  ).toEqual([]);
  expect(packed.filter((path) => /chunks\.json|\.map$|meta\.json/.test(path))).toEqual([]);
});

test('links of documents lead to files of the package', () => {
  const documents = packed.filter((path) => path.endsWith('.md'));
  const missing = documents.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => join(path, '..', target!))
      .filter((target) => !packed.some((file) => file === target || file.startsWith(`${target}/`))),
  );

  expect(documents.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test('the man page is one', () => {
  expect(readFileSync(join(ROOT, 'dist/mapsim.1'), 'utf8')).toMatch(/^\.TH MAPSIM 1 /);
});

/** What examples of help take for granted: files of the user's own. */
function prepare(): string {
  const folder = mkdtempSync(join(home, 'work-'));
  const maps = readFileSync(join(ROOT, 'scenarios/captures/bash.maps'), 'utf8');
  for (const name of ['expected.maps', 'expected', 'real.maps', 'texts.maps']) {
    writeFileSync(join(folder, name), maps);
  }
  const fresh = [
    'execve("/usr/bin/t", ["t"], 0x7ffd /* 9 vars */) = 0',
    'mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
  ];
  writeFileSync(join(folder, 'whole.strace'), `${fresh.join('\n')}\n`);
  const captures = 'node-churn/captures/node-churn';
  const made = shell(
    `set -e
    mapsim scenarios node-churn -o node-churn
    cp ${captures}.start.maps start.maps; cp ${captures}.ready.maps end.maps
    cp ${captures}.strace calls.strace
    mapsim scenarios scenario -o . ; cp scenario.json s.yaml; cp scenario.json program.yaml; cp scenario.json mine.yaml
    mapsim scenarios examples/grid -o .
    mapsim sweep grid.yaml --shard=2/2 -o s2.ndjson
    mapsim sweep grid.yaml --strategies=mmap-lock --seeds=3 -o before.ndjson; cp before.ndjson after.ndjson
    mapsim compare s.yaml --seeds=3 -o baseline.json -o new.json > /dev/null
    mapsim explore @examples/border --strategy=vma-lock --find=overlaps --save=finding.yaml --format=json > finding.json || true`,
    folder,
  );
  expect(made.status, made.stderr).toBe(0);
  return folder;
}

/** Nothing is amiss there that would have to be said. */
const SAYS_NOTHING = /^mapsim (explore|census) /;

/** Processes, machines and times that a test has not. */
const NOT_RUN = /--pid|ssh |validate-model|measure|calibrate|> ~|generate |--watch/;

test('every example of help runs as shown', () => {
  const folder = prepare();
  const failed: object[] = [];
  for (const { examples } of Object.values<CommandText>(COMMANDS)) {
    for (const command of examples.filter((line) => !NOT_RUN.test(line))) {
      const { status, stderr } = shell(command, folder);
      const quiet = stderr === '' || !SAYS_NOTHING.test(command);
      if (![0, 1, 4].includes(status!) || !quiet) failed.push({ command, status, stderr });
    }
  }

  expect(failed).toEqual([]);
});

test('README shows what its commands print in an empty folder, and none that fails', async () => {
  const sandbox = aSandbox(join(home, 'node_modules/mapsim/bin/mapsim.js'));
  const path = join(ROOT, 'README.md');
  const readme = readFileSync(path, 'utf8');

  const now = renewed(readme, sandbox);
  const failed = failedCommands(readme, sandbox);
  sandbox.remove();

  await expect(now).toMatchFileSnapshot(path);
  expect(failed).toEqual([]);
  expect(readme.match(/^\$ mapsim /gm)!.length).toBeGreaterThan(10);
});

test("a stranger's strategy is checked against the published types, and runs", () => {
  const folder = join(home, 'strategy');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'mine.mts'),
    `import type { StrategyFile } from 'mapsim/strategy';

const mine: StrategyFile = (kit) => ({
  name: 'mine',
  summary: 'mmap_lock from m_start to m_stop, once more',
  source: 'an example',
${MMAP_LOCK_HOOKS}});

export default mine;
`,
  );

  const checked = compile(folder);
  const ran = shell('mapsim run @bash --strategy=./strategy/mine.mjs --summary=none');

  expect([checked.stdout, checked.status]).toEqual(['', 0]);
  expect(existsSync(join(folder, 'mine.mjs'))).toBe(true);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toContain('[heap]');
});

/** Checks and translates the TypeScript of a folder as its owner would. */
function compile(folder: string) {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
    typeRoots: [TYPES],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  return spawnSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
}

test("a stranger's vitest test imports the library, and its types are checked", () => {
  const folder = join(home, 'tested');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
  writeFileSync(
    join(folder, 'mine.test.mts'),
    `import { explore, load, run, ScenarioError } from 'mapsim';
import type { Outcome, StrategyFile } from 'mapsim';
import { expect, test } from 'vitest';

const text = \`mapsim: 1
vmas: [{ start: "0x10000000", pages: 4, perms: rw-p, tag: low }]
readers: [{ name: monitor, passes: 5 }]
writers: [{ name: app, ops: 50, program: [{ mprotect: { vma: { tag: low }, perms: r--p } }, { restore: true }] }]
\`;
const mine: StrategyFile = (kit) => ({
  name: 'mine',
  summary: 'mmap_lock',
  source: 'an example',
${MMAP_LOCK_HOOKS}});

test('a strategy of my own prints no torn text here', () => {
  const scenario = load(text, { name: 'mine.yaml' });
  const outcome: Outcome = run(scenario, { strategy: mine, seed: 7 }).outcome;

  expect(outcome.totals.passesFinished).toBe(5);
  expect(outcome.tearing.tornPasses).toBe(0);
  expect(outcome.strategy).toBe('mine');
});

test('faults are typed', () => {
  expect(() => load('mapsim: 2', { name: 'mine.yaml' })).toThrow(ScenarioError);
  expect(explore).toBeTypeOf('function');
  // @ts-expect-error: no such option
  expect(() => load(text, { nam: 'mine.yaml' })).toThrow();
});
`,
  );

  const checked = compile(folder);
  const ran = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder],
    { cwd: folder, encoding: 'utf8' },
  );

  expect([checked.stdout, checked.status]).toEqual(['', 0]);
  expect([ran.stderr, ran.status]).toEqual(['', 0]);
});

test('every example of docs/library.md is typed, and prints what is shown below it', () => {
  const document = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
  const examples = [...document.matchAll(/```ts\n([\s\S]*?)```\n+(?:```text\n([\s\S]*?)```)?/g)];
  const folder = mkdtempSync(join(home, 'examples-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  cpSync(join(ROOT, 'scenarios'), join(folder, 'scenarios'), { recursive: true });
  for (const [i, [, code]] of examples.entries()) {
    writeFileSync(join(folder, `example${i}.ts`), code!);
  }

  const checked = compile(folder);
  const printed = examples.map((_, i) => shell(`node example${i}.js`, folder));

  expect([checked.stdout, checked.status]).toEqual(['', 0]);
  expect(examples.length).toBeGreaterThan(4);
  expect(printed.map(({ stdout }) => stdout)).toEqual(examples.map(([, , shown]) => shown ?? ''));
});
