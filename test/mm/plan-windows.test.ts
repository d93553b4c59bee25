/** Windows: where a plan's outcome differs from what was there. */
import { describe, expect, test } from 'vitest';
import type { VmaRecord } from '../../src/mm/layout.ts';
import { VM_READ, VM_WRITE } from '../../src/mm/layout.ts';
import { permsOf } from '../../src/mm/perms.ts';
import type { Call, Plan } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { anMm } from '../support/array-layout.ts';

const show = (vma: VmaRecord | null): string =>
  vma === null ? '-' : `${vma.start}-${vma.end} ${permsOf(vma.flags)}`;

const list = (vmas: readonly VmaRecord[]): string => vmas.map(show).join(', ');

/** `prev | before => after | next` of each window. */
function windowsOf(mm: string, call: Call): string[] {
  const plan: Plan = planCall(anMm(mm), call);
  return plan.windows.map(
    ({ prev, before, after, next }) =>
      `${show(prev)} | ${list(before)} => ${list(after)} | ${show(next)}`,
  );
}

function protect(start: number, pages: number, prot: number): Call {
  return { call: 'mprotect', start, pages, prot };
}

function move(start: number, pages: number, to: number, dontUnmap = false): Call {
  return { call: 'mremap', start, pages, newPages: pages, to, mayMove: true, dontUnmap };
}

describe('windows', () => {
  test('hold what changed and stop at the first VMA that did not', () => {
    const mm = '1-2 r--p, 2-5 rw-p, 5-6 r--s f100';

    expect(windowsOf(mm, protect(3, 1, VM_READ))).toEqual([
      '1-2 r--p | 2-5 rw-p => 2-3 rw-p, 3-4 r--p, 4-5 rw-p | 5-6 r--s',
    ]);
  });

  test('are none where nothing changes', () => {
    expect(windowsOf('2-5 rw-p', protect(2, 3, VM_READ | VM_WRITE))).toEqual([]);
    expect(windowsOf('2-5 rw-p', { call: 'munmap', start: 7, pages: 2 })).toEqual([]);
    expect(windowsOf('2-5 rw-p', { call: 'fork' })).toEqual([]);
  });

  test('of a move are two where unchanged VMAs lie between, else one', () => {
    expect(windowsOf('2-3 rw-p, 5-6 r--p, 10-11 rw-p', move(10, 1, 20))).toEqual([
      '5-6 r--p | 10-11 rw-p => 20-21 rw-p | -',
    ]);
    expect(windowsOf('2-3 rw-p, 5-6 r--p, 12-13 r--p', move(2, 1, 10))).toEqual([
      '- | 2-3 rw-p =>  | 5-6 r--p',
      '5-6 r--p |  => 10-11 rw-p | 12-13 r--p',
    ]);
  });

  test('are apart where an unchanged VMA lies between, one where none does', () => {
    // Two writable VMAs become read-only; the one between already was.
    expect(windowsOf('2-3 rw-p, 4-5 r--p f1, 6-7 rw-p', protect(2, 1, VM_READ))).toHaveLength(1);
    expect(windowsOf('2-3 rw-p, 3-4 r--p f1, 4-5 rw-p', protect(2, 3, VM_READ))).toEqual([
      '- | 2-3 rw-p => 2-3 r--p | 3-4 r--p',
      '3-4 r--p | 4-5 rw-p => 4-5 r--p | -',
    ]);
    expect(windowsOf('2-3 rw-p, 3-4 -w-p f1, 4-5 rw-p', protect(2, 3, VM_READ))).toEqual([
      '- | 2-3 rw-p, 3-4 -w-p, 4-5 rw-p => 2-3 r--p, 3-4 r--p, 4-5 r--p | -',
    ]);
  });

  test('show the same text from another object: MAP_FIXED of the same on itself', () => {
    const call: Call = {
      call: 'mmap',
      start: 2,
      pages: 1,
      flags: VM_READ,
      file: -1,
      pgoff: 0,
      touched: false,
    };

    expect(windowsOf('2-3 r--p', call)).toEqual(['- | 2-3 r--p => 2-3 r--p | -']);
  });
});
