/** The options of import, capture and check. */
import { InvalidArgumentError } from 'commander';
import { eachGiven, listFormat, option, quiet } from './options.ts';

function wholeNumber(what: string, max: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It is ${what}, from 1 to ${max}.`);
  };
}

/** `10`, `2.5`, `max`. */
function speedOf(text: string): number | 'max' {
  if (text === 'max') return text;
  const speed = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= 1e9) return speed;
  throw new InvalidArgumentError('It is a number above 0, such as 10, or max.');
}

/** Seconds; a log of an hour is longer than anyone would replay. */
function secondsOf(text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('It is a number of seconds above 0, at most 3600.');
}

const pid = option('input', '--pid <N>', 'the process whose maps are read').argParser(
  wholeNumber('the number of a process', 4_194_304),
);

const output = option(
  'written',
  '-o, --output <FILE>',
  'write the scenario to this file; default, and with -: standard output',
);

export const IMPORT_OPTIONS = [
  option('input', '--trace <LOG>', 'a log of system calls; repeat it for the files of strace -ff')
    .argParser(eachGiven)
    .default([], 'none'),
  option('input', '--from <TIME>', 'only calls that returned after TIME, as the log writes times'),
  option('input', '--until <TIME>', 'only calls that returned at or before TIME'),
  option('input', '--process <N>', 'the process of the log to replay; default the first').argParser(
    wholeNumber('the number of a process', 4_194_304),
  ),
  output,
  option(
    'written',
    '--speed <X>',
    'replay the calls X times as fast as recorded, or as fast as possible (max); default 1',
  ).argParser(speedOf),
  quiet,
] as const;

export const CAPTURE_OPTIONS = [
  pid.makeOptionMandatory(),
  option('input', '--trace <SECONDS>', 'record its calls with strace for this time').argParser(
    secondsOf,
  ),
  option('input', '--repeat <N>', 'read the text N times and check each text').argParser(
    wholeNumber('a number of times', 1_000_000_000),
  ),
  option('written', '-o, --output <DIR>', 'write the files to this folder; default capture-PID'),
  quiet,
] as const;

export const CHECK_OPTIONS = [
  option('input', '--pid <N>', 'also check the maps of this live process').argParser(
    wholeNumber('the number of a process', 4_194_304),
  ),
  option('input', '--against <MAPS>', 'list the VMAs in which each text differs from this text'),
  listFormat,
  quiet,
] as const;
