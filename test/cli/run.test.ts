/** `mapsim run` around a run that is made up: what it is asked, what is printed, how it ends. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPLAINED_NAMES } from '../../src/cli/options.ts';
import { chooseStrategy, Strategies } from '../../src/readers/index.ts';
import { EXPLAINED } from '../../src/report/pictures/explain.ts';
import type { OperationRecord } from '../../src/world/outcome.ts';
import { aPass, aReader, aWriter } from '../report/outcomes.ts';
import { aDirectory, FakeRun, fakeRuns, fakeSignals, mapsim, Sink } from './support.ts';

const LINE = '7f0000000000-7f0000003000 r--p 00000000 00:00 0 \n';

const SCENARIO = `mapsim: 1
seed: 7
vmas:
  - {start: "0x7f0000000000", pages: 3, perms: r--p, tag: left}
readers:
  - {name: monitor, passes: 3, strategy: rcu-retry3}
  - {name: second, count: 2, strategy: mmap-lock}
writers:
  - name: churn
    ops: 10
    think: 10us
    program:
      - mprotect: {vma: {tag: left}, page: 1, pages: 1, perms: rw-p}
      - restore: true
`;

const run = (argv: readonly string[], world: Parameters<typeof mapsim>[1] = {}) =>
  mapsim(['run', '-', ...argv], { stdin: SCENARIO, ...world });

const oneReader = (parts: Parameters<typeof aReader>[0], text: string | null = LINE) => ({
  readers: [aReader(parts)],
  passes: text === null ? [] : [aPass(text)],
});

test('run: stdout has the maps text and the counts, stderr nothing', async () => {
  const { startRun } = fakeRuns({ outcome: oneReader({ counters: { retries: 3 } }) });

  const { code, stdout, stderr } = await run([], { startRun });

  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(stdout.startsWith(`${LINE}# scenario: storm\n`)).toBe(true);
  expect(stdout).toContain('\n# seed: 7\n');
  expect(stdout).toContain('\n# retries: 3\n');
  expect(stdout.endsWith('\n# staleNames: 0\n')).toBe(true);
});

test('run: options reach the run, before and after the operand, with = and without', async () => {
  const forms = [
    ['run', '--strategy=page', '--seed', '-5', '--duration', '1.5ms', '--max-events=1e6', '-'],
    ['run', '-', '--strategy', 'page', '--seed=-5', '--duration=1500us', '--max-events', '1000000'],
  ];
  for (const argv of forms) {
    const { runs, startRun } = fakeRuns();

    const { code } = await mapsim([...argv, '--pass', '2'], { stdin: SCENARIO, startRun });

    expect(code).toBe(0);
    expect(runs[0]!.request).toEqual({
      strategy: chooseStrategy('rcu-page'),
      seed: '-5',
      durationNs: 1_500_000,
      maxEvents: 1_000_000,
      passes: { reader: null, which: 2 },
      strategies: expect.any(Strategies),
    });
  }
});

test("run: without options the scenario's seed, a billion steps, the first pass", async () => {
  const { runs, startRun } = fakeRuns();

  await run([], { startRun });

  expect(runs[0]!.request).toEqual({
    seed: '7',
    maxEvents: 1_000_000_000,
    passes: { reader: null, which: 0 },
    strategies: expect.any(Strategies),
  });
});

test('run: any text is a seed, the empty one too', async () => {
  for (const seed of ['', ' ', '--seed', 'ä\n', '0x10']) {
    const { runs, startRun } = fakeRuns();

    expect((await run([`--seed=${seed}`], { startRun })).code).toBe(0);
    expect(runs[0]!.request.seed).toBe(seed);
  }
});

test('run: --summary moves the counts, and none leaves pure maps text', async () => {
  const { startRun } = fakeRuns({ outcome: oneReader({}) });

  const none = await run(['--summary=none'], { startRun });
  const moved = await run(['--summary=stderr'], { startRun });
  const kept = await run(['--summary=stdout'], { startRun });

  expect([none.stdout, none.stderr]).toEqual([LINE, '']);
  expect(moved.stdout).toBe(LINE);
  expect(moved.stderr).toMatch(/^# scenario: storm\n/);
  expect(kept.stdout).toBe(LINE + moved.stderr);
});

test('run: --pass torn marks the cuts and says which pass it is', async () => {
  const pass = aPass('a\nb\n', { index: 2, torn: true, cuts: [{ line: 1, inPage: true }] });
  const { runs, startRun } = fakeRuns({ outcome: { passes: [pass] } });

  const { stdout, stderr } = await run(['--pass=torn', '--summary=none'], { startRun });

  expect(runs[0]!.request.passes).toEqual({ reader: null, which: 'torn' });
  expect(stdout).toBe('a\n# cut: inPage\nb\n');
  expect(stderr).toBe('mapsim: showing pass 2 of reader monitor, its first torn pass\n');
});

test('run: --pass torn without a torn pass prints the counts alone and says so', async () => {
  const { startRun } = fakeRuns();

  const loud = await run(['--pass', 'torn'], { startRun });
  const quiet = await run(['--pass', 'torn', '-q'], { startRun });

  expect(loud.code).toBe(0);
  expect(loud.stdout).toMatch(/^# scenario: /);
  expect(loud.stderr).toBe('mapsim: no finished pass of reader monitor is torn\n');
  expect(quiet).toEqual({ ...loud, stderr: '' });
});

test('run: --pass all names each pass', async () => {
  const passes = [aPass('a\n'), aPass('b\n', { index: 1 })];
  const { startRun } = fakeRuns({ outcome: { passes } });

  const { stdout } = await run(['--pass=all', '--summary=none'], { startRun });

  expect(stdout).toBe('# pass: 0\na\n# pass: 1\nb\n');
});

test('run: a pass that the run did not come to, or did not finish, is a warning', async () => {
  const never = fakeRuns();
  const cut = fakeRuns({ outcome: { passes: [aPass('a\n', { finished: false })] } });

  expect((await run(['--pass=1', '-q'], never)).stderr).toBe(
    'mapsim: warning: reader monitor did not begin pass 1 before the end of the run\n',
  );
  expect((await run(['-q'], cut)).stderr).toBe(
    'mapsim: warning: pass 0 of reader monitor did not finish: its text is cut short\n',
  );
});

test('run: a reader or pass that the scenario has not is refused before the run', async () => {
  const { runs, startRun } = fakeRuns();
  const refused = async (...argv: string[]) => {
    const { code, stdout, stderr } = await run(argv, { startRun });
    expect([code, stdout]).toEqual([2, '']);
    return stderr;
  };

  expect(await refused('--reader=montior')).toContain('did you mean "monitor"?');
  expect(await refused('--reader=second')).toContain('did you mean "second/0"?');
  expect(await refused('--reader=x')).toContain('known: monitor, second/0, second/1');
  expect(await refused('--pass=3')).toContain('"monitor" makes passes 0 to 2; there is no pass 3');
  expect(await refused('--reader=second/1', '--pass=1')).toContain('makes one pass, 0');
  expect(runs).toEqual([]);
});

test('run: formats for machines are those of the registry, without notes', async () => {
  const outcome = { passes: [aPass(LINE)] };
  const { runs, startRun } = fakeRuns({ outcome });

  const json = await run(['--format=json'], { startRun });
  const ndjson = await run(['--format=ndjson'], { startRun });
  const csv = await run(['--format=csv'], { startRun });
  const markdown = await run(['--format=markdown'], { startRun });

  expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'mapsim/run@1', seed: '7' });
  expect(JSON.parse(ndjson.stdout.split('\n')[0]!)).toMatchObject({ type: 'header' });
  expect(csv.stdout).toMatch(/^scenario,strategy,seed,reader,passesStarted,/);
  expect(markdown.stdout).toMatch(/^\| scenario \| strategy /);
  expect([json, ndjson, csv, markdown].map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
  expect(runs.map(({ request }) => request.passes.which)).toEqual([0, 0, 'none', 'none']);
});

test('run: --fail-on fails with 1, and says for each expression what it came to', async () => {
  const { startRun } = fakeRuns({ outcome: oneReader({ tearing: { cuts: 2 } }, null) });

  const held = await run(['--fail-on', 'cuts>2', '--fail-on=falseGaps>0'], { startRun });
  const failed = await run(['--fail-on', 'cuts>2', '--fail-on=cuts>1'], { startRun });
  const quiet = await run(['-q', '--fail-on', 'cuts>2', '--fail-on=cuts>1'], { startRun });

  expect(held.code).toBe(0);
  expect(held.stderr).toContain('✓ cuts<=2 (2)\n✓ falseGaps<=0 (0)\n');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('✓ cuts<=2 (2)\n✗ cuts>1 (2)\n');
  expect(quiet.code).toBe(1);
  expect(quiet.stderr).toContain('✗ cuts>1 (2)\n');
  expect(quiet.stderr).not.toContain('✓');
});

test("run: the scenario's failOn counts like --fail-on", async () => {
  const { startRun } = fakeRuns({ outcome: oneReader({ tearing: { cuts: 2 } }) });
  const stdin = `${SCENARIO}failOn: ["cuts>1"]\n`;

  const text = await run([], { startRun, stdin });
  const json = await run(['--format=json'], { startRun, stdin });

  expect([text.code, text.stderr]).toEqual([1, '✗ cuts>1 (2)\n']);
  expect(JSON.parse(json.stdout).failOn).toEqual([
    { expression: 'cuts>1', strategy: 'rcu-retry3', failed: true, left: 2, right: 1 },
  ]);
});

test('run: expressions that cannot mean anything here are refused before the run', async () => {
  const { runs, startRun } = fakeRuns({ outcome: oneReader({ strategy: 'mmap-lock' }) });

  const metric = await run(['--fail-on', 'tornPases>0'], { startRun });
  const strategy = await run(['--fail-on', 'rcu-page:cuts>0'], { startRun });
  const alias = await run(['--fail-on', 'baseline:cuts>0'], { startRun });
  const replaced = await run(['--strategy=page', '--fail-on', 'baseline:cuts>0'], { startRun });

  expect([metric.code, strategy.code, alias.code, replaced.code]).toEqual([2, 2, 0, 2]);
  expect(metric.stderr).toBe(
    'mapsim: error: --fail-on "tornPases>0": unknown metric "tornPases"; ' +
      'did you mean "tornPasses"?\n',
  );
  expect(strategy.stderr).toContain('no reader of this run has strategy "rcu-page"');
  expect(replaced.stderr).toContain('(there is: rcu-page)');
  expect(runs).toHaveLength(1);
});

test('run: --max-events reached is exit code 4, after a failed expression 1', async () => {
  const outcome = { ended: 'max-events' as const, complete: false, events: 1000, simulatedNs: 5 };
  const { startRun } = fakeRuns({ outcome });

  const limit = await run(['-q'], { startRun });
  const both = await run(['--fail-on=lines==0'], { startRun });

  expect(limit.code).toBe(4);
  expect(limit.stderr).toContain(
    'mapsim: warning: stopped by --max-events after 1000 steps, at 5 ns: the result is partial\n',
  );
  expect(both.code).toBe(1);
});

test('run: starved passes and livelocks are told', async () => {
  const outcome = {
    starved: [{ reader: 'monitor', pass: 2, address: '0x7f0000001000', failedAttempts: 41 }],
    livelock: { atNs: 900, periodNs: 100 },
  };
  const { startRun } = fakeRuns({ outcome });

  const { stderr } = await run(['-q'], { startRun });

  expect(stderr).toContain(
    'the run ended in pass 2 of reader monitor, after 41 failed attempts at 0x7f0000001000: ' +
      'the pass counts as starved',
  );
  expect(stderr).toContain('livelock: the run repeats itself every 100 ns, as found at 900 ns');
});

test('run: --ops-log has a record for each operation, with the keys of the contract', async () => {
  const cwd = aDirectory();
  const record: OperationRecord = {
    errno: null,
    endNs: 9,
    startNs: 5,
    arguments: { address: '0x7f0000001000', pages: 1, perms: 'rw-p' },
    operation: 'mprotect',
    index: 0,
    writer: 'churn',
  };
  const { startRun } = fakeRuns({ operations: [record, { ...record, index: 1, errno: 'ENOMEM' }] });

  const { code } = await run(['--ops-log', 'ops.ndjson'], { startRun, cwd });

  expect(code).toBe(0);
  expect(readdirSync(cwd)).toEqual(['ops.ndjson']);
  const head = '{"writer":"churn","index":0,"operation":"mprotect",';
  const args = '"arguments":{"address":"0x7f0000001000","pages":1,"perms":"rw-p"},';
  const first = `${head}${args}"startNs":5,"endNs":9,"errno":null}`;
  const second = first.replace('"index":0', '"index":1').replace('null', '"ENOMEM"');
  expect(readFileSync(join(cwd, 'ops.ndjson'), 'utf8')).toBe(`${first}\n${second}\n`);
});

test('run: an --ops-log that cannot be written is exit code 3, before the run', async () => {
  const { runs, startRun } = fakeRuns();

  const { code, stderr } = await run(['--ops-log', 'none/ops'], { startRun, cwd: aDirectory() });

  expect(code).toBe(3);
  expect(stderr).toBe('mapsim: error: cannot write none/ops: no such file or directory\n');
  expect(runs).toEqual([]);
});

test('run: --timing tells real time, nothing else does', async () => {
  const { startRun } = fakeRuns();

  expect((await run(['--timing'], { startRun })).stdout).toMatch(/\n# wallNs: [0-9]+\n$/);
  expect((await run([], { startRun })).stdout).not.toContain('wallNs');
});

test('run: colour marks counts on a terminal, never what a machine reads', async () => {
  const { startRun } = fakeRuns({ outcome: { passes: [aPass(LINE)] } });
  const csi = '\u001b[';

  const lines = '--summary-format=lines';
  const terminal = await run([lines], { startRun, stdout: new Sink(true) });
  const pipe = await run([], { startRun });
  const forced = await run(['--color=always'], { startRun });
  const json = await run(['--color=always', '--format=json'], { startRun });

  expect(terminal.stdout.startsWith(`${LINE}${csi}`)).toBe(true);
  expect(forced.stdout).toBe(terminal.stdout);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what colour is made of
  expect(terminal.stdout.replaceAll(/\u001b\[\d+m/g, '')).toBe(pipe.stdout);
  expect(json.stdout).not.toContain(csi);
});

test('run: counts are a table for people on a terminal, and lines everywhere else', async () => {
  const { startRun } = fakeRuns({ outcome: { passes: [aPass(LINE)] } });
  const plain = '--color=never';

  const terminal = await run([plain], { startRun, stdout: new Sink(true) });
  const asked = await run(['--summary-format=table'], { startRun });
  const pipe = await run([], { startRun });
  const onStderr = await run([plain, '--summary=stderr', '--summary-format=table'], { startRun });

  expect(terminal.stdout).toMatch(
    /^.*\n\n.+, rcu-retry3, seed 7: [\s\S]*\nIn short: [\s\S]*\nnext: /,
  );
  expect(asked.stdout).toBe(terminal.stdout);
  expect(pipe.stdout).toMatch(/^.*\n# scenario: /);
  expect([onStderr.stdout, onStderr.stderr]).toEqual([
    LINE,
    terminal.stdout.slice(LINE.length + 1),
  ]);
  expect(terminal.stdout).not.toMatch(/^.{81}/m);
});

test('run: marks of expressions are coloured by the rules for standard error', async () => {
  const { startRun } = fakeRuns();
  const argv = ['--fail-on=cuts>0'];

  const plain = await run(argv, { startRun });
  const forced = await run(argv, { startRun, env: { FORCE_COLOR: '1' } });
  const refused = await run(argv, { startRun, env: { NO_COLOR: '1', FORCE_COLOR: '1' } });

  expect(plain.stderr).toContain('✓ cuts<=0 (0)\n');
  expect(forced.stderr).toContain('\u001b[32m✓\u001b[39m cuts<=0 (0)\n');
  expect(refused.stderr).toBe(plain.stderr);
});

test('run: a signal ends the run early, after the partial result, by the same signal', async () => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const signals = fakeSignals();
    const runs: FakeRun[] = [];

    const { code, stdout, stderr } = await run(['--format=json'], {
      onSignal: signals.onSignal,
      die: signals.die,
      startRun: (scenario, request) => {
        const fake = new FakeRun(scenario, request, { slices: 1_000_000 });
        fake.onAdvance = (count) => {
          if (count === 3) signals.send(signal);
        };
        runs.push(fake);
        return fake;
      },
    });

    expect(code).toBe(expected);
    expect(runs[0]).toMatchObject({ interrupted: true, advances: 3 });
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, ended: 'interrupted' });
    expect(stderr).toContain('the result is partial');
    expect(signals.deaths).toEqual([signal]);
    expect(signals.watched()).toBe(false);
  }
});

test('run: a second signal ends the process at once and leaves no half file', async () => {
  const signals = fakeSignals();
  const cwd = aDirectory();

  await run(['--ops-log=ops'], {
    cwd,
    onSignal: signals.onSignal,
    die: (signal) => {
      signals.die(signal);
      expect(readdirSync(cwd)).toEqual([]);
    },
    startRun: (scenario, request) => {
      const fake = new FakeRun(scenario, request, { slices: 2 });
      fake.onAdvance = (count) => {
        if (count > 1) return;
        expect(readdirSync(cwd)).toHaveLength(1);
        signals.send('SIGINT');
        signals.send('SIGTERM');
      };
      return fake;
    },
  });

  expect(signals.deaths[0]).toBe('SIGTERM');
});

test('run: a signal while the result is being written ends the process at once', async () => {
  const signals = fakeSignals();
  const stdout = new Sink();
  const write = stdout._write.bind(stdout);
  stdout._write = (chunk, encoding, done) => {
    signals.send('SIGINT');
    write(chunk, encoding, done);
  };

  await run([], { stdout, ...fakeRuns(), onSignal: signals.onSignal, die: signals.die });

  expect(signals.deaths).toEqual(['SIGINT']);
});

test('run: a reader of the output that has gone is no failure, other errors are', async () => {
  const gone = new Sink();
  gone.failWith = 'EPIPE';
  const full = new Sink();
  full.failWith = 'ENOSPC';

  const { startRun } = fakeRuns({ outcome: oneReader({}) });
  expect(await run([], { stdout: gone, startRun })).toMatchObject({ code: 0, stderr: '' });
  expect(await run([], { stdout: full, startRun })).toMatchObject({
    code: 3,
    stderr: 'mapsim: error: cannot write standard output: write ENOSPC\n',
  });
});

test('run: a bug is exit code 70, with the command that repeats it and no half file', async () => {
  const cwd = aDirectory();
  const startRun = () => {
    throw new Error('vm_refcnt below 0');
  };

  const { code, stderr } = await run(['--seed=x y', '--ops-log=ops'], { cwd, startRun });

  expect(code).toBe(70);
  expect(stderr).toContain('mapsim: bug in mapsim: vm_refcnt below 0\n');
  expect(stderr).toContain("to repeat it: mapsim run - '--seed=x y' --ops-log=ops\n");
  expect(stderr).toContain('seed "x y"');
  expect(readdirSync(cwd)).toEqual([]);
});

test('run: faults of the scenario are told with their place, exit code 2', async () => {
  const { runs, startRun } = fakeRuns();
  const stdin = SCENARIO.replace('rcu-retry3', 'rcu-rety3').replace('tag: left', 'tga: left');

  const { code, stdout, stderr } = await run([], { stdin, startRun });

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('error: unknown strategy "rcu-rety3"');
  expect(stderr).toContain('"rcu-retry3"');
  expect(stderr).toMatch(/:4:\d+: error: /);
  expect(runs).toEqual([]);
});

test('run: on a terminal the scenario from standard input is asked for', async () => {
  const { stderr } = await run([], { stdinIsTTY: true, ...fakeRuns() });

  expect(stderr).toContain('reading the scenario from the terminal; Ctrl-D ends it');
});

test('run: a scenario without readers has no text to show, and says so', async () => {
  const stdin = SCENARIO.replace(/readers:\n.*\n.*\n/, '');
  const outcome = { readers: [], writers: [aWriter('churn')], strategy: 'none' };

  const { code, stdout, stderr } = await run([], { stdin, ...fakeRuns({ outcome }) });

  expect(code).toBe(0);
  expect(stdout).toMatch(/^# scenario: storm\n# strategy: none\n/);
  expect(stderr).toBe('mapsim: the scenario has no reader, so there is no text to show\n');
});

test.each([
  ['r.txt', []],
  ['r.json', []],
  ['r.ndjson', []],
  ['r.csv', []],
  ['r.md', []],
  ['counts', ['--format=json']],
  ['r.txt', ['--format=csv']],
])('run -o %s %j: the file has the bytes that standard output would have', async (name, given) => {
  const cwd = aDirectory();
  const formats = { txt: 'text', json: 'json', ndjson: 'ndjson', csv: 'csv', md: 'markdown' };
  const ending = name.split('.')[1] as keyof typeof formats;
  const format = given.length > 0 ? given : [`--format=${formats[ending]}`];
  const { startRun } = fakeRuns({ outcome: oneReader({}) });
  const printed = await run(format, { startRun });
  const stdout = new Sink(true); // a terminal, which the file is not
  const { code, stderr } = await run([...given, '-o', name], { cwd, startRun, stdout });

  expect([code, stdout.text, stderr]).toEqual([0, '', '']);
  expect(readFileSync(join(cwd, name), 'utf8')).toBe(printed.stdout);
  expect(printed.stdout.length).toBeGreaterThan(50);
  expect(readdirSync(cwd)).toEqual([name]);
});

test.each([
  ['none/r.json', [], 3, 'cannot write none/r.json: no such file or directory'],
  [
    'r.pdf',
    [],
    2,
    '-o r.pdf: the ending sets the format and has to be one of .txt, .json, .ndjson',
  ],
  ['r.json', ['--record=r.json'], 2, '--record and -o: name two files'],
  ['r.json', ['--ops-log=r.json'], 2, '--ops-log and -o: name two files'],
  ['r.csv', ['--pass=1'], 2, '--pass chooses the text to show, and --format=csv shows none'],
  ['-', ['--format=json'], 2, 'cannot write -: give a file name'],
])('run -o %s %j: refused before the run with exit code %i: %s', async (name, given, exit, why) => {
  const cwd = aDirectory();
  const { runs, startRun } = fakeRuns();
  const { code, stdout, stderr } = await run(['-o', name, ...given], { cwd, startRun });

  expect([code, stdout, runs.length]).toEqual([exit, '', 0]);
  expect(stderr).toContain(why);
  expect(readdirSync(cwd)).toEqual([]);
});

test('run -o: where a --fail-on holds the file is there, and the exit code is 1', async () => {
  const cwd = aDirectory();
  const { startRun } = fakeRuns({ outcome: oneReader({ counters: { retries: 3 } }) });
  const { code } = await run(['-o', 'r.json', '--fail-on', 'retries>0'], { cwd, startRun });

  expect(code).toBe(1);
  expect(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')).failOn).toHaveLength(1);
});

test('run --explain: in place of the text the columns around the event, and why', async () => {
  const argv = ['run', '@bash', '--strategy=rcu-retry3', '--summary=none'];
  const [fallback, none] = [
    await mapsim([...argv, '--explain=fallback']),
    await mapsim(['run', '@quiet', '--strategy=mmap-lock', '--summary=none', '--explain=retry']),
  ];

  expect(fallback.stdout.replace(/\s+/g, ' ')).toMatch(
    /attempt 1 fails.* Why it falls back: 4 attempts/,
  );
  expect(none).toEqual({
    code: 0,
    stdout: '',
    stderr: 'mapsim: nothing to explain: there is no pass with --explain=retry\n',
  });
  expect(EXPLAINED_NAMES.toSorted()).toEqual([...EXPLAINED].toSorted());
  const pass = await mapsim(['run', '@quiet', '--explain=torn', '--pass=1']);
  expect([pass.code, pass.stderr]).toEqual([
    2,
    'mapsim: error: --explain needs --format=text, without --pass and --annotate\n',
  ]);
});

test('run: a trace is read however its key is written, in JSON too', async () => {
  const call = 'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000';
  const cwd = aDirectory({
    log: `100 1795355396.667718 ${call} <0.000010>\n`,
    'plain.yaml': 'mapsim: 1\nwriters: [{name: w, trace: log}]\nreaders: [{name: r}]\n',
    'escaped.yaml': 'mapsim: 1\nwriters: [{name: w, "tr\\x61ce": log}]\nreaders: [{name: r}]\n',
    'escaped.json':
      '{"mapsim":1,"writers":[{"name":"w","tr\\u0061ce":"log"}],"readers":[{"name":"r"}]}',
  });
  for (const name of ['plain.yaml', 'escaped.yaml', 'escaped.json']) {
    const { code, stdout } = await mapsim(['run', name, '--format=json'], { cwd });

    expect([name, code, JSON.parse(stdout).writers[0].ops]).toEqual([name, 0, 1]);
  }
});
