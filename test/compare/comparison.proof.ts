/** Groups of runs side by side. */
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import { compareGroups } from '../../src/compare/comparison.ts';
import { METRICS } from '../../src/compare/metrics.ts';
import { signedRank } from '../../src/compare/wilcoxon.ts';
import { cellText } from '../../src/report/compare-cells.ts';
import { load as scenarioOf } from '../scenario/support.ts';
import { aGroup, realGroup } from './support.ts';

function cellsOf(comparison: ReturnType<typeof compareGroups>, metric: string) {
  return comparison.metrics.find((table) => table.metric === metric)!.cells;
}

describe('on the same seeds', () => {
  const passNs = [120, 130, 90, 200, 150, 110, 170, 140, 160, 180];
  const before = aGroup(
    'a',
    passNs.map((ns) => ({ passNs: [ns] })),
  );
  const after = aGroup(
    'b',
    passNs.map((ns, i) => ({ passNs: [ns + 10 + i] })),
  );

  test('differences are those of the pairs, and the test is one for pairs', () => {
    const cell = cellsOf(compareGroups([before, after], [null, 0]), 'p50(passNs)')[1]!;

    // Each pair differs by 10 to 19; the medians of the groups by something else.
    expect(cell.difference).toMatchObject({ test: 'signed-rank', n: 10, median: 14.5 });
    expect(cell.difference!.relative).toBeCloseTo(14.5 / 145, 12);
    expect(cell.difference!.p).toBe(
      Number(signedRank(passNs.map((_, i) => 10 + i)).p.toPrecision(6)),
    );
  });

  test('p is corrected for all tests of the table that could have come out', () => {
    const { metrics } = compareGroups([before, after], [null, 0]);
    const tested = metrics.flatMap(({ cells }) => cells[1]!.difference!).filter(({ p }) => p < 1);

    // p50, p99 and max of passes of one value each are the same: three tests in all.
    expect(tested.map(({ p, pCorrected }) => [p, pCorrected])).toEqual(
      Array.from({ length: 3 }, () => [0.00195313, 0.00585938]),
    );
    expect(tested.every(({ shown }) => shown)).toBe(true);
  });

  test('runs with a torn pass are compared by the pairs in which only one has it', () => {
    const quiet = aGroup(
      'a',
      Array.from({ length: 12 }, () => ({})),
    );
    const torn = aGroup(
      'b',
      Array.from({ length: 12 }, (_, i) => ({ tearing: { tornPasses: i < 9 ? 3 : 0 } })),
    );
    const cell = cellsOf(compareGroups([quiet, torn], [null, 0]), 'tornRuns')[1]!;

    expect(cell.difference).toMatchObject({
      test: 'mcnemar',
      p: Number((2 / 2 ** 9).toPrecision(6)),
    });
    expect(cell.rate).toMatchObject({ events: 9, of: 12, things: 'runs' });
  });

  test('a run that measured nothing takes its pair out', () => {
    const gap = aGroup(
      'b',
      passNs.map((ns, i) => ({ passNs: i === 3 ? [] : [ns + 1] })),
    );
    const cell = cellsOf(compareGroups([before, gap], [null, 0]), 'max(passNs)')[1]!;

    expect(cell.n).toBe(9);
    expect(cell.difference).toMatchObject({ n: 9, median: 1 });
  });
});

test('on other seeds the test is unpaired', () => {
  const a = aGroup('a', [{ passNs: [5] }, { passNs: [7] }]);
  const b = aGroup('b', [{ passNs: [6] }, { passNs: [10] }], (i) => `other ${i}`);
  const cell = cellsOf(compareGroups([a, b], [null, 0]), 'p50(passNs)')[1]!;

  expect(cell.difference).toMatchObject({ test: 'rank-sum', n: 4, median: 2, shown: false });
});

test('what was never seen is told by what it was none of, and a bound', () => {
  const group = aGroup(
    'a',
    Array.from({ length: 3 }, () => ({})),
  );
  const { metrics } = compareGroups([group], [null]);
  const texts = new Map(
    metrics.map(({ metric, unit, cells }) => [metric, cellText(cells[0]!, unit).slice(0, 2)]),
  );

  expect(texts.get('1000*fallbacks/lines')).toEqual(['0 of 3000 lines', '< 0.1 %']);
  expect(texts.get('tornPasses')).toEqual(['0 of 30 passes', '< 11.35 %']); // Wilson, 0 of 30
  expect(texts.get('1000*retries/lines')).toEqual(['0 of 3000 lines', '< 0.1 %']);
  expect([...texts.values()].map(([value]) => value)).not.toContain('0');
});

test('a median of 0 of what did happen tells how much of it there was', () => {
  const group = aGroup('a', [{}, {}, { counters: { fallbacks: 2 } }]);
  const { metrics } = compareGroups([group], [null]);
  const fallbacks = metrics.find(({ metric }) => metric === '1000*fallbacks/lines')!;

  expect(cellText(fallbacks.cells[0]!, 'count')[0]).toBe('0 (2 in all)');
});

test('a strategy that hands nothing out has no figures for what it did not do', () => {
  const counters = { passesStarted: 1, passesFinished: 0, passesStarved: 1, lines: 0, retries: 9 };
  const group = aGroup('a', [{ counters, passNs: [] }]);
  const { metrics } = compareGroups([group], [null]);
  const text = (metric: string) => {
    const { cells, unit } = metrics.find((table) => table.metric === metric)!;
    return cellText(cells[0]!, unit)[0];
  };

  expect(text('1000*retries/lines')).toBe('-');
  expect(text('p99(passNs)')).toBe('-');
  expect(text('tornPasses')).toBe('-');
  expect(text('passesStarved')).toBe('1 of 1 (100 %)');
  expect(text('passes')).toBe('0 of 1 passes started');
});

const CHURN = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 90, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 4, buffer: 4k}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: {exp: 3us}}]
`;

test('one strategy on disjoint seeds: no difference shown in 94 % of 300 tables and more', () => {
  const seeds = Array.from({ length: 300 }, (_, i) => String(i));
  const all = realGroup(scenarioOf(CHURN), 'rcu-retry3', seeds);
  const random = new RandomStream('disjoint', []);
  let [clean, cells] = [0, 0];
  for (let repetition = 0; repetition < 300; repetition++) {
    const left = [...all.runs];
    const draw = (label: string) => {
      const runs = Array.from({ length: 15 }, () => left.splice(random.below(left.length), 1)[0]!);
      return { ...all, label, runs };
    };
    const { metrics } = compareGroups([draw('a'), draw('b')], [null, 0]);
    const shown = metrics.filter(({ cells: [, cell] }) => cell!.difference!.shown);
    cells += metrics.length - shown.length;
    if (shown.length === 0) clean++;
  }

  expect(clean).toBeGreaterThanOrEqual(282);
  expect(cells / (300 * METRICS.length)).toBeGreaterThanOrEqual(0.99);
});

test('two strategies that differ on those seeds are told apart', () => {
  const seeds = Array.from({ length: 20 }, (_, i) => String(i));
  const scenario = scenarioOf(CHURN);
  const groups = ['mmap-lock', 'rcu-retry3'].map((name) => realGroup(scenario, name, seeds));
  const shown = compareGroups(groups, [null, 0])
    .metrics.filter(({ cells: [, cell] }) => cell!.difference!.shown)
    .map(({ metric }) => metric);

  expect(shown).toContain('1000*retries/lines');
  expect(shown).toContain('mean(writer.lockWaitNs)');
  expect(shown).not.toContain('passes');
});
