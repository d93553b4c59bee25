/** mapsim as a process: what only real pipes, signals and files can show. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { BIN, ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { aDirectory } from './support.ts';

beforeAll(ensureBuilt);

/** 2000 lines of 50 bytes: more than a pipe holds. */
const LONG = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 2000, gap: 1, perms: r--p, tag: child}
readers:
  - {name: monitor, passes: 5}
`;

/** Goes on for hours. */
const ENDLESS = `${LONG.replace('passes: 5', 'passes: 1000000000')}
writers:
  - {name: churn, churn: split-merge, vma: {tag: child}, think: 1us}
`;

test('process: `| head -1` ends quietly with 0', async () => {
  const scenario = join(aDirectory({ 'long.yaml': LONG }), 'long.yaml');

  const { code, signal, stderr } = await spawnMapsim(['run', scenario, '--pass=all'], (child) => {
    child.stdout!.once('data', () => child.stdout!.destroy());
  });

  expect([code, signal, stderr]).toEqual([0, null, '']);
});

test('process: a pipe that is closed from the start ends quietly with 0, help too', async () => {
  const scenario = join(aDirectory({ 'long.yaml': LONG }), 'long.yaml');
  for (const argv of [['run', scenario], ['--help'], ['strategies'], []]) {
    const { code, stderr } = await spawnMapsim(argv, (child) => child.stdout!.destroy());

    expect([code, stderr]).toEqual([0, '']);
  }
});

test('process: a closed standard error changes nothing', async () => {
  const scenario = join(aDirectory({ 'long.yaml': LONG }), 'long.yaml');
  const argv = ['run', scenario, '--pass=torn']; // there is none, as a note says

  const { code, stdout } = await spawnMapsim(argv, (child) => child.stderr!.destroy());

  expect(code).toBe(0);
  expect(stdout).toContain('# staleNames: 0\n');
});

test('process: everything arrives in a pipe that is read late', async () => {
  const scenario = join(aDirectory({ 'long.yaml': LONG }), 'long.yaml');
  const argv = ['run', scenario, '--pass=all', '--summary=none'];

  const { code, stdout } = await spawnMapsim(argv, (child) => {
    child.stdout!.pause();
    void setTimeout(1000).then(() => child.stdout!.resume());
  });

  expect(code).toBe(0);
  expect(stdout.match(/\n/g)).toHaveLength(5 * 2001);
  expect(stdout.endsWith(' r--p 00000000 00:00 0 \n')).toBe(true);
});

test('process: everything arrives in a pipe that answers at once, and is read late', async () => {
  const folder = aDirectory({ 'long.yaml': LONG });
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  // As descriptor 1 it would be set to wait again before the program starts.
  const shell = ['-c', 'exec "$@" >&3 3>&-', 'sh', BIN, 'run', join(folder, 'long.yaml')];
  const argv = [...shell, '--pass=all', '--summary=none'];

  const ended = once(spawn('sh', argv, { stdio: ['ignore', 'ignore', 'ignore', fd] }), 'close');
  await setTimeout(1000);
  let text = '';
  const chunk = Buffer.alloc(1 << 20);
  const takeAll = () => {
    try {
      for (;;) text += chunk.toString('latin1', 0, readSync(fd, chunk));
    } catch {} // empty for now
  };
  const reading = setInterval(takeAll, 10);
  const [code] = await ended;
  clearInterval(reading);
  takeAll();
  closeSync(fd);

  expect(code).toBe(0);
  expect(text.match(/\n/g)).toHaveLength(5 * 2001);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'process: %s ends a run by that signal, after the partial result',
  async (name) => {
    const scenario = join(aDirectory({ 'endless.yaml': ENDLESS }), 'endless.yaml');
    const argv = ['run', scenario, '--format=json', '--progress=json', '--pass=1'];

    const { code, signal, stdout, stderr } = await spawnMapsim(argv, (child) => {
      child.stderr!.once('data', () => child.kill(name));
    });

    expect([code, signal]).toEqual([null, name]);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, ended: 'interrupted' });
    expect(JSON.parse(stderr.split('\n')[0]!)).toMatchObject({ type: 'progress' });
    expect(stderr).toContain('mapsim: warning: interrupted after ');
  },
  20_000,
);

test('process: a signal while nobody takes the result ends the process at once', async () => {
  const long = LONG.replace('passes: 5', 'passes: 100'); // 10 MB of text
  const scenario = join(aDirectory({ 'long.yaml': long }), 'long.yaml');
  const child = spawn(BIN, ['run', scenario, '--pass=all'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');

  await once(child.stdout, 'readable'); // the run is over, the result is on its way
  await setTimeout(200);
  child.kill('SIGINT');

  expect(await ended).toEqual([null, 'SIGINT']);
});

test('process: a full disk is exit code 3', () => {
  const cwd = aDirectory({ 's.yaml': LONG });
  const script = `"${BIN}" run s.yaml > /dev/full 2> err || echo $? > code`;

  execFileSync('sh', ['-c', script], { cwd });

  expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe('3\n');
  expect(readFileSync(join(cwd, 'err'), 'utf8')).toMatch(
    /^mapsim: error: cannot write standard output: ENOSPC.*\n$/,
  );
});

/** Fair, or the reader would starve the writer. */
const WRITER = `machine: {rwsem: fifo}
writers:
  - {name: churn, churn: split-merge, vma: {tag: child}, think: 1us}
`;

test('process: a pipe can take the operations log', () => {
  const cwd = aDirectory({ 's.yaml': LONG + WRITER });
  const script = `mkfifo pipe; cat pipe > log & "${BIN}" run s.yaml -q --ops-log=pipe > out; wait`;

  execFileSync('sh', ['-ec', script], { cwd });

  const log = readFileSync(join(cwd, 'log'), 'utf8').trimEnd().split('\n');
  expect(log.length).toBeGreaterThan(10);
  expect(JSON.parse(log.at(-1)!)).toMatchObject({ writer: 'churn', index: log.length - 1 });
  expect(readdirSync(cwd).sort()).toEqual(['log', 'out', 'pipe', 's.yaml']);
});

test('process: the same command gives the same bytes, from a file and from a pipe', async () => {
  const scenario = join(aDirectory({ 's.yaml': LONG + WRITER }), 's.yaml');
  const argv = ['--strategy=rcu-retry3', '--pass=all', '--seed=x'];
  const text = readFileSync(scenario);

  const first = await spawnMapsim(['run', scenario, ...argv]);
  const second = await spawnMapsim(['run', scenario, ...argv]);
  const piped = await spawnMapsim(['run', '-', ...argv], (child) => child.stdin!.end(text));

  expect(first.code).toBe(0);
  expect(second).toEqual(first);
  expect(piped.stdout).toBe(first.stdout.replace('\n# scenario: s\n', '\n# scenario: stdin\n'));
});

test('process: NO_COLOR wins over FORCE_COLOR, --color over both', async () => {
  const scenario = join(aDirectory({ 's.yaml': LONG }), 's.yaml');
  const both = { NO_COLOR: '1', FORCE_COLOR: '1' };

  const refused = await spawnMapsim(['run', scenario], undefined, both);
  const forced = await spawnMapsim(['run', scenario], undefined, { FORCE_COLOR: '1' });
  const always = await spawnMapsim(['run', scenario, '--color=always'], undefined, both);

  expect(refused.stdout).not.toContain('\u001b[');
  expect(forced.stdout).toContain('\u001b[2m# scenario: s\u001b[22m\n');
  expect(always.stdout).toBe(forced.stdout);
});

test('process: a wrong option is exit code 2, with nothing on stdout', async () => {
  const { code, stdout, stderr } = await spawnMapsim(['run', '--sed=1', 'x.yaml']);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('(Did you mean --seed?)');
});

interface Chunk {
  readonly file: string;
  readonly modules: readonly string[];
  readonly imports: readonly string[];
}

function chunks(): readonly Chunk[] {
  return JSON.parse(readFileSync(join(ROOT, 'dist/chunks.json'), 'utf8'));
}

/** The file in which a module is. */
function fileWith(module: string): string {
  return chunks().find(({ modules }) => modules.includes(module))!.file;
}

/** What the file of this name loads with itself, as paths from the top of the project. */
function loadedWith(name: string): string[] {
  const files = new Set([name]);
  for (const file of files) {
    for (const needed of chunks().find((chunk) => chunk.file === file)?.imports ?? []) {
      files.add(needed);
    }
  }
  return chunks()
    .filter(({ file }) => files.has(file))
    .flatMap(({ modules }) => modules);
}

test('bundle: --help loads texts and streams, and no parser of options', () => {
  expect(loadedWith('start.cjs').toSorted()).toEqual([
    'src/base/errors.ts',
    'src/base/printable.ts',
    'src/base/shell.ts',
    'src/base/version.ts',
    'src/base/wrap.ts',
    'src/cli/bug.ts',
    'src/cli/help-exit-codes.ts',
    'src/cli/help-measure.ts',
    'src/cli/help-real-input.ts',
    'src/cli/help.ts',
    'src/cli/io.ts',
    'src/cli/messages.ts',
    'src/cli/output.ts',
    'src/cli/start.ts',
  ]);
});

test('bundle: a command loads commander and the options before its code', () => {
  const modules = loadedWith(fileWith('src/cli/main.ts'));

  const foreign = modules.filter(
    (name) => !/^(node_modules\/commander\/|src\/(cli|base)\/)/.test(name),
  );
  expect(modules).toContain('node_modules/commander/lib/command.js');
  expect(foreign.toSorted()).toEqual(['src/library/defaults.ts', 'src/scenario/units.ts']);
  expect(modules.filter((name) => name.startsWith('src/cli/commands/'))).toEqual([]);
});

test('bundle: a run loads no reader of logs, no YAML, no tables and no colours', () => {
  const modules = loadedWith(fileWith('src/cli/commands/run.ts'));

  expect(modules.filter((name) => name.startsWith('src/trace/')).toSorted()).toEqual([
    'src/trace/call.ts',
  ]);
  const packages = modules.flatMap((name) => /^node_modules\/(@?[\w-]+)/.exec(name)?.[1] ?? []);
  expect([...new Set(packages)].toSorted()).toEqual([
    '@noble',
    'commander',
    'seedrandom',
    'valibot',
  ]);
});

test('process: --watch runs again when the scenario is saved, until Ctrl-C', async () => {
  const folder = aDirectory({ 's.yaml': 'mapsim: 1\nseed: one\nreaders: [{name: r}]\n' });
  const scenario = join(folder, 's.yaml');
  let waits = 0;

  const argv = ['run', scenario, '--watch'];
  const { code, stdout, stderr } = await spawnMapsim(argv, (child) => {
    child.stderr!.on('data', (text: string) => {
      if (!text.includes('is saved again')) return;
      waits++;
      if (waits === 1) writeFileSync(scenario, 'mapsim: 1\nseed: two\nreaders: [{name: r}]\n');
      if (waits === 2) writeFileSync(scenario, 'mapsim: 2\n');
      if (waits === 3) child.kill('SIGINT');
    });
  });

  expect([code, waits]).toEqual([2, 3]);
  expect(stdout.match(/^# seed: .*/gm)).toEqual(['# seed: one', '# seed: two']);
  expect(stderr).toContain('mapsim: 2 is not 1');
}, 60_000);
