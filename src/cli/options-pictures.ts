/** The options of timeline, report and playground. */
import { InvalidArgumentError } from 'commander';
import { nearest } from '../base/nearest.ts';
import {
  allowCode,
  duration,
  durationOption,
  maxEvents,
  nonEmpty,
  oneOf,
  option,
  quiet,
  seed,
  wholeNumber,
} from './options.ts';

const TIMELINE_FORMATS = ['svg', 'text', 'perfetto'] as const;
export const VIEWS = ['schedule', 'lanes', 'addresses'] as const;
const SHOWN_PASSES = ['torn', 'retry', 'fallback', 'starved'] as const;

export type ShownPass = (typeof SHOWN_PASSES)[number] | number;

function shownPass(text: string): ShownPass {
  const kind = SHOWN_PASSES.find((one) => one === text);
  if (kind !== undefined) return kind;
  const index = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(index)) return index;
  const meant = nearest(text, SHOWN_PASSES);
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
  throw new InvalidArgumentError(
    `It is the number of a pass (from 0) or one of ${SHOWN_PASSES.join(', ')}.${hint}`,
  );
}

/** `10us..25us`, either end may be missing. */
function windowOf(text: string): { readonly fromNs: number; readonly toNs: number } {
  const [from, to, more] = text.split('..');
  if (to === undefined || more !== undefined) {
    throw new InvalidArgumentError('It is FROM..TO, such as 10us..25us.');
  }
  const fromNs = from === '' ? 0 : durationOption(from!);
  const toNs = to === '' ? Number.POSITIVE_INFINITY : durationOption(to);
  if (fromNs < toNs) return { fromNs, toNs };
  throw new InvalidArgumentError('It ends before it begins.');
}

export const TIMELINE_OPTIONS = [
  option(
    'model',
    '--strategy <LIST>',
    'the strategy of every reader; several, separated by commas, are drawn one below the other',
  ).argParser(nonEmpty('The strategy')),
  option(
    'model',
    '--schedule <RECORD>',
    'draw the run that run --record saved; replaces strategy and seed',
  ).argParser(nonEmpty('The record')),
  seed,
  duration,
  allowCode,
  option('output', '--format <F>', TIMELINE_FORMATS.join(', '))
    .argParser(oneOf(TIMELINE_FORMATS))
    .default('svg', 'svg'),
  option(
    'output',
    '--view <V>',
    'for svg: schedule (steps and states of one pass), lanes (time, locks and waits), addresses ' +
      '(memory over time); default schedule, or lanes for several strategies',
  ).argParser(oneOf(VIEWS)),
  option(
    'output',
    '--pass <P>',
    `the pass to show: its number (from 0), or the first pass that is ${SHOWN_PASSES[0]}, has a ` +
      'retry or a fallback, or is starved; default torn, else fallback, else retry, else 0; ' +
      'for several strategies, default 0',
  ).argParser(shownPass),
  option('output', '--reader <NAME>', 'the reader of the pass; default the first').argParser(
    nonEmpty('The name'),
  ),
  option(
    'output',
    '--window <FROM..TO>',
    'show only this time; for perfetto from the start of the run, else from the start of the pass',
  ).argParser(windowOf),
  option('output', '--rows <N>', 'at most N rows in a schedule (default: 40)').argParser(
    wholeNumber(5, 1000),
  ),
  option(
    'output',
    '-o, --output <FILE>',
    'write to this file; perfetto is compressed if the name ends in .gz; default, and with -: ' +
      'standard output',
  ).argParser(nonEmpty('The file')),
  maxEvents,
  quiet,
] as const;

export const REPORT_OPTIONS = [
  option(
    'output',
    '-o, --output <FILE>',
    'write the page to this file; without -o and --svg, and with -o -: to standard output',
  ).argParser(nonEmpty('The file')),
  option('output', '--svg <DIR>', 'write each picture to a separate file in DIR').argParser(
    nonEmpty('The directory'),
  ),
  option('output', '--no-data', 'leave out the data; then report cannot read the page'),
  quiet,
] as const;

export const PLAYGROUND_OPTIONS = [
  option(
    'model',
    '--scenario <SCENARIO>',
    'the scenario that the page starts with: a file, @NAME, or - for standard input',
  ).argParser(nonEmpty('The scenario')),
  option(
    'output',
    '-o, --output <FILE>',
    'write the page to this file; default, and with -: standard output',
  ).argParser(nonEmpty('The file')),
  quiet,
] as const;
