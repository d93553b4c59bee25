import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileSpecs } from '../../src/scenario/load/files.ts';
import { LABEL } from '../../src/scenario/load/maps-line.ts';
import { type MapsText, parseMapsText } from '../../src/scenario/load/maps-text.ts';
import type { FileSpec } from '../../src/scenario/scenario.ts';
import type { VmaSpec } from '../../src/scenario/vma-list.ts';

interface Read extends MapsText {
  readonly files: readonly FileSpec[];
  readonly faults: readonly string[];
}

function read(text: string): Read {
  const files = new FileSpecs();
  const faults: string[] = [];
  const parsed = parseMapsText(text, {
    files,
    touched: false,
    vmasMax: 1_000_000,
    fault: (start, end, message, hint) => {
      faults.push(`${start}-${end} ${message}${hint === null ? '' : ` | ${hint}`}`);
    },
  });
  return { ...parsed, files: files.files, faults };
}

/** Bytes of a page index with the kernel's least width. */
const hex = (page: number): string => (BigInt(page) * 4096n).toString(16).padStart(8, '0');

const GATE = 'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 '.padEnd(73);

/** The kernel's format written down a second time, as briefly as possible. */
function format(parsed: Read): string {
  const lines = parsed.vmas.map((vma, index) =>
    formatVma(vma, parsed.labels[index]!, parsed.files),
  );
  if (parsed.gateOffset >= 0) lines.push(`${GATE}[vsyscall]`);
  return lines.map((line) => `${line}\n`).join('');
}

function formatVma(vma: VmaSpec, label: number, files: readonly FileSpec[]): string {
  const file = files[vma.file];
  const device = file
    ? `${file.major.toString(16).padStart(2, '0')}:${file.minor.toString(16).padStart(2, '0')}`
    : '00:00';
  const range = `${hex(vma.startPage)}-${hex(vma.endPage)}`;
  const prefix = `${range} ${vma.perms} ${hex(vma.offsetPages)} ${device} ${file?.inode ?? 0} `;
  const name = nameOf(vma, label, file);
  return name === '' ? prefix : `${prefix.padEnd(72)} ${name}`;
}

function nameOf(vma: VmaSpec, label: number, file: FileSpec | undefined): string {
  if (file) return vma.anonName === null ? file.path : `[anon_shmem:${vma.anonName}]`;
  if (vma.special !== null) return vma.special;
  if (label !== LABEL.none) return label === LABEL.heap ? '[heap]' : '[stack]';
  return vma.anonName === null ? '' : `[anon:${vma.anonName}]`;
}

const CAPTURES = new URL('../../scenarios/captures/', import.meta.url);

describe('maps text', () => {
  test('every real capture comes back byte for byte', () => {
    const names = readdirSync(CAPTURES).filter((name) => name.endsWith('.maps'));

    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const name of names) {
      const text = readFileSync(new URL(name, CAPTURES), 'latin1');
      const parsed = read(text);
      expect(parsed.faults).toEqual([]);
      expect(format(parsed), name).toBe(text);
    }
  });

  test.each([
    ['anonymous memory', '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 '],
    ['the lowest and the highest page', '00000000-00001000 ---p 00000000 00:00 0 '],
    ['an address of 16 digits', 'fffffffffffde000-fffffffffffff000 rw-p 00000000 00:00 0 '],
    [
      'an offset beyond 4 GiB and a long minor number',
      '7f0000000000-7f0000001000 r--s 200000000 103:fffff 18446744073709551615 /a',
    ],
    [
      'a path with spaces, tabs, backslashes and bytes that are not UTF-8',
      '00400000-00401000 r-xp 00000000 08:01 7                                  /a b\tc\\012\xff\x80 ',
    ],
    [
      'a deleted file whose name is in brackets',
      '00400000-00401000 rw-s 00000000 00:0b 9                                  /[aio] (deleted)',
    ],
    [
      'a System V segment with inode 0',
      '00400000-00401000 rw-s 00000000 00:01 0                                  /SYSV00000000 (deleted)',
    ],
    [
      'named anonymous memory',
      '00400000-00401000 rw-p 00000000 00:00 0                                  [anon:a [b (c]',
    ],
    [
      'anonymous memory with an empty name',
      '00400000-00401000 rw-p 00000000 00:00 0                                  [anon:]',
    ],
    [
      'named shared anonymous memory',
      '00400000-00401000 rw-s 00002000 00:01 1024                               [anon_shmem:ring]',
    ],
    [
      'special mappings',
      '00400000-00401000 --xp 00000000 00:00 0                                  [uprobes]',
    ],
    [
      'a file whose path does not begin with a slash',
      '00400000-00401000 rw-s 00000000 00:0e 1057                               anon_inode:[perf_event]',
    ],
  ])('%s comes back byte for byte', (_what, line) => {
    const pad = line.includes(' /a') && !line.includes('  ') ? padName(line) : line;
    const parsed = read(`${pad}\n`);

    expect(parsed.faults).toEqual([]);
    expect(format(parsed)).toBe(`${pad}\n`);
  });

  test('any line that the kernel can print comes back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const parsed = read(text);
        expect(parsed.faults).toEqual([]);
        expect(format(parsed)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('names tell heap, stack, special mappings and files apart', () => {
    const line = (rest: string): string => `00400000-00401000 rw-p 00000000 ${rest}\n`;
    const text = [
      line('00:00 0  [heap]'),
      line('00:00 0  [stack]'),
      line('00:00 0  [vdso]'),
      line('00:00 0  [anon:x]'),
      line('08:01 5  [heap]'),
      line('00:01 6  [anon_shmem:y]'),
    ].join('');

    const { vmas, labels, files } = read(text);

    expect(labels).toEqual([1, 2, 0, 0, 0, 0]);
    expect(vmas.map(({ special }) => special)).toEqual([null, null, '[vdso]', null, null, null]);
    expect(vmas.map(({ anonName }) => anonName)).toEqual([null, null, null, 'x', null, 'y']);
    expect(vmas.map(({ file }) => file)).toEqual([-1, -1, -1, -1, 0, 1]);
    expect(files.map(({ path }) => path)).toEqual(['[heap]', '/dev/zero (deleted)']);
  });

  test('the gate line is no VMA', () => {
    const parsed = read(`00400000-00401000 rw-p 00000000 00:00 0 \n${GATE}[vsyscall]\n`);

    expect(parsed.vmas).toHaveLength(1);
    expect(parsed.gateOffset).toBe(41);
  });

  test('lines that begin with # are skipped, a missing last newline is none missed', () => {
    const parsed = read('# lines: 1\n00400000-00401000 rw-p 00000000 00:00 0 \n# x');

    expect(parsed.vmas).toHaveLength(1);
    expect(read('00400000-00401000 rw-p 00000000 00:00 0').vmas).toHaveLength(1);
    expect(read('').vmas).toEqual([]);
  });

  const NOT = 'not a line of maps text: expected';
  test.each([
    ['x', `0-1 ${NOT} the start address in lower-case hexadecimal`],
    ['00400000 rw-p', `8-9 ${NOT} "-" after the start address`],
    ['00400000-7F000000 rw-p', `10-11 ${NOT} the end address in lower-case hexadecimal`],
    ['00400000-00401000rw-p', `17-18 ${NOT} a space after the end address`],
    ['00400000-00401000 rwxz 0', `18-22 ${NOT} permissions such as rw-p`],
    ['00400000-00401000 rw-p 00000000', `31-32 ${NOT} a space after the offset`],
    ['00400000-00401000 rw-p 00000000 00.00 0', `34-35 ${NOT} ":" in the device`],
    [
      '00400000-00401000 rw-p 00000000 1000:00 0',
      `32-36 ${NOT} the major device number of at most fff`,
    ],
    ['00400000-00401000 rw-p 00000000 00:00 x', `38-39 ${NOT} the inode in decimal`],
    ['00400000-00401000 rw-p 00000000 00:00 0x', `39-40 ${NOT} a space after the inode`],
    [
      '00400000-00401000 rw-p 00000000 00:00 18446744073709551616',
      '38-58 the inode does not fit into 64 bits',
    ],
    [
      '00400800-00401000 rw-p 00000000 00:00 0',
      '0-8 the start address is not a multiple of the page size, 0x1000',
    ],
    [
      '00400000-10000000000000000 rw-p 00000000 00:00 0',
      '9-26 the end address does not fit into 64 bits',
    ],
    [
      '00401000-00401000 rw-p 00000000 00:00 0',
      '0-17 the end address is not above the start address',
    ],
    ['00400000-00401000 rw-p 00001000 08:01 7 ', '0-40 a file mapping without a path'],
    [
      '00400000-00401000 rw-p 00000000 00:00 0 \r\n00402000-00403000 rw-p 00000000 00:00 0 \r\n',
      '40-41 lines end in CR LF | maps text has LF only: convert it',
    ],
  ])('%j is refused with its place', (text, fault) => {
    expect(read(text).faults).toEqual([fault]);
  });

  test('a fault in one line does not hide the next', () => {
    const good = '00400000-00401000 rw-p 00000000 00:00 0 ';

    const { faults, vmas } = read(`${good}\nzzz\nyyy\n${good}\n`);

    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['41-42', '45-46']);
    expect(vmas).toHaveLength(2);
  });
});

function padName(line: string): string {
  const at = line.lastIndexOf(' /');
  return `${line.slice(0, at + 1).padEnd(72)} ${line.slice(at + 1)}`;
}

const nameByte = fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code));
const text = (max: number) => fc.array(nameByte, { maxLength: max }).map((bytes) => bytes.join(''));
const anonName = fc
  .array(
    nameByte.filter((byte) => /^[ -#%-Z^_a-~]$/.test(byte)),
    { maxLength: 79 },
  )
  .map((bytes) => bytes.join(''));

const prefix = fc
  .record({
    start: fc.integer({ min: 0, max: 2 ** 52 - 2000 }),
    pages: fc.integer({ min: 1, max: 1000 }),
    mode: fc.tuple(...['r-', 'w-', 'x-', 'sp'].map((pair) => fc.constantFrom(...pair))),
  })
  .map(({ start, pages, mode }) => `${hex(start)}-${hex(start + pages)} ${mode.join('')}`);

const fileLine = fc
  .record({
    prefix,
    offset: fc.integer({ min: 0, max: 2 ** 40 }),
    major: fc.integer({ min: 0, max: 0xfff }),
    minor: fc.integer({ min: 0, max: 0xfffff }),
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    path: text(120),
  })
  .map(({ prefix, offset, major, minor, inode, path }) => {
    const device = [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':');
    return `${`${prefix} ${hex(offset)} ${device} ${inode} `.padEnd(72)} /${path}`;
  });

const anonymousLine = fc
  .tuple(
    prefix,
    fc.oneof(
      fc.constantFrom('', '[heap]', '[stack]', '[vdso]', '[vvar]', '[vvar_vclock]', '[uprobes]'),
      anonName.map((name) => `[anon:${name}]`),
    ),
  )
  .map(([prefix, name]) => {
    const line = `${prefix} 00000000 00:00 0 `;
    return name === '' ? line : `${line.padEnd(72)} ${name}`;
  });

const anyLine = fc.oneof(fileLine, anonymousLine);
