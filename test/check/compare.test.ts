import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVmas, type VmaDifference } from '../../src/check/compare.ts';
import { describeDifference } from '../../src/check/describe.ts';
import { anon, CAPTURES, capture, linesOf } from './support.ts';

function differences(here: string, there: string): string[] {
  return compareVmas(linesOf(here), linesOf(there)).map(describeDifference);
}

describe('two texts', () => {
  test.each(CAPTURES)('that are one do not differ: %s', (name) => {
    expect(differences(capture(name), capture(name))).toEqual([]);
  });

  test('differ by what is mapped in one only', () => {
    expect(differences(anon(1, 3) + anon(5, 6), anon(5, 6) + anon(8, 9))).toEqual([
      '- 1000-3000 rw-p',
      '+ 8000-9000 rw-p',
    ]);
  });

  test('differ by a part of a VMA', () => {
    expect(differences(anon(1, 9), anon(3, 5))).toEqual(['- 1000-3000 rw-p', '- 5000-9000 rw-p']);
    expect(differences(anon(1, 4), anon(1, 4, 'r--p'))).toEqual(['~ 1000-4000 perms rw-p -> r--p']);
  });

  test('differ by borders alone', () => {
    expect(differences(anon(1, 4), anon(1, 2) + anon(2, 4))).toEqual([
      '| 1000-4000 1 VMA -> 2, otherwise the same',
    ]);
    expect(differences(anon(1, 3) + anon(3, 5), anon(1, 2) + anon(2, 5))).toEqual([
      '| 1000-5000 2 VMAs -> 2, otherwise the same',
    ]);
  });

  const file = (start: number, end: number, offset: string, inode: number, path: string) =>
    `${anon(start, end, 'r--p').slice(0, 23)}${offset} 08:01 ${inode}`
      .padEnd(72)
      .concat(` ${path}\n`);

  test('differ by file, inode, offset', () => {
    const here = file(1, 3, '00000000', 5, '/a');
    expect(differences(here, file(1, 3, '00000000', 6, '/a'))).toEqual([
      '~ 1000-3000 device 08:01 5 -> 08:01 6',
    ]);
    expect(differences(here, file(1, 3, '00001000', 5, '/b'))).toEqual([
      '~ 1000-3000 offset 0x0 -> 0x1000, name /a -> /b',
    ]);
    expect(
      differences(here, file(1, 2, '00000000', 5, '/a') + file(2, 3, '00001000', 5, '/a')),
    ).toEqual(['| 1000-3000 1 VMA -> 2, otherwise the same']);
  });

  test('differ exactly where their pages do, on random texts', () => {
    const PERMS = ['rw-p', 'r--p'];
    const text = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 3 }), fc.nat(1)), {
      maxLength: 6,
    });
    const layOut = (parts: readonly (readonly [number, number, number])[]) => {
      let at = 1;
      let out = '';
      for (const [gap, pages, perms] of parts) {
        out += anon(at + gap, at + gap + pages, PERMS[perms]);
        at += gap + pages;
      }
      return out;
    };
    const pagesOf = (all: string) => {
      const pages = new Map<number, string>();
      for (const { start, end, perms } of linesOf(all)) {
        for (let page = start; page < end; page++) pages.set(page, perms);
      }
      return pages;
    };
    const covers = (found: readonly VmaDifference[], page: number) =>
      found.some((d) => d.kind !== 'divided' && d.start <= page && page < d.end);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [here, there] = [layOut(a), layOut(b)];
        const found = compareVmas(linesOf(here), linesOf(there));
        const [pagesHere, pagesThere] = [pagesOf(here), pagesOf(there)];
        for (let page = 0; page < 45; page++) {
          expect(covers(found, page)).toBe(pagesHere.get(page) !== pagesThere.get(page));
        }
        expect(found.length === 0).toBe(here === there);
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});
