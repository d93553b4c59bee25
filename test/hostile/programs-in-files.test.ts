/**
 * A scenario is data: a file that names a program as a strategy is refused by every command that
 * reads it, and nothing of the program is read, unless `--allow-code` is given.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';

/** Leaves a file behind when it is run. */
const EVIL = `import fs from 'node:fs';
fs.writeFileSync('PLACE', 'x');
export default {};
`;

const VMAS = 'vmas: [{start: "0x7f0000000000", pages: 3, tag: a}]';

function scenario(strategy: string): string {
  return `mapsim: 1\n${VMAS}\nreaders: [{name: r, strategy: ${strategy}, passes: 1}]\n`;
}

function aTrap(files: Readonly<Record<string, string>>) {
  const place = join(aDirectory(), 'ran');
  const evil = EVIL.replace('PLACE', place);
  const cwd = aDirectory({ 'evil.mjs': evil, 'evil.js': evil, ...files });
  return { cwd, ran: () => existsSync(place) };
}

const SWEEP = `${scenario('mmap-lock')}sweep: {strategies: [./evil.mjs]}\n`;
const AXIS = `${scenario('mmap-lock')}sweep: {"readers[0].strategy": [mmap-lock, ./evil.mjs]}\n`;

test.each([
  ['run', ['run', 's.yaml']],
  ['run with another strategy', ['run', 's.yaml', '--strategy=mmap-lock']],
  ['validate', ['validate', 's.yaml']],
  ['explore', ['explore', 's.yaml']],
  ['explore --find --save', ['explore', 's.yaml', '--find=torn', '--save=f.yaml']],
  ['census', ['census', 's.yaml']],
  ['census --against', ['census', 's.yaml', '--against=mmap-lock']],
  ['replay', ['replay', 's.yaml', '--schedule=1:0']],
  ['compare', ['compare', 's.yaml', '--strategies=mmap-lock', '--seeds=1']],
  ['final', ['final', 's.yaml']],
  ['a sweep of strategies', ['sweep', 'sweep.yaml']],
  ['a sweep of a reader', ['sweep', 'axis.yaml']],
  ['a scenario in JSON', ['run', 's.json']],
  ['a path without ./', ['validate', 'bare.yaml']],
  ['a path that ends in .js', ['validate', 'js.yaml']],
  ['a path behind an alias of YAML', ['run', 'alias.yaml']],
])('%s: a program named in a file is refused, and not run', async (_, argv) => {
  const trap = aTrap({
    's.yaml': scenario('./evil.mjs'),
    's.json':
      '{"mapsim":1,"vmas":[{"start":"0x7f0000000000","pages":3}],"readers":[{"name":"r","strategy":"./evil.mjs"}]}',
    'bare.yaml': scenario('evil.mjs'),
    'js.yaml': scenario('../x/evil.js'),
    'alias.yaml': `x-a: &a ./evil.mjs\n${scenario('*a')}`,
    'sweep.yaml': SWEEP,
    'axis.yaml': AXIS,
  });

  const { code, stdout, stderr } = await mapsim(argv, { cwd: trap.cwd });

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^\S+\.(?:yaml|json):\d+:\d+: error: strategy: "[^"]*evil\.m?js" is a program/,
  );
  expect(stderr).toContain('--allow-code');
  expect(trap.ran()).toBe(false);
});

test('a record that names a program is refused, and runs it with --allow-code or --strategy', async () => {
  const own = `export { default } from ${JSON.stringify(
    new URL('../../examples/strategy/pass-budget.mjs', import.meta.url).pathname,
  )};`;
  const trap = aTrap({ 's.yaml': scenario('mmap-lock'), 'own.mjs': own });
  const { cwd } = trap;
  const made = ['run', 's.yaml', '--strategy=./own.mjs', '--record=run.ndjson'];
  const first = await mapsim(made, { cwd });
  const replay = ['replay', 's.yaml', '--schedule=run.ndjson'];

  const refused = await mapsim(replay, { cwd });

  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('run.ndjson: strategy: "./own.mjs" is a program');
  expect(await mapsim([...replay, '--allow-code'], { cwd })).toEqual(first);
  expect(await mapsim([...replay, '--strategy=./own.mjs'], { cwd })).toEqual(first);
});

test('timeline: a record that names a program is refused, and not run', async () => {
  const trap = aTrap({ 's.yaml': scenario('mmap-lock') });
  const { cwd } = trap;
  await mapsim(['run', 's.yaml', '--strategy=rcu-page', '--record=run.ndjson'], { cwd });
  const file = join(cwd, 'run.ndjson');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"rcu-page"', '"./evil.mjs"'));
  const argv = ['timeline', 's.yaml', '--schedule=run.ndjson'];

  const refused = await mapsim(argv, { cwd });

  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('run.ndjson: strategy: "./evil.mjs" is a program');
  expect(trap.ran()).toBe(false);
  await mapsim([...argv, '--allow-code'], { cwd });
  expect(trap.ran()).toBe(true);
});

test('a saved comparison that names a program is compared by names, and runs nothing', async () => {
  const trap = aTrap({ 's.yaml': scenario('mmap-lock') });
  const { cwd } = trap;
  const text = JSON.stringify({ schema: 'mapsim/compare@1', strategy: './evil.mjs' });
  const saved = aDirectory({ 'a.json': text, 'b.json': text });

  const { code } = await mapsim(['compare', `${saved}/a.json`, `${saved}/b.json`], { cwd });

  expect(code).toBe(2);
  expect(trap.ran()).toBe(false);
});

describe('--allow-code', () => {
  test('run: runs the program that the file names', async () => {
    const trap = aTrap({ 's.yaml': scenario('./evil.mjs') });

    const { code, stderr } = await mapsim(['run', 's.yaml', '--allow-code'], { cwd: trap.cwd });

    expect(code).toBe(2);
    expect(stderr).toContain('its default export is no function');
    expect(trap.ran()).toBe(true);
  });

  test('validate: accepts the file, and runs nothing', async () => {
    const trap = aTrap({ 's.yaml': `${scenario('./evil.mjs')}failOn: ["evil:cuts>0"]\n` });

    const { code, stdout } = await mapsim(['validate', 's.yaml', '--allow-code'], {
      cwd: trap.cwd,
    });

    expect([code, stdout]).toEqual([0, 's.yaml: ok, 1 VMA, 1 reader, 0 writers\n']);
    expect(trap.ran()).toBe(false);
  });
});
