/** What refuses a call beside the rules: the number of VMAs, bad arguments; and what calls cost. */
import { describe, expect, test } from 'vitest';
import { VM_ACCOUNT, VM_READ, VM_WRITE } from '../../src/mm/layout.ts';
import { MAX_MAP_COUNT } from '../../src/mm/mm-struct.ts';
import { flagsOf } from '../../src/mm/perms.ts';
import type { Call } from '../../src/mm/plan.ts';
import { classify, planCall } from '../../src/writers/index.ts';
import { applyPlan } from '../support/apply-plan.ts';
import { anMm } from '../support/array-layout.ts';

const R = VM_READ;
const RW = VM_READ | VM_WRITE;

describe('the limit on VMAs', () => {
  const at = (count: number, text = '2-5 rw-p, 8-9 r--p') => {
    const mm = anMm(text);
    mm.mapCount = count;
    return mm;
  };
  const errno = (count: number, call: Call, text?: string) => planCall(at(count, text), call).errno;
  const mmap = (start: number): Call => ({
    call: 'mmap',
    start,
    pages: 1,
    flags: flagsOf('r--p'),
    file: -1,
    pgoff: 0,
    touched: false,
  });

  test('munmap of a hole fails at the limit, of a head or tail it does not', () => {
    expect(errno(MAX_MAP_COUNT, { call: 'munmap', start: 3, pages: 1 })).toBe('ENOMEM');
    expect(errno(MAX_MAP_COUNT - 1, { call: 'munmap', start: 3, pages: 1 })).toBe(null);
    expect(errno(MAX_MAP_COUNT, { call: 'munmap', start: 2, pages: 1 })).toBe(null);
    expect(errno(MAX_MAP_COUNT, { call: 'munmap', start: 4, pages: 2 })).toBe(null);
  });

  test('mmap fails above the limit, and at it where it cuts a hole', () => {
    expect(errno(MAX_MAP_COUNT, mmap(20))).toBe(null);
    expect(errno(MAX_MAP_COUNT + 1, mmap(20))).toBe('ENOMEM');
    expect(errno(MAX_MAP_COUNT, mmap(3))).toBe('ENOMEM');
  });

  test('mprotect fails at the limit unless it splits nothing; a first split stays', () => {
    const middle: Call = { call: 'mprotect', start: 3, pages: 1, prot: R };
    expect(errno(MAX_MAP_COUNT, middle)).toBe('ENOMEM');
    expect(errno(MAX_MAP_COUNT, { ...middle, start: 2, pages: 3 })).toBe(null);

    const mm = at(MAX_MAP_COUNT - 1);
    const plan = planCall(mm, middle);
    applyPlan(mm, plan);
    expect(plan.errno).toBe('ENOMEM');
    expect(mm.text()).toEqual(['2-3 rw-p', '3-5 rw-p', '8-9 r--p']);
  });

  test('a move keeps five below it before the lock, four within', () => {
    const move: Call = {
      call: 'mremap',
      start: 2,
      pages: 1,
      newPages: 1,
      to: 20,
      mayMove: true,
      dontUnmap: false,
    };
    const plan = planCall(at(MAX_MAP_COUNT - 5), move);
    expect([plan.errno, plan.beforeLock]).toEqual(['ENOMEM', true]);
    expect(errno(MAX_MAP_COUNT - 6, move)).toBe(null);
    // Growth that has to move asks only within.
    const grow: Call = { ...move, newPages: 2, to: -1 };
    expect(errno(MAX_MAP_COUNT - 3, grow)).toBe('ENOMEM');
    expect(errno(MAX_MAP_COUNT - 4, grow)).toBe(null);
  });
});

describe('arguments', () => {
  const far = 2 ** 35 - 1; // TASK_SIZE in pages
  const errno = (call: Call) => planCall(anMm('2-5 rw-p'), call).errno;

  test('munmap of no pages or beyond user space is EINVAL, with the lock held', () => {
    expect(errno({ call: 'munmap', start: 2, pages: 0 })).toBe('EINVAL');
    expect(errno({ call: 'munmap', start: far, pages: 1 })).toBe('EINVAL');
    expect(errno({ call: 'munmap', start: far - 1, pages: 1 })).toBe(null);
    expect(planCall(anMm(''), { call: 'munmap', start: 2, pages: 0 }).beforeLock).toBe(false);
  });

  test('a fixed mapping beyond user space is ENOMEM, a move there EINVAL', () => {
    const mmap = { call: 'mmap', flags: R, file: -1, pgoff: 0, touched: false } as const;
    expect(errno({ ...mmap, start: far, pages: 1 })).toBe('ENOMEM');
    expect(errno({ ...mmap, start: far - 1, pages: 1 })).toBe(null);
    const move = { call: 'mremap', start: 2, pages: 1, newPages: 1, dontUnmap: false } as const;
    expect(errno({ ...move, to: far, mayMove: true })).toBe('EINVAL');
  });

  test('a special mapping cannot grow, be cut, or be left by DONTUNMAP, but moves whole', () => {
    const special = (call: Call) => planCall(anMm('2-5 r-xp s1'), call).errno;
    const mremap = { call: 'mremap', start: 2, to: -1, mayMove: true, dontUnmap: false } as const;

    expect(special({ ...mremap, pages: 3, newPages: 4 })).toBe('EFAULT');
    expect(special({ ...mremap, pages: 3, newPages: 3, dontUnmap: true })).toBe('EINVAL');
    expect(special({ ...mremap, pages: 2, newPages: 2, to: 20 })).toBe('EINVAL');
    expect(special({ ...mremap, pages: 3, newPages: 3, to: 20 })).toBe(null);
    expect(special({ call: 'mprotect', start: 2, pages: 1, prot: R })).toBe('EINVAL');
    expect(special({ call: 'munmap', start: 3, pages: 1 })).toBe('EINVAL');
  });
});

describe('cost classes', () => {
  const cost = (text: string, call: Call) => {
    const mm = anMm(text);
    const guess = classify(mm, call);
    expect(planCall(mm, call).cost).toBe(guess);
    return guess;
  };
  const protect = (start: number, pages: number, prot = R): Call => ({
    call: 'mprotect',
    start,
    pages,
    prot,
  });

  test('mprotect: nothing, whole VMAs, or with a split or merge', () => {
    expect(cost('2-5 rw-p', protect(2, 3, RW))).toBe('mprotectNothing');
    expect(cost('2-5 rw-p', protect(8, 1))).toBe('mprotectNothing');
    expect(cost('3-5 rw-p', protect(2, 1))).toBe('mprotectNothing');
    expect(cost('2-5 rw-p', protect(2, 3))).toBe('mprotectWhole');
    expect(cost('2-5 rw-p, 5-6 r-xp f1', protect(2, 4))).toBe('mprotectWhole');
    expect(cost('2-5 rw-p', protect(2, 4))).toBe('mprotectWhole'); // and ENOMEM
    expect(cost('2-5 rw-p', protect(3, 1))).toBe('mprotect');
    expect(cost('2-5 rw-p, 5-6 r--p', protect(2, 3))).toBe('mprotect');
    expect(cost('2-5 rw-p, 5-6 r--p', protect(3, 9))).toBe('mprotect');
  });

  test('mremap: a move costs more than a resize', () => {
    const call = { call: 'mremap', start: 2, pages: 1, mayMove: true, dontUnmap: false } as const;

    expect(cost('2-5 rw-p', { ...call, newPages: 1, to: -1 })).toBe('mremap');
    expect(cost('2-3 rw-p', { ...call, newPages: 2, to: -1 })).toBe('mremap');
    expect(cost('2-5 rw-p', { ...call, newPages: 2, to: -1 })).toBe('mremapMove');
    expect(cost('2-5 rw-p', { ...call, newPages: 1, to: 9 })).toBe('mremapMove');
    expect(cost('7-8 rw-p', { ...call, newPages: 1, to: 9 })).toBe('mremap'); // EFAULT
  });

  test('classify draws no anon_vma', () => {
    const mm = anMm('');
    const flags = VM_READ | VM_WRITE | VM_ACCOUNT;
    classify(mm, { call: 'mmap', start: 2, pages: 1, flags, file: -1, pgoff: 0, touched: true });
    expect(mm.newAnonVma()).toBe(1);
  });
});
