import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXACT_MAX, Samples } from '../../src/base/statistics.ts';

function samplesOf(values: Iterable<number>): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

test('Samples: no value at all is summed up by nulls', () => {
  const nothing = { n: 0, min: null, mean: null, p50: null, p90: null, p99: null, max: null };

  expect(new Samples().summary()).toEqual(nothing);
});

test('Samples: percentiles are by nearest rank', () => {
  // Rank ceil(p·10/100): 5, 9 and 10 of the values 10 … 100.
  const samples = samplesOf([50, 10, 100, 20, 90, 30, 80, 40, 70, 60]);

  expect(samples.summary()).toEqual({
    n: 10,
    min: 10,
    mean: 55,
    p50: 50,
    p90: 90,
    p99: 100,
    max: 100,
  });
});

test('Samples: one value is every percentile', () => {
  expect(samplesOf([7]).summary()).toEqual({
    n: 1,
    min: 7,
    mean: 7,
    p50: 7,
    p90: 7,
    p99: 7,
    max: 7,
  });
});

test('Samples: the mean is rounded to whole ns, a half upwards', () => {
  expect(samplesOf([1, 2]).summary().mean).toBe(2);
  expect(samplesOf([1, 1, 2]).summary().mean).toBe(1);
});

test('Samples: the mean is exact where the sum exceeds 2^53', () => {
  const top = Number.MAX_SAFE_INTEGER;

  expect(samplesOf([top, top, top]).summary().mean).toBe(top);
  expect(samplesOf([top, top - 2, top, top - 2]).summary().mean).toBe(top - 1);
});

test('Samples: up to 100,000 values are summed up exactly', () => {
  const values = Array.from({ length: EXACT_MAX }, (_, i) => (i * 7919) % EXACT_MAX); // 0 … 99,999

  const summary = samplesOf(values).summary();

  expect(summary).toEqual({
    n: 100_000,
    min: 0,
    mean: 50_000, // 49,999.5
    p50: 49_999,
    p90: 89_999,
    p99: 98_999,
    max: 99_999,
  });
});

test('Samples: above 100,000 values a percentile is at most 1/128 too high, the rest exact', () => {
  const n = EXACT_MAX + 1;
  const values = Array.from({ length: n }, (_, i) => ((i * 7919) % n) ** 2);
  const sorted = Float64Array.from(values).sort();

  const summary = samplesOf(values).summary();

  expect(summary.n).toBe(n);
  expect(summary.min).toBe(0);
  expect(summary.max).toBe(EXACT_MAX ** 2);
  // The sum of i² for i = 0 … m is m(m+1)(2m+1)/6.
  const m = BigInt(EXACT_MAX);
  const sum = (m * (m + 1n) * (2n * m + 1n)) / 6n;
  expect(summary.mean).toBe(Math.round(Number(sum) / n));
  for (const [key, percent] of [
    ['p50', 50],
    ['p90', 90],
    ['p99', 99],
  ] as const) {
    const exact = sorted[Math.ceil((percent * n) / 100) - 1]!;
    expect(summary[key]).toBeGreaterThanOrEqual(exact);
    expect(summary[key]).toBeLessThanOrEqual(exact * (1 + 1 / 128));
  }
});

test('Samples: values below 256 stay exact in buckets too', () => {
  const samples = samplesOf(Array.from({ length: EXACT_MAX + 100 }, (_, i) => i % 100));

  expect(samples.summary()).toMatchObject({ min: 0, p50: 49, p90: 89, p99: 98, max: 99 });
});

test('Samples: a percentile in the last bucket is not above the greatest value', () => {
  const samples = samplesOf(new Array(EXACT_MAX + 1).fill(1_000_003));

  expect(samples.summary()).toMatchObject({ p50: 1_000_003, p99: 1_000_003, max: 1_000_003 });
});

test('Samples: values around powers of two and up to 2^53 - 1 fall into the right bucket', () => {
  for (let exponent = 7; exponent <= 53; exponent++) {
    for (const value of [2 ** exponent - 1, 2 ** exponent, 2 ** exponent + 1]) {
      if (value > Number.MAX_SAFE_INTEGER) continue;
      // 60 % of the values are `value`; the greatest lies far above it, so nothing is clipped.
      const samples = samplesOf([Number.MAX_SAFE_INTEGER]);
      for (let i = 0; i < EXACT_MAX; i++) samples.add(i % 5 < 3 ? value : 0);

      const p90 = samples.summary().p90!;

      expect(p90).toBeGreaterThanOrEqual(value);
      expect(p90 - value).toBeLessThanOrEqual(value / 128);
    }
  }
});

test('Samples: merging is adding, below and above the limit and across it', () => {
  const few = Array.from({ length: 1000 }, (_, i) => (i * 37) % 1009);
  const many = Array.from({ length: 99_500 }, (_, i) => (i * 7919) % 1_000_003);
  const most = Array.from({ length: 150_000 }, (_, i) => (i * 104_729) % 10_000_019);
  for (const [a, b] of [
    [few, few],
    [few, many],
    [many, few],
    [many, most],
    [most, many],
    [most, most],
  ]) {
    const merged = samplesOf(a!);
    const other = samplesOf(b!);

    merged.merge(other);

    expect(merged.summary()).toEqual(samplesOf([...a!, ...b!]).summary());
    expect(other.summary()).toEqual(samplesOf(b!).summary());
  }
});

test('Samples: the order of adding and merging does not matter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.maxSafeNat(), { maxLength: 20 }), { maxLength: 5 }),
      (parts) => {
        const forwards = new Samples();
        for (const part of parts) forwards.merge(samplesOf(part));
        const backwards = samplesOf(parts.flat().reverse());

        expect(forwards.summary()).toEqual(backwards.summary());
      },
    ),
  );
});

test('Samples: a collection merged with itself counts everything twice', () => {
  const samples = samplesOf([1, 5]);

  samples.merge(samples);

  expect(samples.summary()).toMatchObject({ n: 4, mean: 3, p50: 1, p90: 5 });
});

test('Samples: what is no whole number of ns is refused', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => new Samples().add(value)).toThrow('not a time in whole ns');
  }
});
