/** The named churns, operation by operation. */
import { describe, expect, test } from 'vitest';
import type { Churn } from '../../src/scenario/scenario.ts';
import { Words } from '../../src/sim/memory.ts';
import { type ArrayLayout, anMm } from '../support/array-layout.ts';
import { allOf, lineOf, WriterBench, writerSpec } from '../support/writer-bench.ts';

function benchOf(mm: ArrayLayout, churn: Churn, thinkNs = 0): WriterBench {
  return new WriterBench(mm, writerSpec({ kind: 'churn', ...churn }, { thinkNs }));
}

/** The operations, each with the text that it leaves. */
function course(bench: WriterBench, n: number): string[] {
  return Array.from({ length: n }, () => {
    const { next, errno } = bench.step();
    expect(errno).toBe(null);
    const what = next === null || next.kind === 'pause' ? 'pause' : lineOf(next);
    return `${what}: ${bench.layout.text().join(', ')}`;
  });
}

describe('split-merge', () => {
  test('replaces page 0 by the other protection, then by the old one', () => {
    const mm = anMm('2-5 rw-p');

    expect(course(benchOf(mm, { churn: 'split-merge', selector: allOf(mm) }), 3)).toEqual([
      'mmap at=0x2000 pages=1 perms=r--p: 2-3 r--p, 3-5 rw-p',
      'mmap at=0x2000 pages=1 perms=rw-p: 2-5 rw-p',
      'mmap at=0x2000 pages=1 perms=r--p: 2-3 r--p, 3-5 rw-p',
    ]);
  });

  test('of what is not writable: rw- is the other; it keeps sharing and maps the same file', () => {
    const mm = anMm('2-5 r-xs f1 @7');

    expect(course(benchOf(mm, { churn: 'split-merge', selector: allOf(mm) }), 2)).toEqual([
      'mmap at=0x2000 pages=1 perms=rw-s file=/lib/1 offset=0x7000: 2-3 rw-s f1, 3-5 r-xs f1',
      'mmap at=0x2000 pages=1 perms=r-xs file=/lib/1 offset=0x7000: 2-5 r-xs f1',
    ]);
  });
});

test('resize: three pages to one, and back', () => {
  const mm = anMm('2-5 rw-p');

  expect(course(benchOf(mm, { churn: 'resize', selector: allOf(mm) }), 2)).toEqual([
    'mremap at=0x2000 pages=3 newPages=1 mayMove=false dontUnmap=false: 2-3 rw-p',
    'mremap at=0x2000 pages=1 newPages=3 mayMove=false dontUnmap=false: 2-5 rw-p',
  ]);
});

test('remap: page 2 of the next range onto page 1 of this one, then its protection back', () => {
  const mm = anMm('2-5 r--p, 8-11 rw-p');
  const bench = benchOf(mm, { churn: 'remap', selector: allOf(mm) });

  expect(course(bench, 2)).toEqual([
    'mremap at=0xa000 pages=1 newPages=1 to=0x3000 mayMove=true dontUnmap=true: ' +
      '2-3 r--p, 3-4 rw-p, 4-5 r--p, 8-11 rw-p',
    'mprotect at=0x3000 pages=1 perms=r--p: 2-5 r--p, 8-11 rw-p',
  ]);
});

test('remap: after the last range comes the first', () => {
  const mm = anMm('2-5 r--p, 8-11 rw-p');
  const bench = benchOf(mm, { churn: 'remap', selector: { ranges: [1, 0], pick: 'next' } });

  expect(bench.log(4).filter((line) => line.startsWith('mremap'))).toEqual([
    'mremap at=0x4000 pages=1 newPages=1 to=0x9000 mayMove=true dontUnmap=true',
    'mremap at=0xa000 pages=1 newPages=1 to=0x3000 mayMove=true dontUnmap=true',
  ]);
});

test('merge-churn: page 1 to the other protection and back', () => {
  const mm = anMm('2-5 r--p');

  expect(course(benchOf(mm, { churn: 'merge-churn', selector: allOf(mm) }), 2)).toEqual([
    'mprotect at=0x3000 pages=1 perms=rw-p: 2-3 r--p, 3-4 rw-p, 4-5 r--p',
    'mprotect at=0x3000 pages=1 perms=r--p: 2-5 r--p',
  ]);
});

test('exact-mremap: from the spare of each range onto the whole range, which stays mapped', () => {
  const mm = anMm('2-5 rw-p, 8-9 rw-p, 20-24 rw-p');
  const selector = { ranges: [0, 1], pick: 'next' } as const;
  const bench = benchOf(mm, { churn: 'exact-mremap', selector, spares: [20, 20] });
  const lines = mm.text().join(', ');

  expect(course(bench, 3)).toEqual([
    `mremap at=0x14000 pages=3 newPages=3 to=0x2000 mayMove=true dontUnmap=true: ${lines}`,
    `mremap at=0x14000 pages=1 newPages=1 to=0x8000 mayMove=true dontUnmap=true: ${lines}`,
    `mremap at=0x14000 pages=3 newPages=3 to=0x2000 mayMove=true dontUnmap=true: ${lines}`,
  ]);
});

test('map-unmap: a random page of the region, mapped or unmapped with even odds', () => {
  const mm = anMm('64-128 rw-p');
  const region = { startPage: 64, pages: 64 };
  const lines = benchOf(mm, { churn: 'map-unmap', region }).log(4000);

  const unmaps = lines.filter((line) => line.startsWith('munmap')).length;
  expect(lines.length - unmaps).toBe(
    lines.filter((line) => /^mmap at=0x[4-7].000 pages=1 perms=rw-p$/.test(line)).length,
  );
  // Binomial with n = 4000, p = 1/2: the standard deviation is 31.6.
  expect(Math.abs(unmaps - 2000)).toBeLessThan(4 * 31.6);
  expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(64);
});

describe('flip-pair', () => {
  const pair = (everyNs = 900): { mm: ArrayLayout; churn: Churn } => {
    const mm = anMm('2-5 rw-p, 20-23 r--p');
    const low = { ranges: [0], pick: 'first' } as const;
    const high = { ranges: [1], pick: 'first' } as const;
    return { mm, churn: { churn: 'flip-pair', low, high, everyNs } };
  };

  test('sets the low one to a version, at once the high one, then pauses', () => {
    const { mm, churn } = pair();

    expect(course(benchOf(mm, churn), 9).map((line) => line.replace(/^mremap.*: /, ''))).toEqual([
      '2-3 rw-p, 20-23 r--p',
      '2-3 rw-p, 20-21 r--p',
      'pause: 2-3 rw-p, 20-21 r--p',
      '2-4 rw-p, 20-21 r--p',
      '2-4 rw-p, 20-22 r--p',
      'pause: 2-4 rw-p, 20-22 r--p',
      '2-5 rw-p, 20-22 r--p',
      '2-5 rw-p, 20-23 r--p',
      'pause: 2-5 rw-p, 20-23 r--p',
    ]);
  });

  test('thinks after the high one only: between the two there is no time', () => {
    const { mm, churn } = pair();
    const bench = benchOf(mm, churn, 40);
    const items = [bench.step().next, bench.step().next, bench.step().next];

    expect(items).toMatchObject([{ thinkNs: 0 }, { thinkNs: 40 }, { kind: 'pause', pauseNs: 900 }]);
  });

  test('no state has a high one that is newer than the low one, while lengths do not recur', () => {
    const { mm, churn } = pair();
    const bench = benchOf(mm, churn);
    bench.log(2); // both have length 1 now
    for (let i = 0; i < 4; i++) {
      bench.log(1);
      const [low, high] = mm.vmas;
      expect(low!.end - low!.start).toBeGreaterThanOrEqual(high!.end - high!.start);
    }
  });
});

test('a churn picks anew in each round and stays with its range within one', () => {
  const mm = anMm(
    Array.from({ length: 9 }, (_, i) => `${10 * i + 1}-${10 * i + 4} rw-p`).join(','),
  );
  const lines = benchOf(mm, { churn: 'merge-churn', selector: allOf(mm, 'random') }).log(200);

  const places = lines.map((line) => line.split(' ')[1]);
  for (let i = 0; i < places.length; i += 2) expect(places[i]).toBe(places[i + 1]);
  expect(new Set(places).size).toBe(9);
});

test('a churn can be saved in the middle of a round', () => {
  for (const kind of ['split-merge', 'flip-pair', 'map-unmap'] as const) {
    const mm = anMm('2-9 rw-p, 20-26 rw-p, 32-38 rw-p');
    const random = allOf(mm, 'random');
    const churn: Churn =
      kind === 'flip-pair'
        ? { churn: kind, low: random, high: random, everyNs: 3 }
        : kind === 'map-unmap'
          ? { churn: kind, region: { startPage: 2, pages: 7 } }
          : { churn: kind, selector: random };
    // Always the same pick: only the churn's own state matters.
    const chance = { below: (n: number) => n >> 1, duration: () => 0 };
    const spec = writerSpec({ kind: 'churn', ...churn });
    const { source } = new WriterBench(mm, spec, { chance });
    for (let i = 0; i < 4; i++) source.next();
    const words = new Words();
    source.transfer(words.save());
    const saved = words.words.slice(0, words.at);
    const rest = () => Array.from({ length: 8 }, () => JSON.stringify(source.next()));

    const first = rest();
    source.transfer(words.restore(saved, 0));

    expect(rest()).toEqual(first);
  }
});
