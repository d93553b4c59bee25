/** The tests and intervals against independent implementations and published values. */
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import { median, medianInterval, RESAMPLES, shiftInterval } from '../../src/compare/bootstrap.ts';
import { canShow, holm } from '../../src/compare/holm.ts';
import { rankSum } from '../../src/compare/mann-whitney.ts';
import { mcnemar } from '../../src/compare/mcnemar.ts';
import { twoSidedTail } from '../../src/compare/normal.ts';
import { ruleOfThree, wilson } from '../../src/compare/rates.ts';
import { signedRank } from '../../src/compare/wilcoxon.ts';

/** Mean rank of each value by its definition: how many are smaller, and half of those as large. */
function naiveRanks(values: readonly number[]): number[] {
  return values.map((v) => {
    const smaller = values.filter((w) => w < v).length;
    const equal = values.filter((w) => w === v).length;
    return smaller + (equal + 1) / 2;
  });
}

/** Every choice of signs, one by one. */
function naiveSignedRank(differences: readonly number[]): number {
  const moved = differences.filter((d) => d !== 0);
  const ranks = naiveRanks(moved.map(Math.abs));
  const total = ranks.reduce((a, b) => a + b, 0);
  const seen = ranks.reduce((sum, rank, i) => sum + (moved[i]! > 0 ? rank : 0), 0);
  const distance = Math.abs(seen - total / 2);
  let extreme = 0;
  for (let signs = 0; signs < 2 ** moved.length; signs++) {
    const sum = ranks.reduce((a, rank, i) => a + (((signs >> i) & 1) === 1 ? rank : 0), 0);
    if (Math.abs(sum - total / 2) >= distance - 1e-9) extreme++;
  }
  return extreme / 2 ** moved.length;
}

/** Every choice of as many values as the first group has, one by one. */
function naiveRankSum(first: readonly number[], second: readonly number[]): number {
  const ranks = naiveRanks([...first, ...second]);
  const expected = (first.length * (ranks.length + 1)) / 2;
  const own = ranks.slice(0, first.length).reduce((a, b) => a + b, 0);
  let [all, extreme] = [0, 0];
  for (let chosen = 0; chosen < 2 ** ranks.length; chosen++) {
    const taken = ranks.filter((_, i) => ((chosen >> i) & 1) === 1);
    if (taken.length !== first.length) continue;
    all++;
    const sum = taken.reduce((a, b) => a + b, 0);
    if (Math.abs(sum - expected) >= Math.abs(own - expected) - 1e-9) extreme++;
  }
  return extreme / all;
}

/** Binomial coefficients in whole numbers. */
function naiveMcnemar(b: number, c: number): number {
  const n = b + c;
  let choose = 1n;
  let tail = 0n;
  for (let k = 0; k <= Math.min(b, c); k++) {
    tail += choose;
    choose = (choose * BigInt(n - k)) / BigInt(k + 1);
  }
  const scale = 10n ** 18n;
  return Math.min(1, Number((2n * tail * scale) / 2n ** BigInt(n)) / 1e18);
}

function draws(name: string, n: number, below: number): number[] {
  const random = new RandomStream('statistics', [name, n, below]);
  return Array.from({ length: n }, () => random.below(below));
}

describe("Wilcoxon's signed-rank test", () => {
  test("gives the published p for Darwin's maize", () => {
    // Crossed less self-fertilised height in eighths of an inch; R: wilcox.test, p = 0.04126.
    const differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

    expect(signedRank(differences).p).toBeCloseTo(0.04126, 5);
  });

  test('equals counting every choice of signs, with ties and zeros', () => {
    for (let n = 1; n <= 12; n++) {
      for (const spread of [3, 9, 1000]) {
        const differences = draws('wilcoxon', n, spread).map((d) => d - Math.floor(spread / 3));

        expect(signedRank(differences).p).toBeCloseTo(naiveSignedRank(differences), 12);
      }
    }
  });

  test('its least p is that of differences all on one side', () => {
    const differences = [3, -1, 4, 0, -5, 9, 2, 6];

    expect(signedRank(differences).leastP).toBe(signedRank(differences.map(Math.abs)).p);
    expect(signedRank([1, 2, 3, 4, 5]).leastP).toBe(2 / 2 ** 5);
  });

  test('above 100 differences the normal approximation joins on', () => {
    const differences = draws('long', 101, 2000).map((d) => d - 900);
    const p = signedRank(differences).p;

    expect(Math.abs(p - signedRank(differences.slice(0, 100)).p)).toBeLessThan(0.02);
    expect(signedRank(Array.from({ length: 150 }, (_, i) => i + 1)).p).toBeLessThan(1e-20);
    expect(signedRank(Array.from({ length: 150 }, (_, i) => (i % 2 ? i : -i))).p).toBeGreaterThan(
      0.9,
    );
  });

  test('says nothing where nothing differs', () => {
    expect(signedRank([0, 0, 0])).toEqual({ p: 1, leastP: 1 });
    expect(signedRank([])).toEqual({ p: 1, leastP: 1 });
  });
});

describe('the Mann-Whitney test', () => {
  test('gives the published p for the permeability of membranes', () => {
    // Hollander and Wolfe (1973), p. 69; R: wilcox.test, one-sided p = 0.1272, and symmetric.
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];

    expect(rankSum(term, early).p).toBeCloseTo(2 * 0.1272, 3);
  });

  test('equals counting every division into two groups, with ties', () => {
    for (let n = 1; n <= 6; n++) {
      for (const spread of [2, 4, 1000]) {
        const first = draws('first', n, spread);
        const second = draws('second', 7 - Math.floor(n / 2), spread);

        expect(rankSum(first, second).p).toBeCloseTo(naiveRankSum(first, second), 12);
      }
    }
  });

  test("of zeros and ones it is Fisher's exact test", () => {
    // The lady tasting tea, 4 of 4 right: p = 2 / (8 choose 4).
    expect(rankSum([1, 1, 1, 1], [0, 0, 0, 0]).p).toBeCloseTo(2 / 70, 12);
    expect(rankSum([1, 1, 1, 1], [0, 0, 0, 0]).leastP).toBeCloseTo(2 / 70, 12);
  });

  test('above 40 values the normal approximation joins on', () => {
    const first = draws('a', 21, 500);
    const second = draws('b', 20, 500).map((v) => v + 90);
    const p = rankSum(first, second).p;

    expect(Math.abs(p - rankSum(first.slice(1), second).p)).toBeLessThan(0.05);
    expect(
      rankSum(
        first,
        second.map((v) => v + 500),
      ).p,
    ).toBeLessThan(1e-6);
    expect(rankSum(first, first).p).toBe(1);
  });

  test('says nothing where all are equal or a group is empty', () => {
    expect(rankSum([5, 5], [5, 5, 5])).toEqual({ p: 1, leastP: 1 });
    expect(rankSum([], [1])).toEqual({ p: 1, leastP: 1 });
  });
});

test("McNemar's test equals binomial sums in whole numbers, from 1 pair to 400", () => {
  for (const [b, c] of [
    [1, 0],
    [3, 3],
    [0, 6],
    [2, 9],
    [10, 25],
    [86, 150],
    [190, 210],
  ] as const) {
    const expected = naiveMcnemar(b, c);

    expect(mcnemar(b, c).p / expected).toBeCloseTo(1, 8);
    expect(mcnemar(c, b).p).toBe(mcnemar(b, c).p);
  }
  expect(mcnemar(0, 0)).toEqual({ p: 1, leastP: 1 });
  expect(mcnemar(3, 2).leastP).toBeCloseTo(2 / 32, 12);
});

test("Wilson's interval has the values that Newcombe printed", () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  for (const [k, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    expect(wilson(k, n).low).toBeCloseTo(low, 4);
    expect(wilson(k, n).high).toBeCloseTo(high, 4);
  }
  expect(wilson(20, 20).high).toBe(1);
  expect(ruleOfThree(600)).toBe(0.005);
});

describe("Holm's correction", () => {
  const sharp = (p: number) => ({ p, leastP: 0 });

  test('gives what R gives for p.adjust(…, "holm")', () => {
    const close = (ps: readonly number[]) => holm(ps.map(sharp), 0.05).map((p) => p.toFixed(4));

    expect(close([0.01, 0.02, 0.03, 0.04])).toEqual(['0.0400', '0.0600', '0.0600', '0.0600']);
    expect(close([0.04, 0.001, 0.6])).toEqual(['0.0800', '0.0030', '0.6000']);
    expect(holm([0.9, 0.8].map(sharp), 0.05)).toEqual([1, 1]);
  });

  test('does not count tests that could not have come out', () => {
    const blunt = { p: 0.5, leastP: 0.06 };

    expect(holm([sharp(0.02), blunt, blunt], 0.05)).toEqual([0.02, 1, 1]);
  });

  test('says when no test could come out, and not because nothing differs', () => {
    const least = (leastP: number) => ({ p: leastP, leastP });

    expect(canShow([least(0.03), least(0.03)], 0.05)).toBe(false);
    expect(canShow([least(0.03), least(0.02)], 0.05)).toBe(true);
    expect(canShow([least(0.0625)], 0.05)).toBe(false);
    expect(canShow([least(1), least(1)], 0.05)).toBe(true);
    expect(canShow([], 0.05)).toBe(true);
  });
});

describe('bootstrap intervals', () => {
  /** Values drawn one by one and sorted. */
  function naiveMedians(values: readonly number[], stream: string): number[] {
    const sorted = [...values].sort((a, b) => a - b);
    const random = new RandomStream('bootstrap', [stream, values.length]);
    return Array.from({ length: RESAMPLES }, () => {
      const resample = values.map(() => sorted[random.below(values.length)]!);
      resample.sort((a, b) => a - b);
      const [low, high] = [(values.length - 1) >> 1, values.length >> 1];
      return (resample[low]! + resample[high]!) / 2;
    });
  }

  function interval(medians: readonly number[]): { low: number; high: number } {
    const sorted = [...medians].sort((a, b) => a - b);
    return { low: sorted[50]!, high: sorted[1949]! }; // 50 of 2000 on either side
  }

  test('equal drawing values and sorting them, for odd and even numbers of values', () => {
    for (const n of [2, 3, 7, 20, 101]) {
      const values = draws('bootstrap', n, 1000);

      expect(medianInterval(values)).toEqual(interval(naiveMedians(values, 'first')));
    }
  });

  test('of the shift between two samples likewise', () => {
    const [first, second] = [draws('x', 12, 100), draws('y', 15, 100)];
    const before = naiveMedians(first, 'first');
    const shifts = naiveMedians(second, 'second').map((after, i) => after - before[i]!);

    expect(shiftInterval(first, second)).toEqual(interval(shifts));
  });

  test('hold the true median in about 95 % of samples', () => {
    let held = 0;
    for (let i = 0; i < 400; i++) {
      const { low, high } = medianInterval(draws(`cover ${i}`, 25, 2001));
      if (low <= 1000 && 1000 <= high) held++;
    }

    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.98);
  });

  test('of one value are that value', () => {
    expect(medianInterval([7])).toEqual({ low: 7, high: 7 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

test('the normal tail has the tabled values', () => {
  expect(twoSidedTail(0)).toBe(1);
  expect(twoSidedTail(1.959963984540054)).toBeCloseTo(0.05, 14);
  expect(twoSidedTail(-2.5758293035489004)).toBeCloseTo(0.01, 14);
  expect(twoSidedTail(3.5)).toBeCloseTo(4.652581580710801e-4, 13); // where one formula takes over
  expect(twoSidedTail(3.6)).toBeCloseTo(3.182172e-4, 9);
  expect(twoSidedTail(5) / 5.733031437583878e-7).toBeCloseTo(1, 10);
  expect(twoSidedTail(8) / 1.24419211485e-15).toBeCloseTo(1, 10);
});
