import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { anon, capture } from '../check/support.ts';
import { aDirectory, mapsim } from './support.ts';

const TORN = anon(1, 4) + anon(2, 5) + anon(9, 10);

describe('mapsim check', () => {
  test('of a real text finds nothing: exit 0', async () => {
    const cwd = aDirectory({ 'bash.maps': capture('bash.maps') });
    expect(await mapsim(['check', 'bash.maps'], { cwd })).toEqual({
      code: 0,
      stdout: '# 1 text, 43 VMAs: nothing wrong\n',
      stderr: '',
    });
    expect((await mapsim(['check', 'bash.maps', '--quiet'], { cwd })).stdout).toBe('');
  });

  test('tells each finding with its place: exit 1', async () => {
    const { code, stdout } = await mapsim(['check', '-'], { stdin: TORN });
    expect(code).toBe(1);
    expect(stdout).toBe(
      'stdin:2:1: overlap: 0x2000-0x5000 overlaps the line before it, 0x1000-0x4000\n' +
        '# 1 text, 3 VMAs: 1 overlap\n',
    );
  });

  test('counts over many texts, of several files', async () => {
    const cwd = aDirectory({ a: `${TORN}\n${TORN}`, b: `# pass: 0\n${TORN}# pass: 1\n${TORN}` });
    const { stdout } = await mapsim(['check', 'a', 'b'], { cwd });
    expect(stdout.split('\n').at(-2)).toBe('# 4 texts, 12 VMAs: 4 overlap');
  });

  test('as JSON has the counts, and the findings up to a thousand', async () => {
    const { stdout, code } = await mapsim(['check', '-', '--format=json'], { stdin: TORN });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mapsim/check@1',
      ok: false,
      texts: 1,
      lines: 3,
      vmas: 3,
      counts: { field: 0, spacing: 0, overlap: 1, backward: 0, duplicate: 0 },
      listed: [expect.objectContaining({ file: 'stdin', kind: 'overlap', line: 2, column: 1 })],
    });
    const many = await mapsim(['check', '-', '--format=json'], { stdin: `${TORN}\n`.repeat(1500) });
    const document = JSON.parse(many.stdout);
    expect(document.counts.overlap).toBe(1500);
    expect(document.listed).toHaveLength(1000);
  });

  test('--against tells what differs as VMAs: exit 1', async () => {
    const cwd = aDirectory({ there: anon(1, 4, 'r--p') + anon(9, 10), here: anon(1, 4) });
    const { code, stdout } = await mapsim(['check', 'here', '--against=there'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toBe(
      '~ 1000-4000 perms rw-p -> r--p\n+ 9000-a000 rw-p\n# 1 text, 1 VMA: 2 differences\n',
    );
    expect((await mapsim(['check', 'here', '--against', 'here'], { cwd })).code).toBe(0);
  });

  test('reads gzip, from a file and from standard input', async () => {
    const packed = gzipSync(TORN);
    const { stdout } = await mapsim(['check', '-'], { stdin: packed });
    expect(stdout).toContain('stdin:2:1: overlap');
  });

  test('--pid reads the maps of a live process', async () => {
    const { code, stdout } = await mapsim(['check', '--pid', String(process.pid)]);
    expect(stdout).toMatch(/\d+ VMAs: /);
    // This very process maps and unmaps while it is read: a torn text is possible, not a fault of
    // ours.
    expect([0, 1]).toContain(code);
  });

  test.each([
    [['check'], 2, 'check: give a file, - or --pid'],
    [['check', '-', '-'], 2, 'standard input can be read only once'],
    [['check', '-', '--against=-'], 2, 'standard input can be read only once'],
    [['check', 'nowhere.maps'], 3, 'cannot read nowhere.maps: no such file or directory'],
    [['check', '.'], 3, 'cannot read .: it is a directory'],
    [['check', '--pid', '4194304'], 3, 'cannot read /proc/4194304/maps: no such process'],
    [['check', '--pid', '0'], 2, 'It is the number of a process, from 1'],
  ])('%j: exit %d', async (argv, code, message) => {
    const said = await mapsim(argv as string[], { cwd: aDirectory() });
    expect(said.stderr).toContain(message);
    expect(said.code).toBe(code);
  });

  test('of nothing is no success', async () => {
    expect(await mapsim(['check', '-'], { stdin: '' })).toMatchObject({
      code: 1,
      stdout: '# 0 texts, 0 VMAs: nothing to check\n',
    });
    const broken = gzipSync(TORN).subarray(0, 30);
    expect((await mapsim(['check', '-'], { stdin: broken })).code).toBe(3);
  });
});
