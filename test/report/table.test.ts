import { expect, test } from 'vitest';
import { SMALL_TABLE, table } from '../../src/report/table.ts';

test('table: columns line up, two spaces apart, no blanks at the ends of lines', () => {
  const rows = [
    ['mmap-lock', 'none'],
    ['x', 'between-vmas'],
  ];

  expect(table(['name', 'tearing'], rows)).toBe(
    'name       tearing\nmmap-lock  none\nx          between-vmas\n',
  );
});

test('table: large ones look like small ones', () => {
  const rows = Array.from({ length: SMALL_TABLE + 1 }, (_, i) => [`row ${i % 7}`, String(i)]);

  const large = table(['name', 'n'], rows).split('\n');
  const small = table(['name', 'n'], rows.slice(0, SMALL_TABLE)).split('\n');

  expect(large.slice(0, 100)).toEqual(small.slice(0, 100));
  expect(large).toHaveLength(1 + rows.length + 1);
});

test('table: no colour codes', () => {
  expect(table(['name'], [['a']])).toBe('name\na\n');
});
