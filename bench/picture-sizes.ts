/** (j): the sizes of pictures, reports and traces for the Perfetto UI. It measures no time. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { type Figure, listed, spread } from './figure.ts';
import type { Lab } from './lab.ts';

const BASH = 'scenarios/bash.yaml';
const ONE = [BASH, '--strategy=rcu-retry3'];
const SIX = '--strategies=mmap-lock,mmap-lock-vma,rcu-page3,rcu-retry3,vma-lock,query-vma';

interface Writing {
  /** The name of its figure. */
  readonly row: string;
  readonly file: string;
  /** Operands that begin with `>` are files that were written before. */
  readonly argv: readonly string[];
}

const WRITINGS: readonly Writing[] = [
  { row: 'picture: schedule', file: 'schedule.svg', argv: ['timeline', ...ONE] },
  {
    row: 'picture: addresses',
    file: 'addresses.svg',
    argv: ['timeline', ...ONE, '--view=addresses'],
  },
  {
    row: 'picture: lanes of 3 strategies',
    file: 'lanes.svg',
    argv: ['timeline', BASH, '--strategy=mmap-lock,rcu-retry3,vma-lock'],
  },
  { row: 'report: run', file: 'run.html', argv: ['run', ...ONE] },
  {
    row: 'report: compare, 6 strategies x 10 seeds',
    file: 'compare.html',
    argv: ['compare', BASH, SIX, '--seeds=10'],
  },
  {
    row: 'report: compare, no data',
    file: 'compare-bare.html',
    argv: ['report', '>compare.html', '--no-data'],
  },
  { row: 'report: sweep, 108 runs', file: 'sweep.html', argv: ['sweep', 'examples/grid.yaml'] },
  {
    row: 'report: sweep, no data',
    file: 'sweep-bare.html',
    argv: ['report', '>sweep.html', '--no-data'],
  },
  {
    row: 'report: census',
    file: 'census.html',
    argv: ['census', 'scenarios/explore/split-merge.yaml', '--strategy=vma-lock'],
  },
];

const PERFETTO = ['timeline', ...ONE, '--format=perfetto'];

/** The same bytes every time: one run says it. */
export async function pictureSizes(lab: Lab): Promise<Figure[]> {
  const pathOf = (name: string): string => join(lab.directory, name);
  const written = (argv: readonly string[], file: string): number => {
    lab.tell(file);
    const words = argv.map((word) => (word.startsWith('>') ? pathOf(word.slice(1)) : word));
    runCommand(lab, [...words, '--quiet', '-o', pathOf(file)]);
    return statSync(pathOf(file)).size;
  };
  const figures = WRITINGS.map(({ row, file, argv }) =>
    listed('j', row, 'kB', { size: spread([written(argv, file) / 1000]) }),
  );
  const packed = written(PERFETTO, 'run.json.gz');
  const bytes = written(PERFETTO, 'run.json');
  const { traceEvents } = JSON.parse(readFileSync(pathOf('run.json'), 'utf8'));
  const each = (row: string, size: number): Figure =>
    listed('j', row, 'bytes/event', { size: spread([size / traceEvents.length]) });
  return [...figures, each('perfetto', bytes), each('perfetto, compressed', packed)];
}
