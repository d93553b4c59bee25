import { describe, expect, test } from 'vitest';
import { FaultList, renderFaults } from '../../src/scenario/load/faults.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { envWith, faultsOf, messagesOf } from './support.ts';

const READER = 'readers: [{name: r}]';
const PAGES_3 = '{start: "0x7f0000000000", pages: 3, tag: t}';

/** Messages about one item of `vmas:`, whose first column is 8. */
const vma = (item: string): string[] => messagesOf(`mapsim: 1\n${READER}\nvmas: [${item}]`);
/** Messages about one writer, whose first column is 11. */
const writer = (rest: string): string[] =>
  messagesOf(`mapsim: 1\n${READER}\nvmas: [${PAGES_3}]\nwriters: [{name: w, ${rest}}]`);
/** Messages about one operation, whose first column is 31. */
const operation = (text: string): string[] => writer(`program: [${text}]`);

describe('rendering', () => {
  test('a fault has its place, its line, a caret and a suggestion', () => {
    const text = [
      'mapsim: 1',
      'readers:',
      '  - name: monitor',
      '    strategy: rcu-rety3',
      '    think: -5',
    ].join('\n');

    expect(faultsOf(text)).toBe(
      [
        's.yaml:4:15: error: unknown strategy "rcu-rety3"',
        '4 |     strategy: rcu-rety3',
        '  |               ^^^^^^^^^ did you mean "rcu-retry3"?',
        's.yaml:5:12: error: think: -5 is not a whole number of ns of 0 or more',
        '5 |     think: -5',
        '  |            ^^',
        '',
      ].join('\n'),
    );
  });

  test('an overlap cites both places', () => {
    const text = [
      'mapsim: 1',
      READER,
      'vmas:',
      '  - {start: "0x3000", pages: 2}',
      '  - "00004000-00005000 rw-p 00000000 00:00 0"',
      '  - {start: "0x1000", pages: 3}',
    ].join('\n');

    expect(faultsOf(text)).toBe(
      [
        's.yaml:5:5: error: 0x4000-0x5000 overlaps 0x3000-0x5000 at s.yaml:4:5',
        '5 |   - "00004000-00005000 rw-p 00000000 00:00 0"',
        '  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        's.yaml:6:5: error: 0x1000-0x4000 overlaps 0x3000-0x5000 at s.yaml:4:5',
        '6 |   - {start: "0x1000", pages: 3}',
        '  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        '',
      ].join('\n'),
    );
  });

  test('an overlap with a line of another file cites that line', () => {
    const maps =
      '00001000-00002000 rw-p 00000000 00:00 0 \n00003000-00004000 r--p 00000000 00:00 0 \n';
    const text = `mapsim: 1\n${READER}\nvmas: [{start: "0x3000", pages: 2}, {from: m/x.maps}]`;

    expect(faultsOf(text, { 'm/x.maps': maps })).toBe(
      [
        'm/x.maps:2:1: error: 0x3000-0x4000 overlaps 0x3000-0x5000 at s.yaml:3:8',
        '2 | 00003000-00004000 r--p 00000000 00:00 0 ',
        '  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        '',
      ].join('\n'),
    );
  });

  test('copies that overlap a million times are one fault', () => {
    const copies = (perms: string): string =>
      `{start: "0x1000", pages: 1, repeat: 100000, gap: 1, perms: ${perms}}`;

    expect(vma(`${copies('r--p')}, ${copies('rw-p')}`)).toEqual([
      '3:74 0x1000-0x2000 overlaps 0x1000-0x2000 at s.yaml:3:8',
    ]);
  });

  test('twenty are shown, the others counted', () => {
    const lines = Array.from({ length: 27 }, (_, i) => `k${i}: 1`);
    const rendered = faultsOf(`mapsim: 1\n${READER}\n${lines.join('\n')}`).split('\n');

    expect(rendered.filter((line) => line.includes(': error: '))).toHaveLength(20);
    expect(rendered.slice(-2)).toEqual(['and 7 more', '']);
  });

  test('after ten thousand faults nobody looks for more', () => {
    const maps = '7f0000000000-7f0000001000 rwxx\n'.repeat(10_100);
    const rendered = faultsOf(`mapsim: 1\n${READER}\nvmas: [{from: m}]`, { m: maps });

    expect(rendered.split('\n').slice(-2)).toEqual(['and at least 9981 more', '']);
  });

  test('tabs keep the caret below its text, control characters do not reach the terminal', () => {
    const faults = new FaultList();
    const span = { file: 'f', line: 12, column: 3, endColumn: 5, text: '\ta\x1b[31mb\u009b' };
    faults.add(span, 'm');

    expect(renderFaults(faults.sorted())).toBe(
      'f:12:3: error: m\n12 | \ta\\u{1b}[31mb\\u{9b}\n   | \t ^^^^^^^\n',
    );
  });

  test('a long line is shown in part', () => {
    const rendered = faultsOf(`{"mapsim": 1, "x": "${'a'.repeat(5000)}", "readrs": []}`);
    const lines = rendered.split('\n').slice(0, 6);

    expect(lines[0]).toBe('s.yaml:1:15: error: unknown key "x"');
    expect(lines[3]).toBe('s.yaml:1:5024: error: unknown key "readrs"');
    for (const line of lines) expect(line.length).toBeLessThan(200);
    const [, shown = '', caret = ''] = lines.slice(3);
    expect(shown.slice(caret.indexOf('^')).startsWith('"readrs"')).toBe(true);
  });

  test('faults of one file are in order, and all of them there', () => {
    const text = [
      'mapsim: 1',
      'durration: 5',
      'machine: {costs: {preset: sever, formatAno: 3, vmaCopy: 1.5, writeSectionShare: 2}}',
      'vmas: [{start: "0x1001", pages: 1}, {start: "0x3000", pages: 1, tag: a}]',
      'readers: [{name: r, buffer: 0}, {name: r, strategy: nope}]',
      'writers: [{name: w, program: [{munmap: {vma: {tag: b}}}, {restore: 1}], think: 2 us}]',
    ].join('\n');

    expect(messagesOf(text)).toEqual([
      '2:1 unknown key "durration" | did you mean "duration"?',
      '3:27 costs: unknown preset "sever" | did you mean "server"?',
      '3:34 unknown cost "formatAno" | did you mean "formatAnon"?',
      '3:57 vmaCopy: 1.5 is not a whole number of ns',
      '3:81 writeSectionShare: 2 is not a share: a number from 0 to 1',
      '4:16 start: "0x1001" is not a multiple of the page size, 0x1000',
      '5:29 buffer: 0 is not a size: bytes, or text such as 4k, 1m',
      '5:40 name: a second task has the name "r"; the first is at s.yaml:5:18',
      '5:53 unknown strategy "nope" | known: mmap-lock, rcu-retry3, rcu-page',
      '6:52 tag: no range has the tag "b" | did you mean "a"?',
      '6:68 restore: 1 is not true',
      '6:80 think: "2 us" is not a duration: whole ns, or text such as 250ns, 10us, 1.5ms, 2s',
    ]);
  });
});

describe('hostile files', () => {
  test('nothing in it', () => {
    const message = 's.yaml:1:1: error: the file is empty; a scenario begins with "mapsim: 1"\n';

    expect(faultsOf('')).toBe(message);
    expect(faultsOf(' \n\n')).toBe(message);
    expect(faultsOf('\ufeff')).toBe(message);
    expect(messagesOf('# only a comment\n')).toEqual([
      '1:1 a scenario is a list of keys and values, the first "mapsim: 1"',
    ]);
  });

  test('binary, not UTF-8, too large', () => {
    expect(faultsOf(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]))).toBe(
      's.yaml:1:1: error: the file is binary; a scenario is YAML or JSON text in UTF-8\n',
    );
    expect(faultsOf(Buffer.from([0x61, 0xff]))).toBe(
      's.yaml:1:1: error: the file is not UTF-8 text\n',
    );
    expect(faultsOf(Buffer.alloc(16 * 1024 * 1024 + 1, 0x20))).toBe(
      's.yaml:1:1: error: the scenario is larger than 16 MiB ' +
        '(put VMAs into a maps text and use from:)\n',
    );
  });

  test('a byte order mark and CR LF are no faults', () => {
    expect(faultsOf(`\ufeffmapsim: 1\r\n${READER}\r\n`)).toBe('');
  });

  test('truncated YAML and truncated JSON', () => {
    expect(messagesOf('mapsim: 1\nreaders: [{name: r}, {na')).toEqual([
      '2:25 not YAML: flow map in block collection must be sufficiently indented and end with a }',
      '2:25 not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ]);
    expect(faultsOf('{"mapsim": 1, "readers": [{"name"')).toContain('error: not YAML: ');
  });

  test.each([
    [
      'two documents',
      'mapsim: 1\n---\nmapsim: 1\n',
      ['2:1 a second document | a scenario is one document'],
    ],
    ['a key twice', `mapsim: 1\n${READER}\nmapsim: 1`, ['3:1 the same key is given twice']],
    ['a key twice in JSON', '{"mapsim": 1, "mapsim": 1}', ['1:15 the same key is given twice']],
    [
      'merge keys',
      `mapsim: 1\nx-a: &a {name: r}\nreaders: [{<<: *a}]`,
      ['3:12 merge keys are not supported | write the keys out'],
    ],
    ['keys that are no words', 'mapsim: 1\n? [a]\n: b', ['2:3 a key has to be a plain word']],
    [
      'unknown tags',
      'mapsim: !!js/function 1',
      ['1:9 not YAML: unresolved tag: tag:yaml.org,2002:js/function'],
    ],
    ['an unknown alias', 'mapsim: *a', ['1:9 there is no anchor &a before this alias']],
    [
      'an alias bomb',
      `a: &a [1,1,1,1,1,1,1,1]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(8)}]\n`)}`,
      ['2:8 more than 100 aliases | write the values out'],
    ],
    [
      'very many aliases',
      `x-a: &a 1\nx-b: [${'*a,'.repeat(101)}]`,
      ['2:307 more than 100 aliases | write the values out'],
    ],
    ['a circle', 'x-a: &a [*a, *a]', ['1:10 nested more than 64 levels deep']],
    ['brackets', '['.repeat(65), ['1:65 nested more than 64 levels deep']],
    ['brackets without end', '['.repeat(1_000_000), ['1:65 nested more than 64 levels deep']],
    ['indicators', '- '.repeat(65), ['1:129 nested more than 64 levels deep']],
    ['indicators without end', '- '.repeat(1_000_000), ['1:129 nested more than 64 levels deep']],
    [
      'nesting in JSON',
      `{"mapsim": ${'['.repeat(100)}${']'.repeat(100)}}`,
      ['1:75 nested more than 64 levels deep'],
    ],
    [
      'a prototype',
      '{"mapsim": 1, "__proto__": {"readers": [{"name": "r"}]}}',
      [
        '1:15 unknown key "__proto__" | known: mapsim, about, seed, duration, machine, vmas, readers, writers, failOn, require',
      ],
    ],
    ['no map', '7', ['1:1 a scenario is a list of keys and values, the first "mapsim: 1"']],
    [
      'a later format',
      `mapsim: 2\n${READER}`,
      ['1:9 mapsim: 2 is not 1, the only format that this version of mapsim reads'],
    ],
  ])('%s', (_what, text, messages) => {
    expect(messagesOf(text)).toEqual(messages);
  });

  test('64 levels are not too many', () => {
    const nested = `${'['.repeat(63)}${']'.repeat(63)}`;

    expect(messagesOf(`mapsim: 1\n${READER}\nx-a: ${nested}`)).toEqual([]);
    expect(messagesOf(`{"mapsim": 1, "readers": [{"name": "r"}], "x-a": ${nested}}`)).toEqual([]);
  });

  test('a hundred thousand lines of maps, and as many of something else', () => {
    const line = (i: number): string => {
      const [start, end] = [i * 2 + 1, i * 2 + 2].map((page) => `${page.toString(16)}000`);
      return `${start}-${end} rw-p 00000000 08:01 ${i % 7} /lib/${i % 7}\n`;
    };
    const text = `mapsim: 1\n${READER}\nvmas: [{from: m}]`;
    const maps = Array.from({ length: 100_000 }, (_, i) => line(i)).join('');

    expect(faultsOf(text, { m: maps })).toBe('');
    expect(faultsOf(text, { m: 'x'.repeat(5_000_000) })).toContain(
      'm:1:1: error: not a line of maps',
    );
  });
});

describe('vmas', () => {
  test.each([
    [
      '{pages: 3}',
      '3:8 missing key "start": an address: hexadecimal text such as "0x7f0000000000"',
    ],
    ['{start: "0x1000"}', '3:8 missing key "pages": a number of pages of 1 or more'],
    [
      '{start: 0x7f0000000000, pages: 1}',
      '3:16 start: 139637976727552 is not an address: hexadecimal text such as "0x7f0000000000" | write "0x7f0000000000", in quotes',
    ],
    [
      '{start: 0xffffffffff600000, pages: 1}',
      '3:16 start: 18446744073699065856 is not an address: hexadecimal text such as "0x7f0000000000" | write "0xffffffffff600000", in quotes',
    ],
    [
      '{start: "0x1234", pages: 1}',
      '3:16 start: "0x1234" is not a multiple of the page size, 0x1000',
    ],
    [
      '{start: "0x10000000000000000", pages: 1}',
      '3:16 start: "0x10000000000000000" does not fit into 64 bits',
    ],
    [
      '{start: "0xfffffffffffff000", pages: 1}',
      '3:8 reaches beyond the end of the 64-bit address space',
    ],
    [
      '{start: "0x1000", pages: 1, repeat: 3, gap: 4503599627370495}',
      '3:8 reaches beyond the end of the 64-bit address space',
    ],
    [
      '{start: "0x1000", pages: 1, perms: rwx}',
      '3:43 perms: "rwx" is not permissions: four letters such as rw-p, r-xp, r--s',
    ],
    [
      '{start: "0x1000", pages: 1, name: x, file: {path: /a, dev: "08:01", inode: 1}}',
      '3:42 name: a file mapping cannot have a name, unless it is a shared mapping of /dev/zero (deleted)',
    ],
    [
      '{start: "0x1000", pages: 1, name: "a\\nb"}',
      '3:42 name: "a\\nb" is not a name for anonymous memory: at most 79 printable ASCII characters, none of \\ ` $ [ ]',
    ],
    [
      '{start: "0x1000", pages: 1, file: {path: /a, dev: 8, inode: 1}}',
      '3:58 dev: 8 is not a device: hexadecimal MAJOR:MINOR in quotes, such as "08:01"',
    ],
    [
      '{start: "0x1000", pages: 1, file: {path: /a, dev: "08:01", inode: 1, offset: 100}}',
      '3:85 offset: 100 is not a multiple of the page size, 4096',
    ],
    ['{start: "0x1000", pages: 1, tga: x}', '3:36 unknown key "tga" | did you mean "tag"?'],
    [
      '{start: "0x1000", pages: 1, zzz: x}',
      '3:36 unknown key "zzz" | known: start, pages, perms, tag, repeat, gap, file, name, touched',
    ],
    ['{from: x.maps}', '3:15 from: cannot read x.maps: no such file'],
    ['{from: x.maps, pages: 3}', '3:15 from: cannot read x.maps: no such file'],
    ['5', '3:8 vmas: 5 is not a line of maps text, {from: FILE} or {start, pages, perms}'],
    [
      '"00001000-00002000 rw-p 00000000 00:00 x"',
      '3:47 not a line of maps text: expected the inode in decimal',
    ],
    [
      '"00001000-00002000 rw-p 0 00:00 0\\n00002000-00003000 rw-p 0 00:00 0"',
      '3:8 several lines in one item | write one item for each line, or from: FILE',
    ],
    [
      '{start: "0xffffffffff600000", pages: 1}, "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]"',
      '3:8 0xffffffffff600000-0xffffffffff601000 overlaps [vsyscall], 0xffffffffff600000, at s.yaml:3:49',
    ],
    [
      '"00001000-00002000 rw-p 0 00:00 0 [stack]", "00003000-00004000 rw-p 0 00:00 0 [stack]"',
      '3:52 a second [stack] line: a process has one',
    ],
    [
      '"00001000-00002000 rw-p 0 00:00 0 [heap]", "00002000-00003000 rw-p 0 00:00 0", "00003000-00004000 rw-p 0 00:00 0 [heap]"',
      '3:51 the kernel would print [heap] here: the [heap] lines span 0x1000-0x4000',
    ],
  ])('%s', (item, message) => {
    expect(vma(item)[0]).toBe(message);
  });

  test('a list is a list', () => {
    expect(messagesOf(`mapsim: 1\n${READER}\nvmas: {from: x}`)).toEqual([
      '3:7 vmas: {"from":"x"} is not a list',
    ]);
    expect(messagesOf('mapsim: 1\nreaders:\n')).toEqual(['2:1 readers: null is not a list']);
  });

  test('a file that cannot be read is told apart, for the exit code', () => {
    const bytes = Buffer.from(`mapsim: 1\n${READER}\nvmas: [{from: x}, 5]`);

    const loaded = loadScenario({ path: 's.yaml', bytes, yaml }, envWith());

    expect(loaded.ok ? [] : loaded.faults.map(({ io }) => io)).toEqual([true, false]);
  });
});

describe('operations', () => {
  test.each([
    [
      '{}',
      '4:31 an operation has one key, its name: munmap, mprotect, name, mmap, mremap, brk, fork, growStack, hold, pause, restore',
    ],
    [
      '{fork: {}, restore: true}',
      '4:31 an operation has one key, its name: munmap, mprotect, name, mmap, mremap, brk, fork, growStack, hold, pause, restore',
    ],
    ['{mprotct: {}}', '4:32 unknown key "mprotct" | did you mean "mprotect"?'],
    ['{munmap: {}}', '4:40 a place has one of at and vma'],
    ['{munmap: {at: "0x1000", vma: {}, pages: 1}}', '4:40 a place has one of at and vma'],
    ['{munmap: {at: "0x1000"}}', '4:41 at: it also needs pages:'],
    [
      '{munmap: {at: "0x1000", pages: 1, page: 0}}',
      '4:71 page: it counts inside a range, so it needs vma:',
    ],
    [
      '{munmap: {at: "0x1001", pages: 1}}',
      '4:45 at: "0x1001" is not a multiple of the page size, 0x1000',
    ],
    [
      '{munmap: {at: "0xffffffffffffe000", pages: 2}}',
      '4:74 reaches beyond the end of the 64-bit address space',
    ],
    ['{munmap: {vma: {tag: u}}}', '4:52 tag: no range has the tag "u" | did you mean "t"?'],
    ['{munmap: {vma: {tag: other}}}', '4:52 tag: no range has the tag "other" | known: t'],
    ['{munmap: {vma: {index: 1}}}', '4:54 index: 1 is too high: 1 range, counted from 0'],
    ['{munmap: {vma: {address: "0x1000"}}}', '4:56 address: no range of vmas contains 0x1000'],
    [
      '{munmap: {vma: {address: "0x7f0000000000", tag: t}}}',
      '4:46 a selector with an address cannot have a tag or an index',
    ],
    [
      '{munmap: {vma: {tag: t}, page: 3}}',
      '4:46 0x7f0000000000-0x7f0000003000 has 3 pages, and page 3 needs 4',
    ],
    [
      '{munmap: {vma: {tag: t}, page: 1, pages: 3}}',
      '4:46 0x7f0000000000-0x7f0000003000 has 3 pages, and a place of 3 pages from page 1 needs 4',
    ],
    [
      '{munmap: {vma: {pick: random}, pages: 4}}',
      '4:46 none of these ranges has the 4 pages that a place of 4 pages from page 0 needs',
    ],
    [
      '{mprotect: {vma: {tag: t}}}',
      '4:32 missing key "perms": permissions: four letters such as rw-p, r-xp, r--s',
    ],
    ['{mmap: {}}', '4:32 mmap without a place needs pages:'],
    ['{mmap: {at: "0x1000", vma: {tag: t}, pages: 1}}', '4:38 a place has one of at and vma'],
    [
      '{mremap: {vma: {tag: t}, to: "0x1800"}}',
      '4:60 to: "0x1800" is not a multiple of the page size, 0x1000',
    ],
    ['{mremap: {vma: {tag: t}, mayMove: 1}}', '4:65 mayMove: 1 is not true or false'],
    ['{growStack: {}}', '4:43 growStack: vmas has no [stack] | it takes a line of maps text'],
    ['{hold: 0.5ns}', '4:38 hold: "0.5ns" is not a whole number of ns'],
    ['{hold: 99999999s}', '4:38 hold: "99999999s" is longer than 2^53 ns, which are 104 days'],
    ['{hold: {uniform: [2us, 1us]}}', '4:48 uniform: 2000 ns is more than 1000 ns'],
    ['{hold: {exp: 1us, uniform: [0, 1]}}', '4:38 a distribution has one key: exp or uniform'],
    [
      '{pause: 0}, {pause: {exp: 0}}',
      '4:30 program: a loop that takes no simulated time | it has only pauses of 0',
    ],
  ])('%s', (text, message) => {
    expect(operation(text)).toEqual([message]);
  });

  test('pauses alone never add up to ops', () => {
    expect(writer('ops: 3, program: [{pause: 1us}]')).toEqual([
      '4:38 program: has only pauses, which are not operations | ops would never be reached',
    ]);
    expect(writer('program: [{pause: 1us}]')).toEqual([]);
  });

  test('an unknown tag is reported beside other faults, unless it stands on a faulty item', () => {
    const text = (tag: string): string =>
      `mapsim: 1\n${READER}\nvmas: [{start: "0x1", pages: 1, tag: t}]\n` +
      `writers: [{name: w, program: [{munmap: {vma: {tag: ${tag}}}}]}]`;

    expect(messagesOf(text('t'))).toHaveLength(1);
    expect(messagesOf(text('other'))).toHaveLength(2);
  });
});

describe('writers and readers', () => {
  test.each([
    ['ops: 3', '4:11 a writer has one of program, churn and trace'],
    ['program: []', '4:30 program: [] is not a list of at least one operation'],
    ['program: [{fork: {}}], churn: resize', '4:11 a writer has one of program, churn and trace'],
    [
      'churn: resise',
      '4:28 churn: "resise" is not one of split-merge, resize, remap, merge-churn, exact-mremap, map-unmap, flip-pair | did you mean "resize"?',
    ],
    ['churn: map-unmap', '4:21 missing key "region": churn: map-unmap needs it'],
    ['churn: resize, region: {start: "0x1000", pages: 1}', '4:36 region: needs churn: map-unmap'],
    [
      'program: [{fork: {}}], vma: {tag: t}',
      '4:44 vma: needs one of the churns split-merge, resize, remap, merge-churn, exact-mremap',
    ],
    [
      'churn: map-unmap, region: {start: "0x7f0000002000", pages: 2}',
      '4:47 0x7f0000002000-0x7f0000004000 overlaps 0x7f0000000000-0x7f0000003000 at s.yaml:3:8',
    ],
    [
      'churn: remap',
      '4:28 remap: it takes a page of the next range, but there is only one range | select several ranges, with pick: next or random',
    ],
    [
      'churn: flip-pair, vmas: [{tag: t}, {tag: t}], every: 1us',
      '4:45 vmas: the first range has to be below the second',
    ],
    ['trace: x', '4:28 trace: cannot read x: no such file'],
    ['churn: resize, speed: 2', '4:36 speed: needs trace:'],
    ['program: [{fork: {}}], nice: 20', '4:50 nice: 20 is not a nice value of -20 to 19'],
  ])('%s', (rest, message) => {
    expect(writer(rest)).toEqual([message]);
  });

  test.each([
    [
      '{strategy: mmap-lock}',
      '2:11 missing key "name": a name: 1 to 64 visible characters, no slashes, no :: in front',
    ],
    [
      '{name: "a\\nb"}',
      '2:18 name: "a\\nb" is not a name: 1 to 64 visible characters, no slashes, no :: in front',
    ],
    ['{name: r, passes: 0}', '2:29 passes: 0 is not a number of passes of 1 or more'],
    [
      '{name: r, buffer: 64KiB}',
      '2:29 buffer: "64KiB" is not a size: bytes, or text such as 4k, 1m',
    ],
    ['{name: r, buffer: 0k}', '2:29 buffer: it has to be at least 1 byte'],
    ['{name: r, count: 65537}', '2:28 count: 65537 is not a number of tasks from 1 to 65536'],
    ['{name: r, count: 65536}, {name: s}', '2:36 more than 65536 readers and writers'],
    [
      '{name: r, count: 2}, {name: r}',
      '2:39 name: a second task has the name "r"; the first is at s.yaml:2:18',
    ],
    [
      '{name: r, think: 5 minutes}',
      '2:28 think: "5 minutes" is not a duration: whole ns, or text such as 250ns, 10us, 1.5ms, 2s',
    ],
    ['7', '2:11 readers: 7 is not a reader'],
  ])('%s', (reader, message) => {
    expect(messagesOf(`mapsim: 1\nreaders: [${reader}]`)).toEqual([message]);
  });

  test('a log is refused where nothing reads logs, as in a page', () => {
    const { readTrace: _, ...env } = envWith({ 'calls.log': 'munmap(0x7f0000000000, 4096) = 0\n' });
    const text = `mapsim: 1\n${READER}\nvmas: [${PAGES_3}]\nwriters: [{name: w, trace: calls.log}]`;

    const loaded = loadScenario({ path: 's.yaml', bytes: Buffer.from(text), yaml }, env);

    const faults = loaded.ok ? [] : loaded.faults;
    expect(faults.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '4 trace: logs cannot be read here',
    ]);
  });

  test('something has to end the run', () => {
    expect(messagesOf('mapsim: 1')).toEqual([
      '1:1 nothing ends this run: it has no reader and no duration',
    ]);
    expect(messagesOf('mapsim: 1\nwriters: [{name: w, program: [{fork: {}}]}]')).toEqual([
      '2:18 nothing ends this run: it has no reader and no duration, and this writer has no ops',
    ]);
  });
});
