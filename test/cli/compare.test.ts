/** `mapsim compare` as a command. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { aDirectory, fakeSignals, mapsim, Sink } from './support.ts';

const STORM = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 100, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 5}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: {exp: 4us}}]
`;
const TWO = ['--strategies=mmap-lock,rcu-retry3', '--seeds=3'];

beforeAll(ensureBuilt);

function storm(files: Readonly<Record<string, string>> = {}): string {
  return aDirectory({ 'storm.yaml': STORM, ...files });
}

test('compare: the same bytes for every number of threads, in every format', async () => {
  const cwd = storm({ 'storm.yaml': STORM.replace('passes: 5', 'passes: 2') });
  const scenario = join(cwd, 'storm.yaml');
  const argv = ['compare', scenario, '--strategies=mmap-lock,rcu-retry3,vma-lock', '--seeds=4'];
  const endings = ['json', 'ndjson', 'csv', 'md', 'txt', 'xml', 'tap'];
  const outputs = [];
  for (const jobs of [1, 3]) {
    const files = endings.map((ending) => join(cwd, `${jobs}.${ending}`));
    await spawnMapsim([...argv, `--jobs=${jobs}`, ...files.flatMap((file) => ['-o', file])]);
    outputs.push(files.map((file) => readFileSync(file, 'utf8')));
  }

  for (const text of outputs[0]!) expect(text.length).toBeGreaterThan(100);
  expect(outputs[1]).toEqual(outputs[0]);
});

test('compare: json is valid by the schema in schema/, and has every run', async () => {
  const { stdout, code } = await mapsim(['compare', 'storm.yaml', ...TWO, '--format=json'], {
    cwd: storm(),
  });
  const document = JSON.parse(stdout);
  const schema = JSON.parse(readFileSync(join(ROOT, 'schema/compare.v1.schema.json'), 'utf8'));

  expect(code).toBe(0);
  expect(new Ajv({ strict: false }).validate(schema, document)).toBe(true);
  expect(
    document.scenarios[0].groups.map(({ runs }: { runs: { seed: string }[] }) =>
      runs.map(({ seed }) => seed),
    ),
  ).toEqual([
    ['1', '2', '3'],
    ['1', '2', '3'],
  ]);
});

test('compare: a run in it is the run that `mapsim run` makes', async () => {
  const cwd = storm();
  const compared = await mapsim(['compare', 'storm.yaml', ...TWO, '--format=json'], { cwd });
  const single = await mapsim(
    ['run', 'storm.yaml', '--strategy=rcu-retry3', '--seed=2', '--format=json'],
    { cwd },
  );
  const run = JSON.parse(compared.stdout).scenarios[0].groups[1].runs[1];
  const { totals, tearing, events, simulatedNs, readers, writers } = JSON.parse(single.stdout);

  expect(run).toMatchObject({ seed: '2', totals, tearing, events, simulatedNs });
  expect(run.passNs).toEqual(readers[0].passNs);
  expect(run.writer.opNs).toEqual(writers[0].opNs);
});

test('compare: every strategy meets the same writers, seed by seed', async () => {
  const cwd = storm({
    'storm.yaml': STORM.replace('think: {exp: 4us}', 'think: {exp: 4us}, ops: 20').replace(
      'passes: 5',
      'passes: 30, think: 50us',
    ),
  });
  const { stdout } = await mapsim(
    [
      'compare',
      'storm.yaml',
      '--strategies=mmap-lock,rcu-page3,vma-lock',
      '--seeds=3',
      '--format=json',
    ],
    { cwd },
  );
  const ops = JSON.parse(stdout).scenarios[0].groups.map(
    ({ runs }: { runs: { writer: { ops: number } }[] }) => runs.map(({ writer }) => writer.ops),
  );

  expect(ops).toEqual(Array.from({ length: 3 }, () => [20, 20, 20]));
});

test('compare: -o writes files by their endings, all or none', async () => {
  const cwd = storm();
  const outputs = ['a.json', 'a.ndjson', 'a.csv', 'a.md', 'a.xml', 'a.tap', 'a.txt'];
  const { code, stdout } = await mapsim(
    ['compare', 'storm.yaml', ...TWO, ...outputs.flatMap((name) => ['-o', name])],
    { cwd },
  );

  expect(code).toBe(0);
  expect(readdirSync(cwd).sort()).toEqual([...outputs, 'storm.yaml'].sort());
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(stdout);
  const bad = await mapsim(['compare', 'storm.yaml', ...TWO, '-o', 'b.json', '-o', 'none/c.json'], {
    cwd,
  });
  expect(bad.code).toBe(3);
  expect(readdirSync(cwd).filter((name) => name.startsWith('b'))).toEqual([]);
});

test('compare: saved results of the same seeds are paired, of others not', async () => {
  const cwd = storm();
  await mapsim(['compare', 'storm.yaml', ...TWO, '-o', 'a.json', '-o', 'b.ndjson'], { cwd });
  await mapsim(
    ['compare', 'storm.yaml', '--strategies=mmap-lock,rcu-retry3', '--seeds=4..6', '-o', 'c.json'],
    { cwd },
  );
  const same = await mapsim(['compare', 'a.json', 'b.ndjson'], { cwd });
  const other = await mapsim(['compare', 'a.json', 'c.json'], { cwd });

  expect(same.stdout).toMatch(
    /^storm: seeds 1\.\.3 \(3\); differences against a\.json, seed by seed; \? not\s+significant at 5 %\n/,
  );
  expect(same.stdout).toContain('  b.ndjson:rcu-retry3 ');

  expect(same.stdout.match(/no difference seen: longest writer call/g)).toHaveLength(2);
  expect(other.stdout).toMatch(/differences against a\.json, unpaired; /);
});

test('compare: files with one strategy each are compared, whatever it is', async () => {
  const cwd = storm();
  await mapsim(['compare', 'storm.yaml', '--strategies=mmap-lock', '--seeds=3', '-o', 'a.json'], {
    cwd,
  });
  await mapsim(['compare', 'storm.yaml', '--strategies=rcu-page3', '--seeds=3', '-o', 'b.json'], {
    cwd,
  });
  const { stdout } = await mapsim(['compare', 'a.json', 'b.json'], { cwd });
  const direct = await mapsim(
    ['compare', 'storm.yaml', '--strategies=mmap-lock,rcu-page3', '--seeds=3'],
    { cwd },
  );
  const figures = (text: string) =>
    text
      .split('\n')
      .slice(4)
      .map((line) => line.replace(/\S*(mmap-lock|rcu-page3):? */, '').trim());

  expect(figures(stdout)).toEqual(figures(direct.stdout));
});

test.each([
  [['compare', 'storm.yaml', '--fail-on', 'tornPases>0'], 'did you mean "tornPasses"?'],
  [
    ['compare', 'storm.yaml', '--fail-on', 'rcu-page:cuts>0'],
    'no reader of this run has strategy "rcu-page"',
  ],
  [['compare', 'storm.yaml', '--fail-on', 'p98(passNs)>1ms'], 'unknown aggregate "p98"'],
  [['compare', 'storm.yaml', '--strategies=rcu-rety3'], 'did you mean "rcu-retry3"?'],
  [['compare', 'storm.yaml', '--strategies=mmap-lock,baseline'], '"mmap-lock" is given twice'],
  [['compare', 'storm.yaml', '--seeds=1..3,2'], '"2" is given twice'],
  [['compare', 'storm.yaml', '-o', 'a.pdf'], 'the ending sets the format'],
  [['compare', 'storm.yaml', '-o', 'a.csv', '-o', 'a.csv'], 'given twice'],
  [['compare', 'storm.yaml', 'other/storm.yaml'], 'would both be called "storm"'],
  [['compare', 'silent.yaml'], 'has no reader, so there is nothing to compare'],
  [
    ['compare', 'storm.yaml', 'saved.json'],
    'storm.yaml is a scenario and saved.json a saved result',
  ],
  [['compare', 'saved.json', 'saved.json'], 'saved.json is given twice'],
  [['compare', 'saved.json'], 'a second saved result is missing'],
  [
    ['compare', 'saved.json', 'dear.json'],
    'saved.json (mapsim 0.1.0) and dear.json (mapsim 0.2.0) were run with different costs',
  ],
  [['compare', 'saved.json', 'run.json'], 'run.json is a result of another kind (mapsim/run@1)'],
  [['compare', 'saved.json', 'cut.json'], 'cut.json is not a complete saved result'],
  [['compare', 'saved.json', 'other/saved.json', '--seeds=3'], '--seeds is for new runs'],
  [['compare', 'storm.yaml', '--jobs=0'], 'It is a number of threads'],
])('compare: %j is refused, exit code 2, nothing on stdout', async (argv, fault) => {
  const saved = `{"schema": "mapsim/compare@1", "tool": "0.1.0", "prng": "alea/1", "costs": "a", "complete": true, "scenarios": []}`;
  const cwd = storm({
    'other/storm.yaml': STORM,
    'silent.yaml': 'mapsim: 1\nduration: 1ms\n',
    'saved.json': saved,
    'other/saved.json': saved,
    'dear.json': saved.replace('0.1.0', '0.2.0').replace('"a"', '"b"'),
    'cut.json': saved.slice(0, -5),
    'run.json': '{"schema": "mapsim/run@1"}',
  });
  const { code, stdout, stderr } = await mapsim(argv, { cwd });

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(fault);
});

test('compare: failOn of the scenario is judged for each strategy that takes part', async () => {
  const failOn = 'failOn: ["lines>0", "rcu-page:cuts>0"]\n';
  const cwd = storm({ 'storm.yaml': STORM.replace('mmap-lock', 'rcu-page') + failOn });
  const { code, stderr } = await mapsim(['compare', 'storm.yaml', ...TWO], { cwd });

  expect(code).toBe(1);
  expect(stderr).toContain('failOn rcu-page:cuts>0: not judged, because rcu-page is not compared');
  expect(stderr).toMatch(/✗ mmap-lock: lines>0 \(\d+\)\n✗ rcu-retry3: lines>0 /);
});

test('compare: expressions sum counts over seeds and pool times', async () => {
  const cwd = storm();
  const saved = await mapsim(['compare', 'storm.yaml', ...TWO, '--format=json'], { cwd });
  const { groups } = JSON.parse(saved.stdout).scenarios[0];
  const [lock, retry] = groups.map(
    (group: {
      runs: { totals: { lines: number; retries: number }; passNs: { max: number } }[];
    }) => ({
      lines: group.runs.reduce((sum, { totals }) => sum + totals.lines, 0),
      retries: group.runs.reduce((sum, { totals }) => sum + totals.retries, 0),
      maxNs: Math.max(...group.runs.map(({ passNs }) => passNs.max)),
    }),
  );
  const expressions = [
    `mmap-lock:lines!=${lock.lines}`,
    'rcu-retry3:retries>mmap-lock:retries',
    `mmap-lock:max(passNs)>${lock.maxNs}ns`,
  ];
  const { code, stderr } = await mapsim(
    ['compare', 'storm.yaml', ...TWO, ...expressions.flatMap((e) => ['--fail-on', e])],
    { cwd },
  );

  expect(code).toBe(1);
  expect(stderr).toContain(`✓ ${expressions[0]!.replace('!=', '==')} (${lock.lines})\n`);
  expect(stderr).toContain(`✗ ${expressions[1]} (${retry.retries} against 0)\n`);
  expect(stderr).toContain(`✓ ${expressions[2]!.replace('>', '<=')} (${lock.maxNs})\n`);
});

test('compare: few seeds are told to be too few', async () => {
  const { stderr } = await mapsim(['compare', 'storm.yaml', ...TWO], { cwd: storm() });

  expect(stderr).toBe(
    'mapsim: 3 seeds may be too few to show any difference; 10 are enough for up to ' +
      '21 tests (--seeds=10)\n',
  );
});

/** How many runs the last progress record tells of. */
function runsTold(stderr: string): number {
  return Number(/.*"runs":(\d+)/s.exec(stderr)?.[1] ?? 0);
}

test('compare: a signal leaves the whole seeds, says so, and ends by the signal', async () => {
  const signals = fakeSignals();
  const [stdout, stderr] = [new Sink(), new Sink()];
  const cwd = storm();
  const argv = ['compare', 'storm.yaml', TWO[0]!, '--seeds=100000', '--progress=json'];
  const running = mapsim([...argv, '-o', 'part.json'], { cwd, stdout, stderr, ...signals });
  while (runsTold(stderr.text) < 5) await setTimeout(10);
  signals.send('SIGINT');
  const { code } = await running;
  const saved = JSON.parse(readFileSync(join(cwd, 'part.json'), 'utf8'));
  const [first, second] = saved.scenarios[0].groups;

  expect([code, signals.deaths]).toEqual([130, ['SIGINT']]);
  expect(stderr.text).toMatch(/interrupted: the result has \d+ of 100000 seeds/);
  expect(saved.complete).toBe(false);
  expect(first.runs.length).toBeGreaterThan(1);
  expect(second.runs.length).toBe(first.runs.length);
  expect(stdout.text).toMatch(/^storm: seeds 1/);
});

test('compare: Ctrl-C with threads at work ends as well', async () => {
  const scenario = join(storm(), 'storm.yaml');
  const argv = ['compare', scenario, '--seeds=100000', '--progress=json', '--jobs=2'];
  let told = '';
  const { signal, stdout } = await spawnMapsim([...argv, '--format=json'], (child) => {
    child.stderr!.on('data', (text: string) => {
      told += text;
      if (runsTold(told) <= 50 || child.killed) return; // a second one would end it at once
      child.kill('SIGINT');
    });
  });

  expect(signal).toBe('SIGINT');
  expect(JSON.parse(told.split('\n')[0]!)).toMatchObject({ type: 'progress', of: 400_000 });
  expect(JSON.parse(stdout).complete).toBe(false);
  expect(JSON.parse(stdout).scenarios[0].groups[0].runs.length).toBeGreaterThan(0);
});

/** Behaves in the main thread; in a worker its third pass ends in an exception. */
const CRASHING = `import { isMainThread } from 'node:worker_threads';
let passes = 0;
export default (kit) => ({
  name: 'crashing', summary: 's', source: 'test', tearing: 'within-vma', gaps: 'false',
  progress: 'bounded', medium: 'seq', resumeAt: 'shown-end',
  lockVmaRange: (k, r) => {
    if (!isMainThread && ++passes === 3) throw new TypeError('the roof is on fire');
    return kit.mmapReadLock(k, r, (_k, reader) => reader.ret);
  },
  getNextVma: (k, r) => { kit.vmaNext(k, r); r.from = kit.LIVE_VMA; return r.ret; },
  unlockVmaRange: (k, r) => { kit.mmapReadUnlock(k, r); return r.ret; },
});
`;

test("compare: a worker's crash is a bug report with the run that repeats it", async () => {
  const cwd = storm({ 'crashing.mjs': CRASHING });
  const argv = [
    'compare',
    join(cwd, 'storm.yaml'),
    `--strategies=mmap-lock,${cwd}/crashing.mjs`,
    '--seeds=1000',
    '--jobs=2',
    '-o',
    join(cwd, 'out.json'),
  ];
  const { code, stdout, stderr } = await spawnMapsim(argv);

  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toContain('bug in mapsim: the roof is on fire');
  expect(stderr).toMatch(
    /seed "(\d+)"\n {2}to repeat it: mapsim run \S+storm\.yaml --strategy=\S+crashing\.mjs --seed=\1\n/,
  );
  expect(existsSync(join(cwd, 'out.json'))).toBe(false);
});

test('compare: --annotate tells GitHub, with what it would misread escaped', async () => {
  const cwd = aDirectory({ 'a,b/storm.yaml': STORM });
  const { stderr } = await mapsim(
    ['compare', 'a,b/storm.yaml', ...TWO, '--fail-on', 'rcu-retry3:lines/passes>1%', '--annotate'],
    { cwd },
  );

  expect(stderr).toMatch(
    /^::error file=a%2Cb\/storm\.yaml,title=mapsim storm::rcu-retry3:lines\/passes>1%25 \(10\d+(\.\d+)?%25\)$/m,
  );
});

test('compare: runs that a limit stopped are told, and are exit code 4', async () => {
  const argv = ['compare', 'storm.yaml', ...TWO, '--max-events=700', '--format=junit'];
  const { code, stdout, stderr } = await mapsim(argv, { cwd: storm() });

  expect(code).toBe(4);
  expect(stderr).toContain('storm, rcu-retry3: max-events stopped 3 of 3 runs');
  expect(stdout).toContain('errors="2"');
});

const STILL = `mapsim: 1
machine: {jitter: 0, costs: zero}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 20, gap: 1, tag: child}]
readers: [{name: monitor, passes: 4, think: 1us}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: next}, think: 2us}]
`;

test('compare: where nothing is drawn it runs once, and prints no interval and no p', async () => {
  const cwd = aDirectory({ 's.yaml': STILL });
  const argv = ['compare', 's.yaml', '--strategies=mmap-lock,mmap-lock-all', '--seeds=20'];

  const { code, stdout, stderr } = await mapsim([...argv, '-o', 'a.json'], { cwd });
  const again = await mapsim(['compare', 'a.json', './a.json', '--exit-code'], { cwd });

  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^s: no random numbers are used, so one run is enough and differences are exact\n\n +value +difference\n/,
  );
  expect(stdout).not.toMatch(/ \.\. |interval|shown|seeds/);
  const { scenarios } = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'));
  expect(scenarios[0].groups.map(({ runs }: { runs: object[] }) => runs.length)).toEqual([1, 1]);
  expect([again.code, again.stdout.slice(0, 20)]).toEqual([0, 's: no random numbers']);
});

test.each([
  ['a jitter', STILL.replace('jitter: 0', 'jitter: 0.1')],
  ['the jitter of a preset', STILL.replace('{jitter: 0, costs: zero}', '{}')],
  ['a distribution', STILL.replace('think: 2us', 'think: {exp: 2us}')],
  ['a random pick', STILL.replace('pick: next', 'pick: random')],
  ['a random start', STILL.replace('think: 1us', 'start: {uniform: [0, 1us]}')],
])('compare: with %s every seed is run', async (_, text) => {
  const cwd = aDirectory({ 's.yaml': text });

  await mapsim(['compare', 's.yaml', '--strategies=mmap-lock', '--seeds=2', '-o', 'a.json'], {
    cwd,
  });

  const { scenarios } = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'));
  expect(scenarios[0].groups[0].runs).toHaveLength(2);
});
