import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { counted } from '../../src/base/counted.ts';
import { ROOT } from '../cli/spawn.ts';

test('one is told as one, none and several as several', () => {
  expect([0, 1, 2].map((n) => counted(n, 'text'))).toEqual(['0 texts', '1 text', '2 texts']);
  expect(counted(1, 'switch', 'switches')).toBe('1 switch');
  expect(counted(4, 'switch', 'switches')).toBe('4 switches');
});

test('counts of things go through it wherever output is made', () => {
  const things =
    'texts|lines|runs|steps|states|seeds|calls|threads|differences|findings|VMAs|pages';
  const fixed = new RegExp(`\\$\\{[^}]*\\} (?:${things})\\b`);
  const loose = ['report', 'cli', 'check'].flatMap((folder) =>
    readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const path = join('src', folder, name);
        const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
        return lines.flatMap((line, i) => (fixed.test(line) ? [`${path}:${i + 1}`] : []));
      }),
  );

  expect(loose).toEqual([]);
});
