/** No line is wider than the terminal, but for maps text, which is as the kernel prints it. */
import { describe, expect, test } from 'vitest';
import { wrapCommand } from '../../src/base/wrap.ts';
import { COMMANDS } from '../../src/cli/help.ts';
import { aDirectory, mapsim, Sink } from './support.ts';

/** Escapes of colours; a redrawn line is no longer there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape itself
const UNSEEN = /\x1b\[[0-9;?]*[A-Za-z]|.*\r(?!\n)/g;
/** With what stands before it: a margin of states, the number of a state. */
const MAPS_LINE =
  /^(?:S\d+ +S\d+ +\| | *(?:\d+: )?)[0-9a-f]{8,16}-[0-9a-f]{8,16} [r-][w-][x-][ps] /;

function tooWide(text: string, columns: number): string[] {
  const lines = text.replace(UNSEEN, '').split('\n');
  return lines.filter((line) => line.length > columns && !MAPS_LINE.test(line));
}

const GRID = `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 20, gap: 1, perms: [r--p, rw-p], tag: child}]
readers: [{name: monitor, passes: 2}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: 10us}]
sweep: {"vmas[0].repeat": [10, 20, 30, 40, 50, 60, 70, 80], strategies: [mmap-lock, rcu-retry3], seeds: 2}
`;

/** Each with what to type. */
const LINES: readonly (readonly [argv: string, stdin?: string])[] = [
  ['help terms'],
  [
    'run @bash --strategy=rcu-retry3 --duration=3ms --require tornPasses==0 --require p99(writer.opNs)<10*p50(writer.opNs)',
  ],
  ['run @bash --strategy=rcu-retry3 --duration=3ms --summary=stderr'],
  ['run @node-churn --strategy=rcu-retry3 --duration=1ms --explain=starved'],
  ['run @bash --strategy=rcu-retry3 --duration=6ms --explain=retry'],
  ['run @bash --strategy=rcu-retry3 --duration=9ms --explain=fallback'],
  ['run @hyperactive-writer --strategy=rcu-retry --max-events=100000'],
  ['run @torn --pass=torn --annotate'],
  ['run @nothing-of-this-name'],
  ['run @bash --metrics=tornPasses'],
  ['compare @explore/split-merge --seeds=3 --exit-code'],
  [
    'compare @page-vs-vma --strategies=rcu-retry3:wait=none,scope=read,rcu-page3 --seeds=2 --require cuts==0',
  ],
  ['compare @quiet --seeds=2 --metrics=tornPases'],
  ['sweep grid.yaml'],
  ['sweep grid.yaml -o all.ndjson'],
  ['compare all.ndjson'],
  ['merge all.ndjson'],
  ['explore @examples/border --strategy=vma-lock --find=overlaps'],
  ['explore @explore/split-merge --strategy=rcu-retry3'],
  ['explore @bash --random=3 --max-depth=500'],
  ['replay @examples/border --strategy=vma-lock --schedule 1:0x19.1x18.0x22'],
  ['replay @examples/border --strategy=vma-lock --schedule 1:0x19.1x18.0x99'],
  ['census @examples/border --strategy=vma-lock --against=mmap-lock'],
  ['census @explore/split-merge --strategy=rcu-retry --max-states=2000'],
  [
    'step @examples/border --strategy=vma-lock',
    'until cut\nwhy\ntext\nstates\nschedule\nhelp\nwhat\nquit\n',
  ],
  ['timeline @bash --strategy=rcu-retry3 --format=text --pass=retry --duration=6ms'],
  ['strategies'],
  ...['mmap-lock', 'rcu-retry', 'rcu-retry3', 'rcu-page3', 'vma-lock', 'query-vma'].map(
    (name) => [`strategies ${name}`] as const,
  ),
  ['scenarios'],
  ['scenarios bash -o DIR'],
  ['validate @bash @node-churn @mckenney'],
  ['check @captures/bash.maps torn.maps'],
  ['final @resize'],
  ['import torn.maps'],
  ['init'],
  ['version'],
];

const TORN = `00001000-00003000 r--p 00000000 fe:00 260104                     /usr/bin/bash
00002000-00004000 r--p 00000000 fe:00 260104                     /usr/bin/bash
`;

async function onTerminal(argv: readonly string[], columns: number, stdin = ''): Promise<string> {
  const [stdout, stderr] = [new Sink(true, columns), new Sink(true, columns)];
  const cwd = aDirectory({ 'grid.yaml': GRID, 'torn.maps': TORN });
  if (argv.includes('all.ndjson') && argv[0] !== 'sweep') {
    await mapsim(['sweep', 'grid.yaml', '-o', 'all.ndjson', '--quiet'], { cwd });
  }
  await mapsim(argv, { cwd, stdin, stdout, stderr, env: { LANG: 'C.UTF-8' } });
  return stdout.text + stderr.text;
}

describe('nothing is wider than a terminal of 80 columns', () => {
  test.each(LINES)('%s', async (line, stdin) => {
    const said = await onTerminal(line!.split(' '), 80, stdin);

    expect(said).not.toBe('');
    expect(tooWide(said, 80)).toEqual([]);
  });

  test.each(Object.keys(COMMANDS))('%s --help', async (name) => {
    expect(tooWide(await onTerminal([name, '--help'], 80), 80)).toEqual([]);
  });
});

test('what is told is wrapped to 60 columns, and to no more where there is no terminal', async () => {
  const argv = ['compare', '@quiet', '--seeds=2', '--metrics=tornPases'];
  const narrow = await onTerminal(argv, 60);
  const { stderr } = await mapsim(argv);

  expect(narrow.split('\n').length).toBeGreaterThan(2);
  expect(tooWide(narrow, 60)).toEqual([]);
  expect(stderr.split('\n')).toHaveLength(2);
});

test('a wrapped command line is one for a shell', () => {
  const words = ['mapsim', 'replay', "'a b.yaml'", '--schedule', `1:${'0x12.1.'.repeat(9)}0`];

  expect(wrapCommand(words, 40)).toBe(`mapsim replay 'a b.yaml' --schedule \\
    1:0x12.1.0x12.1.0x12.1.0x12.1.0x12.\\
1.0x12.1.0x12.1.0x12.1.0x12.1.0`);
  expect(wrapCommand(words.slice(0, 3), 24)).toBe("mapsim replay 'a b.yaml'");
});
