/**
 * The verdict of results made by hand: what is claimed, how it is said, and that each number of a
 * sentence is in the data.
 */
import { describe, expect, test } from 'vitest';
import { compareGroups, type Group } from '../../src/compare/comparison.ts';
import { seedsNeeded } from '../../src/compare/holm.ts';
import { type GroupVerdict, verdictsOf } from '../../src/compare/verdict.ts';
import { compareJson } from '../../src/report/compare-json.ts';
import { inShort, tooFewSeeds } from '../../src/report/compare-verdict.ts';
import { aGroup, aResult, type RunParts } from './support.ts';

/** So many runs alike, but for what is said of each. */
function runs(count: number, of: (i: number) => RunParts): RunParts[] {
  return Array.from({ length: count }, (_, i) => of(i));
}

function scenarioOf(groups: readonly Group[]) {
  const comparison = compareGroups(
    groups,
    groups.map((_, i) => (i === 0 ? null : 0)),
  );
  return { name: 'storm', sha256: 'x', groups, comparison };
}

function verdictOf(before: RunParts[], after: RunParts[], name = 'rcu-retry3'): GroupVerdict {
  const groups = [aGroup('mmap-lock', before), aGroup(name, after)];
  return verdictsOf(groups, scenarioOf(groups).comparison)[0]!;
}

function textOf(before: RunParts[], after: RunParts[], name = 'rcu-retry3'): string {
  return inShort(scenarioOf([aGroup('mmap-lock', before), aGroup(name, after)]));
}

function claim(verdict: GroupVerdict, metric: string) {
  return verdict.claims.find((one) => one.metric === metric);
}

const READS = { reads: 20 };
const ops = (...ns: number[]): RunParts => ({ opNs: ns });
const torn = (tornPasses: number): RunParts => ({ tearing: { tornPasses } });
const falls = (fallbackReads: number): RunParts => ({
  counters: { ...READS, fallbackReads, fallbacks: fallbackReads },
});
const gaps = (falseGaps: number): RunParts => ({ tearing: { falseGaps } });
const cut = (passesStarved: number): RunParts => ({ counters: { passesStarved } });
const thrown = (discardedLines: number): RunParts => ({ counters: { discardedLines } });

type Case = readonly [
  what: string,
  metric: string,
  before: RunParts[],
  after: RunParts[],
  status: string | undefined,
  direction: string | undefined,
];

const CASES: readonly Case[] = [
  ['a tie', 'max(writer.opNs)', runs(9, () => ops(5)), runs(9, () => ops(5)), 'none', 'same'],
  ['a tie of one seed', 'max(writer.opNs)', [ops(5)], [ops(5)], 'none', 'same'],
  ['one seed each', 'max(writer.opNs)', [ops(5)], [ops(9)], 'apart', 'more'],
  [
    'two seeds each',
    'max(writer.opNs)',
    runs(2, () => ops(9)),
    runs(2, () => ops(5)),
    'apart',
    'less',
  ],
  [
    'five seeds, apart',
    'max(writer.opNs)',
    runs(5, (i) => ops(900 + i)),
    runs(5, (i) => ops(5 + i)),
    'apart',
    'less',
  ],
  [
    'many seeds, apart',
    'max(writer.opNs)',
    runs(20, (i) => ops(900 + i)),
    runs(20, (i) => ops(5 + i)),
    'shown',
    'less',
  ],
  [
    'many seeds, a little more',
    'max(writer.opNs)',
    runs(20, (i) => ops(100 + i)),
    runs(20, (i) => ops(102 + i)),
    'shown',
    'more',
  ],
  [
    'many seeds, noise',
    'max(writer.opNs)',
    runs(20, (i) => ops(100 + i)),
    runs(20, (i) => ops(100 + ((i * 7) % 20))),
    'none',
    'same',
  ],
  [
    'few seeds, touching',
    'max(writer.opNs)',
    runs(5, (i) => ops(10 + i)),
    runs(5, (i) => ops(12 + i)),
    'not-shown',
    'more',
  ],
  [
    'no writer at all',
    'max(writer.opNs)',
    runs(5, () => ({})),
    runs(5, () => ({})),
    undefined,
    undefined,
  ],
  [
    'a writer in one alone',
    'max(writer.opNs)',
    runs(5, () => ops(5)),
    runs(5, () => ({})),
    undefined,
    undefined,
  ],
  [
    'p99 of calls',
    'p99(writer.opNs)',
    runs(12, () => ops(5, 5, 80)),
    runs(12, () => ops(5, 5, 9)),
    'shown',
    'less',
  ],
  [
    'a longer pass',
    'p50(passNs)',
    runs(12, () => ({ passNs: [100] })),
    runs(12, () => ({ passNs: [150] })),
    'shown',
    'more',
  ],
  [
    'a pass, few seeds',
    'p50(passNs)',
    runs(3, () => ({ passNs: [100] })),
    runs(3, () => ({ passNs: [150] })),
    'apart',
    'more',
  ],
  [
    'no pass finished in one',
    'p50(passNs)',
    runs(3, () => ({ passNs: [100] })),
    runs(3, () => ({ passNs: [] })),
    undefined,
    undefined,
  ],
  ['nothing torn', 'tornPasses', runs(12, () => torn(0)), runs(12, () => torn(0)), 'none', 'same'],
  ['all torn', 'tornPasses', runs(12, () => torn(0)), runs(12, () => torn(10)), 'shown', 'more'],
  [
    'all torn, few seeds',
    'tornPasses',
    runs(4, () => torn(0)),
    runs(4, () => torn(10)),
    'apart',
    'more',
  ],
  [
    'torn in both alike',
    'tornPasses',
    runs(12, () => torn(3)),
    runs(12, () => torn(3)),
    'none',
    'same',
  ],
  [
    'one torn pass in all',
    'tornPasses',
    runs(12, () => torn(0)),
    runs(12, (i) => torn(i === 4 ? 1 : 0)),
    'not-shown',
    'more',
  ],
  ['torn no more', 'tornPasses', runs(12, () => torn(4)), runs(12, () => torn(0)), 'shown', 'less'],
  ['false gaps', 'falseGaps', runs(12, () => gaps(0)), runs(12, () => gaps(2)), 'shown', 'more'],
  ['no false gaps', 'falseGaps', runs(12, () => gaps(0)), runs(12, () => gaps(0)), 'none', 'same'],
  [
    'it falls back',
    'fallbackReads',
    runs(12, () => falls(0)),
    runs(12, () => falls(19)),
    'shown',
    'more',
  ],
  [
    'it falls back, few seeds',
    'fallbackReads',
    runs(3, () => falls(0)),
    runs(3, () => falls(19)),
    'apart',
    'more',
  ],
  [
    'no read at all',
    'fallbackReads',
    runs(3, () => ({})),
    runs(3, () => ({})),
    undefined,
    undefined,
  ],
  [
    'one side starves',
    'passesStarved',
    runs(12, () => cut(0)),
    runs(12, () => cut(1)),
    'shown',
    'more',
  ],
  [
    'neither starves',
    'passesStarved',
    runs(12, () => cut(0)),
    runs(12, () => cut(0)),
    'none',
    'same',
  ],
  [
    'lines thrown away',
    '1000*discardedLines/lines',
    runs(12, () => thrown(0)),
    runs(12, () => thrown(500)),
    'shown',
    'more',
  ],
  [
    'unequal passes',
    'tornPasses',
    runs(12, () => ({ ...torn(1), counters: { passesFinished: 1000 } })),
    runs(12, () => torn(1)),
    'shown',
    'more',
  ],
  [
    'unequal numbers of seeds',
    'max(writer.opNs)',
    runs(8, () => ops(5)),
    runs(12, () => ops(50)),
    'shown',
    'more',
  ],
  [
    'an extreme ratio',
    'max(writer.opNs)',
    runs(12, () => ops(1)),
    runs(12, () => ops(1e12)),
    'shown',
    'more',
  ],
];

test.each(CASES)('%s: %s', (_, metric, before, after, status, direction) => {
  const found = claim(verdictOf(before, after), metric);

  expect([found?.status, found?.direction]).toEqual([status, direction]);
});

test.each(CASES)('%s: no line is wider than 80, and each number is in the JSON', (...given) => {
  const [, , before, after] = given;
  const scenario = scenarioOf([aGroup('mmap-lock', before), aGroup('rcu-retry3', after)]);
  const text = inShort(scenario);

  const json = JSON.parse([...compareJson.render(aResult([scenario]))].join(''));
  expect(json.scenarios[0].comparison.verdict).toEqual(
    JSON.parse(JSON.stringify(verdictsOf(scenario.groups, scenario.comparison))),
  );
  const known = new Set<string>(['100', '3', '99', '1000', '5']); // of names and units
  const collect = (value: unknown): void => {
    if (typeof value === 'number') {
      const few = (n: number) => String(Number.isInteger(n) ? n : Number(n.toPrecision(4)));
      for (const scale of [1, 100, 1e-3, 1e-6, 1e-9]) known.add(few(value * scale));
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(json.scenarios[0].comparison.verdict);
  for (const [number] of text.replace(/rcu-retry3|p99/g, '').matchAll(/\d+(?:\.\d+)?(?:e\+\d+)?/g))
    expect(known).toContain(number);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

describe('the words', () => {
  test('a difference that many seeds show', () => {
    expect(
      textOf(
        runs(12, () => ops(8_000_000)),
        runs(12, () => ops(12_000)),
        'vma-lock',
      ),
    ).toBe(`
In short, against mmap-lock:
  vma-lock
    significant with 12 seeds:
      longest writer call 12us instead of 8ms, 666.7 times less
      p99 of writer calls 12us instead of 8ms, 666.7 times less
    no difference seen: median pass, torn passes, false gaps, transient gaps,
      discarded lines per 1000, passes that starve
    not measured in both: read() calls that fall back
`);
  });

  test('one that so few cannot show, but the ranges do not overlap', () => {
    const text = textOf(
      runs(5, () => falls(0)),
      runs(5, (i) => falls(10 + i)),
    );

    expect(
      text,
    ).toContain(`    not significant with 5 seeds (at least 7 needed), but the ranges do not
      overlap:
      read() calls that fall back 60 of 100 reads, 60 % (50.2 % .. 69.06 %)
        instead of 0 of 100 reads
`);
    expect(text).toContain('    its limit of retries is reached\n');
  });

  test('a limit that is never reached, and a strategy without one', () => {
    const [before, after] = [runs(3, () => falls(0)), runs(3, () => falls(0))];

    expect(textOf(before, after)).toContain('its limit of retries is never reached');
    expect(textOf(before, after, 'rcu-page2')).toContain('never reached');
    expect(textOf(before, after, 'vma-lock')).not.toContain('limit');
    expect(textOf(before, after, 'rcu-retry')).not.toContain('limit');
  });

  test('one strategy has no verdict, thirteen have twelve', () => {
    const group = (i: number) =>
      aGroup(
        `s${i}`,
        runs(3, () => ops(5 + i)),
      );
    const many = Array.from({ length: 13 }, (_, i) => group(i));

    expect(inShort(scenarioOf([group(0)]))).toBe('');
    expect(inShort(scenarioOf(many)).match(/^ {2}s\d+$/gm)).toHaveLength(12);
    expect(inShort({ name: 'x', sha256: 'x', groups: [], comparison: null })).toBe('');
  });
});

describe('how many seeds are needed', () => {
  test.each([
    [1, 6],
    [2, 7],
    [45, 11],
    [62, 12],
    [102, 12],
    [103, 13],
  ])('for %i tests on the same seeds: %i', (tests, seeds) => {
    // 2 / 2^n is the least p of n pairs: 62 * 2 / 2^11 is above 5 %, 102 * 2 / 2^12 is below.
    expect(seedsNeeded(tests, 0.05, true)).toBe(seeds);
  });

  test('on other seeds the ranks of n and n runs count', () => {
    // 2 / C(8, 4) = 0.029, 2 / C(6, 3) = 0.1
    expect(seedsNeeded(1, 0.05, false)).toBe(4);
  });

  test('it is told where there are too few, and not where there are enough', () => {
    const few = scenarioOf([
      aGroup(
        'a',
        runs(3, () => ops(5)),
      ),
      aGroup(
        'b',
        runs(3, () => ops(9)),
      ),
    ]);
    const many = scenarioOf([
      aGroup(
        'a',
        runs(20, () => ops(5)),
      ),
      aGroup(
        'b',
        runs(20, () => ops(9)),
      ),
    ]);

    expect(tooFewSeeds(few)).toBe(
      'with 3 seeds no difference can be significant at 5 % over these 3 tests; 7 are enough (--seeds=7)',
    );
    expect(tooFewSeeds(many)).toBe('');
  });
});
