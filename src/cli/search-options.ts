/** Options of explore, census and replay. */
import { InvalidArgumentError, type Option } from 'commander';
import { memorySize } from './memory.ts';
import {
  allowCode,
  color,
  eventCount,
  jobCount,
  listFormat,
  nonEmpty,
  oneOf,
  option,
  page,
  progress,
  quiet,
  seed,
  strategy,
  wholeNumber,
} from './options.ts';

const STORE_KINDS = ['exact', 'hash', 'bitstate'] as const;
const REDUCTIONS = ['private', 'none'] as const;
const BIAS_NAMES = ['uniform', 'churn'] as const;

const PREEMPTIONS_MAX = 1e6;
/** Blocks of walks are listed. */
const WALKS_MAX = 1e9;

const reductionOf = oneOf(REDUCTIONS);

/** Earlier versions had two more. */
function reduction(text: string): string {
  if (text === 'all' || text === 'ranges') {
    throw new InvalidArgumentError('The reduction by ranges was removed; use private.');
  }
  return reductionOf(text);
}

const LIMITS: readonly Option[] = [
  option(
    'limits',
    '--max-states <N>',
    'stop after so many states, exit code 4 (default: 5e6)',
  ).argParser(eventCount),
  option(
    'limits',
    '--max-memory <SIZE>',
    'stop at so much memory (512M, 8G), exit code 4 (default: 80 % of what there is)',
  ).argParser(memorySize),
  option('limits', '--max-depth <N>', 'schedules of at most so many transitions').argParser(
    eventCount,
  ),
  option(
    'limits',
    '--preemptions <N>',
    'at most so many switches away from a task that could go on, tried from 0 up',
  ).argParser(wholeNumber(0, PREEMPTIONS_MAX)),
  option(
    'limits',
    '--store <KIND>',
    'how states are kept: exact; hash (64 bits each) or bitstate (3 bits each), which may take ' +
      'two states for one and so prove nothing',
  )
    .argParser(oneOf(STORE_KINDS))
    .default('exact', 'exact'),
  option(
    'limits',
    '--reduce <WHICH>',
    'private: take steps that touch nothing shared together with the step before; none: take ' +
      'every step by itself',
  )
    .argParser(reduction)
    .default('private', 'private'),
  option('limits', '--no-reduce', 'the same as --reduce=none'),
  option(
    'limits',
    '--random <N>',
    'walk at random so many times instead of searching; --seed chooses the walks',
  ).argParser(wholeNumber(1, WALKS_MAX)),
  option(
    'limits',
    '--bias <B>',
    'of --random: uniform, or churn (writers move when a reader is about to check)',
  ).argParser(oneOf(BIAS_NAMES)),
  seed,
  option(
    'limits',
    '-j, --jobs <N>',
    'worker threads of --random; the output is the same for every N; default: as many as there ' +
      'are cores',
  ).argParser(jobCount),
];

export const EXPLORE_OPTIONS: readonly Option[] = [
  strategy,
  option(
    'model',
    '--find <WHAT>',
    'a class such as falseGaps or livelock, or an expression such as "cuts>1" or "attempts>4" ' +
      '(see below); exit code 1 if it is possible, 0 if it is proven not to be',
  ).argParser(nonEmpty('What to find')),
  allowCode,
  listFormat,
  page,
  option(
    'output',
    '--save <FILE>',
    'write a smaller scenario that has the finding (tasks, operations, passes and VMAs that it ' +
      'does not need are left out) and its schedule there; replay reads it',
  ).argParser(nonEmpty('The file')),
  ...LIMITS,
  color,
  progress,
  quiet,
];

export const CENSUS_OPTIONS: readonly Option[] = [
  strategy,
  option(
    'model',
    '--against <S>',
    'another strategy: print the texts that only one of the two can print',
  ).argParser(nonEmpty('The strategy')),
  allowCode,
  listFormat,
  page,
  ...LIMITS,
  color,
  progress,
  quiet,
];

export const REPLAY_OPTIONS: readonly Option[] = [
  option(
    'model',
    '--schedule <S>',
    'a schedule as text (1:0x12.1.0), or a file that explore --save or run --record has ' +
      "written, or - for standard input; default: the scenario's own x-schedule",
  ).argParser(nonEmpty('The schedule')),
  strategy,
  option(
    'model',
    '--carry-to <S>',
    'take only what the writers do, to readers of another strategy, which come as far before ' +
      'each step of a writer as those of the schedule had come; of a recorded run: at its times',
  ).argParser(nonEmpty('The strategy')),
  allowCode,
  listFormat,
  page,
  color,
  quiet,
];
