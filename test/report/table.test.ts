import { expect, test } from 'vitest';
import { table } from '../../src/report/table.ts';

test('table: columns line up, two spaces apart, no blanks at the ends of lines', () => {
  const rows = [
    ['mmap-lock', 'none'],
    ['x', 'between-vmas'],
  ];

  expect(table(['name', 'tearing'], rows)).toBe(
    'name       tearing\nmmap-lock  none\nx          between-vmas\n',
  );
});

test('table: a wide character takes two columns', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['日本', '1'],
        ['abcd', '2'],
      ],
    ),
  ).toBe('name  n\n日本  1\nabcd  2\n');
});

test('table: no colour codes', () => {
  expect(table(['name'], [['a']])).toBe('name\na\n');
});

test('table: what would not fit beside each other is wrapped in its column, the widest first', () => {
  const rows = [
    ['rcu-retry3', 'one two three four five'],
    ['x', 'six'],
  ];

  expect(table(['name', 'what'], rows, 24)).toBe(
    'name        what\nrcu-retry3  one two\n            three four\n            five\nx           six\n',
  );
});

test('table: a word that is wider than its column is broken, and nothing of it is lost', () => {
  const text = table(['schedule'], [['1:0x12.1.0.0x3.1x44']], 12);

  expect(text).toBe('schedule\n1:0x12.1.0.0\nx3.1x44\n');
});

test('table: columns of more than 200 rows line up all the way', () => {
  const rows = Array.from({ length: 450 }, (_, i) => [`row ${i}`, String(i)]);

  const lines = table(['name', 'n'], rows).split('\n');

  expect(lines).toHaveLength(452);
  expect(lines.slice(1, -1)).toEqual(rows.map(([name, n]) => `${name!.padEnd(9)}${n}`));
  expect(lines[450]).toBe('row 449  449');
});
