/** The options of commands that make many runs: compare, sweep, merge. */
import { DEFAULT_SEEDS, DEFAULT_STRATEGIES } from '../library/defaults.ts';
import {
  allowCode,
  color,
  durationOption,
  eventCount,
  failOn,
  jobCount,
  nonEmpty,
  oneOf,
  option,
  progress,
  quiet,
  required,
} from './options.ts';

/** As in the registries of formats, which are not loaded for help's sake; a test compares them. */
export const COMPARE_FORMAT_NAMES = [
  'text',
  'json',
  'ndjson',
  'csv',
  'markdown',
  'junit',
  'tap',
] as const;
export const SWEEP_FORMAT_NAMES = ['text', 'ndjson', 'csv', 'markdown'] as const;

function repeatable(check: (text: string) => string) {
  return (text: string, before: readonly string[] | undefined) => [...(before ?? []), check(text)];
}

const strategies = (otherwise: string) =>
  option(
    'model',
    '--strategies <LIST>',
    `strategies, separated by commas, repeatable; default ${otherwise}`,
  ).argParser(repeatable(nonEmpty('A strategy')));

const seeds = (otherwise: string) =>
  option(
    'model',
    '--seeds <LIST>',
    `a count (20: from 1 to 20), a range (5..24) or a list (a,b,7..9); default ${otherwise}`,
  ).argParser(nonEmpty('The list'));

const metrics = (what: string) =>
  option(
    'output',
    '--metrics <LIST>',
    `metrics ${what}: their names, separated by commas, such as tornPasses,writer.opNs`,
  ).argParser(repeatable(nonEmpty('A metric')));

/** Without a default of commander, so that the command knows whether the option was given. */
const duration = option(
  'model',
  '--duration <D>',
  'end each run after this much simulated time: 250ns, 10us, 1.5ms, 2s',
).argParser(durationOption);

const maxEvents = option(
  'limits',
  '--max-events <N>',
  'stop each run after N steps (default 1e9), exit code 4',
).argParser(eventCount);

const jobs = option(
  'limits',
  '-j, --jobs <N>',
  'worker threads; default one per core; the output is the same for every N',
).argParser(jobCount);

const output = (description: string) =>
  option('output', '-o, --output <FILE>', description).argParser(repeatable(nonEmpty('The file')));

export const COMPARE_OPTIONS = [
  strategies(DEFAULT_STRATEGIES),
  seeds(DEFAULT_SEEDS),
  duration,
  allowCode,
  metrics('of the tables and the tests; with fewer metrics, fewer seeds are needed'),
  option('output', '--format <F>', COMPARE_FORMAT_NAMES.join(', '))
    .argParser(oneOf(COMPARE_FORMAT_NAMES))
    .default('text', 'text'),
  output(
    'also save the result, repeatable; the ending of FILE sets the format: .json or .ndjson ' +
      '(compare can read these), .html (a page), .csv, .md, .txt, .xml (JUnit), .tap',
  ),
  option(
    'output',
    '--bars',
    'print a bar for each strategy and metric under the tables; default on a terminal with at ' +
      'least 80 columns',
  ),
  option('output', '--no-bars', 'print only tables, also on a terminal'),
  option('output', '--ascii', 'bars of ASCII characters; default if the locale has no UTF-8'),
  failOn,
  required,
  option(
    'check',
    '--exit-code',
    'exit code 1 if any difference is significant, 4 if there are too few seeds to show one',
  ),
  option('check', '--annotate', 'report failures to GitHub as ::error lines on standard error'),
  jobs,
  maxEvents,
  color,
  progress,
  quiet,
] as const;

const sweepFormat = option(
  'output',
  '--format <F>',
  'for tables: text, markdown, or csv with --metrics; for records: ndjson, or csv without ' +
    '--metrics; default text on a terminal and with --metrics or --bars, else ndjson',
).argParser(oneOf(SWEEP_FORMAT_NAMES));

const sweepMetrics = metrics('to print as tables, with the last axis in the columns');

export const SWEEP_OPTIONS = [
  strategies("the grid's, else each reader's own"),
  seeds("the grid's, else the scenario's own"),
  duration,
  allowCode,
  sweepFormat,
  sweepMetrics,
  output(
    'write to a file instead, repeatable; the ending of FILE sets the format: .ndjson, .csv, ' +
      '.txt, .md or .html; the tables of --metrics are also printed if no file has them',
  ),
  option(
    'output',
    '--bars',
    'print small bars, below the tables, that show how the runs change along the last axis; ' +
      'default on a terminal with at least 80 columns',
  ),
  option('output', '--no-bars', 'print no bars, also on a terminal'),
  option('output', '--ascii', 'bars of ASCII characters; default if the locale has no UTF-8'),
  option(
    'limits',
    '--shard <i/n>',
    'run only every n-th run from the i-th on, or auto (see below)',
  ),
  option('limits', '--resume', 'keep the records in the .ndjson file of -o and run only the rest'),
  jobs,
  maxEvents,
  progress,
  quiet,
] as const;

export const MERGE_OPTIONS = [
  sweepFormat,
  sweepMetrics,
  output(
    'write to a file instead, repeatable; the ending of FILE sets the format: .ndjson, .csv, ' +
      '.txt or .md; the tables of --metrics are also printed if no file has them',
  ),
  option('check', '--allow-partial', 'merge the given runs even if runs are missing'),
  quiet,
] as const;
