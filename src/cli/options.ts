/**
 * The options of the commands: their names, their help texts and their values. A value that can
 * only be checked with a scenario or a registry is checked by the command.
 */
import type { Option as TypedOption } from '@commander-js/extra-typings';
import { InvalidArgumentError, Option } from 'commander';
import { nearest } from '../base/nearest.ts';
import type { PassChoice } from '../library/checks.ts';
import { DEFAULT_MAX_EVENTS } from '../library/defaults.ts';
import { parseDuration } from '../scenario/units.ts';
import { COLOR_CHOICES } from './color.ts';
import { PROGRESS_CHOICES } from './progress.ts';

/** As in the registry of formats, which is not loaded for help's sake; a test compares them. */
export const FORMAT_NAMES = ['text', 'json', 'ndjson', 'csv', 'markdown'] as const;
const SUMMARY_CHOICES = ['stdout', 'stderr', 'none'] as const;

/** As in report/pictures/explain.ts; a test compares them. */
export const EXPLAINED_NAMES = ['retry', 'fallback', 'torn', 'starved'] as const;
const SUMMARY_FORMATS = ['auto', 'table', 'lines'] as const;

const GROUPS = {
  model: 'What is simulated:',
  output: 'What is printed:',
  check: 'When it counts as failed:',
  limits: 'Limits:',
  input: 'Input:',
  written: 'What is written:',
  global: 'Global options:',
} as const;

/** Its type has the flags in it, of which the types of the values are made. */
export function option<Flags extends string>(
  group: keyof typeof GROUPS,
  flags: Flags,
  description: string,
): TypedOption<Flags> {
  return new Option(flags, description).helpGroup(GROUPS[group]);
}

/** A word of a list; others are refused with the nearest. */
export function oneOf<const Word extends string>(
  known: readonly Word[],
): ((text: string) => Word) & WordsOf {
  const parse = (text: string): Word => {
    const word = known.find((one) => one === text);
    if (word !== undefined) return word;
    const meant = nearest(text, known);
    const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
    throw new InvalidArgumentError(`It is one of ${known.join(', ')}.${hint}`);
  };
  return Object.assign(parse, { words: known });
}

/** What a parser of options accepts, for completion. */
export interface WordsOf {
  readonly words?: readonly string[];
}

/** `1000000`, `1e6`: a whole number within these limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^[0-9]+(e[0-9]{1,2})?$/i.test(text) ? Number(text) : Number.NaN;
    if (count >= least && count <= most) return count;
    const limit = most === Number.MAX_SAFE_INTEGER ? `${most} (2^53 - 1)` : most;
    const tooLarge = count > most ? `, and at most ${limit}` : '';
    throw new InvalidArgumentError(
      `It is a whole number of ${least} or more, such as 1000000 or 1e6${tooLarge}.`,
    );
  };
}

export const eventCount = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export function durationOption(text: string): number {
  const ns = parseDuration(/^[0-9]+$/.test(text) ? Number(text) : text);
  if (typeof ns === 'number' && Number.isSafeInteger(ns)) return ns;
  const fault = typeof ns === 'number' ? 'is longer than 2^53 ns' : ns.error;
  throw new InvalidArgumentError(`It ${fault}: write 250ns, 10us, 1.5ms, 2s, or whole ns.`);
}

function passChoice(text: string): PassChoice {
  if (text === 'torn' || text === 'all') return text;
  const index = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(index)) return index;
  const meant = nearest(text, ['torn', 'all']);
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
  throw new InvalidArgumentError(`It is the number of a pass (from 0), torn, or all.${hint}`);
}

export function nonEmpty(what: string): (text: string) => string {
  return (text) => {
    if (text !== '') return text;
    throw new InvalidArgumentError(`${what} is missing.`);
  };
}

/** Of an option that may be repeated and has the default []. */
export function eachGiven(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

export const color = option('global', '--color <WHEN>', `colour: ${COLOR_CHOICES.join(', ')}`)
  .argParser(oneOf(COLOR_CHOICES))
  .default('auto', 'auto');

export const quiet = option('global', '-q, --quiet', 'print errors only: no progress, no notes');

export const seed = option(
  'model',
  '--seed <TEXT>',
  "any text; default the scenario's seed, else 0",
);

export function jobCount(text: string): number {
  const count = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError('It is a number of threads, 1 to 1024.');
}

export const strategy = option(
  'model',
  '--strategy <S>',
  'strategy of every reader: NAME[:key=value[,key=value…]] (see mapsim strategies)',
).argParser(nonEmpty('The strategy'));

export const allowCode = option(
  'model',
  '--allow-code',
  'allow a scenario to name a program as its strategy (strategy: ./mine.mjs); the program runs ' +
    'with your rights; without this option such a scenario is refused',
);

export const duration = option(
  'model',
  '--duration <D>',
  'end after this much simulated time: 250ns, 10us, 1.5ms, 2s',
).argParser(durationOption);

export const maxEvents = option('limits', '--max-events <N>', 'stop after N steps, exit code 4')
  .argParser(eventCount)
  .default(DEFAULT_MAX_EVENTS, '1e9');

export const page = option(
  'output',
  '-o, --output <FILE>',
  'also write the result as an HTML page (.html): one file that contains its data and loads ' +
    'nothing else',
).argParser(nonEmpty('The file'));

export const listFormat = option('output', '--format <F>', 'text or json')
  .argParser(oneOf(['text', 'json']))
  .default('text', 'text');

export const progress = option(
  'global',
  '--progress <WHEN>',
  'print progress on standard error after one second: auto, always, none, json',
)
  .argParser(oneOf(PROGRESS_CHOICES))
  .default('auto', 'auto');

export const failOn = option(
  'check',
  '--fail-on <EXPR>',
  'fail if this holds: TERM OP TERM, such as "falseGaps>0"; repeatable; exit code 1 (see below)',
)
  .argParser(eachGiven)
  .default([], 'none');

export const required = option(
  'check',
  '--require <EXPR>',
  'fail unless this holds, such as "falseGaps==0"; repeatable; exit code 1',
)
  .argParser(eachGiven)
  .default([], 'none');

export const RUN_OPTIONS = [
  strategy,
  seed,
  duration,
  allowCode,
  option(
    'output',
    '--pass <P>',
    'the pass to show: its number (from 0); torn: the first torn pass, with a line ' +
      '"# cut: inPage" or "# cut: atPage" at each cut; all: every pass, after a line ' +
      '"# pass: N"; default 0',
  ).argParser(passChoice),
  option(
    'output',
    '--reader <NAME>',
    'the reader whose passes are shown; default the first',
  ).argParser(nonEmpty('The name')),
  option(
    'output',
    '--format <F>',
    `${FORMAT_NAMES.join(', ')}; default the format of the ending of -o FILE, else text`,
  ).argParser(oneOf(FORMAT_NAMES)),
  option(
    'output',
    '--summary <TO>',
    'where the counts of the text format go: stdout, stderr, none; default stdout',
  ).argParser(oneOf(SUMMARY_CHOICES)),
  option(
    'output',
    '--summary-format <F>',
    'print the counts as a table or as lines "# key: value"; default auto: a table on a ' +
      'terminal, lines elsewhere',
  ).argParser(oneOf(SUMMARY_FORMATS)),
  option(
    'output',
    '--ops-log <FILE>',
    'write an NDJSON record of each operation of a writer, in the order of completion',
  ).argParser(nonEmpty('The file')),
  option(
    'output',
    '--record <FILE>',
    'record each step, its task and its time, for mapsim replay SCENARIO --schedule FILE',
  ).argParser(nonEmpty('The file')),
  option(
    'output',
    '--annotate',
    'print a margin before each line of the text: the state of its piece, and the state in which ' +
      'it was read; at a cut, print the operations between the two pieces',
  ),
  option(
    'output',
    '--explain <WHAT>',
    'instead of the text, print the steps around the first retry, fallback, torn or starved ' +
      'pass, and the cause',
  ).argParser(oneOf(EXPLAINED_NAMES)),
  option(
    'output',
    '-o, --output <FILE>',
    'print to FILE instead of standard output, in the format of --format, else of the ending ' +
      '(.txt, .json, .ndjson, .csv, .md); with .html: also write the result as an HTML page, ' +
      'one file that contains its data and loads nothing else',
  ).argParser(nonEmpty('The file')),
  option('output', '--watch', 'run again each time the scenario is saved'),
  option('output', '--timing', 'also print wall-clock times (not reproducible)'),
  failOn,
  required,
  maxEvents,
  color,
  progress,
  quiet,
] as const;

export const INIT_OPTIONS = [
  option(
    'output',
    '-o, --output <FILE>',
    'write the scenario to this file; default, and with -: standard output',
  ).argParser(nonEmpty('The file')),
  option('output', '--json', 'write JSON; default if FILE ends in .json'),
  option(
    'model',
    '--from <MAPS>',
    'start with a real address space: a process ID, or a file with maps text',
  ).argParser(nonEmpty('The process or file')),
  quiet,
] as const;

export const SCENARIOS_OPTIONS = [
  option(
    'output',
    '-o, --output <DIR>',
    'copy the scenario and the files that it names to this folder',
  ).argParser(nonEmpty('The folder')),
  listFormat,
  quiet,
] as const;

export const VALIDATE_MODEL_OPTIONS = [
  option('model', '--long', 'make longer runs: minutes instead of seconds'),
  option(
    'model',
    '--measure',
    'check the claims about texts on this kernel instead (needs Linux and a C compiler)',
  ),
  option('output', '--format <F>', 'text, json or markdown')
    .argParser(oneOf(['text', 'json', 'markdown']))
    .default('text', 'text'),
  progress,
  quiet,
] as const;
