/** Options of explore, census and replay. */
import { InvalidArgumentError } from 'commander';
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

/** `all` and `ranges` are names of removed reductions. */
function reduction(text: string): (typeof REDUCTIONS)[number] {
  if (text === 'all' || text === 'ranges') {
    throw new InvalidArgumentError('The reduction by ranges was removed; use private.');
  }
  return reductionOf(text);
}

const LIMITS = [
  option('limits', '--max-states <N>', 'stop after N states, exit code 4 (default: 5e6)').argParser(
    eventCount,
  ),
  option(
    'limits',
    '--max-memory <SIZE>',
    'stop at this much memory (512M, 8G), exit code 4 (default: 80 % of the available memory)',
  ).argParser(memorySize),
  option('limits', '--max-depth <N>', 'try schedules of at most N transitions').argParser(
    eventCount,
  ),
  option(
    'limits',
    '--preemptions <N>',
    'allow at most N switches away from a task that could continue; 0, 1, … N are tried in turn',
  ).argParser(wholeNumber(0, PREEMPTIONS_MAX)),
  option(
    'limits',
    '--store <KIND>',
    'how states are stored: exact; hash (64 bits each) or bitstate (3 bits each), which may take ' +
      'two states for the same one, so they prove nothing',
  )
    .argParser(oneOf(STORE_KINDS))
    .default('exact', 'exact'),
  option(
    'limits',
    '--reduce <WHICH>',
    'private: merge steps that touch nothing shared with the step before; none: do not merge ' +
      'steps',
  )
    .argParser(reduction)
    .default('private', 'private'),
  option('limits', '--no-reduce', 'the same as --reduce=none'),
  option(
    'limits',
    '--random <N>',
    'make N random walks instead of a search; --seed chooses the walks',
  ).argParser(wholeNumber(1, WALKS_MAX)),
  option(
    'limits',
    '--bias <B>',
    'for --random: uniform, or churn (writers take steps when a reader is about to check)',
  ).argParser(oneOf(BIAS_NAMES)),
  seed,
  option(
    'limits',
    '-j, --jobs <N>',
    'worker threads of --random; default one per core; the output is the same for every N',
  ).argParser(jobCount),
] as const;

export const EXPLORE_OPTIONS = [
  strategy,
  option(
    'model',
    '--find <WHAT>',
    'a class such as falseGaps or livelock, or an expression such as "cuts>1" or "attempts>4" ' +
      '(see below); exit code 1 if it is possible, 0 if it is proven impossible',
  ).argParser(nonEmpty('What to find')),
  allowCode,
  listFormat,
  page,
  option(
    'output',
    '--save <FILE>',
    'write a smaller scenario with the finding and its schedule, for replay; tasks, operations, ' +
      'passes and VMAs that the finding does not need are left out',
  ).argParser(nonEmpty('The file')),
  ...LIMITS,
  color,
  progress,
  quiet,
] as const;

export const CENSUS_OPTIONS = [
  strategy,
  option(
    'model',
    '--against <S>',
    'print the texts that only one of the two strategies can print',
  ).argParser(nonEmpty('The strategy')),
  allowCode,
  listFormat,
  page,
  ...LIMITS,
  color,
  progress,
  quiet,
] as const;

export const REPLAY_OPTIONS = [
  option(
    'model',
    '--schedule <S>',
    'a schedule as text (1:0x12.1.0), a file that explore --save or run --record wrote, or - ' +
      "for standard input; default: the scenario's x-schedule",
  ).argParser(nonEmpty('The schedule')),
  strategy,
  option(
    'model',
    '--carry-to <S>',
    'replay only the writers, against readers of another strategy; before each step of a writer ' +
      'the readers advance as far as in the schedule; for a recorded run, operations start at ' +
      'their recorded times',
  ).argParser(nonEmpty('The strategy')),
  allowCode,
  listFormat,
  page,
  color,
  quiet,
] as const;
