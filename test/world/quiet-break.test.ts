/** A process without a [heap] line has no [heap], wherever a writer maps memory. */
import { describe, expect, test } from 'vitest';
import { finalLayout } from '../../src/run/final.ts';
import { load } from '../scenario/support.ts';

const FILE = '{path: /a.dat, dev: "08:01", inode: 101, offset: 0}';

function textAfter(start: string, program: string, more = ''): string {
  const vma = `{start: "${start}", pages: 4, perms: r--p, file: ${FILE}, tag: a}`;
  const scenario = load(
    `mapsim: 1\nvmas:\n  - ${vma}\n${more}writers: [{name: w, ops: 4, program: [${program}]}]\n`,
  );
  return Buffer.from(finalLayout(scenario, { maxEvents: 100_000 }).text).toString();
}

const mmap = (at: string, pages: number): string =>
  `{mmap: {at: "${at}", pages: ${pages}, perms: rw-p}}`;
const moveTo = (to: string, more = ''): string =>
  `{mremap: {at: "0x10000000", pages: 3, to: "${to}", mayMove: true${more}}}`;

describe('no ghost heap', () => {
  test.each([
    ['an mmap across the end of the first file', '0x100000000000', mmap('0x100000003000', 3)],
    [
      'in two pieces',
      '0x100000000000',
      `${mmap('0x100000003000', 1)}, ${mmap('0x100000004000', 2)}`,
    ],
    ['the upper piece first', '0x400000', `${mmap('0x404000', 2)}, ${mmap('0x402000', 2)}`],
    ['a large one', '0x400000', mmap('0x403000', 100_000)],
    [
      'one that grows',
      '0x400000',
      `${mmap('0x403000', 1)}, {mremap: {at: "0x403000", pages: 1, newPages: 3}}`,
    ],
    ['one that is moved there', '0x400000', moveTo('0x403000')],
    ['one that is moved there and stays', '0x400000', moveTo('0x403000', ', dontUnmap: true')],
    [
      'mmap and restore',
      '0x400000',
      `${mmap('0x403000', 3)}, {restore: true}, ${mmap('0x403000', 3)}`,
    ],
    ['where the break lies without an executable', '0x700000000000', mmap('0xfff000', 3)],
    ['and behind that', '0x700000000000', `${mmap('0xfff000', 3)}, ${mmap('0x1002000', 5)}`],
  ])('%s', (_what, start, program) => {
    const spare = start === '0x400000' ? '  - {start: "0x10000000", pages: 3, perms: rw-p}\n' : '';

    expect(textAfter(start, program, spare)).not.toContain('[heap]');
  });

  test('a brk still makes one, out of the way of the mmap', () => {
    const text = textAfter('0x400000', `${mmap('0x403000', 3)}, {brk: {pages: 1}}`);

    expect(text.split('\n').map((line) => line.slice(0, 17) + line.slice(73))).toEqual([
      '00400000-00403000/a.dat',
      '00403000-00406000',
      '00407000-00409000[heap]',
      '',
    ]);
  });
});
