/** Merging, accounting, offsets, anon_vmas as measured on a real kernel: rules 1 to 14. */
import { describe, expect, test } from 'vitest';
import { VM_ACCOUNT, VM_READ, VM_WRITE } from '../../src/mm/layout.ts';
import { joins } from '../../src/mm/merge.ts';
import { type ArrayLayout, anMm } from '../support/array-layout.ts';
import { after, mmap, moveTo, mremap, munmap, protect, run } from '../support/calls.ts';

const R = VM_READ;
const RW = VM_READ | VM_WRITE;

describe('merging', () => {
  test('neighbours join only if flags, accounting, file, name, offset and anon_vma agree', () => {
    const a = anMm('2-3 rw-p').vmas[0]!;
    const b = { ...a, start: 3, end: 4, pgoff: 3 };
    const mm = anMm('');
    mm.names = ['x', 'y', 'x'];

    expect(joins(mm, a, b)).toBe(true);
    expect(joins(mm, a, { ...b, start: 4, end: 5 })).toBe(false);
    for (const other of [{ flags: R | VM_ACCOUNT }, { flags: RW }, { file: 1 }, { pgoff: 4 }]) {
      expect(joins(mm, a, { ...b, ...other })).toBe(false);
    }
    expect(joins(mm, a, { ...b, special: 1 })).toBe(false);
    expect(joins(mm, { ...a, name: 0 }, { ...b, name: 2 })).toBe(true); // other object, same text
    expect(joins(mm, { ...a, name: 0 }, { ...b, name: 1 })).toBe(false);
    expect(joins(mm, { ...a, name: 0 }, b)).toBe(false);
    expect(joins(mm, { ...a, anonVma: 1 }, b)).toBe(true);
    expect(joins(mm, { ...a, anonVma: 1 }, { ...b, anonVma: 2 })).toBe(false);
  });

  test('rule 1: if both sides fit with different anon_vmas, only the left joins', () => {
    expect(after('2-3 rw-p a1, 4-5 rw-p a2', mmap(3, 1))).toEqual(['2-4 rw-p', '4-5 rw-p']);
    expect(after('2-3 rw-p a1, 3-4 r--p acct, 4-5 rw-p a2', protect(3, 1, RW))).toEqual([
      '2-4 rw-p',
      '4-5 rw-p',
    ]);
    expect(after('2-3 rw-p a1, 4-5 rw-p a1', mmap(3, 1))).toEqual(['2-5 rw-p']);
  });

  test('rule 2: a changed range joins only where it begins or ends its VMA', () => {
    expect(after('2-3 rw-p, 3-6 r--p', protect(3, 1, RW))).toEqual(['2-4 rw-p', '4-6 r--p']);
    expect(after('2-3 rw-p, 3-6 r--p, 6-7 rw-p', protect(4, 1, RW))).toEqual([
      '2-3 rw-p',
      '3-4 r--p',
      '4-5 rw-p',
      '5-6 r--p',
      '6-7 rw-p',
    ]);
  });

  test('rule 3: a VMA that already has the protection is neither split nor merged', () => {
    // Alike but for their anon_vmas being apart, then made one: mprotect to the same does not join.
    const mm = anMm('2-4 rw-p a1, 4-6 rw-p a2');
    mm.vmas[1]!.anonVma = 1;

    const plan = run(mm, protect(3, 2, RW));

    expect(plan.acts.length / 4).toBe(1);
    expect(mm.text()).toEqual(['2-4 rw-p', '4-6 rw-p']);
  });

  test('rule 4: munmap and the removal of a source only split; MAP_FIXED joins the rests', () => {
    expect(after('2-5 rw-p', mmap(3, 1))).toEqual(['2-5 rw-p']);
    expect(after('2-5 rw-p', munmap(3, 1), mmap(3, 1))).toEqual(['2-5 rw-p']);
    expect(after('2-5 r--p, 9-10 rw-p', moveTo(3, 1, 8))).toEqual([
      '2-3 r--p',
      '4-5 r--p',
      '8-9 r--p',
      '9-10 rw-p',
    ]);
    expect(after('2-5 rw-p, 8-9 rw-p', moveTo(3, 1, 7))).toEqual([
      '2-3 rw-p',
      '4-5 rw-p',
      '7-9 rw-p',
    ]);
  });

  test('rule 5: no two neighbours that could join are apart when the kernel is done', () => {
    const mm = anMm('2-9 rw-p');
    run(mm, protect(3, 2, R), protect(4, 3, R), protect(2, 2, RW), mmap(5, 1, 'r--p'));

    for (const [i, vma] of mm.vmas.entries()) {
      const next = mm.vmas[i + 1];
      if (next !== undefined) expect(joins(mm, vma, next)).toBe(false);
    }
    expect(mm.text()).toEqual(['2-4 rw-p', '4-7 r--p', '7-9 rw-p']);
  });
});

describe('the accounting bit', () => {
  const accounted = (mm: ArrayLayout) => mm.vmas.map((vma) => (vma.flags & VM_ACCOUNT) !== 0);

  test('rule 6: mmap sets it on private writable memory, mprotect on what becomes writable', () => {
    const mm = anMm('');
    run(mm, mmap(2, 1), mmap(4, 1, 'r--p'), mmap(6, 1, 'rw-s', { file: 100 }));
    expect(accounted(mm)).toEqual([true, false, false]);

    run(mm, protect(4, 1, RW));
    expect(accounted(mm)).toEqual([true, true, false]);
  });

  test('rule 7: read-only again, only untouched anonymous memory loses it', () => {
    const mm = anMm('2-3 rw-p, 4-5 rw-p a1, 6-7 rw-p f1');

    run(mm, protect(2, 1, R), protect(4, 1, R), protect(6, 1, R));

    expect(accounted(mm)).toEqual([false, true, true]);
  });

  test('rule 8: a private file page to rw- and back leaves three lines; other memory joins', () => {
    const there = protect(3, 1, RW);
    const back = protect(3, 1, R);

    expect(after('2-5 r--p f1', there, back)).toEqual([
      '2-3 r--p f1',
      '3-4 r--p f1',
      '4-5 r--p f1',
    ]);
    expect(
      after('2-5 r--p f1', there, back, protect(2, 1, RW), protect(2, 1, R), protect(4, 1, RW), {
        call: 'mprotect',
        start: 4,
        pages: 1,
        prot: R,
      }),
    ).toEqual(['2-5 r--p f1']);
    expect(after('2-5 rw-p f1', protect(3, 1, R), protect(3, 1, RW))).toEqual(['2-5 rw-p f1']);
    expect(after('2-5 r--s f1', there, back)).toEqual(['2-5 r--s f1']);
    expect(after('2-5 r--p', there, back)).toEqual(['2-5 r--p']);
  });

  test('rule 9: DONTUNMAP leaves it as it is, and the copy has it too', () => {
    const mm = anMm('2-3 rw-p');

    run(mm, mremap(2, 1, { to: 7, mayMove: true, dontUnmap: true }));

    expect(accounted(mm)).toEqual([true, true]);
  });
});

describe('the offset of anonymous memory', () => {
  test('rule 10: untouched copies take their address as offset, touched ones keep the old', () => {
    const mm = anMm('2-3 rw-p, 4-5 rw-p a1');

    run(mm, moveTo(2, 1, 10), moveTo(4, 1, 20));
    expect(mm.vmas.map((vma) => vma.pgoff)).toEqual([10, 4]);

    // What was touched cannot join new memory there, but joins what it came from when moved back.
    const touched = '2-5 rw-p a1';
    expect(after(touched, moveTo(3, 1, 20), mmap(21, 1))).toEqual([
      '2-3 rw-p',
      '4-5 rw-p',
      '20-21 rw-p',
      '21-22 rw-p',
    ]);
    expect(after(touched, moveTo(3, 1, 20), moveTo(20, 1, 3))).toEqual(['2-5 rw-p']);
  });

  test('rule 11: what DONTUNMAP leaves keeps its offset', () => {
    const mm = anMm('2-3 rw-p a1');

    run(mm, moveTo(2, 1, 8), mremap(8, 1, { to: 12, mayMove: true, dontUnmap: true }));

    expect(mm.vmas.map((vma) => [vma.start, vma.pgoff])).toEqual([
      [8, 2],
      [12, 2],
    ]);
  });
});

describe('touched memory', () => {
  test('rule 12: mmap joins first and is touched then; what joins a touched VMA is touched', () => {
    const mm = anMm('2-3 rw-p');
    const plan = run(mm, mmap(3, 1, 'rw-p', { touched: true }));
    expect(mm.text()).toEqual(['2-4 rw-p']);
    expect(mm.vmas[0]!.anonVma).toBe(1);
    expect(plan.acts.slice(-4)).toEqual([7, 0, 1, 0]); // setAnonVma comes last

    const other = anMm('2-3 rw-p a5');
    run(other, mmap(3, 1));
    expect(other.vmas.map((vma) => [vma.start, vma.end, vma.anonVma])).toEqual([[2, 4, 5]]);
  });

  test('rule 13: the first write takes the anon_vma of next, else prev, if only rwx differ', () => {
    const touch = mmap(3, 1, 'rw-p', { touched: true });
    const anonVmaOf = (text: string) => {
      const mm = anMm(text);
      run(mm, touch);
      return mm.vmas.find((vma) => vma.start === 3)!.anonVma;
    };

    expect(anonVmaOf('2-3 r--p a7 acct, 4-5 r--p a8 acct')).toBe(8);
    expect(anonVmaOf('2-3 r--p a7 acct')).toBe(7);
    expect(anonVmaOf('2-3 r--p a7')).toBe(8); // not accounted: a new one
    expect(anonVmaOf('2-3 r--p acct, 4-5 r--p acct')).toBe(1); // untouched neighbours have none
    expect(anonVmaOf('1-2 r--p a7 acct')).toBe(8); // no neighbour
  });

  test('rule 13: two VMAs touched apart join when mprotect makes them alike', () => {
    const mm = anMm('2-3 r--p a7 acct');

    run(mm, mmap(3, 1, 'rw-p', { touched: true }), protect(2, 1, RW));

    expect(mm.text()).toEqual(['2-4 rw-p']);
  });

  test('memory that may not be written to stays untouched, whatever the program says', () => {
    const mm = anMm('');

    run(mm, mmap(2, 1, 'r--p', { touched: true }));

    expect(mm.vmas.map((vma) => vma.anonVma)).toEqual([0]);
  });

  test('rule 13: a private file mapping takes an anon_vma, a shared one has none', () => {
    const mm = anMm('');

    run(mm, mmap(2, 1, 'rw-p', { file: 1, touched: true }));
    run(mm, mmap(4, 1, 'rw-s', { file: 1, touched: true }));

    expect(mm.vmas.map((vma) => vma.anonVma)).toEqual([1, 0]);
  });

  test('rule 14: DONTUNMAP of a whole VMA takes its anon_vma, of a part leaves it unsplit', () => {
    const away = (start: number, pages: number) =>
      mremap(start, pages, { to: 20, mayMove: true, dontUnmap: true });
    const whole = anMm('2-4 rw-p a1');
    const part = anMm('2-4 rw-p a1');

    run(whole, away(2, 2));
    run(part, away(2, 1));

    expect(whole.vmas.map((vma) => vma.anonVma)).toEqual([0, 1]);
    expect(part.vmas.map((vma) => [vma.start, vma.end, vma.anonVma])).toEqual([
      [2, 4, 1],
      [20, 21, 1],
    ]);
  });
});
