/** The targets of the figures: ratios within one run, rates, sizes. */
import { type Figure, nameOf } from './figure.ts';
import { REAL } from './lines.ts';

export interface Judged {
  readonly target: string;
  /** Of minima; null: not measured in this run. */
  readonly figure: number | null;
  readonly limit: number;
  /** Whether the figure is to be at most the limit, or at least. */
  readonly wanted: 'at most' | 'at least';
  readonly unit: string;
  readonly met: boolean | null;
}

/** Looks up a minimum by the name of its figure; NaN where it was not measured. */
type Minimum = (name: string) => number;
type Target = Omit<Judged, 'figure' | 'met'> & { readonly of: (min: Minimum) => number };

const atMost = (target: string, limit: number, unit: string, of: Target['of']): Target => {
  return { target, limit, wanted: 'at most', unit, of };
};
const atLeast = (target: string, limit: number, unit: string, of: Target['of']): Target => {
  return { target, limit, wanted: 'at least', unit, of };
};

const ratio = (above: string, below: string) => (min: Minimum) => min(above) / min(below);
/** Millions a second of what takes so many ns. */
const millions = (name: string) => (min: Minimum) => 1e3 / min(name);
const itself = (name: string) => (min: Minimum) => min(name);

/** Of blocks of the playground, minified. */
const sumOf = (blocks: readonly string[]) => (min: Minimum) =>
  blocks.reduce((sum, name) => sum + min(`k/${name}, minified kB`), 0);

const anonymous = (row: string, size = '60k'): string => `a/anonymous/${row}/${size} ns/line`;
const file = (row: string): string => `a/file/${row}/60k ns/line`;

const TARGETS: readonly Target[] = [
  atMost('60k anonymous VMAs, mmap-lock to /proc', 0.5, '', (min) => {
    return min(anonymous('mmap-lock')) / min(anonymous(REAL));
  }),
  atMost('60k file VMAs, mmap-lock to /proc', 0.15, '', ratio(file('mmap-lock'), file(REAL))),
  ...['rcu-retry3', 'vma-lock'].map((strategy) => {
    const of = ratio(anonymous(strategy), anonymous('mmap-lock'));
    return atMost(`60k anonymous VMAs, ${strategy} to mmap-lock`, 1.5, '', of);
  }),
  atMost('a line at 1M VMAs to one at 10k, mmap-lock', 1.5, '', (min) => {
    return min(anonymous('mmap-lock', '1M')) / min(anonymous('mmap-lock', '10k'));
  }),
  atMost('peak memory, 1M anonymous VMAs', 300, 'bytes/VMA', itself('g/1M VMAs bytes/VMA')),
  atLeast('events, 6 tasks', 10, 'million/s', millions('c/6 tasks ns/event')),
  atLeast('events, 1,000 tasks', 5, 'million/s', millions('c/1,000 tasks ns/event')),
  atLeast(
    'states, never-rests rcu-retry',
    0.3,
    'million/s',
    millions('d/never-rests rcu-retry ns/state'),
  ),
  ...['never-rests rcu-retry', 'split-merge rcu-retry3', 'race-remap vma-lock'].map((world) =>
    atLeast(`states, ${world}`, 1, 'million/s', millions(`d/${world} ns/state`)),
  ),
  ...['never-rests rcu-retry', 'split-merge rcu-retry3', 'race-remap vma-lock'].map((world) =>
    atMost(`a state, ${world}`, 64, 'bytes', itself(`d/${world} bytes/state`)),
  ),
  atLeast('states, two vma-lock', 0.6, 'million/s', millions('d/two vma-lock ns/state')),
  atMost('a state, two vma-lock', 50, 'bytes', itself('d/two vma-lock bytes/state')),
  atMost(
    'the same without the cache',
    40,
    'bytes',
    itself('d/two vma-lock bytes/state without the cache'),
  ),
  atMost(
    'the command explore, some 500 states',
    500,
    'ms',
    itself('d/mapsim explore one-write ms'),
  ),
  atLeast('random schedules of 30 steps', 1, 'million/s', (min) => {
    return 1e3 / (30 * min('e/one VMA, rcu-retry3 ns/step'));
  }),
  atMost('--help to bare node', 1.2, '', ratio('f/--help ms', 'f/node -e 0 ms')),
  atMost(
    'run of one VMA in JSON to bare node',
    1.6,
    '',
    ratio('f/run, one VMA in JSON ms', 'f/node -e 0 ms'),
  ),
  atMost('run of quiet.yaml to bare node', 2, '', ratio('f/run, quiet.yaml ms', 'f/node -e 0 ms')),
  atMost('quickstart run to bare node', 4, '', ratio('f/run, quickstart ms', 'f/node -e 0 ms')),
  ...['schedule', 'addresses', 'lanes of 3 strategies'].map((name) =>
    atMost(`picture of bash: ${name}`, 150, 'kB', itself(`j/picture: ${name} kB`)),
  ),
  ...['run', 'compare, 6 strategies x 10 seeds', 'sweep, 108 runs', 'census'].map((name) =>
    atMost(`report with data: ${name}`, 1000, 'kB', itself(`j/report: ${name} kB`)),
  ),
  ...['compare', 'sweep'].map((name) =>
    atMost(`report without data: ${name}`, 250, 'kB', itself(`j/report: ${name}, no data kB`)),
  ),
  atMost('the playground, the file: deflated, with everything', 300, 'kB', itself('k/the file kB')),
  atMost(
    'the playground minified, loaded before the first counts',
    300,
    'kB',
    sumOf(['core', 'script of the page']),
  ),
  atMost(
    'the playground minified, all but YAML',
    300,
    'kB',
    sumOf(['core', 'second block', 'script of the page']),
  ),
  atMost('the playground, first paint', 500, 'ms', itself('k/first paint ms')),
  atMost('the playground, first counts after it', 1000, 'ms', itself('k/first counts after it ms')),
  atLeast('sweep, 1 core to 2', 1.8, '', ratio('i/--jobs=1 ms', 'i/--jobs=2 ms')),
];

export function judge(figures: readonly Figure[]): Judged[] {
  const minima = new Map(figures.map((figure) => [nameOf(figure), minimumOf(figure)]));
  const min: Minimum = (name) => minima.get(name) ?? Number.NaN;
  return TARGETS.map(({ of, ...target }) => {
    const value = of(min);
    if (Number.isNaN(value)) return { ...target, figure: null, met: null };
    const figure = Number(value.toPrecision(3));
    const met = target.wanted === 'at most' ? figure <= target.limit : figure >= target.limit;
    return { ...target, figure, met };
  });
}

/** CPU time where it is known: the clock also counts what else the machine did. */
export function minimumOf({ cpu, wall, size }: Figure): number {
  return (cpu ?? wall ?? size)!.min;
}
