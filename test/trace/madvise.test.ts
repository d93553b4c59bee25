import { describe, expect, test } from 'vitest';
import { finalLayout } from '../../src/run/final.ts';
import { aScenario } from '../support/run.ts';

const BASE = 0x7f0000000;
const at = (page: number) => `0x${(BASE + page).toString(16)}000`;
const line = (start: number, end: number, perms: string) =>
  `${at(start).slice(2)}-${at(end).slice(2)} ${perms} 00000000 00:00 0 \n`;

/** What these calls leave of memory mapped rw-p over pages 0..9 (and a gap above). */
function after(calls: readonly string[], more = ''): string {
  const scenario = aScenario(
    `vmas: [{start: "${at(0)}", pages: 10}]\nwriters: [{name: w, trace: log${more}}]`,
    { log: calls.join('\n') },
  );
  return Buffer.from(finalLayout(scenario, { maxEvents: 1e6 }).text).toString('latin1');
}

const advise = (page: number, pages: number, advice: string, result = '0') =>
  `madvise(${at(page)}, ${pages * 4096}, ${advice}) = ${result}`;

describe('madvise', () => {
  test.each([
    ['MADV_DONTFORK', 'MADV_DOFORK'],
    ['MADV_DONTDUMP', 'MADV_DODUMP'],
    ['MADV_MERGEABLE', 'MADV_UNMERGEABLE'],
    ['MADV_WIPEONFORK', 'MADV_KEEPONFORK'],
    ['MADV_RANDOM', 'MADV_NORMAL'],
    ['MADV_SEQUENTIAL', 'MADV_NORMAL'],
    ['MADV_HUGEPAGE', 'MADV_HUGEPAGE over MADV_NOHUGEPAGE'],
  ])('%s cuts a range out, and its opposite joins it again', (advice, opposite) => {
    const cut = line(0, 3, 'rw-p') + line(3, 5, 'rw-p') + line(5, 10, 'rw-p');
    expect(after([advise(3, 2, advice)])).toBe(cut);
    if (opposite.includes(' ')) return; // there is no advice for neither
    expect(after([advise(3, 2, advice), advise(3, 2, opposite)])).toBe(line(0, 10, 'rw-p'));
  });

  test('of different kinds keeps neighbours apart, of one kind joins them', () => {
    const all = advise(0, 10, 'MADV_HUGEPAGE');
    expect(after([advise(3, 2, 'MADV_HUGEPAGE'), all])).toBe(line(0, 10, 'rw-p'));
    expect(after([advise(0, 5, 'MADV_HUGEPAGE'), advise(5, 5, 'MADV_NOHUGEPAGE')])).toBe(
      line(0, 5, 'rw-p') + line(5, 10, 'rw-p'),
    );
  });

  test('that changes no VMA changes no text', () => {
    const kinds = ['MADV_DONTNEED', 'MADV_FREE', 'MADV_WILLNEED', 'MADV_COLD', 'MADV_PAGEOUT'];
    expect(after(kinds.map((kind) => advise(3, 2, kind)))).toBe(line(0, 10, 'rw-p'));
  });

  test('goes on behind a gap and says ENOMEM at the end', () => {
    const hole = `munmap(${at(3)}, 4096) = 0`;
    expect(after([hole, advise(2, 3, 'MADV_DONTFORK', '-1 ENOMEM (Cannot allocate memory)')])).toBe(
      line(0, 2, 'rw-p') + line(2, 3, 'rw-p') + line(4, 5, 'rw-p') + line(5, 10, 'rw-p'),
    );
  });
});

describe('mlock', () => {
  test('ends at a gap', () => {
    const hole = `munmap(${at(3)}, 4096) = 0`;
    expect(after([hole, `mlock(${at(2)}, 12288) = -1 ENOMEM (Cannot allocate memory)`])).toBe(
      line(0, 2, 'rw-p') + line(2, 3, 'rw-p') + line(4, 10, 'rw-p'),
    );
  });
});

describe('flags of mmap that are not printed', () => {
  const map = (page: number, flags: string, prot = 'PROT_READ|PROT_WRITE') =>
    `mmap(${at(page)}, 4096, ${prot}, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS${flags}, -1, 0) = ${at(page)}`;
  const around = line(0, 3, 'rw-p') + line(3, 4, 'rw-p') + line(4, 10, 'rw-p');

  test.each(['|MAP_NORESERVE', '|MAP_STACK', '|MAP_LOCKED'])(
    'keep neighbours apart: %s',
    (flags) => {
      expect(after([map(3, flags)])).toBe(around);
      expect(after([map(3, flags), map(3, '')])).toBe(line(0, 10, 'rw-p'));
    },
  );

  test('MAP_NORESERVE memory is never accounted, so that it joins its like at any protection', () => {
    const reserve = (page: number) => map(page, '|MAP_NORESERVE', 'PROT_NONE');
    const open = `mprotect(${at(12)}, 4096, PROT_READ|PROT_WRITE) = 0`;
    const close = `mprotect(${at(12)}, 4096, PROT_NONE) = 0`;
    const three = [reserve(11), reserve(12), reserve(13)];
    expect(after([...three, open, close])).toBe(line(0, 10, 'rw-p') + line(11, 14, '---p'));
  });
});

describe('touched', () => {
  const map = (page: number, pages: number) =>
    `mmap(${at(page)}, ${pages * 4096}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = ${at(page)}`;
  /** Two mappings, each written to, moved side by side. */
  const calls = [
    map(20, 1),
    map(30, 1),
    `mremap(${at(30)}, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, ${at(21)}) = ${at(21)}`,
  ];

  test('none: untouched memory joins wherever it goes', () => {
    expect(after(calls, ', touched: none')).toBe(line(0, 10, 'rw-p') + line(20, 22, 'rw-p'));
  });

  test('all, the default: memory that was written to keeps its offset and stays apart', () => {
    const apart = line(0, 10, 'rw-p') + line(20, 21, 'rw-p') + line(21, 22, 'rw-p');
    expect(after(calls, ', touched: all')).toBe(apart);
    expect(after(calls)).toBe(apart);
  });
});
