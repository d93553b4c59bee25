import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/base/nearest.ts';

test('editDistance: a swap of neighbours is one edit, as are insertion, deletion, replacement', () => {
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('abc', '')).toBe(3);
  expect(editDistance('abc', 'abc')).toBe(0);
  expect(editDistance('abc', 'acb')).toBe(1);
  expect(editDistance('abc', 'abxc')).toBe(1);
  expect(editDistance('abc', 'ac')).toBe(1);
  expect(editDistance('abc', 'axc')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

test('editDistance: the restricted form edits no place twice', () => {
  expect(editDistance('ca', 'abc')).toBe(3); // the unrestricted distance is 2
});

test('nearest: finds the word that was meant', () => {
  expect(nearest('rcu-rety3', ['mmap-lock', 'rcu-retry3', 'rcu-page'])).toBe('rcu-retry3');
  expect(nearest('pemrs', ['page', 'pages', 'perms'])).toBe('perms');
});

test('nearest: takes the nearest and, of equals, the first', () => {
  expect(nearest('abcd', ['abxy', 'abce', 'abcf'])).toBe('abce');
  expect(nearest('abc', ['abd', 'abc'])).toBe('abc');
});

test('nearest: allows one edit in a short word and a third of a long one', () => {
  expect(nearest('ab', ['ac'])).toBe('ac');
  expect(nearest('ab', ['cd'])).toBe(null);
  expect(nearest('abcdef', ['abcdxy'])).toBe('abcdxy');
  expect(nearest('abcdef', ['abcxyz'])).toBe(null);
});

test('nearest: does not mind case', () => {
  expect(nearest('TORNPASSES', ['cuts', 'tornPasses'])).toBe('tornPasses');
});

test('nearest: gives nothing for no word, no list, or a word of hostile length', () => {
  expect(nearest('', ['a'])).toBe(null);
  expect(nearest('a', [])).toBe(null);
  expect(nearest('x'.repeat(101), ['x'.repeat(101)])).toBe(null);
});
