/** The options of measure and calibrate. */
import { InvalidArgumentError } from 'commander';
import {
  durationOption,
  eachGiven,
  nonEmpty,
  oneOf,
  option,
  quiet,
  seed,
  strategy,
  wholeNumber,
} from './options.ts';

function percent(text: string): number {
  const value = /^[0-9]+(\.[0-9]+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (value >= 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('It is a percentage of one CPU, such as 6%.');
}

const cc = option('model', '--cc <CC>', 'the C compiler; default $CC, cc, gcc or clang').argParser(
  nonEmpty('The compiler'),
);

export const MEASURE_OPTIONS = [
  option('model', '--for <D>', 'measure for this time in all; default 2s').argParser(
    durationOption,
  ),
  option('model', '--passes <N>', 'instead: N passes of each reader in a burst').argParser(
    wholeNumber(1, 1e9),
  ),
  option('model', '--burst <D>', 'the length of a burst; default 600ms').argParser(durationOption),
  option(
    'model',
    '--max-foreign <P>',
    'discard a burst if other processes took more than P of a CPU; default 6%',
  ).argParser(percent),
  option('model', '--tries <N>', 'give up after N bursts; default 10').argParser(
    wholeNumber(1, 10_000),
  ),
  option(
    'model',
    '--gate <D>',
    'wait at most D for a quiet machine before a burst, and 4 * D in all; default 3s',
  ).argParser(durationOption),
  option('model', '--priority <P>', 'none, or nice: ask for nice -19')
    .argParser(oneOf(['none', 'nice']))
    .default('none', 'none'),
  option(
    'model',
    '--costs <C>',
    'costs of the simulation: a preset, or calibrated (measured before and after)',
  )
    .argParser(nonEmpty('The name'))
    .default('calibrated', 'calibrated'),
  option('model', '--simulate <YN>', 'whether to simulate the scenario too: yes or no')
    .argParser(oneOf(['yes', 'no']))
    .default('yes', 'yes'),
  strategy,
  seed,
  cc,
  option('model', '--from <DIR>', 'judge the data that --keep saved, on any system'),
  option(
    'model',
    '--check-model',
    "only compare the model's states with the kernel's, after each call",
  ),
  option(
    'model',
    '--programs <N>',
    'with --check-model and no scenario: check N random programs; default 100',
  ).argParser(wholeNumber(1, 1e6)),
  option('output', '--keep <DIR>', 'save the plan and all recorded data in this folder'),
  option('output', '--format <F>', 'text, json, csv or markdown')
    .argParser(oneOf(['text', 'json', 'csv', 'markdown']))
    .default('text', 'text'),
  option(
    'output',
    '--evidence <N>',
    'show the first N overlaps, backward lines and gaps of each kind; default 2',
  ).argParser(wholeNumber(0, 1000)),
  option(
    'check',
    '--fail-on <EXPR>',
    'measured:METRIC or simulated:METRIC [/METRIC] OP VALUE, repeatable; exit code 1 if one holds',
  )
    .argParser(eachGiven)
    .default([], 'none'),
  quiet,
] as const;

export const CALIBRATE_OPTIONS = [
  option('model', '--cpus <A,B>', 'the CPUs of the writer and the reader; default the first two'),
  cc,
  option('output', '-o, --output <FILE>', 'write the costs to this file; default standard output'),
  quiet,
] as const;
