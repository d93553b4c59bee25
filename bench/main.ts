/**
 * `npm run bench`: measures the requested parts, and writes the figures to the requested outputs.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { writeWhole } from '../src/cli/files.ts';
import { BASELINE, DOCUMENT, withTables } from './document.ts';
import type { Figure, Skipped } from './figure.ts';
import { type Options, readOptions } from './options.ts';
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

/** @returns the exit code */
export async function main(argv: readonly string[], places: Places): Promise<number> {
  try {
    await bench(readOptions(argv), places);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    clearLine();
    process.stderr.write(`bench: error: ${error instanceof Error ? error.message : error}\n`);
    return 3;
  }
}

async function bench(options: Options, places: Places): Promise<void> {
  const { root, cwd } = places;
  const baseline = join(root, BASELINE);
  const other = options.compare === true ? baseline : options.compare;
  const before = other === undefined ? null : readResult(resolve(cwd, other)); // or all was in vain
  const { from } = options;
  const result =
    from === undefined ? await measure(options, places) : readResult(resolve(cwd, from));
  clearLine();
  process.stdout.write(shown(result, before, options.format));
  const write = (name: string, text: string): void => writeWhole(name, Buffer.from(text), cwd);
  if (options.json !== undefined) write(options.json, resultText(result));
  if (options.save === undefined) return;
  const document = join(root, DOCUMENT);
  write(document, withTables(readFileSync(document, 'utf8'), result));
  write(baseline, resultText(result));
}

function shown(result: Result, before: Result | null, format: Options['format']): string {
  const compared = before === null ? null : compare(before, result);
  if (format === 'json') return resultText(compared === null ? result : { ...result, compared });
  const manner = format === 'markdown' ? MARKDOWN : TERMINAL;
  return report(result, manner) + (compared === null ? '' : comparison(compared, manner));
}

function readResult(path: string): Result {
  try {
    return parseResult(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`cannot use ${path}: ${(error as Error).message}`);
  }
}

async function measure(options: Options, { root, directory }: Places): Promise<Result> {
  const figures: Figure[] = [];
  const skipped: Skipped[] = [];
  const { runs, warmUp, sizes, strategies } = options;
  const lab = { root, directory, runs, warmUpMs: warmUp, sizes, strategies };
  const skip = (one: Skipped): void => void skipped.push(one);
  const on = machine();
  for (const part of options.only) {
    const tell = (what: string): void => progress(`(${part}) ${what}`);
    figures.push(...(await PARTS[part].measure({ ...lab, tell, skip })));
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
