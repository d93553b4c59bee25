import { describe, expect, test } from 'vitest';
import { type Figure, listed, spread } from '../../bench/figure.ts';
import { comparison, MARKDOWN, report, TERMINAL } from '../../bench/report.ts';
import { compare, parseResult, type Result, resultText, SCHEMA } from '../../bench/result.ts';
import { judge } from '../../bench/targets.ts';

const MACHINE = { cpu: 'one', cores: 2, memoryGiB: 4, system: 'os', node: 'v20', load: 0 };

function aResult(figures: readonly Figure[]): Result {
  const targets = judge(figures);
  return { schema: SCHEMA, machine: MACHINE, runs: 1, targets, skipped: [], figures };
}

const times = (min: number) => ({ median: 2 * min, min });
const start = (row: string, ms: number): Figure => listed('f', row, 'ms', { wall: times(ms) });
const line = (row: string, column: string, ns: number): Figure => {
  return {
    ...listed('a', row, 'ns/line', { cpu: times(ns), wall: times(9 * ns) }),
    grid: 'anonymous',
    column,
  };
};

test('a spread is the middle and the least, whatever the order', () => {
  expect(spread([30, 10, 20])).toEqual({ median: 20, min: 10 });
  expect(spread([40, 10, 30, 20])).toEqual({ median: 25, min: 10 });
});

describe('targets', () => {
  const judged = (figures: readonly Figure[], target: RegExp) => {
    return judge(figures).find((one) => target.test(one.target))!;
  };

  test('are ratios of minima of one run, of CPU time where it is known', () => {
    const figures = [line('/proc', '60k', 200), line('mmap-lock', '60k', 90)];
    expect(judged(figures, /anonymous VMAs, mmap-lock/)).toMatchObject({ figure: 0.45, met: true });
    const slow = [line('/proc', '60k', 200), line('mmap-lock', '60k', 110)];
    expect(judged(slow, /anonymous VMAs, mmap-lock/)).toMatchObject({ figure: 0.55, met: false });
  });

  test('say neither met nor missed of what was not measured', () => {
    const figures = [line('mmap-lock', '60k', 90)];
    expect(judged(figures, /anonymous VMAs, mmap-lock/)).toMatchObject({ figure: null, met: null });
    expect(report(aResult(figures), TERMINAL)).not.toContain('Targets');
  });

  test('that are rates are to be at least so much', () => {
    const figures = [listed('c', '6 tasks', 'ns/event', { cpu: times(80), wall: times(80) })];
    expect(judged(figures, /6 tasks/)).toMatchObject({ figure: 12.5, met: true });
  });
});

test('a comparison holds minima of the same name against each other and leaves out the rest', () => {
  const before = aResult([start('--help', 100), start('run', 400)]);
  const now = aResult([start('--help', 50), start('--version', 40)]);
  const compared = compare(before, now);
  expect(compared).toEqual([{ name: 'f/--help ms', before: 100, now: 50, ratio: 0.5 }]);
  expect(comparison(compared, TERMINAL)).toMatch(/^f\/--help ms +100 +50 +0.5$/m);
});

test('a result is read back as it was written, one figure a line', () => {
  const result = aResult([start('--help', 100), line('mmap-lock', '1k', 90)]);
  const text = resultText(result);
  expect(parseResult(text)).toEqual(result);
  expect(text.split('\n').filter((row) => row.includes('"part"'))).toHaveLength(2);
});

test('what is no result is refused', () => {
  expect(() => parseResult('{"schema":"mapsim/run@1"}')).toThrow('no result of this suite');
  expect(() => parseResult('null')).toThrow('no result of this suite');
});

test('a grid is a table of strategies by sizes, on a terminal and as Markdown', () => {
  const result = aResult([
    line('/proc', '1k', 300),
    line('mmap-lock', '1k', 100),
    line('mmap-lock', '10k', 110),
  ]);
  expect(report(result, TERMINAL)).toMatch(
    /^ +1K +10K\n\/proc +300 \/ 600\nmmap-lock +100 \/ 200 +110 \/ 220$/m,
  );
  expect(report(result, MARKDOWN)).toContain('| mmap-lock | 100 / 200 | 110 / 220 |\n');
});
