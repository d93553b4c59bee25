/** The acts of each building block, in the kernel's order, written down by hand. */
import { describe, expect, test } from 'vitest';
import { VM_READ, VM_WRITE } from '../../src/mm/layout.ts';
import { flagsOf } from '../../src/mm/perms.ts';
import type { Call } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { applyPlan } from '../support/apply-plan.ts';
import { actsOf, anMm } from '../support/array-layout.ts';

const RW = VM_READ | VM_WRITE;
// Flag numbers in the acts: r = 1, rw = 3, accounted = 16.

/** The acts of a call, and the text that carrying them out leaves. */
function run(mm: string, call: Call): { acts: string[]; text: string[] } {
  const layout = anMm(mm);
  const plan = planCall(layout, call);
  applyPlan(layout, plan);
  return { acts: actsOf(plan), text: layout.text() };
}

function mmapCall(start: number, pages: number, perms = 'rw-p', more = {}): Call {
  const flags = flagsOf(perms);
  return { call: 'mmap', start, pages, flags, file: -1, pgoff: 0, touched: false, ...more };
}

describe('SPLIT', () => {
  test('at the start of a range the new VMA is the lower one, at its end the upper one', () => {
    const { acts, text } = run('2-5 rw-p', { call: 'mprotect', start: 3, pages: 1, prot: VM_READ });

    expect(acts).toEqual([
      'lookup',
      'vmaAlloc n0', // a copy of 2-5 with end 3
      'vmaStartWrite 0',
      'vmaStartWrite n0',
      'setRange 0 3 5', // fields first: the tree still says 2-5
      'setPgoff 0 3',
      'markAttached n0',
      'treeStore n0 2 3', // tree second
      'vmaAlloc n1',
      'vmaStartWrite n1', // 0 is write-locked already
      'setRange 0 3 4',
      'markAttached n1',
      'treeStore n1 4 5',
      'setFlags 0 1', // until here all three pieces carried the old flags
      'pageTables 1',
    ]);
    expect(text).toEqual(['2-3 rw-p', '3-4 r--p', '4-5 rw-p']);
  });
});

describe('MERGE of a changed range', () => {
  test('into both neighbours keeps the one below; all are write-locked, middle first', () => {
    const { acts, text } = run('2-3 rw-p, 3-4 r--p, 4-5 rw-p', {
      call: 'mprotect',
      start: 3,
      pages: 1,
      prot: RW,
    });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 1',
      'vmaStartWrite 2',
      'vmaStartWrite 0',
      'setRange 0 2 5',
      'treeStore 0 2 5',
      'markDetached 1',
      'vmaFree 1',
      'markDetached 2',
      'vmaFree 2',
      'setFlags 0 19',
      'pageTables 1',
    ]);
    expect(text).toEqual(['2-5 rw-p']);
  });

  test('into the one above keeps that one, with a lower start and offset', () => {
    const { acts } = run('3-4 r--p, 4-5 rw-p', { call: 'mprotect', start: 3, pages: 1, prot: RW });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'vmaStartWrite 1',
      'setRange 1 3 5',
      'setPgoff 1 3',
      'treeStore 1 3 5',
      'markDetached 0',
      'vmaFree 0',
      'setFlags 1 19',
      'pageTables 1',
    ]);
  });

  test('of a first part moves the border up: below grows, then above gives way', () => {
    const { acts, text } = run('2-3 rw-p, 3-6 r--p', {
      call: 'mprotect',
      start: 3,
      pages: 1,
      prot: RW,
    });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 1',
      'vmaStartWrite 0',
      'setRange 0 2 4', // overlaps 1 by fields
      'setRange 1 4 6',
      'setPgoff 1 4',
      'treeStore 0 2 4',
      'setFlags 0 19',
      'pageTables 1',
    ]);
    expect(text).toEqual(['2-4 rw-p', '4-6 r--p']);
  });

  test('of a last part moves the border down: below gives way, then above grows', () => {
    const { acts, text } = run('2-5 r--p, 5-6 rw-p', {
      call: 'mprotect',
      start: 4,
      pages: 1,
      prot: RW,
    });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'vmaStartWrite 1',
      'setRange 0 2 4', // a hole by fields
      'setRange 1 4 6',
      'setPgoff 1 4',
      'treeStore 1 4 6',
      'setFlags 1 19',
      'pageTables 1',
    ]);
    expect(text).toEqual(['2-4 r--p', '4-6 rw-p']);
  });

  test('hands the anon_vma on before the fields change, and drops file and name last', () => {
    const { acts } = run('2-3 r--p f1 @0, 3-4 rw-p f1 @1 a7 acct', {
      call: 'mprotect',
      start: 2,
      pages: 1,
      prot: RW,
    });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'vmaStartWrite 1',
      'setRange 1 2 4',
      'setPgoff 1 0',
      'treeStore 1 2 4',
      'markDetached 0',
      'putFile 0',
      'vmaFree 0',
      'setFlags 1 19',
      'pageTables 1',
    ]);
    const other = run('2-3 rw-p f1 @0, 3-4 r--p f1 @1 a7', {
      call: 'mprotect',
      start: 3,
      pages: 1,
      prot: RW,
    });
    expect(other.acts.slice(1, 6)).toEqual([
      'vmaStartWrite 1',
      'vmaStartWrite 0',
      'setAnonVma 0 7',
      'setRange 0 2 4',
      'treeStore 0 2 4',
    ]);
  });
});

describe('NEW and MERGE of a new range', () => {
  test('a new VMA is write-locked and attached before the tree has it', () => {
    const { acts } = run('2-3 r--p', mmapCall(5, 2));

    expect(acts).toEqual([
      'lookup',
      'vmaAlloc n0',
      'vmaStartWrite n0',
      'markAttached n0',
      'treeStore n0 5 7',
    ]);
  });

  test('between two that fit, the one below grows over both and the one above goes', () => {
    const { acts, text } = run('2-3 rw-p, 4-5 rw-p', mmapCall(3, 1));

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'vmaStartWrite 1',
      'setRange 0 2 5',
      'treeStore 0 2 5',
      'markDetached 1',
      'vmaFree 1',
    ]);
    expect(text).toEqual(['2-5 rw-p']);
  });

  test('a swallowed neighbour with an anon_vma gives it before it is write-locked', () => {
    const { acts } = run('2-3 rw-p, 4-5 rw-p a3', mmapCall(3, 1));

    expect(acts.slice(1, 5)).toEqual([
      'vmaStartWrite 0',
      'setAnonVma 0 3',
      'vmaStartWrite 1',
      'setRange 0 2 5',
    ]);
  });

  test('below one that fits, that one gets a lower start and offset', () => {
    const { acts } = run('4-5 rw-p', mmapCall(3, 1));

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'setRange 0 3 5',
      'setPgoff 0 3',
      'treeStore 0 3 5',
    ]);
  });
});
