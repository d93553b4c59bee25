/** Portions of saved worlds. */
import { expect, test } from 'vitest';
import { OF_FIRST_WRITER, OF_PASS, PLAIN, Portions } from '../../src/search/portions.ts';

test('portions: equal bytes have one number, those of two kinds have two', () => {
  const portions = new Portions();
  const numberOf = (values: readonly number[], kind?: number): number => {
    const p = portions.begin();
    for (const value of values) p.put(value);
    return portions.number(kind);
  };
  const plain = numberOf([1, 0, 0]);
  const pass = numberOf([1, 0, 0], OF_PASS);
  const writers = [0, 1, 70].map((writer) => numberOf([1, 0, 0], OF_FIRST_WRITER + writer));

  expect(numberOf([1, 0, 0], PLAIN)).toBe(plain);
  expect(new Set([plain, pass, ...writers]).size).toBe(5);
  expect(numberOf([1, 0, 0, OF_PASS])).not.toBe(pass);
  expect(portions.count).toBe(6);

  const changed = portions.withFlag(pass, false);
  expect(changed).toBe(numberOf([0, 0, 0], OF_PASS));
  expect(portions.open(changed).get()).toBe(0);
});
