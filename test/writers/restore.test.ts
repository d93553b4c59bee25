/** restore: the calls that a program would use, and the state that they bring back. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../src/scenario/scenario.ts';
import { planCall } from '../../src/writers/index.ts';
import { applyPlan } from '../support/apply-plan.ts';
import { type ArrayLayout, anMm } from '../support/array-layout.ts';
import {
  at,
  brk,
  calling,
  mmap,
  mremap,
  munmap,
  nameCall,
  protect,
  RESTORE,
} from '../support/operations.ts';
import { program, WriterBench, writerSpec } from '../support/writer-bench.ts';

/** Names as text, so that two objects with one text are alike. */
const full = (mm: ArrayLayout) =>
  mm.vmas.map(({ id: _, name, ...vma }) => ({ ...vma, name: mm.names[name] ?? null }));

/** Does the operation and undoes it: the calls of the restore, the text in between and after. */
function undo(mm: ArrayLayout, operation: Operation) {
  const bench = new WriterBench(mm, writerSpec(program(operation, RESTORE)));
  bench.step();
  const between = mm.text();
  const fullBetween = full(mm);
  const { next, errno, calls } = bench.step();
  expect(next).toMatchObject({ operation: 'restore', arguments: {} });
  return { between, fullBetween, errno, calls, after: mm.text() };
}

/** The whole state comes back. */
function expectUndone(text: string, operation: Operation, calls: string[]): void {
  const mm = anMm(text);
  mm.names = ['x'];
  const before = full(mm);
  const done = undo(mm, operation);
  expect(done.fullBetween).not.toEqual(before);
  expect(done).toMatchObject({ errno: null, calls });
  expect(full(mm)).toEqual(before);
}

describe('restore', () => {
  test('undoes mprotect by one mprotect for each run of an old protection', () => {
    expectUndone('2-5 rw-p', protect(at(3, 1), 'r--p'), ['mprotect']);
    expectUndone('2-4 rw-p, 4-5 rw-p f1 @0, 5-7 r-xp', protect(at(3, 4), 'r--p'), [
      'mprotect',
      'mprotect',
    ]);
    expectUndone('2-4 rw-p, 4-6 r--p, 6-7 rw-p', protect(at(3, 4), 'r--p'), [
      'mprotect',
      'mprotect',
    ]);
  });

  test('undoes munmap by mmap FIXED of each old VMA, as it was mapped', () => {
    expectUndone('2-5 rw-p', munmap(at(3, 1)), ['mmap']);
    expectUndone('2-5 rw-p a1', munmap(at(3, 1)), ['mmap']);
    expectUndone('2-5 r-xp f1 @7, 6-7 rw-p, 8-9 rw-s f0', munmap(at(4, 9)), [
      'mmap',
      'mmap',
      'mmap',
    ]);
    expectUndone('2-5 rw-p n0, 9-10 r--p', munmap(at(3, 1)), ['mmap', 'name']);
  });

  test('gives shared anonymous memory a new file', () => {
    const mm = anMm('2-3 rw-s f150');

    undo(mm, munmap(at(2, 1)));

    expect(mm.vmas.map((vma) => [vma.start, vma.file])).toEqual([[2, 100]]);
  });

  test('undoes mmap by munmap, or by what it replaced', () => {
    expectUndone('2-3 r--p', mmap(at(5, 2)), ['munmap']);
    expectUndone('2-4 rw-p', mmap(at(4, 2)), ['munmap']); // it had joined
    expectUndone('2-5 rw-p', mmap(at(3, 1), { perms: 'r--p' }), ['mmap']);
    expectUndone('2-3 r--p f1, 5-6 r-xp', mmap(at(1, 7)), [
      'munmap',
      'mmap',
      'munmap',
      'mmap',
      'munmap',
    ]);
    expectUndone('2-3 r--p', mmap(at(5, 2), { name: 'y' }), ['munmap']);
  });

  test('undoes an mmap where the kernel put it', () => {
    const mm = anMm('2-3 r--p');
    mm.mmapBase = 50;

    expect(undo(mm, mmap(2))).toMatchObject({
      between: ['2-3 r--p', '48-50 rw-p'],
      after: ['2-3 r--p'],
    });
  });

  test('undoes a resize by a resize', () => {
    expectUndone('2-5 rw-p', mremap(at(2, 3), { newPages: 1 }), ['mremap']);
    expectUndone('2-5 rw-p', mremap(at(2, 3), { newPages: 6 }), ['mremap']);
  });

  test('undoes a move by a move back; what it overwrote is lost', () => {
    expectUndone('2-5 rw-p a1, 20-21 r--p', mremap(at(3, 1), { to: 9, mayMove: true }), ['mremap']);
    expect(
      undo(anMm('2-3 rw-p, 9-10 r--p'), mremap(at(2, 1), { to: 9, mayMove: true })),
    ).toMatchObject({
      between: ['9-10 rw-p'],
      after: ['2-3 rw-p'],
    });
    expectUndone('2-4 rw-p, 4-5 r--p', mremap(at(2, 2), { newPages: 3, mayMove: true }), [
      'mremap',
    ]);
  });

  test('undoes a DONTUNMAP by one mprotect of the destination', () => {
    const move = mremap(at(2, 1), { to: 9, mayMove: true, dontUnmap: true });

    expect(undo(anMm('2-3 rw-p, 9-10 r--p'), move)).toMatchObject({
      between: ['2-3 rw-p', '9-10 rw-p'],
      calls: ['mprotect'],
      after: ['2-3 rw-p', '9-10 r--p'],
    });
    // Nothing had been there: it goes.
    expect(undo(anMm('2-3 rw-p'), move)).toMatchObject({ calls: ['munmap'], after: ['2-3 rw-p'] });
  });

  test('undoes brk and name by the old value', () => {
    const mm = anMm('');
    mm.startBrk = 10;
    mm.brk = 10;
    expect(undo(mm, brk(3))).toMatchObject({
      between: ['10-13 rw-p'],
      calls: ['brk'],
      after: [],
    });
    expect(mm.brk).toBe(10);

    const name = calling(at(3, 3), nameCall('y'));
    expectUndone('2-4 rw-p n0, 4-5 rw-p, 5-6 rw-p n0', name, ['name', 'name', 'name']);
  });

  test('is passed over when the last operation was a hold, was undone, or there was none', () => {
    const mm = anMm('2-3 rw-p');
    const hold: Operation = { kind: 'hold', ns: 5 };
    const bench = new WriterBench(
      mm,
      writerSpec(program(RESTORE, munmap(at(2, 1)), RESTORE, RESTORE, hold, RESTORE)),
    );

    expect(bench.log(6).map((line) => line.split(' ')[0])).toEqual([
      'munmap',
      'restore',
      'hold',
      'munmap',
      'restore',
      'hold',
    ]);
  });

  test('is an operation without calls when the last one failed: others may have caused it', () => {
    const bench = new WriterBench(
      anMm(''),
      writerSpec(program(protect(at(2, 1), 'r--p'), RESTORE)),
    );

    expect(bench.step().errno).toBe('ENOMEM');
    expect(bench.step()).toMatchObject({ next: { operation: 'restore' }, calls: [], errno: null });
  });

  test('a pause in between changes nothing; a program of restores alone is over at once', () => {
    const mm = anMm('2-3 rw-p');
    const bench = new WriterBench(
      mm,
      writerSpec(program(munmap(at(2, 1)), { kind: 'pause', ns: 3 }, RESTORE)),
    );
    bench.log(2);
    expect(mm.text()).toEqual(['2-3 rw-p']);

    expect(new WriterBench(mm, writerSpec(program(RESTORE, RESTORE))).source.next()).toBe(null);
  });

  test('undoes what the operation did, though others have changed the memory since', () => {
    const mm = anMm('2-5 rw-p');
    const bench = new WriterBench(mm, writerSpec(program(protect(at(3, 1), 'r--p'), RESTORE)));
    bench.step();
    applyPlan(mm, planCall(mm, { call: 'munmap', start: 3, pages: 1 }));

    expect(bench.step().errno).toBe('ENOMEM');
  });
});
