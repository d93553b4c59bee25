/** Further forms of maps texts and of what holds them, each written from the manual of its tool. */
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { caseCopy, fileOf, STACK } from './support.ts';

const CODE = '00400000-00401000 r-xp 00000000 08:01 7                                  /bin/a\n';
const ANON = '00600000-00601000 rw-p 00000000 00:00 0 \n';
const TEXT = CODE + ANON + STACK;

async function both(text: string) {
  const cwd = aDirectory({ report: '' });
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${cwd}/report`, text, 'latin1');
  const check = await mapsim(['check', 'report'], { cwd });
  const said = await mapsim(['import', 'report', '-o', 's.yaml'], { cwd });
  const { stdout } =
    said.code === 0 ? await mapsim(['final', 's.yaml', '--duration=0'], { cwd }) : { stdout: '' };
  return { check, said, text: stdout, cwd };
}

describe('K18: check and import agree on a report with two texts', () => {
  test.each([
    ['one line of words between', 'and the second:\n'],
    ['three', 'a\nb\nc\n'],
    ['many', 'words\n'.repeat(20)],
    ['an empty line', '\n'],
    ['a comment', '# the second\n'],
  ])('%s', async (_what, between) => {
    const { check, said } = await both(`first:\n${TEXT}${between}${TEXT}`);

    expect(check).toMatchObject({ code: 0, stdout: '# 2 texts, 6 VMAs: nothing wrong\n' });
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('error: report: it contains 2 texts, from lines 2, ');
  });

  test('where the addresses go on it is one text, whatever is between', async () => {
    const { check, said, text } = await both(
      `${CODE}${ANON}${'at a.b(C.java:7)\n'.repeat(9)}${STACK}`,
    );

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 3 VMAs: nothing wrong\n' });
    expect(said.stderr).toContain('9 others were left out (first: line 3)');
    expect(text).toBe(TEXT);
  });

  test('and a few words inside it are a fault to both, at their line', async () => {
    const { check, said } = await both(`report:\n${CODE}zzz\n${ANON}`);

    expect([check.code, said.code]).toEqual([1, 2]);
    expect(check.stdout).toContain('report:3:1: field: not a line of maps text');
    expect(said.stderr).toContain('report:3:1: error: not a line of maps text');
  });
});

describe('K3, K22: what is skipped has a kind and a count', () => {
  test('details of smaps', async () => {
    const details = 'Size:                  4 kB\nVmFlags: rd ex mr mw me \n';
    const { check, said } = await both(CODE + details + ANON + details);

    const words = 'mapsim: skipped: 4 x details of smaps (first: report:2)\n';
    expect(check.stderr).toBe(words);
    expect(said.stderr).toContain(words);
  });

  test.each(['Signal: 11 (SEGV)', 'Note: the next line is new', 'Thread: main'])(
    'not a line of words: %s',
    async (line) => {
      const { check, said } = await both(`${CODE}${line}\n${ANON}`);

      expect([check.code, said.code]).toEqual([1, 2]);
      expect(check.stdout).toContain('report:2:1: field: not a line of maps text');
    },
  );

  test('comments', async () => {
    const { check } = await both(`# cat /proc/7/maps\n${TEXT}`);

    expect(check.stderr).toBe('mapsim: skipped: 1 x comments (first: report:1)\n');
  });
});

describe('what is said', () => {
  test('one line is left out', async () => {
    const { check } = await both(`======= Memory map: ========\n${TEXT}`);

    expect(check.stderr).toBe(
      'mapsim: report: 3 lines from 2 to 4 are maps text; 1 other was left out (first: line 1)\n',
    );
  });

  test('of a quoted prefix, with its details (case 41)', async () => {
    const check = await mapsim(['check', 'quoted.maps'], { cwd: caseCopy('41') });

    expect(check.stderr).toContain(
      'quoted.maps: 5 lines have something like "> " before them, which was removed\n',
    );
    expect(check.stderr).toContain('skipped: 3 x details of smaps (first: quoted.maps:2)');
  });

  test('of an empty quoted line nothing', async () => {
    const { check, text } = await both(
      `${TEXT.trimEnd()
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n>\n')}\n`,
    );

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 3 VMAs: nothing wrong\n' });
    expect(text).toBe(TEXT);
  });

  test('of smaps_rollup one sentence', async () => {
    const { check, said } = await both(fileOf('42', 'in.maps'));

    const words = 'this is smaps_rollup, a sum over all VMAs: use maps or smaps';
    expect(check.stdout).toBe(`report:1:1: field: ${words}\n# 0 texts, 0 VMAs: 1 field\n`);
    expect(said.stderr.match(/error:/g)).toHaveLength(1);
    expect(said.stderr).toContain(words);
  });

  test.each(['49174659 more words', '06-27 12:00:01 a log', 'deadbeef-cafe what', 'beef: it is'])(
    'no address is called wrong in: %s',
    async (line) => {
      const cwd = aDirectory({
        's.yaml': `mapsim: 1\nreaders: [{name: r}]\nvmas: [${JSON.stringify(line)}]\n`,
        in: `${line}\n`,
      });

      const validate = await mapsim(['validate', 's.yaml'], { cwd });
      const check = await mapsim(['check', 'in'], { cwd });

      expect(validate.code).toBe(2);
      expect(validate.stderr).toContain('not a line of maps text');
      expect(validate.stderr + check.stdout + check.stderr).not.toMatch(
        /page size|64 bits|ends before/,
      );
    },
  );

  test('of UTF-16, how to convert it', async () => {
    const wide = `\u00ff\u00fe${[...TEXT].map((char) => `${char}\0`).join('')}`;
    const { check, said } = await both(wide);

    expect([check.code, said.code]).toEqual([1, 2]);
    expect(check.stderr).toContain('report: it is UTF-16: convert it, for example with iconv');
  });

  test('of a file that ends within a range', async () => {
    const { check, said } = await both(`${TEXT}7ffffff`);

    expect(check.stdout).toContain('the last line has no newline: the text was cut');
    expect(said.stderr).toContain('the last line has no newline: the text was cut');
  });
});

describe('K6: a scenario finds the text in a report as import does', () => {
  const scenario = (report: string) =>
    aDirectory({ report, 's.yaml': `mapsim: 1\nreaders: [{name: r}]\nvmas: [{from: report}]\n` });

  test('and says what was left out, once', async () => {
    const cwd = scenario(fileOf('02', 'in.maps'));

    const { code, stdout, stderr } = await mapsim(['final', 's.yaml', '--duration=0'], { cwd });

    expect([code, stdout]).toEqual([0, fileOf('02', 'cut.maps')]);
    expect(stderr).toBe(
      'mapsim: warning: report: 12 lines from 6 to 17 are maps text; 6 others were left out (first: line 1)\n',
    );
  });

  test.each(['05', '13', '14', '17'])('case %s', async (number) => {
    const cwd = scenario(fileOf(number, 'in.maps'));
    const { text } = await both(fileOf(number, 'in.maps'));

    const { stdout } = await mapsim(['final', 's.yaml', '--duration=0'], { cwd });

    expect(stdout).toBe(text);
    expect(text).not.toBe('');
  });

  test('where there is none one sentence says what a line is', async () => {
    const cwd = scenario('49174659 deadbeef\n06-27 12:00 a log\n');

    const { code, stderr } = await mapsim(['validate', 's.yaml'], { cwd });

    expect(code).toBe(2);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).toContain(
      'it has no line of maps text; such a line looks like this: 7f1c2a400000-',
    );
  });

  test('a fault has the line of the report', async () => {
    const cwd = scenario(`report:\nwords\n${CODE}zzz\n${ANON}`);

    const { stderr } = await mapsim(['validate', 's.yaml'], { cwd });

    expect(stderr).toContain('report:4:1: error: not a line of maps text');
  });

  test('so does filesFrom', async () => {
    const cwd = aDirectory({
      report: fileOf('05', 'in.maps'),
      log: 'openat(AT_FDCWD, "/usr/lib/ruby/3.3.0/x86_64-linux-musl/monitor.so", O_RDONLY) = 3\nmmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000\n',
      's.yaml': 'mapsim: 1\nvmas: []\nwriters: [{name: w, trace: log, filesFrom: [report]}]\n',
    });

    const { stdout } = await mapsim(['final', 's.yaml'], { cwd });

    expect(stdout).toContain('08:30 2143249');
  });

  test('so does init', async () => {
    const cwd = aDirectory({ report: fileOf('02', 'in.maps') });

    const { code, stdout } = await mapsim(['init', '--from=report'], { cwd });

    expect(code).toBe(0);
    expect(stdout.match(/7ffff7ff/g)!.length).toBeGreaterThan(4);
  });
});

describe('K6: what loggers and pages do to lines', () => {
  const lines = TEXT.trimEnd().split('\n');
  const each = (change: (line: string) => string): string => `${lines.map(change).join('\n')}\n`;

  test.each<[string, string]>([
    ['docker logs as JSON', each((line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout' }))],
    ['a report in one record', JSON.stringify({ level: 'fatal', message: `abort\n${TEXT}done\n` })],
    ['a list in JSON', JSON.stringify({ pid: 7, maps: lines })],
    ['a report deep in JSON', `${JSON.stringify([{ a: { b: `abort\n${TEXT}` } }])}\n`],
    ['JSON over many lines', JSON.stringify({ maps: lines }, null, 2)],
    ['one string', `dump = ${JSON.stringify(TEXT)};\n`],
    ['one line with escapes', `${lines.join('\\n')}\n`],
    ['fields between tabs', each((line) => line.split(/ +/).join('\t'))],
    ['strings of C', each((line) => `  "${line}\\n"`)],
    ['a list of Python', each((line) => `    '${line}',`)],
    ['a table of Markdown', each((line) => `| ${line} |`)],
    ['code in a list', each((line) => `- \`${line}\``)],
    ['colours', each((line) => `\u001b[36mapp_1  |\u001b[0m ${line}`)],
    ['a colour for each line', each((line) => `\u001b[01m${line}\u001b[0m`)],
    ['grep -H', each((line) => `/proc/4711/maps:${line}`)],
    ['hard blanks in UTF-8', each((line) => line.replaceAll(' ', '\u00c2\u00a0'))],
    ['hard blanks in Latin-1', each((line) => line.replaceAll('  ', ' \u00a0'))],
    ['HTML in one line', `<pre>${lines.join('<br/>')}</pre>\n`],
    [
      'entities',
      each((line) => line.replaceAll(' ', '&nbsp;').replace(/\[(.*)\]/, '&#x5b;$1&#x5d;')),
    ],
    [
      'elements',
      each((line) => `<div class="line">${line.replace('[', '&#91;').replace(']', '&#93;')}</div>`),
    ],
    ['a block of Markdown', `\`\`\`\n${TEXT}\`\`\`\n`],
  ])('%s', async (_what, report) => {
    const { check, text } = await both(report);

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 3 VMAs: nothing wrong\n' });
    expect(text).toBe(TEXT);
  });

  test('a path that only looks like HTML stays as it is', async () => {
    const odd = CODE.replace('/bin/a', '/srv/<b>x&amp;y</b>z') + ANON;
    const { check, text } = await both(odd);

    expect(check).toMatchObject({ code: 0, stderr: '' });
    expect(text).toBe(odd);
  });

  test('the columns of gperftools (github.com/gperftools/gperftools/issues/822)', async () => {
    const { check, text } =
      await both(`heap profile:  18949: 20815390 [177357: 799048871] @ heapprofile
18949: 20815390 [177357: 799048871] @

MAPPED_LIBRARIES:
00400000-00fe3000 r-xp 00000000 00:00 4873        /usr/bin/dart
00ff3000-01026000 r--p 00be3000 00:00 4873        /usr/bin/dart
01069000-0106c000 rwxp 00000000 00:00 0           [heap]
`);

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 3 VMAs: nothing wrong\n' });
    expect(check.stderr).toContain('3 lines have the columns of gperftools');
    expect(text.split('\n')[0]).toBe(
      '00400000-00fe3000 r-xp 00000000 00:00 4873       /usr/bin/dart',
    );
  });
});

test('whatever stands before a line, and however long it is', async () => {
  const { check, text } = await both(`${'> '.repeat(30_000)}${ANON}`);

  expect(check.code).toBe(0);
  expect(text).toBe(ANON);
});

test('of WSL1 one sentence', async () => {
  const { check, said } = await both(fileOf('03', 'in.maps'));

  const words = 'this is a text of WSL1, whose permissions end in -';
  expect(check.stdout).toContain(`report:1:19: field: ${words}`);
  expect(check.stdout).toContain('0 VMAs: 1 field');
  expect(said.stderr.match(/error:/g)).toHaveLength(1);
  expect(said.stderr).toContain(words);
});

test('blanks behind a name in brackets are no part of it', async () => {
  const { check, text } = await both(TEXT.replace('[stack]', '[stack]  '));

  expect(check.stdout).toContain(
    'report:3:81: spacing: not what the kernel prints: expected the end',
  );
  expect(text).toBe(TEXT);
});

describe('K15: pages of 8 KiB (sparc64, alpha)', () => {
  const at = (page: number): string => (0x70000000 + page * 8192).toString(16);
  const vma = (start: number): string => `${at(start)}-${at(start + 3)} rw-p 00000000 00:00 0 \n`;
  const finalOf = async (text: string): Promise<string> => {
    const cwd = aDirectory({
      'in.maps': text,
      log: `munmap(0x${at(1)}, 4096) = 0\n`,
      's.yaml': 'mapsim: 1\nvmas: [{from: in.maps}]\nwriters: [{name: w, trace: log}]\n',
    });
    return (await mapsim(['final', 's.yaml'], { cwd })).stdout.split('\n').slice(0, 2).join('\n');
  };
  const WHOLE = `${at(0)}-${at(1)} rw-p 00000000 00:00 0 \n${at(2)}-${at(3)} rw-p 00000000 00:00 0 `;

  test('by KernelPageSize', async () => {
    expect(await finalOf(`${vma(0)}KernelPageSize:        8 kB\n`)).toBe(WHOLE);
  });

  test('by twenty borders', async () => {
    const text = Array.from({ length: 12 }, (_, i) => vma(i * 5)).join('');

    expect(await finalOf(text)).toBe(WHOLE);
  });

  test('not by ten', async () => {
    const text = Array.from({ length: 5 }, (_, i) => vma(i * 5)).join('');

    expect(await finalOf(text)).not.toBe(WHOLE);
  });
});

describe('machine: {taskSize}', () => {
  test.each([
    ['0x7ffc3c5c0000', 2],
    ['0x7ffc3c5c1000', 0],
  ])('%s over a stack that ends at 0x7ffc3c5c1000: exit code %i', async (size, code) => {
    const cwd = aDirectory({
      'in.maps': TEXT,
      's.yaml': `mapsim: 1\nmachine: {taskSize: "${size}"}\nreaders: [{name: r}]\nvmas: [{from: in.maps}]\n`,
    });

    const said = await mapsim(['validate', 's.yaml'], { cwd });

    expect(said.code).toBe(code);
    if (code === 2) {
      expect(said.stderr).toContain(
        `s.yaml:2:21: error: taskSize: ${size} is below the end of mapped memory: the memory at the start reaches 0x7ffc3c5c1000`,
      );
    }
  });
});
