/** The published JSON Schemas of searches and replays, and what the commands print. */
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { ROOT } from './spawn.ts';
import { mapsim } from './support.ts';

const BORDER = join(ROOT, 'examples/border.yaml');
const NEVER_RESTS = join(ROOT, 'scenarios/explore/never-rests.yaml');
const SPECIAL = join(ROOT, 'scenarios/explore/special.yaml');

const validators = {
  explore: new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.explore())),
  replay: new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.replay())),
};

async function printed(argv: readonly string[]) {
  const { stdout } = await mapsim([...argv, '--format=json']);
  return JSON.parse(stdout);
}

test.each([
  ['explore', ['explore', BORDER, '--strategy=vma-lock']],
  ['explore', ['explore', BORDER, '--strategy=vma-lock', '--max-states=50', '--preemptions=1']],
  ['explore', ['explore', BORDER, '--random=20', '--bias=churn']],
  ['explore', ['explore', NEVER_RESTS, '--strategy=rcu-retry', '--find=livelock']],
  [
    'explore',
    ['explore', SPECIAL, '--strategy=rcu-retry:bug-compat=stale-name', '--find=use-after-free'],
  ],
  ['explore', ['census', BORDER, '--strategy=vma-lock', '--store=hash']],
  ['explore', ['census', BORDER, '--strategy=vma-lock', '--against=mmap-lock']],
  ['explore', ['census', BORDER, '--strategy=vma-lock', '--against=mmap-lock', '--random=9']],
  ['replay', ['replay', BORDER, '--strategy=vma-lock', '--schedule=1:0x17.1x18.0x24']],
  ['replay', ['replay', BORDER, '--strategy=vma-lock', '--schedule=1:0x17.7']],
] as const)('%s: what is printed is valid by the published schema: %j', async (name, argv) => {
  const validate = validators[name];
  const document = await printed(argv);

  expect([validate(document), validate.errors]).toEqual([true, null]);
  for (const key of Object.keys(document)) {
    if (key === 'against') continue; // is not there without --against
    const { [key]: _, ...rest } = document;
    expect(validate(rest), `without ${key}`).toBe(false);
  }
});

test('random walks have no number of states, and no limit on them', async () => {
  const { states, limits } = await printed(['explore', BORDER, '--random=20']);

  expect({ states, limits }).toEqual({
    states: null,
    limits: { maxStates: null, maxDepth: 100_000, preemptions: null },
  });
});
