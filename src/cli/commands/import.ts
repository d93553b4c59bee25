/**
 * `mapsim import`: maps texts of a real process, and a log of its system calls, to a scenario that
 * is ready to run. It refers to the files; what came from standard input is written out or copied
 * in.
 */

import { posix } from 'node:path';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { stepsBetween } from '../../check/text-steps.ts';
import {
  factsOf,
  type ScenarioParts,
  scenarioText,
  type TracePart,
} from '../../scenario/edit/imported.ts';
import { renderFaults, SourceText } from '../../scenario/load/faults.ts';
import { FileSpecs } from '../../scenario/load/files.ts';
import { parseMapsText } from '../../scenario/load/maps-text.ts';
import { loadYaml } from '../../scenario/load/parse.ts';
import { TraceReader } from '../../trace/read-trace.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import { checkRegular, writeWhole } from '../files.ts';
import { loadBytes } from '../load.ts';
import { Output } from '../output.ts';
import { chunksOf } from '../streams.ts';
import { type ImportedText, tellReplay, tellTrace, vmaLines } from './import-notes.ts';

export interface ImportOptions extends QuietOptions {
  readonly trace: readonly string[];
  readonly output?: string;
  readonly speed?: number | 'max';
  readonly from?: string;
  readonly until?: string;
  readonly process?: number;
}

/** A text of more is none of a process. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;
const VMAS_MAX = 1_000_000;

export async function importMaps(
  paths: readonly string[],
  options: ImportOptions,
  context: CommandContext,
): Promise<number> {
  if ([...paths, ...options.trace].filter((path) => path === '-').length > 1) {
    throw new UserError('import: standard input can be read only once');
  }
  for (const path of [...paths, ...options.trace]) {
    if (path !== '-') checkRegular(path, context.io.cwd); // the scenario is going to name it
  }
  const texts: ImportedText[] = [];
  for (const path of paths) {
    const text = await readText(path, context);
    if (text === null) return EXIT.usage;
    texts.push(text);
  }
  const trace = await readLog(options, context);
  return writeScenario(texts, trace, options, context);
}

/** Reads and parses; null after faults, which have been told. */
async function readText(path: string, context: CommandContext): Promise<ImportedText | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(path, context.io)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > TEXT_BYTES_MAX) throw new UserError(`${path}: larger than 256 MiB: no maps text`);
  }
  const bytes = Buffer.concat(chunks);
  const source = new SourceText(path === '-' ? 'stdin' : path, bytes.toString('latin1'));
  const faults: Parameters<typeof renderFaults>[0][number][] = [];
  let count = 0;
  const parsed = parseMapsText(source.text, {
    files: new FileSpecs(),
    touched: false,
    vmasMax: VMAS_MAX,
    fault: (start, end, message, hint) => {
      count++;
      if (faults.length < 20) faults.push({ ...source.span(start, end), message, hint, io: false });
    },
  });
  if (count > 0) {
    context.messages.raw(renderFaults(faults, { dropped: count - faults.length }));
    return null;
  }
  if (parsed.vmas.length === 0) throw new UserError(`${source.file}: holds no line of maps text`);
  return { path, bytes, vmas: vmaLines(bytes) };
}

async function readLog(options: ImportOptions, context: CommandContext): Promise<TracePart | null> {
  if (options.trace.length === 0) {
    for (const key of ['speed', 'from', 'until', 'process'] as const) {
      if (options[key] !== undefined) throw new UserError(`--${key} belongs to --trace`);
    }
    return null;
  }
  const { from = null, until = null, process = null, speed = null } = options;
  const reader = new TraceReader({ from, until, process });
  for (const path of options.trace) {
    reader.beginFile(path);
    for await (const chunk of chunksOf(path, context.io)) reader.push(chunk);
  }
  const trace = reader.finish();
  tellTrace(trace, context.messages);
  if (trace.calls.length > 0) {
    return { paths: options.trace, facts: factsOf(trace), speed, from, until, process };
  }
  throw new UserError(`${options.trace.join(', ')}: no call about memory is in it`);
}

/**
 * Names the scenario's files, writes what has none, checks the whole, tells how well a log fits.
 */
export async function writeScenario(
  texts: readonly ImportedText[],
  log: TracePart | null,
  options: { readonly output?: string },
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const output = options.output === '-' ? undefined : options.output;
  const names = texts.map((text) => referTo(text.path, output));
  if (log?.paths.includes('-')) {
    throw new UserError('--trace: a scenario cannot refer to standard input: save the log first');
  }
  const parts = scenarioParts(texts, names, log, output, context);
  const scenario = Buffer.from(scenarioText(parts));
  for (const [index, text] of texts.entries()) {
    if (text.path === '-' && output !== undefined) {
      writeFile(besides(output, names[index]!), text.bytes, context);
    }
  }
  const source = { path: output ?? 'imported.yaml', bytes: scenario, yaml: await loadYaml() };
  const loaded = loadBytes(source, context, () => {}); // tellTrace has told more
  if (!loaded.ok) return loaded.exitCode;
  if (log !== null && texts.length > 1)
    tellReplay(loaded.scenario, texts.at(-1)!, context.messages);
  if (output !== undefined) {
    writeFile(output, scenario, context);
    return EXIT.done;
  }
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(scenario);
  await stdout.flush();
  return EXIT.done;
}

function scenarioParts(
  texts: readonly ImportedText[],
  names: readonly string[],
  log: TracePart | null,
  output: string | undefined,
  { messages }: CommandContext,
): ScenarioParts {
  const first = texts[0]!;
  const inline = first.path === '-' && output === undefined;
  const start = inline ? { lines: linesOf(first) } : { from: names[0]! };
  const shown = texts.map((text) =>
    text.path === '-' ? 'standard input' : posix.basename(text.path),
  );
  const what =
    log === null
      ? shown.join(', ')
      : `${shown[0]} and ${log.paths.map((path) => posix.basename(path)).join(', ')}`;
  let program: readonly string[] | null = null;
  if (log === null && texts.length > 1) {
    const { steps, dropped } = stepsBetween(texts.map((text) => text.vmas));
    if (dropped > 0) messages.warning(`${counted(dropped, 'change')} between the texts left out`);
    if (steps.length > 0) program = steps;
    else messages.note('the texts do not differ in anything that a call could change');
  }
  const trace = log && { ...log, paths: log.paths.map((path) => referTo(path, output)) };
  return { about: `Imported from ${what}.`, start, later: names.slice(1), trace, program };
}

/** The lines of a text as a scenario can hold them. */
function linesOf(text: ImportedText): string[] {
  const utf8 = text.bytes.toString('utf8');
  if (utf8.includes('\ufffd')) {
    throw new UserError('the text holds a path that is no UTF-8: write a file with -o');
  }
  return utf8.split('\n').filter((line) => /^[0-9a-f]/.test(line));
}

/** The path of a file as a scenario at `output` has to write it. */
function referTo(path: string, output: string | undefined): string {
  if (path === '-')
    return `${posix.basename(output ?? 'stdin').replace(/\.(ya?ml|json)$/, '')}.maps`;
  if (output === undefined || posix.isAbsolute(path)) return path;
  return posix.relative(posix.dirname(output), path);
}

function besides(output: string, name: string): string {
  return posix.join(posix.dirname(output), name);
}

export function writeFile(path: string, bytes: Uint8Array, context: CommandContext): void {
  writeWhole(path, bytes, context.io.cwd);
  context.messages.note(`wrote ${path}`);
}
