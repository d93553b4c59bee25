import { describe, expect, test } from 'vitest';
import { drawShifted, KeyedLogNormal } from '../../src/base/log-normal.ts';
import { RandomStream } from '../../src/base/prng.ts';

const quantile = (numbers: readonly number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(share * numbers.length)]!;

describe('KeyedLogNormal', () => {
  const factors = new KeyedLogNormal(0.1, new RandomStream('1', ['reader', 'r', 'costs']));

  test('a pair of keys has its number, in whatever order it is asked for', () => {
    const forward = [0, 1, 2, 3].map((i) => factors.of(7, i));
    const backward = [3, 2, 1, 0].map((i) => factors.of(7, i)).reverse();

    expect(backward).toEqual(forward);
    expect(new Set([...forward, factors.of(8, 0)]).size).toBe(5);
  });

  test('median 1; half of ln(p84 / p16) is sigma', () => {
    const drawn = Array.from({ length: 20_000 }, (_, i) => factors.of(i >> 4, i % 16));

    expect(quantile(drawn, 0.5)).toBeCloseTo(1, 2);
    expect(Math.log(quantile(drawn, 0.8413) / quantile(drawn, 0.1587)) / 2).toBeCloseTo(0.1, 2);
  });

  test('sigma 0: always 1', () => {
    expect(new KeyedLogNormal(0, new RandomStream('1', [])).of(3, 4)).toBe(1);
  });
});

describe('drawShifted', () => {
  test('has the median and the 99th of 100 that it is given, and stays above the least', () => {
    const stream = new RandomStream('1', ['machine', 'wakeup']);
    const given = { min: 3300, p50: 8800, p99: 25_900 };

    const drawn = Array.from({ length: 20_000 }, () => drawShifted(given, stream));

    expect(Math.min(...drawn)).toBeGreaterThan(3300);
    expect(quantile(drawn, 0.5) / 8800).toBeCloseTo(1, 1);
    expect(quantile(drawn, 0.99) / 25_900).toBeCloseTo(1, 1);
  });

  test('a least value that is the median takes nothing from the stream', () => {
    expect(drawShifted({ min: 5, p50: 5, p99: 5 }, new RandomStream('1', []))).toBe(5);
  });
});
