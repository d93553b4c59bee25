/** Places and ticks of pictures. */
import { expect, test } from 'vitest';
import { linearScale, logScale } from '../../src/draw/scales.ts';

test.each([
  [[0, 60_000], { ticks: 8 }, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]],
  [[0, 1], { ticks: 5 }, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [[0.1, 0.35], { ticks: 5 }, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]],
  [[3, 97], { ticks: 4, nice: true }, [0, 20, 40, 60, 80, 100]],
  [[7, 7], {}, [7, 7.2, 7.4, 7.6, 7.8, 8]],
] as const)('linear ticks of %j, %j', (domain, how, ticks) => {
  expect(linearScale(domain, [0, 100], how).ticks).toEqual(ticks);
});

test.each([
  [
    [1, 80],
    [1, 2, 5, 10, 20, 50],
  ],
  [
    [1, 2000],
    [1, 3, 10, 30, 100, 300, 1000],
  ],
  [
    [1, 1e6],
    [1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
  ],
] as const)('logarithmic ticks of %j', (domain, ticks) => {
  expect(logScale(domain, [0, 100]).ticks).toEqual(ticks);
});

test('a value has its place between the ends, also from right to left', () => {
  expect(linearScale([0, 50], [100, 200])(25)).toBe(150);
  expect(linearScale([3, 97], [0, 100], { nice: true, ticks: 4 })(100)).toBe(100);
  expect(logScale([1, 100], [200, 0])(10)).toBe(100);
});

test.each([
  [0.1, 0.1 + 2 ** -56],
  [1, 1 + 2 ** -52],
])('a domain from %d to %d, too narrow for ticks, still ends', (low, high) => {
  expect(linearScale([low, high], [0, 1], { nice: true })(low)).not.toBeNaN();
  expect(logScale([low, high], [0, 1])(low)).not.toBeNaN();
});
