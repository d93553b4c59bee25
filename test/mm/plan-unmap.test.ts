/** The acts of unmapping, overwriting and moving, in the kernel's order, written down by hand. */
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/mm/perms.ts';
import type { Call } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { applyPlan } from '../support/apply-plan.ts';
import { actsOf, anMm } from '../support/array-layout.ts';

// Flag numbers in the acts: rw = 3, accounted = 16.

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

describe('UNMAP-GATHER', () => {
  test('munmap of a hole: two splits, detached in the tree, one clear, then the downgrade', () => {
    const { acts, text } = run('2-5 rw-p n0', { call: 'munmap', start: 3, pages: 1 });

    expect(acts).toEqual([
      'lookup',
      'vmaAlloc n0',
      'vmaStartWrite 0',
      'vmaStartWrite n0',
      'setRange 0 3 5',
      'setPgoff 0 3',
      'markAttached n0',
      'treeStore n0 2 3',
      'vmaAlloc n1',
      'vmaStartWrite n1',
      'setRange 0 3 4',
      'markAttached n1',
      'treeStore n1 4 5',
      'markDetached 0', // what lies in the range is the old object
      'treeClear 3 4',
      'downgrade',
      'pageTables 1',
      'putName 0',
      'vmaFree 0',
    ]);
    expect(text).toEqual(['2-3 rw-p', '4-5 rw-p']);
  });

  test('munmap over several VMAs and gaps clears the whole range in one store', () => {
    const { acts } = run('2-4 rw-p, 5-6 r--p f1', { call: 'munmap', start: 1, pages: 8 });

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'markDetached 0',
      'vmaStartWrite 1',
      'markDetached 1',
      'treeClear 1 9',
      'downgrade',
      'pageTables 3',
      'vmaFree 0',
      'putFile 1',
      'vmaFree 1',
    ]);
  });

  test('MAP_FIXED overwrites what it detached: the tree never shows a hole', () => {
    const { acts, text } = run('2-5 rw-p', mmapCall(3, 1, 'r--p'));

    expect(acts).toEqual([
      'lookup',
      'vmaAlloc n0',
      'vmaStartWrite 0',
      'vmaStartWrite n0',
      'setRange 0 3 5',
      'setPgoff 0 3',
      'markAttached n0',
      'treeStore n0 2 3',
      'vmaAlloc n1',
      'vmaStartWrite n1',
      'setRange 0 3 4',
      'markAttached n1',
      'treeStore n1 4 5',
      'markDetached 0',
      'pageTables 1',
      'vmaAlloc n2',
      'vmaStartWrite n2',
      'markAttached n2',
      'treeStore n2 3 4',
      'vmaFree 0',
    ]);
    expect(text).toEqual(['2-3 rw-p', '3-4 r--p', '4-5 rw-p']);
  });

  test('a special mapping cannot be split: what was detached before it is attached again', () => {
    const layout = anMm('2-3 rw-p, 3-5 r-xp s1');

    const plan = planCall(layout, { call: 'munmap', start: 2, pages: 2 });

    expect(plan.errno).toBe('EINVAL');
    expect(actsOf(plan)).toEqual(['lookup', 'vmaStartWrite 0', 'markDetached 0', 'markAttached 0']);
    expect(plan.windows).toEqual([]);
  });
});

describe('mremap', () => {
  const call: Call = {
    call: 'mremap',
    start: 10,
    pages: 1,
    newPages: 1,
    to: 2,
    mayMove: true,
    dontUnmap: false,
  };

  test('a move onto one VMA empties it first; the acts until the next store are the hole', () => {
    const layout = anMm('2-3 rw-p, 10-11 r--p');
    const plan = planCall(layout, call);
    applyPlan(layout, plan);

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'markDetached 0',
      'treeClear 2 3',
      'pageTables 1', // 4: no downgrade
      'vmaFree 0',
      'vmaStartWrite 1',
      'vmaAlloc n0',
      'vmaStartWrite n0',
      'markAttached n0',
      'treeStore n0 2 3', // 10: source and destination are both there now
      'pageTables 1',
      'markDetached 1',
      'treeClear 10 11',
      'pageTables 1',
      'vmaFree 1',
    ]);
    expect([plan.holeFrom, plan.holeTo]).toEqual([4, 11]);
    expect(layout.text()).toEqual(['2-3 r--p']);
  });

  test('a move into free memory has no hole', () => {
    const plan = planCall(anMm('10-11 r--p'), call);

    expect(plan.holeTo).toBe(plan.holeFrom);
  });

  test('takes the accounting bit off the source while unmapping, and gives it to the rests', () => {
    const { acts } = run('9-12 rw-p', call);

    expect(acts).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'vmaAlloc n0',
      'vmaStartWrite n0',
      'markAttached n0',
      'treeStore n0 2 3',
      'pageTables 1',
      'setFlags 0 3', // no longer accounted
      'vmaAlloc n1',
      'vmaStartWrite n1',
      'setRange 0 10 12',
      'setPgoff 0 10',
      'markAttached n1',
      'treeStore n1 9 10',
      'vmaAlloc n2',
      'vmaStartWrite n2',
      'setRange 0 10 11',
      'markAttached n2',
      'treeStore n2 11 12',
      'markDetached 0',
      'treeClear 10 11',
      'pageTables 1',
      'vmaFree 0',
      'setFlags n1 19',
      'setFlags n2 19',
    ]);
  });
});
