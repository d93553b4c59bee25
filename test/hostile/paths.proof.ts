/**
 * Every option and operand that names a file, with places where no file can be: the exit code is 3
 * and nothing has been simulated. What is no regular file and can be read or written is.
 *
 * The list is held against the help texts: a new option that names a file has to be in it.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt, ROOT, spawnMapsim } from '../cli/spawn.ts';
import { aDirectory, mapsim } from '../cli/support.ts';

const WORLD = `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, tag: a}]
readers: [{name: r, strategy: mmap-lock}]
writers: [{name: w, ops: 1, program: [{munmap: {vma: {tag: a}, page: 0, pages: 1}}]}]
`;
const GRID = `${WORLD}sweep: {"writers[0].ops": [1, 2]}\n`;
const TEXT = '7f0000000000-7f0000003000 rw-p 00000000 00:00 0 \n';
const LOG = '1.0 munmap(0x7f0000000000, 4096) = 0\n';

interface Case {
  readonly command: string;
  /** The option, or the operand, as help writes it. */
  readonly option: string;
  /** That the name of the file must have. */
  readonly ending: string;
  readonly argv: (path: string) => readonly string[];
  /** What a good file has; null: it is written. */
  readonly holds: string | null;
  /** The exit code with a good file. */
  readonly code?: number;
  /** Whether it is read twice or in places, so that no pipe will do. */
  readonly regular?: true;
}

const RUN = ['s.yaml'];
const CASES: readonly Case[] = [
  ...['run', 'explore', 'census', 'validate', 'final', 'step', 'timeline'].map((command) => ({
    command,
    option: command === 'validate' ? 'SCENARIO...' : 'SCENARIO',
    ending: 'yaml',
    argv: (path: string) => [command, path],
    holds: WORLD,
  })),
  {
    command: 'replay',
    option: 'SCENARIO',
    ending: 'yaml',
    argv: (path) => ['replay', path, '--schedule=1:0'],
    holds: WORLD,
  },
  {
    command: 'compare',
    option: 'SCENARIO...',
    ending: 'yaml',
    argv: (path) => ['compare', path, '--seeds=1', '-j1'],
    holds: WORLD,
  },
  {
    command: 'sweep',
    option: 'GRID',
    ending: 'yaml',
    argv: (path) => ['sweep', path, '-j1'],
    holds: GRID,
  },
  {
    command: 'import',
    option: '[MAPS...]',
    ending: 'maps',
    argv: (path) => ['import', path],
    holds: TEXT,
    regular: true,
  },
  {
    command: 'measure',
    option: '[SCENARIO]',
    ending: 'yaml',
    argv: (path) => ['measure', path],
    holds: 'mapsim: 1\nvmas: [{start: "0x7f0000000000", pages: 3}]\n',
    code: 2, // nobody reads: no kernel is asked
  },
  {
    command: 'init',
    option: '--from <MAPS>',
    ending: 'maps',
    argv: (path) => ['init', '--from', path],
    holds: TEXT,
  },
  {
    command: 'report',
    option: 'INPUT...',
    ending: 'json',
    argv: (path) => ['report', path],
    holds: '{}',
    code: 2,
  },
  {
    command: 'timeline',
    option: '--schedule <RECORD>',
    ending: 'ndjson',
    argv: (path) => ['timeline', 's.yaml', '--schedule', path],
    holds: '',
    code: 2,
  },
  {
    command: 'check',
    option: '[FILE...]',
    ending: 'maps',
    argv: (path) => ['check', path],
    holds: TEXT,
  },
  {
    command: 'check',
    option: '--against <MAPS>',
    ending: 'maps',
    argv: (path) => ['check', 'a.maps', '--against', path],
    holds: TEXT,
  },
  {
    command: 'import',
    option: '--trace <LOG>',
    ending: 'strace',
    argv: (path) => ['import', 'a.maps', '--trace', path],
    holds: LOG,
    regular: true,
  },
  {
    command: 'replay',
    option: '--schedule <S>',
    ending: 'txt',
    argv: (path) => ['replay', 's.yaml', '--schedule', path],
    holds: '1:0',
  },
  {
    command: 'merge',
    option: 'FILE...',
    ending: 'ndjson',
    argv: (path) => ['merge', path],
    holds: '',
    code: 2,
    regular: true,
  },
  {
    command: 'run',
    option: '--ops-log <FILE>',
    ending: 'ndjson',
    argv: (path) => ['run', ...RUN, '--ops-log', path],
    holds: null,
  },
  {
    command: 'run',
    option: '--record <FILE>',
    ending: 'ndjson',
    argv: (path) => ['run', ...RUN, '--record', path],
    holds: null,
  },
  ...['run', 'explore', 'census'].map((command) => ({
    command,
    option: '--output <FILE>',
    ending: 'html',
    argv: (path: string) => [command, 's.yaml', '-o', path],
    holds: null,
  })),
  {
    command: 'replay',
    option: '--output <FILE>',
    ending: 'html',
    argv: (path) => ['replay', 's.yaml', '--schedule=1:0', '-o', path],
    holds: null,
  },
  {
    command: 'timeline',
    option: '--output <FILE>',
    ending: 'svg',
    argv: (path) => ['timeline', 's.yaml', '-o', path],
    holds: null,
  },
  {
    command: 'report',
    option: '--output <FILE>',
    ending: 'html',
    argv: (path) => ['report', 'all.ndjson', '-o', path],
    holds: null,
  },
  ...['yaml', 'json'].map((ending) => ({
    command: 'init',
    option: '--output <FILE>',
    ending,
    argv: (path: string) => ['init', '-o', path],
    holds: null,
  })),
  {
    command: 'calibrate',
    option: '--output <FILE>',
    ending: 'json',
    argv: (path) => ['calibrate', '-o', path],
    holds: null,
  },
  ...['json', 'ndjson', 'csv', 'md', 'txt', 'xml', 'tap', 'html'].map((ending) => ({
    command: 'compare',
    option: '--output <FILE>',
    ending,
    argv: (path: string) => ['compare', ...RUN, '--seeds=1', '-j1', '-o', path],
    holds: null,
  })),
  ...['ndjson', 'csv', 'html'].map((ending) => ({
    command: 'sweep',
    option: '--output <FILE>',
    ending,
    argv: (path: string) => ['sweep', 'grid.yaml', '-j1', '-o', path],
    holds: null,
  })),
  {
    command: 'merge',
    option: '--output <FILE>',
    ending: 'csv',
    argv: (path) => ['merge', 'all.ndjson', '-o', path],
    holds: null,
  },
  {
    command: 'explore',
    option: '--save <FILE>',
    ending: 'yaml',
    argv: (path) => [
      'explore',
      's.yaml',
      '--find=torn',
      '--strategy=rcu-unchecked',
      '--save',
      path,
    ],
    holds: null,
    code: 1,
  },
  {
    command: 'import',
    option: '--output <FILE>',
    ending: 'yaml',
    argv: (path) => ['import', 'a.maps', '-o', path],
    holds: null,
  },
  {
    command: 'playground',
    option: '--output <FILE>',
    ending: 'html',
    argv: (path) => ['playground', '-o', path],
    holds: null,
  },
];

/** Options that name a directory. */
const DIRECTORIES: readonly Pick<Case, 'command' | 'option' | 'argv'>[] = [
  {
    command: 'capture',
    option: '--output <DIR>',
    argv: (path) => ['capture', `--pid=${process.ppid}`, '-o', path],
  },
  {
    command: 'measure',
    option: '--keep <DIR>',
    argv: (path) => ['measure', 's.yaml', '--keep', path],
  },
  {
    command: 'measure',
    option: '--from <DIR>',
    argv: (path) => ['measure', 's.yaml', '--from', path],
  },
  {
    command: 'report',
    option: '--svg <DIR>',
    argv: (path) => ['report', 'all.ndjson', '--svg', path],
  },
  {
    command: 'scenarios',
    option: '--output <DIR>',
    argv: (path) => ['scenarios', 'quiet', '-o', path],
  },
];

/** Operands that are names and no files. */
const NAMES = ['[NAME]', 'SHELL'];

async function aPlace(): Promise<string> {
  const cwd = aDirectory({ 's.yaml': WORLD, 'grid.yaml': GRID, 'a.maps': TEXT, file: 'x' });
  const { code } = await mapsim(['sweep', 'grid.yaml', '-o', 'all.ndjson', '-j1'], { cwd });
  expect(code).toBe(0);
  return cwd;
}

/** A copy of the program that anybody may read: runs of it are those of a user with few rights. */
let copy = '';

beforeAll(() => {
  ensureBuilt();
  copy = mkdtempSync(join(tmpdir(), 'mapsim-copy-'));
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  chmodSync(copy, 0o755);
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function unprivileged(argv: readonly string[], cwd: string) {
  chmodSync(cwd, 0o777);
  const user = process.geteuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
  const words = [join(copy, 'bin/mapsim.js'), ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd,
    encoding: 'utf8',
    ...user,
  });
  return { code: status, stdout, stderr };
}

test('the list has every option and operand that names a file', async () => {
  const { stdout } = await mapsim(['--help']);
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name!);
  const named: string[] = [];
  for (const command of commands.filter((name) => name !== 'help')) {
    const help = (await mapsim([command, '--help'])).stdout;
    const operand = /^Usage: mapsim \S+ \[options\] (\S+)$/m.exec(help)?.[1];
    if (operand !== undefined && !NAMES.includes(operand)) named.push(`${command} ${operand}`);
    for (const [, option] of help.matchAll(
      /^ {2}(?:-\w, )?(--[\w-]+ <(?:FILE|LOG|MAPS|DIR|RECORD)>)/gm,
    ))
      named.push(`${command} ${option}`);
  }

  const listed = new Set([...CASES, ...DIRECTORIES].map((c) => `${c.command} ${c.option}`));
  expect([...listed].filter((one) => !one.endsWith('--schedule <S>')).sort()).toEqual(named.sort());
});

describe.each(CASES)(
  '$command $option (.$ending)',
  ({ argv, ending, holds, code = 0, regular }) => {
    const refused = holds === null ? 'cannot write ' : 'cannot read ';

    test('below a file: exit code 3, and nothing was simulated', async () => {
      const cwd = await aPlace();

      const said = await mapsim(argv(`file/x.${ending}`), { cwd });

      expect([said.code, said.stdout]).toEqual([3, '']);
      expect(said.stderr).toContain(refused);
    });

    test('a directory: exit code 3, and nothing was simulated', async () => {
      const cwd = await aPlace();
      mkdirSync(join(cwd, `d.${ending}`));

      const said = await mapsim(argv(`d.${ending}`), { cwd });

      expect([said.code, said.stdout]).toEqual([3, '']);
      expect(said.stderr).toContain(refused);
    });

    test('a file without permission: exit code 3, and nothing was simulated', async () => {
      const cwd = await aPlace();
      writeFileSync(join(cwd, `closed.${ending}`), holds ?? 'kept');
      chmodSync(join(cwd, `closed.${ending}`), holds === null ? 0o444 : 0o000);

      const said = unprivileged(argv(`closed.${ending}`), cwd);

      expect([said.code, said.stdout]).toEqual([3, '']);
      expect(said.stderr).toContain(`${refused}closed.${ending}: permission denied`);
      expect(readFileSync(join(cwd, `closed.${ending}`), 'utf8')).toBe(holds ?? 'kept');
    });

    test('a FIFO is read or written', async () => {
      const cwd = await aPlace();
      const pipe = `pipe.${ending}`;
      execFileSync('mkfifo', [join(cwd, pipe)]);
      const peer = holds === null ? 'cat <"$1" >taken' : 'printf %s "$2" >"$1"';
      const other = spawn('sh', ['-c', peer, 'sh', pipe, holds ?? ''], { cwd, stdio: 'ignore' });
      onTestFinished(() => void other.kill('SIGKILL'));

      const said = await spawnMapsim(argv(pipe), (child) => child.stdin?.end(), {}, cwd);

      expect(said.code).toBe(regular === true ? 3 : code);
      if (regular === true) expect(said.stderr).toContain('is not a regular file');
    });

    test('/dev/full: ends with 3, or tells that this is no such file', async () => {
      const cwd = await aPlace();
      symlinkSync('/dev/full', join(cwd, `full.${ending}`));

      const said = await mapsim(argv(`full.${ending}`), { cwd });

      expect(said.code).toBe(3);
      expect(said.stderr).toContain(refused);
    });
  },
);

test.each(DIRECTORIES)('$command $option: below a file, exit code 3', async ({ argv }) => {
  const cwd = await aPlace();

  const said = await mapsim(argv('file/d'), { cwd });

  expect([said.code, said.stdout]).toEqual([3, '']);
  expect(said.stderr).toMatch(/cannot (read|write) .*file\/d/);
});
