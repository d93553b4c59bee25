import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MapsLine, NAME_COLUMNS, printMapsLine } from '../../src/scenario/load/maps-line.ts';
import { CAPTURES, capture } from './support.ts';

function reprinted(line: string, column: number): string {
  const parsed = new MapsLine();
  if (!parsed.scan(line, 0, line.length)) throw new Error(`${parsed.faultMessage}: ${line}`);
  return printMapsLine(parsed, column);
}

describe('parse then print is the identity', () => {
  test.each(CAPTURES)('on %s', (name) => {
    for (const line of capture(name).trimEnd().split('\n')) expect(reprinted(line, 73)).toBe(line);
  });

  test.each([
    [
      '8 digits',
      '00400000-00401000 r-xp 00000000 08:01 3                                  /bin/true',
    ],
    [
      '16 digits',
      'ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]',
    ],
    [
      'minor of 5 digits',
      '7f0000000000-7f0000001000 r--p 00000000 08:fffff 131                     /a',
    ],
    [
      'offset of 9 digits',
      '7f0000000000-7f0000001000 r--s 200000000 08:01 131                       /dev/dri/card0',
    ],
    [
      'an inode of 64 bits',
      '7f0000000000-7f0000001000 r--p 00000000 00:31 18446744073709551615       /mnt/x',
    ],
    [
      'a prefix longer than the column',
      'ffffffffff600000-ffffffffff601000 r--p fffffffffffff000 fff:fffff 18446744073709551615  /x',
    ],
    [
      'deleted',
      '7f0000000000-7f0000001000 rw-s 00000000 00:01 5                          /memfd:a b (deleted)',
    ],
    [
      'SysV',
      '7f0000000000-7f0000001000 rw-s 00000000 00:01 32768                      /SYSV00000000 (deleted)',
    ],
    [
      'a newline in a path',
      '7f0000000000-7f0000001000 r--p 00000000 08:01 5                          /tmp/a\\012b',
    ],
    [
      'a path like a special name',
      '7f0000000000-7f0000001000 r--p 00000000 08:01 5                          /[heap]',
    ],
    [
      'no slash',
      '7f0000000000-7f0000001000 rw-s 00000000 00:0f 11                         anon_inode:[perf_event]',
    ],
    [
      'a name',
      '7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:a b:c]',
    ],
    [
      'a shared name',
      '7f0000000000-7f0000001000 rw-s 00000000 00:01 9                          [anon_shmem:x]',
    ],
    [
      'uprobes',
      '7fffffffe000-7ffffffff000 --xp 00000000 00:00 0                          [uprobes]',
    ],
    [
      'vvar_vclock',
      '7f0000000000-7f0000002000 r--p 00000000 00:00 0                          [vvar_vclock]',
    ],
  ])('on %s', (_name, line) => {
    expect(reprinted(line, 73)).toBe(line);
  });

  const page = fc.oneof(
    fc.nat(0xfffff),
    fc.integer({ min: 0, max: 2 ** 35 }),
    fc.integer({ min: 0, max: 2 ** 52 - 2 }),
  );
  const perms = fc.tuple(
    ...['r', 'w', 'x'].map((letter) => fc.constantFrom(letter, '-')),
    fc.constantFrom('s', 'p'),
  );
  const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
  const address = (at: number) => (at === 0 ? '0' : `${at.toString(16)}000`).padStart(8, '0');
  // What seq_path lets through: any byte but a newline; a name has none in front that is a space.
  const name = fc.string({
    unit: fc
      .integer({ min: 0, max: 255 })
      .filter((code) => code !== 10)
      .map((code) => String.fromCharCode(code)),
    maxLength: 40,
  });
  const line = fc.record({
    start: page,
    pages: fc.integer({ min: 1, max: 1000 }),
    perms,
    offset: page,
    major: fc.nat(0xfff),
    minor: fc.nat(0xfffff),
    inode: fc.bigInt(1n, 2n ** 64n - 1n),
    name,
  });

  test.each(NAME_COLUMNS)('on any line that a kernel can print, names at column %d', (column) => {
    fc.assert(
      fc.property(line, fc.boolean(), (fields, anonymous) => {
        const { start, pages, offset } = fields;
        const end = Math.min(start + pages, 2 ** 52 - 1);
        const range = `${address(start)}-${address(end)} ${fields.perms.join('')}`;
        const backing = anonymous
          ? '00000000 00:00 0 '
          : `${address(offset)} ${hex(fields.major, 2)}:${hex(fields.minor, 2)} ${fields.inode} `;
        const shown = anonymous ? '' : `/${fields.name}`;
        const prefix = `${range} ${backing}`;
        const text = shown === '' ? prefix : `${prefix.padEnd(column - 1)} ${shown}`;
        expect(reprinted(text, column)).toBe(text);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
