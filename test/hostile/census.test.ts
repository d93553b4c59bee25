/** One text, several ways: the census says how differently they count, whatever it leaves out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/spawn.ts';
import { mapsim } from '../cli/support.ts';

const FILE = join(ROOT, 'test/hostile/files/census-verdict.json');

async function texts(...options: string[]) {
  const { stdout } = await mapsim(['census', FILE, '--format=json', ...options]);
  return JSON.parse(stdout).texts as {
    text: string;
    torn: boolean;
    ways: { least: { cuts: number }; most: { cuts: number }; worst: string } | null;
  }[];
}

test('census: the range of a text does not depend on --reduce', async () => {
  const rangesOf = (all: Awaited<ReturnType<typeof texts>>) =>
    all.map(({ text, torn, ways }) => ({ text, torn, least: ways?.least, most: ways?.most }));
  const sorted = (all: Awaited<ReturnType<typeof texts>>) =>
    rangesOf(all).sort((a, b) => (a.text < b.text ? -1 : 1));

  expect(JSON.parse(readFileSync(FILE, 'utf8')).mapsim).toBe(1);
  expect(sorted(await texts())).toEqual(sorted(await texts('--reduce=none')));
});

test('census: a text with two counts has both, and a schedule that leads to the worse', async () => {
  const wide = (await texts()).filter(({ ways }) => ways !== null);

  expect(wide.length).toBeGreaterThan(0);
  for (const { text, ways } of wide) {
    const argv = ['replay', FILE, `--schedule=${ways!.worst}`, '--format=json'];
    const replayed = JSON.parse((await mapsim(argv)).stdout).texts.at(-1);
    expect(replayed).toMatchObject({ text, tearing: { cuts: ways!.most.cuts } });
  }
});

test('census: the range and the worse schedule are printed', async () => {
  const { stdout } = await mapsim(['census', FILE]);

  expect(stdout).toMatch(/torn.*: cuts \d to \d/);
  expect(stdout).toMatch(/^# the worst:\s(?:# )?mapsim replay /m);
});
