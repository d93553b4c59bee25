/**
 * What is printed cannot steer: whatever a name, a path, a value or a line of a log holds, neither
 * standard output nor standard error has a control character, a bidirectional one, or a line that
 * is a command of a CI system. Of spreadsheets and Markdown the same.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonOf, printable } from '../../src/base/printable.ts';
import { csvRow } from '../../src/report/csv.ts';
import { markdownText } from '../../src/report/markdown.ts';
import { aDirectory, mapsim } from '../cli/support.ts';

const FILES = new URL('files/', import.meta.url);

/** Ten ways to say it: ESC, C1, BEL, line breaks of five kinds, bidirectional, invisible. */
const STEERING = [
  '\u001b[2J',
  '\u009b2J',
  '\u0007',
  '\u007f',
  '\r::error::x',
  '\n::warning::y',
  '\u2028::notice::z',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u00ad',
  '\u{e0041}',
] as const;

const SCENARIO = `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, tag: a}]
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{munmap: {vma: {tag: a}, page: 0, pages: 1}}]}]
`;

function expectStill(...outputs: readonly string[]): void {
  for (const output of outputs) {
    expect(output).not.toMatch(/[^\P{Cc}\n\r]|\p{Cf}|[\u2028\u2029]|\r(?!\n)/u);
    expect(output).not.toMatch(/^\s*::/m);
  }
}

describe.each(STEERING)('a name with %j in it', (steering) => {
  const name = `a${steering}b`;

  test('of a file: no report, message or warning passes it on', async () => {
    const cwd = aDirectory({ [`${name}.yaml`]: SCENARIO, 'x.maps': '' });
    const file = `${name}.yaml`;
    const commands = [
      ['run', file],
      ['run', file, '--format=json'],
      ['run', file, '--format=csv'],
      ['run', file, '--format=markdown'],
      ['run', `${name}.nowhere`],
      ['run', file, `--strategy=${name}`],
      ['run', file, `--reader=${name}`],
      ['run', file, `--seed=${name}`],
      ['run', file, `--${name}`],
      ['run', file, '--fail-on', `${name}>0`],
      [name],
      ['validate', file],
      ['explore', file, '--find=torn'],
      ['census', file],
      ['final', `${name}.yaml`, '--max-events=1'],
      ['check', file],
      ['check', `${name}.nowhere`],
      ['import', file],
      ['merge', file],
    ];
    for (const argv of commands) {
      const { code, stdout, stderr } = await mapsim(argv, { cwd });

      expect(code).not.toBe(70);
      expectStill(stdout, stderr);
    }
  });

  test('of a scenario that is compared: no format passes it on', async () => {
    const cwd = aDirectory({ [`${name}.yaml`]: SCENARIO });
    const shared = [`${name}.yaml`, '--seeds=2', '-j1', '--strategies=mmap-lock', '--annotate'];
    const failing = ['--fail-on', 'passes>0', '-o', `${name}.json`];
    for (const format of ['text', 'json', 'ndjson', 'csv', 'markdown', 'junit', 'tap']) {
      const { code, stdout, stderr } = await mapsim(
        ['compare', ...shared, ...failing, `--format=${format}`],
        { cwd },
      );

      expect(code).toBe(1);
      expectStill(stdout, stderr.replace(/^::error file=[^\n]*$/gm, ''));
      if (format === 'junit') continue;
      const again = ['compare', `${name}.json`, `${name}.json/../${name}.json`];
      mkdirSync(join(cwd, 'd'), { recursive: true });
      const saved = await mapsim(
        [...again.slice(0, 2), `d/../${name}.json`, `--format=${format}`],
        {
          cwd,
        },
      );
      expect(saved.code).toBe(0);
      expectStill(saved.stdout, saved.stderr);
    }
  });

  test('in a saved comparison, a sweep, a scenario, a text and a log', async () => {
    const cwd = aDirectory({ 's.yaml': SCENARIO, 'a.maps': '' });
    await mapsim(['compare', 's.yaml', '--seeds=2', '-j1', '-o', 'a.json'], { cwd });
    const saved = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'));
    saved.scenarios[0].name = name;
    saved.scenarios[0].groups[0].label = name;
    saved.scenarios[0].groups[0].runs[0].seed = name;
    writeFileSync(join(cwd, 'b.json'), JSON.stringify(saved));
    writeFileSync(join(cwd, 'c.json'), JSON.stringify({ ...saved, prng: name }));
    const text = `7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ${' '.repeat(24)}/${steering}\n`;
    writeFileSync(join(cwd, 'a.maps'), `${text.replace('7f0000000000', '8f0000000000')}${text}`);
    writeFileSync(join(cwd, 'b.maps'), `${text.replaceAll('\n', '').replaceAll('\r', '')}\n`);
    const call = `1.0 mmap(NULL, 4096, PROT_READ|PROT_${name}, MAP_ANONYMOUS, -1, 0) = 0x7f0000010000`;
    writeFileSync(join(cwd, 'a.strace'), `${call}\n1.1 munmap(0x7f0000000000, 4096) = 0\n`);
    const quoted = JSON.stringify(name);
    writeFileSync(join(cwd, 'key.yaml'), `mapsim: 1\n${quoted}: 1\n`);
    writeFileSync(join(cwd, 'raw.yaml'), `mapsim: 1\n"${name.replaceAll('\r', '')}": 1\n`);
    for (const value of ['tag', 'name'])
      writeFileSync(join(cwd, `${value}.yaml`), SCENARIO.replace(`${value}: w`, `name: ${quoted}`));
    const commands = [
      ['compare', 'a.json', 'b.json'],
      ['compare', 'b.json', 'b.json/../b.json'],
      ['compare', 'a.json', 'c.json'],
      ['check', 'a.maps'],
      ['check', 'b.maps', '--against', 'a.maps'],
      ['import', 'a.maps'],
      ['import', 'b.maps'],
      ['import', 'b.maps', '--trace', 'a.strace'],
      ['validate', 'key.yaml'],
      ['validate', 'raw.yaml'],
      ['run', 'name.yaml'],
    ];
    for (const argv of commands) {
      const { code, stdout, stderr } = await mapsim(argv, { cwd });

      expect(code).not.toBe(70);
      expectStill(stdout, stderr);
    }
  });
});

test('bidi-key.yaml: exit code 2, and the characters are shown as escapes', async () => {
  const { code, stderr } = await mapsim(['validate', 'bidi-key.yaml'], { cwd: FILES.pathname });

  expect(code).toBe(2);
  expect(stderr).toContain('evil\\u{202e}\\u{9b}');
  expectStill(stderr);
});

test('import-escape.strace: the name of a flag is shown with its escapes', async () => {
  const argv = ['import', 'import-escape.maps', '--trace', 'import-escape.strace', '-o', '-'];

  const { code, stdout, stderr } = await mapsim(argv, { cwd: FILES.pathname });

  expect(code).toBe(0);
  expect(stderr).toContain('PROT_\\u{1b}c');
  expectStill(stdout, stderr);
});

test('a reader, a writer or a scenario cannot be called what a CI system would run', async () => {
  const cwd = aDirectory({ '::error::x.yaml': SCENARIO, 'r.yaml': SCENARIO });
  const named = SCENARIO.replace('name: r', 'name: "::error::x"');

  expect((await mapsim(['run', '-'], { stdin: named })).code).toBe(2);
  const { code, stdout } = await mapsim(['compare', '::error::x.yaml', '--seeds=1', '-j1'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toContain('\\u{3a}:error::x');
});

test.each([
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1+1', `"'+1+1"`],
  ['-2+3', `"'-2+3"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['-5', '-5'],
  ['+1e3', '+1e3'],
  ['a=b', 'a=b'],
  ['x,y', '"x,y"'],
  ["it's", `"it's"`],
  ['\tx', '\\u{9}x'],
])('the cell %j of a table of numbers is written %s', (value, written) => {
  expect(csvRow([value])).toBe(`${written}\r\n`);
});

test.each([
  ['<script>', '\\<script>'],
  ['</td>', '\\</td>'],
  ['a|b', 'a\\|b'],
  ['[x](javascript:1)', '\\[x\\](javascript:1)'],
  ['*a* _b_ `c`', '\\*a\\* \\_b\\_ \\`c\\`'],
  ['~~a~~', '\\~~a\\~~'],
  ['&lt;', '\\&lt;'],
  ['# x\n# y', '\\# x\\\\u{a}# y'],
  ['- x', '\\- x'],
  ['< 5 % & a_b', '< 5 % & a_b'],
])('the text %j in Markdown is written %s', (value, written) => {
  expect(markdownText(value)).toBe(written);
});

test('what is made printable is one line, and JSON reads back the same', () => {
  for (const steering of STEERING) {
    expect(printable(steering)).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(jsonOf({ [steering]: steering }, null, 2))).toEqual({ [steering]: steering });
    expectStill(jsonOf({ [steering]: steering }, null, 2));
  }
});
