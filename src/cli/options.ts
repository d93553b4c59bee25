/**
 * The options: how they are written, what they mean, what is accepted. What takes a scenario or a
 * registry to check is left to the command.
 */
import { InvalidArgumentError, Option } from 'commander';
import { nearest } from '../base/nearest.ts';
import type { PassChoice } from '../library/checks.ts';
import { DEFAULT_MAX_EVENTS } from '../library/defaults.ts';
import { parseDuration } from '../scenario/units.ts';
import { COLOR_CHOICES } from './color.ts';
import { PROGRESS_CHOICES } from './progress.ts';

/** As in the registry of formats, which is not loaded for help's sake; a test compares them. */
export const FORMAT_NAMES = ['text', 'json', 'ndjson', 'csv', 'markdown'] as const;
export const SUMMARY_CHOICES = ['stdout', 'stderr', 'none'] as const;

/** As in report/pictures/explain.ts; a test compares them. */
export const EXPLAINED_NAMES = ['retry', 'fallback', 'torn', 'starved'] as const;
export const SUMMARY_FORMATS = ['auto', 'table', 'lines'] as const;

const GROUPS = {
  model: 'What is simulated:',
  output: 'What is printed:',
  check: 'When it counts as failed:',
  limits: 'Limits:',
  global: 'Global options:',
} as const;

export function option(group: keyof typeof GROUPS, flags: string, description: string): Option {
  return new Option(flags, description).helpGroup(GROUPS[group]);
}

/** A word of a list; others are refused with the nearest. */
export function oneOf(known: readonly string[]): ((text: string) => string) & WordsOf {
  const parse = (text: string): string => {
    if (known.includes(text)) return text;
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

export const color = option('global', '--color <WHEN>', `colour: ${COLOR_CHOICES.join(', ')}`)
  .argParser(oneOf(COLOR_CHOICES))
  .default('auto', 'auto');

export const quiet = option('global', '-q, --quiet', 'print errors only: no progress, no notes');

export const seed = option('model', '--seed <TEXT>', "any text; without it the scenario's, else 0");

export function jobCount(text: string): number {
  const count = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError('It is a number of threads, 1 to 1024.');
}

export const strategy = option(
  'model',
  '--strategy <S>',
  'for every reader, NAME[:key=value[,key=value…]] (see mapsim strategies)',
).argParser(nonEmpty('The strategy'));

export const allowCode = option(
  'model',
  '--allow-code',
  'let a file that is read name a program (strategy: ./mine.mjs), which runs with your rights; ' +
    'without this such a file is refused',
);

export const duration = option(
  'model',
  '--duration <D>',
  'end after so much simulated time: 250ns, 10us, 1.5ms, 2s',
).argParser(durationOption);

export const maxEvents = option(
  'limits',
  '--max-events <N>',
  'stop after so many steps, exit code 4',
)
  .argParser(eventCount)
  .default(DEFAULT_MAX_EVENTS, '1e9');

export const page = option(
  'output',
  '-o, --output <FILE>',
  'also write the result as a page of HTML (.html), with its data in it: one file, no requests',
).argParser(nonEmpty('The file'));

export const listFormat = option('output', '--format <F>', 'text or json')
  .argParser(oneOf(['text', 'json']))
  .default('text', 'text');

export const progress = option(
  'global',
  '--progress <WHEN>',
  'after a second, on stderr: auto, always, none, json',
)
  .argParser(oneOf(PROGRESS_CHOICES))
  .default('auto', 'auto');

export const failOn = option(
  'check',
  '--fail-on <EXPR>',
  'TERM OP TERM, such as "falseGaps>0", repeatable; exit code 1 if one holds (see below)',
)
  .argParser((text: string, before: readonly string[]) => [...before, text])
  .default([] as readonly string[], 'none');

export const required = option(
  'check',
  '--require <EXPR>',
  'the same, of what has to hold, such as "falseGaps==0"; exit code 1 if one does not',
)
  .argParser((text: string, before: readonly string[]) => [...before, text])
  .default([] as readonly string[], 'none');

export const RUN_OPTIONS: readonly Option[] = [
  strategy,
  seed,
  duration,
  allowCode,
  option(
    'output',
    '--pass <P>',
    'the pass to show: its number (from 0), torn (the first torn one, a line "# cut: inPage" or ' +
      '"# cut: atPage" at each cut, before the line where the next piece begins), or all (a line ' +
      '"# pass: N" before each); default 0',
  ).argParser(passChoice),
  option(
    'output',
    '--reader <NAME>',
    'the reader whose passes are shown; default the first',
  ).argParser(nonEmpty('The name')),
  option(
    'output',
    '--format <F>',
    `${FORMAT_NAMES.join(', ')}; default what the ending of -o FILE says, else text`,
  ).argParser(oneOf(FORMAT_NAMES)),
  option(
    'output',
    '--summary <TO>',
    'where the counts of the text format go: stdout, stderr, none; default stdout',
  ).argParser(oneOf(SUMMARY_CHOICES)),
  option(
    'output',
    '--summary-format <F>',
    'the counts as a table for people, or as lines "# key: value"; default auto: a table on a ' +
      'terminal, lines elsewhere',
  ).argParser(oneOf(SUMMARY_FORMATS)),
  option(
    'output',
    '--ops-log <FILE>',
    'write one NDJSON record for each writer operation, in the order of completion',
  ).argParser(nonEmpty('The file')),
  option(
    'output',
    '--record <FILE>',
    'write which task took which step when, for mapsim replay SCENARIO --schedule FILE',
  ).argParser(nonEmpty('The file')),
  option(
    'output',
    '--annotate',
    'put a margin before each line of the text: the state of its piece, and the state that it was ' +
      'read in; at a cut the operations between',
  ),
  option(
    'output',
    '--explain <WHAT>',
    'in place of the text, the columns around the first retry, fallback, torn or starved pass, ' +
      'and why it came to that',
  ).argParser(oneOf(EXPLAINED_NAMES)),
  option(
    'output',
    '-o, --output <FILE>',
    'print to FILE in place of standard output, in the format of --format, else of its ending ' +
      '(.txt, .json, .ndjson, .csv, .md); .html: also write the result as a page of HTML, with ' +
      'its data in it: one file, no requests',
  ).argParser(nonEmpty('The file')),
  option('output', '--watch', 'run again each time the scenario is saved'),
  option('output', '--timing', 'also print wall-clock times (not reproducible)'),
  failOn,
  required,
  maxEvents,
  color,
  progress,
  quiet,
];

export const INIT_OPTIONS: readonly Option[] = [
  option(
    'output',
    '-o, --output <FILE>',
    'the scenario; without it, or with -, standard output',
  ).argParser(nonEmpty('The file')),
  option('output', '--json', 'write JSON; the default where FILE ends in .json'),
  option(
    'model',
    '--from <MAPS>',
    'begin with a real address space: a process ID, or a file with maps text',
  ).argParser(nonEmpty('The process or file')),
  quiet,
];

export const SCENARIOS_OPTIONS: readonly Option[] = [
  option(
    'output',
    '-o, --output <DIR>',
    'copy the scenario to this folder, with the files that it names',
  ).argParser(nonEmpty('The folder')),
  listFormat,
  quiet,
];

export const VALIDATE_MODEL_OPTIONS: readonly Option[] = [
  option('model', '--long', 'longer runs: minutes instead of seconds'),
  option(
    'model',
    '--measure',
    'ask this kernel instead, of what needs no time: claims about texts (needs Linux, a C compiler)',
  ),
  option('output', '--format <F>', 'text, json or markdown')
    .argParser(oneOf(['text', 'json', 'markdown']))
    .default('text', 'text'),
  progress,
  quiet,
];
