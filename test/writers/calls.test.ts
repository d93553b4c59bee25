/** brk, name, fork and growStack. */
import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { applyPlan } from '../support/apply-plan.ts';
import { type ArrayLayout, actsOf, anMm } from '../support/array-layout.ts';

/** Carries the call out; its errno. */
function run(mm: ArrayLayout, call: Call): string | null {
  const plan = planCall(mm, call);
  applyPlan(mm, plan);
  return plan.errno;
}

describe('brk', () => {
  const heap = (text: string, brk: number, startBrk = 10) => {
    const mm = anMm(text);
    mm.startBrk = startBrk;
    mm.brk = brk;
    return mm;
  };

  test('the first growth makes a VMA, also behind one like it that is not heap', () => {
    const mm = heap('9-10 rw-p', 10);
    const plan = planCall(mm, { call: 'brk', brk: 12 });
    applyPlan(mm, plan);

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaAlloc n0',
      'vmaStartWrite n0',
      'treeStore n0 10 12', // do_brk_flags stores first
      'markAttached n0',
      'setBrk 12',
    ]);
    expect(mm.text()).toEqual(['9-10 rw-p', '10-12 rw-p']);
    expect([plan.brk, plan.mapCount]).toEqual([12, 2]);
  });

  test('further growth extends the heap; the break moves last', () => {
    const plan = planCall(heap('10-12 rw-p', 12), { call: 'brk', brk: 13 });

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'setRange 0 10 13',
      'treeStore 0 10 13',
      'setBrk 13',
    ]);
  });

  test('does not join a heap whose end is no longer plain rw-p', () => {
    const mm = heap('10-12 r--p', 12);

    expect(run(mm, { call: 'brk', brk: 13 })).toBe(null);
    expect(mm.text()).toEqual(['10-12 r--p', '12-13 rw-p']);
  });

  test('shrinking moves the break first and unmaps under the read lock', () => {
    const plan = planCall(heap('10-13 rw-p', 13), { call: 'brk', brk: 11 });

    expect(actsOf(plan)).toEqual([
      'lookup',
      'setBrk 11',
      'vmaAlloc n0',
      'vmaStartWrite 0',
      'vmaStartWrite n0',
      'setRange 0 11 13',
      'setPgoff 0 11',
      'markAttached n0',
      'treeStore n0 10 11',
      'markDetached 0',
      'treeClear 11 13',
      'downgrade',
      'pageTables 2',
      'vmaFree 0',
    ]);
    expect(plan.downgrades).toBe(true);
  });

  test('fails below start_brk, without a spare page behind, in the guard gap of a stack', () => {
    expect(run(heap('10-12 rw-p', 12), { call: 'brk', brk: 9 })).toBe('ENOMEM');
    expect(run(heap('10-12 rw-p, 15-16 r--p', 12), { call: 'brk', brk: 15 })).toBe('ENOMEM');
    expect(run(heap('10-12 rw-p, 15-16 r--p', 12), { call: 'brk', brk: 14 })).toBe(null);
    const stack = '10-12 rw-p, 600-601 rw-p down';
    expect(run(heap(stack, 12), { call: 'brk', brk: 344 })).toBe('ENOMEM');
    expect(run(heap(stack, 12), { call: 'brk', brk: 343 })).toBe(null);
  });

  test('cannot shrink a heap that somebody has unmapped, and then leaves the break alone', () => {
    const plan = planCall(heap('2-3 rw-p', 12), { call: 'brk', brk: 11 });

    expect([plan.errno, plan.brk, plan.windows.length]).toEqual(['ENOMEM', 12, 0]);
  });

  test('to where it is changes nothing', () => {
    expect(actsOf(planCall(heap('10-12 rw-p', 12), { call: 'brk', brk: 12 }))).toEqual([
      'lookup',
      'setBrk 12',
    ]);
  });
});

describe('name', () => {
  const named = (text: string) => {
    const mm = anMm(text);
    mm.names = ['x', 'y', 'x'];
    return mm;
  };
  const name = (start: number, pages: number, id: number): Call => ({
    call: 'name',
    start,
    pages,
    name: id,
  });

  test('splits what it names a part of, and stores the name last', () => {
    const mm = named('2-5 rw-p');
    const plan = planCall(mm, name(3, 2, 0));
    applyPlan(mm, plan);

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaAlloc n0',
      'vmaStartWrite 0',
      'vmaStartWrite n0',
      'setRange 0 3 5',
      'setPgoff 0 3',
      'markAttached n0',
      'treeStore n0 2 3',
      'setName 0 0',
    ]);
    expect(mm.vmas.map((vma) => vma.name)).toEqual([-1, 0]);
  });

  test('joins a neighbour with the same text, which keeps its own copy of it', () => {
    const mm = named('2-3 rw-p n0, 3-4 rw-p');
    const plan = planCall(mm, name(3, 1, 2));
    applyPlan(mm, plan);

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaStartWrite 1',
      'vmaStartWrite 0',
      'setRange 0 2 4',
      'treeStore 0 2 4',
      'markDetached 1',
      'vmaFree 1',
    ]);
    expect(mm.vmas.map((vma) => vma.name)).toEqual([0]);
  });

  test('leaves alone what has the name already', () => {
    expect(planCall(named('2-3 rw-p n0'), name(2, 1, 2)).windows).toEqual([]);
  });

  test('goes on behind gaps and returns ENOMEM at the end', () => {
    const mm = named('3-4 rw-p, 6-7 rw-p');

    expect(run(mm, name(2, 6, 1))).toBe('ENOMEM');
    expect(mm.vmas.map((vma) => vma.name)).toEqual([1, 1]);
    expect(run(named('3-4 rw-p'), name(3, 1, 1))).toBe(null);
  });

  test('of a file is EBADF, what lies before stays named; shared anonymous memory is fine', () => {
    const mm = named('2-3 rw-p, 3-4 rw-s f100, 4-5 r--p f1');

    expect(run(mm, name(2, 3, 0))).toBe('EBADF');
    expect(mm.vmas.map((vma) => vma.name)).toEqual([0, 0, -1]);
  });

  test('can be taken off again, and then joins what has none', () => {
    const mm = named('2-3 rw-p n0, 3-4 rw-p');

    expect(run(mm, name(2, 1, -1))).toBe(null);
    expect(mm.text()).toEqual(['2-4 rw-p']);
  });
});

describe('fork', () => {
  test('write-locks every VMA in turn and changes nothing', () => {
    const plan = planCall(anMm('2-3 rw-p, 5-9 r--p f1'), { call: 'fork' });

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'pageTables 1',
      'vmaStartWrite 1',
      'pageTables 4',
    ]);
    expect([plan.errno, plan.windows, plan.downgrades]).toEqual([null, [], false]);
  });
});

describe('growStack', () => {
  const withStack = (text: string, startStack: number) => {
    const mm = anMm(text);
    mm.startStack = startStack;
    return mm;
  };
  const grow = (pages: number): Call => ({ call: 'growStack', pages });

  test('lowers start and offset, stores, and downgrades for the fault', () => {
    const mm = withStack('900-1000 rw-p a1 down', 999);
    const plan = planCall(mm, grow(3));
    applyPlan(mm, plan);

    expect(actsOf(plan)).toEqual([
      'lookup',
      'vmaStartWrite 0',
      'setRange 0 897 1000',
      'setPgoff 0 897',
      'treeStore 0 897 1000',
      'downgrade',
      'pageTables 1',
    ]);
  });

  test('touches an untouched stack before it write-locks it', () => {
    const acts = actsOf(planCall(withStack('900-1000 rw-p down', 999), grow(1)));

    expect(acts.slice(1, 3)).toEqual(['setAnonVma 0 1', 'vmaStartWrite 0']);
  });

  test('keeps 256 pages from a mapping below if that can be accessed, else none', () => {
    const below = (perms: string) => withStack(`600-700 ${perms}, 960-1000 rw-p down`, 999);

    expect(run(below('rw-p'), grow(4))).toBe(null);
    expect(run(below('rw-p'), grow(5))).toBe('ENOMEM');
    expect(run(below('---p'), grow(5))).toBe(null);
    expect(run(below('---p'), grow(260))).toBe(null);
    expect(run(below('---p'), grow(261))).toBe('ENOMEM');
  });

  test('grows the lowest piece of a stack that was cut, and fails where there is none', () => {
    const mm = withStack('900-950 r--p down, 950-1000 rw-p down', 999);

    expect(run(mm, grow(1))).toBe(null);
    expect(mm.text()).toEqual(['899-950 r--p', '950-1000 rw-p']);
    expect(run(withStack('900-1000 rw-p', 999), grow(1))).toBe('EFAULT');
    expect(run(withStack('900-1000 rw-p down', -1), grow(1))).toBe('EFAULT');
  });
});
