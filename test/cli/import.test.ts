import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { anon, capture } from '../check/support.ts';
import { aDirectory, mapsim } from './support.ts';

const LOG = [
  '7  1795355394.000000 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x10000 <0.000010>',
  '8  1795355394.500000 mprotect(0x10000, 4096, PROT_READ) = 0 <0.000010>',
  '7  1795355395.000000 munmap(0x11000, 4096) = 0 <0.000010>',
].join('\n');

describe('mapsim import of one text', () => {
  test('refers to it, and the result runs', async () => {
    const cwd = aDirectory({ 'maps/bash.maps': capture('bash.maps') });
    const said = await mapsim(['import', 'maps/bash.maps', '-o', 'out.yaml'], { cwd });
    expect(said).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'mapsim: The writer is made up (merge-churn, 50,000 calls a second), because the ' +
        'calls of the process are not known.\nmapsim: wrote out.yaml\nmapsim: next: mapsim compare out.yaml\n',
    });
    const scenario = parse(readFileSync(join(cwd, 'out.yaml'), 'utf8'));
    expect(scenario.vmas).toEqual([{ from: 'maps/bash.maps' }]);
    const run = await mapsim(['run', 'out.yaml', '--quiet'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('# passesFinished: 100\n');
  });

  test('refers to it from where the scenario lies', async () => {
    const cwd = aDirectory({ 'a/b.maps': anon(1, 9), 'c/keep': '' });
    await mapsim(['import', 'a/b.maps', '-o', 'c/s.yaml'], { cwd });
    expect(readFileSync(join(cwd, 'c/s.yaml'), 'utf8')).toContain('from: "../a/b.maps"');
    expect((await mapsim(['validate', 'c/s.yaml'], { cwd })).code).toBe(0);
  });

  test('from standard input holds its lines, each byte as it was', async () => {
    const text = capture('python3.maps');
    const { stdout, code } = await mapsim(['import', '-'], { stdin: text });
    expect(code).toBe(0);
    const still = stdout.replace(/writers:[\s\S]*/, '');
    const run = await mapsim(['run', '-', '--summary=none'], { stdin: still });
    expect(run.stdout).toBe(text);
  });

  test('from standard input with -o writes the text beside the scenario', async () => {
    const cwd = aDirectory();
    const text = Buffer.from(`${anon(1, 9).trimEnd()}\n`);
    await mapsim(['import', '-', '-o', 'server.yaml'], { cwd, stdin: text });
    expect(readFileSync(join(cwd, 'server.maps'))).toEqual(text);
    expect((await mapsim(['run', 'server.yaml', '--quiet'], { cwd })).code).toBe(0);
  });

  test('that is gzipped is referred to as it is', async () => {
    const cwd = aDirectory();
    const packed = gzipSync(capture('bash.maps'));
    const { code } = await mapsim(['import', '-', '-o', 's.yaml'], { cwd, stdin: packed });
    expect(code).toBe(0);
    expect((await mapsim(['final', 's.yaml', '--duration=0'], { cwd })).stdout).toBe(
      capture('bash.maps'),
    );
  });

  test.each([
    ['a torn one', anon(1, 4) + anon(2, 5), 'overlaps'],
    ['words', 'Lorem ipsum\n', 'bad.maps: it has no line of maps text'],
    ['nothing', '', 'bad.maps: contains no line of maps text'],
  ])('that is %s says why and where: exit 2', async (_name, text, message) => {
    const cwd = aDirectory({ 'bad.maps': text });
    const said = await mapsim(['import', 'bad.maps', '-o', 's.yaml'], { cwd });
    expect(said.code).toBe(2);
    expect(said.stderr).toContain(message);
    expect(() => readFileSync(join(cwd, 's.yaml'))).toThrow();
  });
});

describe('mapsim import of several texts', () => {
  test('makes a program that leads from each to the next, and back', async () => {
    const cwd = aDirectory({
      a: anon(1, 4) + anon(8, 10),
      b: anon(1, 2) + anon(2, 4, 'r--p') + anon(20, 22),
    });
    const { stdout } = await mapsim(['import', 'a', 'b'], { cwd });
    const [writer] = parse(stdout).writers;
    expect(writer.program).toEqual([
      { mprotect: { at: '0x2000', pages: 2, perms: 'r--p' } },
      { munmap: { at: '0x8000', pages: 2 } },
      { mmap: { at: '0x14000', pages: 2, perms: 'rw-p' } },
      { mprotect: { at: '0x2000', pages: 2, perms: 'rw-p' } },
      { mmap: { at: '0x8000', pages: 2, perms: 'rw-p' } },
      { munmap: { at: '0x14000', pages: 2 } },
    ]);
    // After the first half the address space is the second text.
    const half = stdout
      .replace(/readers:\n.*\n/, '')
      .replace('think:', 'ops: 3, think:')
      .replace('    ops: 3, think:', '    ops: 3\n    think:');
    const final = await mapsim(['final', '-'], { cwd, stdin: half });
    expect(final.stdout).toBe(readFileSync(join(cwd, 'b'), 'utf8'));
  });
});

describe('mapsim import --trace', () => {
  const files = {
    'start.maps': anon(1, 2),
    'end.maps': anon(1, 2) + anon(16, 17, 'r--p'),
    log: LOG,
  };

  test('replays the log at the speed of the process, and says when that is long', async () => {
    const cwd = aDirectory(files);
    const said = await mapsim(['import', 'start.maps', '--trace', 'log', '-o', 's.yaml'], { cwd });
    expect(said.stderr).toContain('3 lines, 3 calls of 2 threads, 0 of them without effect');
    const scenario = parse(readFileSync(join(cwd, 's.yaml'), 'utf8'));
    expect(scenario.writers).toEqual([{ name: 'replay', trace: 'log', speed: 1 }]);
    const final = await mapsim(['final', 's.yaml'], { cwd });
    expect(final.stdout).toBe(files['end.maps']);
    expect((await mapsim(['run', 's.yaml', '--quiet', '--duration=1ms'], { cwd })).code).toBe(0);
  });

  test('tells how well it leads to the last text', async () => {
    const cwd = aDirectory({ ...files, other: anon(1, 2) + anon(16, 17) });
    const argv = ['import', 'start.maps', 'end.maps', '--trace', 'log'];
    expect((await mapsim(argv, { cwd })).stderr).toContain('replayed: 2 of 2 lines of end.maps');
    const differs = await mapsim(['import', 'start.maps', 'other', '--trace', 'log'], { cwd });
    expect(differs.stderr).toContain('replayed: 1 of 2 lines of other');
    expect(differs.stderr).toContain('~ 10000-11000 perms r--p -> rw-p');
  });

  test('copies a text below /proc, which is another one at each read', async () => {
    const cwd = aDirectory({});

    const { code } = await mapsim(['import', '/proc/self/maps', '-o', 'me.yaml'], { cwd });
    const once = await mapsim(['run', 'me.yaml'], { cwd });
    const twice = await mapsim(['run', 'me.yaml'], { cwd });

    expect(code).toBe(0);
    expect(readFileSync(join(cwd, 'me.yaml'), 'utf8')).not.toContain('/proc/self');
    expect(twice.stdout).toBe(once.stdout);
  });

  test('takes --until, --speed and several logs, and a gzipped one', async () => {
    const cwd = aDirectory({
      'start.maps': anon(1, 2),
      'log.7': LOG.split('\n')[0]!,
      'log.8': LOG.split('\n')[1]!,
    });
    const argv = ['import', 'start.maps', '--trace', 'log.7', '--trace', 'log.8', '--speed=max'];
    const { stdout, code } = await mapsim([...argv, '--until=1795355394.4'], { cwd });
    expect(code).toBe(0);
    expect(parse(stdout).writers).toEqual([
      { name: 'replay', trace: ['log.7', 'log.8'], speed: 'max', until: '1795355394.4' },
    ]);
    const final = await mapsim(['final', '-'], { cwd, stdin: stdout });
    expect(final.stdout).toBe(anon(1, 2) + anon(16, 18));
  });

  test('lists what was not understood, and run says that there was something', async () => {
    const cwd = aDirectory({ ...files, log: `${LOG}\nLorem ipsum\n` });
    const said = await mapsim(['import', 'start.maps', '--trace', 'log', '-o', 's.yaml'], { cwd });
    expect(said.stderr).toContain(
      'not understood: 1 x not a line of strace (first: log:4)\n    Lorem ipsum',
    );
    const final = await mapsim(['final', 's.yaml'], { cwd });
    expect(final.stderr).toContain(
      '1 of 4 lines were not fully understood (line 4: not a line of strace)',
    );
  });

  test.each([
    [['--trace', 'start.maps'], 'start.maps: the log has no memory call'],
    [['--trace', 'log', '--until=noon'], 'until: "noon" is not a time in the form of this log'],
    [['--speed', '3'], '--speed needs --trace'],
    [['--trace', '-'], 'cannot refer to standard input'],
    [['--trace', 'log', '--speed', '0'], 'It is a number above 0, such as 10, or max.'],
  ])('%j: exit 2', async (more, message) => {
    const cwd = aDirectory(files);
    const said = await mapsim(['import', 'start.maps', ...(more as string[])], { cwd, stdin: LOG });
    expect(said.stderr).toContain(message);
    expect(said.code).toBe(2);
  });
});
