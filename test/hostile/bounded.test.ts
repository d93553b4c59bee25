/**
 * Inputs that would take time or memory without bound end with a message. Nothing here looks at a
 * clock: what is compared is where the program gave up.
 */
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { faultsOf, messagesOf } from '../scenario/support.ts';

/** A sample; the proof beside it asks of all kinds. */
const MANY = process.env.MAPSIM_PROOFS === '1';

const READER = 'readers: [{name: r}]';
const ONE_VMA = '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n';

function logOf(time: string, first = '13:49:54.001', last = '13:49:54'): string {
  return [first, time, last].map((at) => `${at} brk(NULL) = 0x1003000\n`).join('');
}

describe('a time that is impossible in a log is refused with its line', () => {
  test.each([
    ['9007199254740993', '13:49:54.001'],
    ['99999999999999999999999999', '13:49:54.001'],
    ['9007199254740993', '1795355396.667718'],
    ['123456789', '1795355396.667718'],
    ['1804368000.000001', '1795355396.667718'],
    ['9007199.25474100', '0.000012'],
    ['99999999.99', '0.5'],
    [`${'9'.repeat(400)}.1`, '13:49:54'],
    ['9999999.0', '13:49:54'],
    ['1795355396.667718', '13:49:54'],
    [`${'9'.repeat(30)}.000001`, '1.5'],
  ])('%s after %s', async (time, first) => {
    const log = logOf(time, first, first);
    const cwd = aDirectory({
      'in.maps': ONE_VMA,
      'in.strace': log,
      's.yaml': `mapsim: 1\nvmas: [{from: in.maps}]\n${READER}\nwriters: [{name: w, trace: in.strace}]\n`,
    });
    const why =
      'in.strace:2: a time that is impossible in a log: more than 104 days after its first line';

    const imported = await mapsim(['import', 'in.maps', '--trace', 'in.strace'], { cwd });
    const run = await mapsim(['run', 's.yaml'], { cwd });

    expect(imported).toEqual({ code: 2, stdout: '', stderr: `mapsim: error: ${why}\n` });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`s.yaml:4:28: error: trace: ${why}\n`);
  });

  test('a duration, too', async () => {
    const strace = '1.0 brk(NULL) = 0x1003000 <99999999999.000001>\n';
    const perf = '     0.100 (99999999999999999.000 ms): brk() = 0x1003000\n';
    const cwd = aDirectory({ 'in.maps': ONE_VMA, strace, perf });

    for (const log of ['strace', 'perf']) {
      const { code, stderr } = await mapsim(['import', 'in.maps', '--trace', log], { cwd });
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`${log}:1: a time that is impossible`),
      ]);
    }
  });

  test('midnights are counted, however many days there are', async () => {
    const times = ['08', '16', '00'];
    const lines = Array.from({ length: 400 }, (_, i) => `${times[i % 3]}:00:00 brk(NULL) = 0`);
    const cwd = aDirectory({ 'in.maps': ONE_VMA, log: `${lines.join('\n')}\n` });

    const { code, stderr } = await mapsim(['import', 'in.maps', '--trace', 'log', '-q'], { cwd });

    expect([code, stderr]).toEqual([2, expect.stringMatching(/^mapsim: error: log:\d+: a time/)]);
  });
});

describe('broken YAML is given up at its hundredth fault', () => {
  const many = (item: string): string => item.repeat(2000);
  test.each([
    [
      'flow items after a complete node',
      `      "start": "0x7f",\n      "pages": 4,\n[${many('1,')}`,
    ],
    ['brackets for values', `mapsim: 1\n${many('a: ]\n')}`],
    ['closing brackets', many(']')],
    ['closing braces', `mapsim: 1\n${many('} ')}`],
    ['keys within keys', `mapsim: 1\nx-a: [${many('a: b: c, ')}`],
    ['unknown tags', `mapsim: 1\nx-a:\n${many('- !!foo 1\n')}`],
    ['unknown directives', many('%FOO a\n')],
    ['escapes', `mapsim: 1\nabout: "${many('\\q')}"`],
    ['keys without values', `mapsim: 1\n${many('a\nb: 1\n')}`],
    ['tabs', `mapsim: 1\nx-a:\n${many('\t- 1\n')}`],
    ['scalars that go on', `"a"\n${many('"b" ')}`],
  ])('%s', (_what, text) => {
    const lines = faultsOf(text).trimEnd().split('\n');

    expect(lines.filter((line) => line.includes(': error: '))).toHaveLength(20);
    expect(lines.at(-1)).toBe('and 80 more');
  });

  test('a second document, however many follow', () => {
    expect(messagesOf(many('---\na\n'))).toEqual([
      '3:1 a second document | a scenario is one document',
    ]);
  });

  test('a text of more than 4 MiB is JSON or refused', () => {
    const long = `"${'x'.repeat(4 * 1024 * 1024)}"`;

    expect(faultsOf(`mapsim: 1\n${READER}\nx-a: ${long}\n`)).toContain(
      's.yaml:1:1: error: text of more than 4 MiB that is not JSON\n',
    );
    expect(faultsOf(`{"mapsim": 1, "x-a": ${long}, "readers": [{"name": "r"}]`)).toContain(
      's.yaml:1:1: error: text of more than 4 MiB that is not JSON\n',
    );
    expect(faultsOf(`{"mapsim": 1, "x-a": ${long}, "readers": [{"name": "r"}]}`)).toBe('');
  });
});

describe('nothing recursive sees text that is nested too deeply', () => {
  const dashes = '- '.repeat(5000);
  test.each([
    [
      'indicators where a flow collection was left',
      `mapsim: 1\nx-a:\n    {\n      a: 1,\n           ${dashes}`,
    ],
    ['the same in a sequence', `mapsim: 1\nx-a:\n    [\n      a,\n           ${dashes}`],
    ['two flow collections left', `x-a:\n    {\n  a: {\n ${dashes}`],
    ['explicit keys', `mapsim: 1\nx-a:\n  ${'? '.repeat(5000)}`],
    ['dashes and keys', `mapsim: 1\n${'- ? '.repeat(2500)}`],
    ['indentation', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    [
      'indentation of items',
      Array.from({ length: 1000 }, (_, i) => `${' '.repeat(2 * i)}-\n`).join(''),
    ],
    [
      'many indicators in many lines',
      Array.from({ length: 40 }, (_, i) => `${' '.repeat(i * 120)}${'- '.repeat(60)}\n`).join(''),
    ],
    ['brackets in braces', '[{'.repeat(5000)],
    ['brackets after a document', `a\n...\n${'['.repeat(5000)}`],
    ['braces in JSON', `{"mapsim": 1, "x-a": ${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('%s', (_what, text) => {
    expect(faultsOf(text)).toContain('error: nested more than 64 levels deep\n');
  });
});

describe('what is found wrong is not looked for without end', () => {
  const many = (item: string, between = ','): string => Array(12_000).fill(item).join(between);
  const kinds: readonly (readonly [string, string])[] = [
    [
      'unknown keys of JSON',
      `{"mapsim": 1, ${Array.from({ length: 12_000 }, (_, i) => `"k${i}": 1`).join(',\n')}}`,
    ],
    [
      'unknown keys of YAML',
      `mapsim: 1\n${Array.from({ length: 12_000 }, (_, i) => `k${i}: 1`).join('\n')}`,
    ],
    ['VMAs in one line', `{"mapsim": 1, "vmas": [${many('{"start": 1}')}]}`],
    ['lines of maps', `mapsim: 1\nvmas:\n${many('- "00001000-00002000 rw-p x"', '\n')}`],
    [
      'operations',
      `{"mapsim": 1, ${'"readers": [{"name": "r"}]'}, "writers": [{"name": "w", "program": [${many('{"mumble": 1}')}]}]}`,
    ],
    ['keys that come twice', `mapsim: 1\nx-a: {${many('a: 1')}}`],
    ['readers', `{"mapsim": 1, "readers": [${many('{"name": 7}')}]}`],
  ];
  test.each(MANY ? kinds : kinds.slice(0, 2))('%s', (_what, text) => {
    expect(faultsOf(text).trimEnd().split('\n').at(-1)).toBe('and at least 9981 more');
  });

  test('many aliases of much are refused before they are written out', () => {
    const text = `x-a: &a [${'1,'.repeat(50_000)}]\nx-b: [${'*a,'.repeat(100)}]\nmapsim: 1\n${READER}`;

    expect(messagesOf(text)).toEqual(['2:7 more than 100 aliases | write the values out']);
  });

  test('a chain of twenty thousand forks is followed without recursion', async () => {
    const clone = (i: number) => `${i + 1} clone(flags=CLONE_VM|CLONE_THREAD) = ${i + 2}\n`;
    const log = Array.from({ length: 20_000 }, (_, i) => clone(i)).join('');
    const cwd = aDirectory({ 'in.maps': ONE_VMA, log: `${log}20001 brk(NULL) = 0x1003000\n` });

    const { code, stderr } = await mapsim(['import', 'in.maps', '--trace', 'log'], { cwd });

    expect(stderr).toContain('20001 lines, 1 call of 1 thread');
    expect(code).toBe(0);
  });

  test('blanks within arguments are read once', async () => {
    const line = `mprotect(0x7f0000000000, 4096, PROT_READ${' '.repeat(20_000)}x) = 0\n`;
    const cwd = aDirectory({ 'in.maps': ONE_VMA, log: line.repeat(30) });

    const { stderr } = await mapsim(['import', 'in.maps', '--trace', 'log'], { cwd });

    expect(stderr).toContain('not understood: 30 x mprotect with PROT_READ');
  });

  if (MANY) {
    test('many operations that pick from many VMAs share what they pick from', () => {
      const operation = (pages: number) =>
        `{"mprotect": {"vma": {"tag": "a", "pick": "random"}, "pages": ${pages}, "perms": "r--p"}}`;
      const world = (operations: readonly string[]) =>
        `{"mapsim": 1, "vmas": [{"start": "0x1000", "pages": 1999, "repeat": 20000, "tag": "a"}], ` +
        `"readers": [{"name": "r"}], "writers": [{"name": "w", "program": [${operations.join(',')}]}]}`;

      expect(faultsOf(world(Array(500).fill(operation(1))))).toBe('');
      expect(faultsOf(world(Array.from({ length: 1100 }, (_, i) => operation(i + 1))))).toContain(
        'too many operations that pick from too many VMAs',
      );
    });
  }
});
