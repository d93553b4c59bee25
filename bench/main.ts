/** The command line of the suite: what to measure, and where the figures go. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { writeWhole } from '../src/cli/files.ts';
import { STRATEGIES } from '../src/readers/index.ts';
import { type Figure, PARTS as PART_IDS, type PartId, type Skipped } from './figure.ts';
import type { Lab } from './lab.ts';
import { PARTS } from './parts.ts';
import { comparison, MARKDOWN, report, TERMINAL } from './report.ts';
import { compare, machine, parseResult, type Result, resultText, SCHEMA } from './result.ts';
import { judge } from './targets.ts';

export interface Places {
  /** Of the project. */
  readonly root: string;
  readonly cwd: string;
  /** Holds the bundled program and suite. */
  readonly directory: string;
}

interface Options {
  readonly only: readonly PartId[];
  readonly runs: number;
  readonly warmUp: number;
  readonly sizes: readonly number[];
  readonly strategies: readonly string[];
  readonly format: 'text' | 'json' | 'markdown';
  readonly json?: string;
  readonly compare?: true | string;
  readonly saveBaseline?: true;
}

const SIZES = [1e3, 1e4, 6e4, 2e5, 1e6];
const RUNS = 5;
const WARM_UP_MS = 1000;

export async function main(argv: readonly string[], places: Places): Promise<number> {
  try {
    return await bench(readOptions(argv), places);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    clearLine();
    process.stderr.write(`bench: error: ${error instanceof Error ? error.message : error}\n`);
    return 3;
  }
}

async function bench(options: Options, places: Places): Promise<number> {
  const baseline = join(places.root, 'bench/baseline.json');
  // Read before hours are spent.
  const before =
    options.compare === undefined ? null : readResult(options.compare, baseline, places);
  const result = await measure(options, places);
  clearLine();
  const { format } = options;
  const manner = format === 'markdown' ? MARKDOWN : TERMINAL;
  let text = format === 'json' ? resultText(result) : report(result, manner);
  if (before !== null && format !== 'json') text += comparison(compare(before, result), manner);
  process.stdout.write(text);
  if (options.json !== undefined)
    writeWhole(options.json, Buffer.from(resultText(result)), places.cwd);
  if (options.saveBaseline) writeWhole(baseline, Buffer.from(resultText(result)), places.cwd);
  return 0;
}

function readResult(given: true | string, baseline: string, { cwd }: Places): Result {
  const path = given === true ? baseline : resolve(cwd, given);
  try {
    return parseResult(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`cannot compare with ${path}: ${(error as Error).message}`);
  }
}

async function measure(options: Options, { root, directory }: Places): Promise<Result> {
  const skipped: Skipped[] = [];
  const figures: Figure[] = [];
  const { runs, warmUp: warmUpMs, sizes, strategies } = options;
  const skip: Lab['skip'] = (one) => void skipped.push(one);
  const on = machine();
  for (const part of options.only) {
    const tell: Lab['tell'] = (what) => progress(`(${part}) ${what}`);
    figures.push(
      ...(await PARTS[part].measure({
        root,
        directory,
        runs,
        warmUpMs,
        sizes,
        strategies,
        tell,
        skip,
      })),
    );
  }
  return { schema: SCHEMA, machine: on, runs, targets: judge(figures), skipped, figures };
}

// --- What is under way, on a terminal ---

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

// --- Options ---

function readOptions(argv: readonly string[]): Options {
  const parts = Object.entries(PARTS).map(([id, { about }]) => `  ${id}  ${about}\n`);
  const command = new Command('npm run bench --')
    .exitOverride()
    .description('Measures how fast mapsim is. Times are CPU time unless they say otherwise.')
    .option('--only <PARTS>', 'parts to measure, as in a,d', parseParts, [...PART_IDS])
    .option('--runs <N>', 'how often each is measured', parseCount, RUNS)
    .option('--warm-up <MS>', 'CPU time before that, in every process', parseMs, WARM_UP_MS)
    .option('--sizes <LIST>', 'numbers of VMAs, as in 10k,60k', parseSizes, SIZES)
    .option('--strategies <LIST>', 'for a and b; every one by default', parseList, allStrategies())
    .option('--format <FORMAT>', 'text, json or markdown', parseFormat, 'text')
    .option('--json <FILE>', 'the result as JSON, beside the tables')
    .option('--compare [FILE]', 'ratios against a result, by default bench/baseline.json')
    .option('--save-baseline', 'makes the result bench/baseline.json')
    .addHelpText('after', `\nParts:\n${parts.join('')}`)
    .allowExcessArguments(false);
  command.parse(argv, { from: 'user' });
  return command.opts<Options>();
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

const parseList = (text: string): string[] => text.split(',');

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
