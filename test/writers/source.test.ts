/** What a writer does next: places, arguments, chance, names, and saving it all as numbers. */
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import { Words } from '../../src/sim/memory.ts';
import { drawDuration, SeededChance } from '../../src/writers/chance.ts';
import { anMm } from '../support/array-layout.ts';
import {
  at,
  brk,
  calling,
  inRange,
  mmap,
  mremap,
  munmap,
  nameCall,
  protect,
  RESTORE,
} from '../support/operations.ts';
import { allOf, program, WriterBench, writerSpec } from '../support/writer-bench.ts';

describe('programs', () => {
  test('go round, with places resolved to addresses', () => {
    const mm = anMm('16-20 rw-p, 32-40 rw-p');
    const bench = new WriterBench(
      mm,
      writerSpec(
        program(
          protect(at(16, 2), 'r--p'),
          munmap(inRange(allOf(mm), 3)),
          mremap(inRange({ ranges: [1], pick: 'first' }, 1, 2), { to: 64, mayMove: true }),
        ),
      ),
    );

    expect(bench.log(4)).toEqual([
      'mprotect at=0x10000 pages=2 perms=r--p',
      'munmap at=0x13000 pages=1',
      'mremap at=0x21000 pages=2 newPages=2 to=0x40000 mayMove=true dontUnmap=false',
      'mprotect at=0x10000 pages=2 perms=r--p',
    ]);
    expect(mm.text()).toEqual([
      '16-18 r--p',
      '18-19 rw-p',
      '32-33 rw-p',
      '35-40 rw-p',
      '64-66 rw-p',
    ]);
  });

  test('name ranges as given, whatever has become of the VMAs', () => {
    const mm = anMm('16-20 rw-p');
    const spec = writerSpec(program(munmap(inRange(allOf(mm)))));

    expect(new WriterBench(mm, spec).log(2)).toEqual([
      'munmap at=0x10000 pages=4',
      'munmap at=0x10000 pages=4',
    ]);
  });

  test('pick next goes round, for each place where the selector is written', () => {
    const mm = anMm('1-2 rw-p, 3-4 rw-p, 5-6 rw-p');
    const next = inRange(allOf(mm, 'next'));
    const bench = new WriterBench(mm, writerSpec(program(protect(next, 'r--p'), munmap(next))));

    expect(bench.log(8).map((line) => line.split(' ')[1])).toEqual(
      [1, 1, 3, 3, 5, 5, 1, 1].map((page) => `at=0x${page}000`),
    );
  });

  test('mmap with a name is two calls: the second names what the first has returned', () => {
    const mm = anMm('1-2 rw-p');
    mm.mmapBase = 100;
    const bench = new WriterBench(mm, writerSpec(program(mmap(3, { name: 'arena' }))));

    expect(bench.step()).toMatchObject({ errno: null, calls: ['mmap', 'name'] });
    expect(mm.vmas.map((vma) => [vma.start, mm.names[vma.name]])).toEqual([
      [1, undefined],
      [97, 'arena'],
    ]);
  });

  test('each naming makes a name of its own', () => {
    const mm = anMm('1-2 rw-p');
    const name = calling(at(1, 1), nameCall('x'));
    new WriterBench(mm, writerSpec(program(name))).log(2);

    expect(mm.names).toEqual(['x', 'x']);
  });

  test('shared anonymous memory gets a file of its own each time, at offset 0', () => {
    const mm = anMm('');
    const spec = writerSpec(program(mmap(at(4, 1), { perms: 'rw-s' })));
    const bench = new WriterBench(mm, spec);

    bench.log(1);
    expect(mm.vmas.map((vma) => [vma.file, vma.pgoff])).toEqual([[100, 0]]);
    bench.log(1);
    expect(mm.vmas.map((vma) => vma.file)).toEqual([101]);
  });

  test('mmap of a file says which and where, to the end of the range where no length is given', () => {
    const mm = anMm('4-9 r--p');
    const spec = writerSpec(
      program(mmap(inRange(allOf(mm), 1), { perms: 'r-xp', file: 1, pgoff: 3 })),
    );

    expect(new WriterBench(mm, spec).log(1)).toEqual([
      'mmap at=0x5000 pages=4 perms=r-xp file=/lib/1 offset=0x3000',
    ]);
    expect(mm.text()).toEqual(['4-5 r--p', '5-9 r-xp f1']);
    expect(mm.vmas[1]!.pgoff).toBe(3);
  });

  test('brk moves the break that is in force', () => {
    const mm = anMm('');
    mm.startBrk = 10;
    mm.brk = 10;
    const bench = new WriterBench(mm, writerSpec(program(brk(3))));

    expect(bench.log(2)).toEqual(['brk pages=3', 'brk pages=3']);
    expect(mm.text()).toEqual(['10-16 rw-p']);
  });

  test('a failed call ends its operation', () => {
    const mm = anMm('0-100 r--p f1');
    mm.mmapBase = 100;
    const spec = writerSpec(program(mmap(1, { name: 'never' })));

    expect(new WriterBench(mm, spec).step()).toMatchObject({ errno: 'ENOMEM', calls: ['mmap'] });
    expect(mm.names).toEqual([]);
  });
});

describe('times', () => {
  test('hold, think and pause are drawn when the operation is; pauses count for nothing', () => {
    const spec = writerSpec(
      program(
        { kind: 'hold', ns: 70 },
        { kind: 'pause', ns: 5 },
        {
          ...munmap(at(9, 1)),
          holdNs: 30,
        },
      ),
      { thinkNs: 11, ops: 3, startNs: 8 },
    );
    const bench = new WriterBench(anMm(''), spec);

    expect(bench.source.startNs()).toBe(8);
    expect(bench.source.next()).toEqual({
      kind: 'hold',
      operation: 'hold',
      arguments: { hold: 70 },
      holdNs: 70,
      paced: false,
      thinkNs: 11,
    });
    expect(bench.source.next()).toEqual({ kind: 'pause', pauseNs: 5 });
    expect(bench.source.next()).toEqual({
      kind: 'calls',
      operation: 'munmap',
      arguments: { at: '0x9000', pages: 1, hold: 30 },
      holdNs: 30,
      paced: false,
      thinkNs: 11,
    });
    expect(bench.source.next()?.kind).toBe('hold');
    expect(bench.source.next()).toBe(null);
  });

  test('exponential and uniform times have their means and bounds, in whole ns', () => {
    const random = new RandomStream('0', ['times']);
    const draw = (n: number, span: Parameters<typeof drawDuration>[0]) =>
      Array.from({ length: n }, () => drawDuration(span, random));
    const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;

    const exp = draw(10_000, { exp: 1000 });
    expect(exp.every(Number.isInteger)).toBe(true);
    // The standard error of the mean is 1000 / sqrt(10000) = 10.
    expect(Math.abs(mean(exp) - 1000)).toBeLessThan(40);
    const uniform = draw(1000, { uniform: [3, 6] });
    expect([...new Set(uniform)].sort()).toEqual([3, 4, 5, 6]);
    expect(draw(2, 7)).toEqual([7, 7]);
  });
});

describe('chance', () => {
  const random = (mm: ReturnType<typeof anMm>) => inRange(allOf(mm, 'random'), 0, 1);
  const text = '1-9 rw-p, 11-19 r--p, 21-29 rw-p, 31-39 r--p';

  test('the same seed gives the same operations, another seed others', () => {
    const run = (seed: string) => {
      const mm = anMm(text);
      const spec = writerSpec(program(protect(random(mm), 'r--p')), { thinkNs: { exp: 100 } });
      return new WriterBench(mm, spec, { seed }).log(40);
    };

    expect(run('a')).toEqual(run('a'));
    expect(run('a')).not.toEqual(run('b'));
  });

  test('what others do to the memory changes results, and no operation, argument or time', () => {
    const run = (others: (mm: ReturnType<typeof anMm>) => void) => {
      const mm = anMm(text);
      const spec = writerSpec(
        program(munmap(random(mm)), RESTORE, protect(random(mm), 'r--p'), RESTORE),
        { thinkNs: { exp: 100 } },
      );
      const bench = new WriterBench(mm, spec);
      others(mm);
      const errnos: (string | null)[] = [];
      const operations = Array.from({ length: 60 }, () => {
        const { next, errno } = bench.step();
        errnos.push(errno);
        return next;
      });
      return { operations, errnos };
    };
    const alone = run(() => {});
    const disturbed = run((mm) => {
      mm.vmas = mm.vmas.filter((vma) => vma.start !== 11);
      mm.mapCount = mm.vmas.length;
    });

    expect(disturbed.operations).toEqual(alone.operations);
    expect(disturbed.errnos).not.toEqual(alone.errnos);
  });

  test('other draws of a writer do not shift its picks', () => {
    const run = (thinkNs: number | { exp: number }) => {
      const mm = anMm(text);
      const spec = writerSpec(program(protect(random(mm), 'r--p')), { thinkNs });
      return new WriterBench(mm, spec).log(30);
    };

    expect(run({ exp: 50 })).toEqual(run(0));
  });

  test('a search can answer in place of the streams', () => {
    const mm = anMm(text);
    const chance = { below: (n: number) => n - 1, duration: () => 0 };
    const bench = new WriterBench(mm, writerSpec(program(munmap(random(mm)))), { chance });

    expect(bench.log(1)).toEqual(['munmap at=0x1f000 pages=1']);
  });
});

describe('saving', () => {
  test('a restored source goes on as the saved one did, in the middle of an operation too', () => {
    const mm = anMm('16-20 rw-p, 32-40 rw-p');
    const spec = writerSpec(
      program(
        protect(inRange(allOf(mm, 'random'), 1, 1), 'r--p'),
        RESTORE,
        mmap(1, { name: 'x' }),
        munmap(inRange(allOf(mm, 'next'), 0, 2)),
        RESTORE,
      ),
      { thinkNs: { exp: 100 }, ops: 23 },
    );
    const chance = new SeededChance('0', 'w');
    const bench = new WriterBench(mm, spec, { chance });
    bench.log(7);
    bench.source.next(); // mmap and name
    bench.source.nextCall();

    const words = new Words();
    const transfer = (w: Words) => [bench.source, chance].forEach((piece) => piece.transfer(w));
    transfer(words.save());
    const saved = words.words.slice(0, words.at);
    const rest = () => {
      const calls = [JSON.stringify(bench.source.nextCall())];
      for (let i = 0; i < 30; i++) calls.push(JSON.stringify(bench.source.next()));
      return calls;
    };
    const names = mm.names.length;
    const first = rest();
    mm.names.length = names;
    transfer(words.restore(saved, 0));
    expect(words.at).toBe(saved.length);

    expect(rest()).toEqual(first);
    expect(first.filter((line) => line === 'null').length).toBeGreaterThan(10); // ops were used up
  });
});
