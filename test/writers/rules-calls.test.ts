/** Errno, partial effects and places as measured on a real kernel: rules 15 to 23 by number. */
import { describe, expect, test } from 'vitest';
import { VM_READ } from '../../src/mm/layout.ts';
import type { Call } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { anMm } from '../support/array-layout.ts';
import { after, mmap, moveTo, mremap, munmap, protect, run } from '../support/calls.ts';

const R = VM_READ;

describe('mprotect', () => {
  test('rule 15: ENOMEM at the first gap; what lies before it stays changed and merged', () => {
    const mm = anMm('2-3 r--p, 3-4 rw-p, 6-7 rw-p');

    const plan = run(mm, protect(3, 4, R));

    expect(plan.errno).toBe('ENOMEM');
    expect(mm.text()).toEqual(['2-4 r--p', '6-7 rw-p']);
  });

  test('rule 15: a range that begins in a gap changes nothing', () => {
    const mm = anMm('3-4 rw-p');

    expect(run(mm, protect(2, 2, R)).errno).toBe('ENOMEM');
    expect(mm.text()).toEqual(['3-4 rw-p']);
  });
});

describe('mremap', () => {
  const errnoOf = (text: string, call: Call) => planCall(anMm(text), call).errno;

  test('munmap of nothing is 0', () => {
    expect(errnoOf('2-3 rw-p', munmap(5, 3))).toBe(null);
  });

  test('rule 16: EINVAL before the lock, whatever is mapped', () => {
    const before = (call: Call) => {
      const plan = planCall(anMm(''), call);
      expect(plan.beforeLock).toBe(true);
      return plan.errno;
    };

    expect(before(mremap(2, 1, { to: 9 }))).toBe('EINVAL');
    expect(before(mremap(2, 1, { dontUnmap: true }))).toBe('EINVAL');
    expect(before(mremap(2, 1, { newPages: 2, mayMove: true, dontUnmap: true }))).toBe('EINVAL');
    expect(before(moveTo(2, 3, 4))).toBe('EINVAL');
    // The old size counts, also the part that a shrink would free.
    expect(before(mremap(2, 3, { newPages: 1, to: 4, mayMove: true }))).toBe('EINVAL');
    expect(before(mremap(4, 1, { newPages: 3, to: 2, mayMove: true }))).toBe('EINVAL');
  });

  test('rule 17: every VMA of the range moves; gaps are kept, what lies under them stays', () => {
    const mm = anMm('2-3 rw-p, 4-5 r--p, 12-15 r--s f1');

    const plan = run(mm, moveTo(2, 4, 12));

    expect([plan.errno, plan.result]).toEqual([null, 12]);
    expect(mm.text()).toEqual(['12-13 rw-p', '13-14 r--s f1', '14-15 r--p']);
  });

  test('rule 17: EFAULT only if the first page is not mapped; DONTUNMAP moves several too', () => {
    expect(errnoOf('3-4 rw-p', moveTo(2, 2, 12))).toBe('EFAULT');
    expect(
      after('2-3 rw-p, 4-5 r--p', mremap(2, 3, { to: 12, mayMove: true, dontUnmap: true })),
    ).toEqual(['2-3 rw-p', '4-5 r--p', '12-13 rw-p', '14-15 r--p']);
  });

  test('rule 18: EFAULT before any effect if what stays passes the end of the first VMA', () => {
    const mm = anMm('2-3 rw-p, 3-4 r--p, 12-15 r--s f1');
    const lines = mm.text();

    for (const call of [
      mremap(7, 1, {}),
      mremap(2, 2, { newPages: 3, to: 12, mayMove: true }),
      mremap(2, 3, { newPages: 2, to: 12, mayMove: true }),
      mremap(2, 2, { newPages: 3, mayMove: true }),
      mremap(2, 2, { mayMove: true, dontUnmap: true }),
    ]) {
      expect(run(mm, call).errno).toBe('EFAULT');
    }
    expect(mm.text()).toEqual(lines);
  });

  test('rule 19: the same size in place is a success, whatever lies behind the first page', () => {
    const plan = planCall(anMm('2-3 rw-p'), mremap(2, 9, {}));

    expect([plan.errno, plan.result, plan.windows.length]).toEqual([null, 2, 0]);
  });

  test('rule 20: shrinking unmaps what follows, over VMAs and gaps', () => {
    expect(after('2-4 rw-p, 5-7 r--p', mremap(2, 4, { newPages: 1 }))).toEqual([
      '2-3 rw-p',
      '6-7 r--p',
    ]);
    expect(
      after(
        '2-4 rw-p, 5-7 r--p, 20-22 r--s f1',
        mremap(2, 4, { newPages: 1, to: 20, mayMove: true }),
      ),
    ).toEqual(['6-7 r--p', '20-21 rw-p', '21-22 r--s f1']);
  });

  test('rule 21: growth in place needs the end of its VMA and room; it joins what it meets', () => {
    expect(after('2-4 rw-p, 5-6 rw-p', mremap(3, 1, { newPages: 2 }))).toEqual(['2-6 rw-p']);
    expect(after('2-4 rw-p, 5-6 r--p', mremap(3, 1, { newPages: 2 }))).toEqual([
      '2-5 rw-p',
      '5-6 r--p',
    ]);
    expect(errnoOf('2-4 rw-p, 5-6 rw-p', mremap(3, 1, { newPages: 3 }))).toBe('ENOMEM');
    expect(errnoOf('2-4 rw-p', mremap(2, 1, { newPages: 2 }))).toBe('ENOMEM');
  });

  test('rule 21: otherwise the range, not the whole VMA, moves to a place of the kernel', () => {
    const mm = anMm('2-4 rw-p, 5-6 r--s f1');
    mm.mmapBase = 20;

    const plan = run(mm, mremap(3, 1, { newPages: 3, mayMove: true }));

    expect(plan.result).toBe(17);
    expect(mm.text()).toEqual(['2-3 rw-p', '5-6 r--s f1', '17-20 rw-p']);
  });

  test('rule 22: the copy may merge with its own source, whose middle is then unmapped', () => {
    expect(after('2-5 rw-p', moveTo(3, 1, 5))).toEqual(['2-3 rw-p', '4-6 rw-p']);
    expect(after('2-5 rw-p', moveTo(3, 1, 1))).toEqual(['1-3 rw-p', '4-5 rw-p']);
    expect(
      after('2-3 rw-p, 5-6 rw-p', mremap(2, 1, { newPages: 2, to: 6, mayMove: true })),
    ).toEqual(['5-8 rw-p']);
  });

  test('rule 23: untouched memory DONTUNMAPped onto the page behind it is one bigger VMA', () => {
    expect(after('2-3 rw-p', mremap(2, 1, { to: 3, mayMove: true, dontUnmap: true }))).toEqual([
      '2-4 rw-p',
    ]);
    expect(after('2-3 rw-p a1', mremap(2, 1, { to: 3, mayMove: true, dontUnmap: true }))).toEqual([
      '2-3 rw-p',
      '3-4 rw-p',
    ]);
  });

  test('rule 23: and so it is between two neighbours, without another move of what grew', () => {
    const move = mremap(4, 1, { to: 5, mayMove: true, dontUnmap: true });

    expect(after('2-5 rw-p acct, 5-6 r--p, 6-8 rw-p a1 acct', move)).toEqual(['2-8 rw-p']);
  });
});

describe('mmap without an address', () => {
  const place = (text: string, pages: number, more = {}) => {
    const mm = anMm(text);
    mm.mmapBase = 4000;
    return planCall(mm, mmap(-1, pages, 'rw-p', more)).result;
  };

  test('takes the highest gap that holds it', () => {
    expect(place('3990-3998 rw-p, 3900-3980 r--p', 2)).toBe(3998);
    expect(place('3900-3980 r--p, 3990-3998 rw-p', 3)).toBe(3987);
    expect(place('3900-3980 r--p, 3990-3998 rw-p', 11)).toBe(3889);
    expect(place('0-3999 r--p', 2)).toBe(-1);
  });

  test('puts anonymous multiples of 2 MiB on a 2 MiB border, all else as high as can be', () => {
    expect(place('', 512)).toBe(3072);
    expect(place('', 511)).toBe(3489);
    expect(place('', 513)).toBe(3487);
    expect(place('', 512, { file: 1 })).toBe(3488);
    // 512 pages are free on a border, but not with a border's width to spare: the next gap it is.
    expect(place('2048-2560 r--p, 3072-4000 r--p', 512)).toBe(1536);
    // Nowhere so much room: any border will do.
    expect(place('0-2600 r--p, 3112-4000 r--p', 512)).toBe(2600);
  });
});
