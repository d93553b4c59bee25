/** Notes on what a scenario says that its author may not have meant. */
import { expect, test } from 'vitest';
import { aDirectory, mapsim } from './support.ts';

const VMAS = (gap: number) =>
  `vmas: [{start: "0x7f0000000000", pages: 3, repeat: 50, gap: ${gap}, tag: t}]`;

async function notesOf(rest: string, command = 'validate'): Promise<string[]> {
  const cwd = aDirectory({ 's.yaml': `mapsim: 1\n${rest}\n` });
  const { stderr } = await mapsim([command, 's.yaml'], { cwd });
  return stderr.split('\n').filter((line) => line !== '');
}

test('traps: think or every with one pass', async () => {
  const note = (key: string) =>
    `mapsim: s.yaml: reader r has ${key}, but passes is 1 (the default): it reads maps once`;

  expect(await notesOf('readers: [{name: r, think: 10ms}]')).toEqual([note('think')]);
  expect(await notesOf('readers: [{name: r, count: 3, every: 10ms}]')).toEqual([note('every')]);
  expect(await notesOf('readers: [{name: r, passes: 2, think: 10ms}]')).toEqual([]);
});

test('traps: equal tasks that start together and walk in step', async () => {
  const readers = (rest: string) => notesOf(`readers: [{name: r, passes: 9, ${rest}}]`);
  const note = (cure: string) =>
    `mapsim: s.yaml: readers r/0, /1, … start together and walk in step: leave start out${cure}`;

  expect(await readers('count: 4, start: 0, think: 1ms')).toEqual([
    note(' or give think a distribution'),
  ]);
  expect(await readers('count: 4, start: 5us, every: 1ms')).toEqual([note('')]);
  expect(await readers('count: 4, think: 1ms')).toEqual([]);
  expect(await readers('count: 4, start: 0, think: {exp: 1ms}')).toEqual([]);
  expect(await readers('count: 4, start: {uniform: [0, 1ms]}, think: 1ms')).toEqual([]);
  expect(await readers('start: 0, think: 1ms')).toEqual([]);
  expect(
    await notesOf(
      'writers: [{name: w, ops: 9, count: 2, start: 0, think: 1ms, program: [{fork: {}}]}]',
    ),
  ).toEqual([
    'mapsim: s.yaml: writers w/0, /1, … start together and walk in step: leave start out or give think a distribution',
  ]);
});

test('traps: every operation on the first range', async () => {
  const writer = (pick: string) =>
    `${VMAS(1)}\nreaders: [{name: r}]\nwriters: [{name: w, think: 1us, program: ` +
    `[{mprotect: {vma: {tag: t${pick}}, page: 1, pages: 1, perms: r--p}}, {restore: true}]}]`;

  expect(await notesOf(writer(''))).toEqual([
    'mapsim: s.yaml: writer w: every operation is on the first of 50 ranges ' +
      '(pick: first is the default); pick: random or next uses all ranges',
  ]);
  expect(await notesOf(writer(', pick: random'))).toEqual([]);
});

test('traps: an address space that grows, because neighbours do not merge', async () => {
  const scenario = (gap: number) =>
    `seed: 1\nduration: 20ms\n${VMAS(gap)}\nreaders: [{name: r, passes: 100, think: 100us}]\n` +
    'writers: [{name: w, think: {exp: 5us}, program: ' +
    '[{mprotect: {vma: {tag: t, pick: random}, perms: r--p}}, ' +
    '{mprotect: {vma: {tag: t, pick: random}, page: 1, pages: 1, perms: rw-p}}]}]';

  expect(await notesOf(scenario(0), 'run')).toEqual([
    expect.stringMatching(
      /^mapsim: the scenario begins with 50 VMAs, and a pass prints \d+ lines on average: /,
    ),
  ]);
  expect(await notesOf(scenario(0))).toEqual([]);
});

/** A record takes longer than the writer rests, so a reader without a limit may never get on. */
const RESTLESS = `${VMAS(1)}
readers: [{name: r, buffer: 4k}]
writers: [{name: w, churn: split-merge, vma: {tag: t}, think: 1ns}]`;

test.each([
  ['compare', '', ''],
  ['sweep', '\nsweep: {"readers[0].buffer": [4k, 64k], seeds: 1}', ''],
  ['compare', '\nduration: 10us', 'limited'],
  ['sweep', '\nduration: 10us\nsweep: {"readers[0].buffer": [4k, 64k], seeds: 1}', 'limited'],
])(
  'traps: %s%j warns once of a strategy that may never get on %s',
  async (command, rest, limited) => {
    const cwd = aDirectory({ 's.yaml': `mapsim: 1\n${RESTLESS}${rest}\n` });
    const argv = [command, 's.yaml', '--strategies=mmap-lock,rcu-retry', '--max-events=500'];
    const run = async (...more: string[]) =>
      (await mapsim([...argv, ...more, '--jobs=1'], { cwd })).stderr.match(
        /^.*may never make progress.*$/gm,
      );
    const warning =
      'mapsim: warning: s: reader r may never make progress: rcu-retry retries for ever, and writer w ' +
      'pauses for less time than a record takes; set a duration, a longer think, or a limit of retries ' +
      '(rcu-retry3, rcu-page3)';

    expect(await run()).toEqual(limited === '' ? [warning] : null);
    expect(await run('--duration=10us')).toBeNull();
  },
);
