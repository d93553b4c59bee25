/** explore and census with --jobs: the same bytes for every number of threads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { mapsim } from './support.ts';

/** Two readers, and a writer that never rests: more states than one thread is left alone with. */
const LARGE = `\
mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 2, perms: [r--p, rw-p], tag: child}
readers: [{name: one, buffer: 32}, {name: two, buffer: 4096}]
writers:
  - {name: writer, churn: remap, vma: {tag: child, pick: random}}
`;
const OWN = join(ROOT, 'examples/strategy/pass-budget.mjs');

const directory = mkdtempSync(join(tmpdir(), 'mapsim-'));
const world = join(directory, 'large.yaml');

beforeAll(() => {
  ensureBuilt();
  writeFileSync(world, LARGE);
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['every text', 3, 'census', ['--strategy=vma-lock', '--max-states=60000'], 4],
  ['a finding, as text', 2, 'explore', ['--strategy=mmap-lock', '--find=torn', '--format=text'], 1],
  ['preemptions', 2, 'explore', ['--strategy=vma-lock', '--preemptions=2', '--max-states=6e4'], 4],
  ['two strategies', 2, 'census', ['--against=rcu-page2', '--max-states=60000'], 4],
  ['a strategy of its own', 3, 'census', [`--strategy=${OWN}`, '--max-states=60000'], 4],
] as const)(
  '--jobs: %s, the same bytes for one thread and %i',
  async (_, threads, command, options, code) => {
    const outputs: string[] = [];
    for (const jobs of [1, threads]) {
      const argv = [command, world, '--format=json', `--jobs=${jobs}`, ...options];
      const ended = await spawnMapsim(argv);
      expect(ended).toMatchObject({ code, stderr: '' });
      outputs.push(ended.stdout);
    }

    expect(outputs[1]).toBe(outputs[0]);
  },
  120_000,
);

test('--jobs: an interrupt ends the threads, and what they have found is printed', async () => {
  const argv = ['census', world, '--strategy=vma-lock', '--max-states=600000000', '--jobs=2'];
  const { signal, stdout } = await spawnMapsim([...argv, '--format=json'], (child) => {
    setTimeout(() => child.kill('SIGINT'), 1500);
  });

  expect(signal).toBe('SIGINT');
  const { bound, states, texts } = JSON.parse(stdout);
  expect(bound).toBe('interrupted');
  expect(states).toBeGreaterThan(1000);
  expect(texts.length).toBeGreaterThan(0);
}, 60_000);

test.each(['hash', 'bitstate'])('--jobs: refused with --store=%s, but for 1', async (store) => {
  const argv = ['explore', `${ROOT}scenarios/explore/flip.yaml`, `--store=${store}`];
  const { code, stderr } = await mapsim([...argv, '--jobs=2']);
  expect(code).toBe(2);
  expect(stderr).toContain(`--jobs: with --store=${store} a search is made by one thread`);

  expect((await mapsim([...argv, '--jobs=1'])).code).toBe(4);
});
