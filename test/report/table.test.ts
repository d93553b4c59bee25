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
