/** The command line of the suite. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { splitChoices } from '../src/base/choice.ts';
import { readStrategy, STRATEGIES } from '../src/readers/index.ts';
import { PARTS as PART_IDS, type PartId } from './figure.ts';
import { PARTS } from './parts.ts';

export interface Options {
  readonly only: readonly PartId[];
  readonly runs: number;
  readonly warmUp: number;
  readonly sizes: readonly number[];
  readonly strategies: readonly string[];
  readonly format: 'text' | 'json' | 'markdown';
  readonly json?: string;
  readonly compare?: true | string;
  readonly from?: string;
  readonly save?: true;
}

const SIZES_TEXT = '1k,10k,60k,200k,1M';
const SIZES = parseSizes(SIZES_TEXT);
const RUNS = 5;
const WARM_UP_MS = 1000;

/** @throws CommanderError, when what is wrong has been told */
export function readOptions(argv: readonly string[]): Options {
  const parts = Object.entries(PARTS).map(([id, { about }]) => `  ${id}  ${about}\n`);
  const command = new Command('npm run bench --')
    .exitOverride()
    .description(
      'Measures how fast mapsim is: a quarter of an hour for all of it, on a quiet machine.',
    )
    .addOption(
      list('--only <PARTS>', 'parts to measure, as in a,d', parseParts, [...PART_IDS], 'all'),
    )
    .option('--runs <N>', 'how often each is measured', parseCount, RUNS)
    .option('--warm-up <MS>', 'CPU time before that, in every process', parseMs, WARM_UP_MS)
    .addOption(list('--sizes <LIST>', 'numbers of VMAs for a, b, g', parseSizes, SIZES, SIZES_TEXT))
    .addOption(
      list('--strategies <LIST>', 'for a and b', parseStrategies, allStrategies(), 'every one'),
    )
    .option('--format <FORMAT>', 'text, json or markdown', parseFormat, 'text')
    .option('--json <FILE>', 'the result as JSON, beside the tables')
    .option('--compare [FILE]', 'ratios against a result, by default bench/baseline.json')
    .option('--from <FILE>', 'reports an earlier result, and measures nothing')
    .option(
      '--save',
      'the result becomes bench/baseline.json, its tables those of docs/performance.md',
    )
    .addHelpText('after', `\nParts:\n${parts.join('')}`)
    .allowExcessArguments(false);
  command.parse(argv, { from: 'user' });
  const chosen = ['only', 'sizes', 'strategies'].filter((name) => {
    return command.getOptionValueSource(name) === 'cli';
  });
  const options = command.opts<Options>();
  if (options.save && chosen.length > 0 && options.from === undefined) {
    command.error(`error: --save wants a whole run, without --${chosen[0]}`);
  }
  return options;
}

/** Each family with three retries, as the mail thread proposes. */
function allStrategies(): string[] {
  return STRATEGIES.map(({ name }) => name.replace(/N$/, '3'));
}

function parseParts(text: string): PartId[] {
  const wanted = parseList(text);
  for (const part of wanted) {
    if (!Object.hasOwn(PARTS, part)) {
      throw new InvalidArgumentError(`"${part}" is no part: ${PART_IDS.join(', ')}`);
    }
  }
  return PART_IDS.filter((part) => wanted.includes(part));
}

function parseList(text: string): string[] {
  return text.split(',');
}

function parseStrategies(text: string): string[] {
  return splitChoices(text).map((one) => {
    const parsed = readStrategy(one);
    if (!parsed.ok) throw new InvalidArgumentError(parsed.error);
    return parsed.choice.text;
  });
}

/** An option with a list for its value, whose default is told in words. */
function list<T>(
  flags: string,
  about: string,
  parse: (text: string) => T[],
  otherwise: T[],
  inWords: string,
): Option {
  return new Option(flags, about).argParser(parse).default(otherwise, inWords);
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number from 1 on is wanted');
}

function parseMs(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('milliseconds are wanted');
}

function parseSizes(text: string): number[] {
  return parseList(text).map((word) => {
    const [, digits, unit = ''] = /^([1-9][0-9]{0,6})([kM]?)$/.exec(word) ?? [];
    if (digits === undefined) throw new InvalidArgumentError(`"${word}" is no number of VMAs`);
    return Number(digits) * { '': 1, k: 1e3, M: 1e6 }[unit]!;
  });
}

function parseFormat(text: string): string {
  if (['text', 'json', 'markdown'].includes(text)) return text;
  throw new InvalidArgumentError('text, json or markdown');
}
