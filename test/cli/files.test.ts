import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OutFile } from '../../src/cli/files.ts';
import { aDirectory } from './support.ts';

test('OutFile: the file is there when it is whole, and not before', () => {
  const cwd = aDirectory({ 'log.ndjson': 'old\n' });
  const file = new OutFile('log.ndjson', cwd);

  file.write('new\n'.repeat(50_000));
  expect(readFileSync(join(cwd, 'log.ndjson'), 'utf8')).toBe('old\n');
  file.finish();

  expect(readFileSync(join(cwd, 'log.ndjson'), 'utf8')).toBe('new\n'.repeat(50_000));
  expect(readdirSync(cwd)).toEqual(['log.ndjson']);
});

test('OutFile: one that is given up leaves nothing behind', () => {
  const cwd = aDirectory();
  const file = new OutFile('log.ndjson', cwd);

  file.write('half');
  file.abandon();
  file.abandon();

  expect(readdirSync(cwd)).toEqual([]);
});

test('OutFile: giving up after the end takes nothing away', () => {
  const cwd = aDirectory();
  const file = new OutFile('log.ndjson', cwd);

  file.write('whole\n');
  file.finish();
  file.abandon();

  expect(readFileSync(join(cwd, 'log.ndjson'), 'utf8')).toBe('whole\n');
});

test('OutFile: a link stays a link, what it points to is replaced', () => {
  const cwd = aDirectory({ target: 'old' });
  symlinkSync('target', join(cwd, 'link'));
  const file = new OutFile('link', cwd);

  file.write('new');
  file.finish();

  expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(cwd, 'target'), 'utf8')).toBe('new');
});

test('OutFile: a device is written directly', () => {
  const file = new OutFile('/dev/null', '/');

  file.write('gone');
  file.finish();

  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('OutFile: a full device and a missing directory are exit code 3', () => {
  const cwd = aDirectory();
  const full = new OutFile('/dev/full', cwd);
  full.write('x');

  expect(() => full.finish()).toThrow(expect.objectContaining({ exitCode: 3 }));
  expect(() => new OutFile('none/log', cwd)).toThrow(
    expect.objectContaining({
      exitCode: 3,
      message: 'cannot write none/log: no such file or directory',
    }),
  );
  expect(existsSync(join(cwd, 'none'))).toBe(false);
});
