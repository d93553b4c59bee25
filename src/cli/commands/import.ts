/**
 * `mapsim import`: makes a scenario from maps texts of a real process and a log of its system
 * calls. The scenario refers to the files; a text from standard input is written to a file or
 * copied into the scenario.
 */

import { posix } from 'node:path';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { TextChecker, type VmaLine } from '../../check/text-checker.ts';
import { stepsBetween } from '../../check/text-steps.ts';
import {
  factsOf,
  honestly,
  isLong,
  type ScenarioParts,
  scenarioText,
  type TracePart,
} from '../../scenario/edit/imported.ts';
import { renderFaults } from '../../scenario/load/faults.ts';
import { FileSpecs } from '../../scenario/load/files.ts';
import { describeFound, describeSkipped } from '../../scenario/load/found-lines.ts';
import { type FoundText, findMapsText } from '../../scenario/load/found-text.ts';
import { parseMapsText } from '../../scenario/load/maps-text.ts';
import { loadYaml } from '../../scenario/load/parse.ts';
import { VMAS_MAX } from '../../scenario/vma-list.ts';
import type { Trace } from '../../trace/call.ts';
import { readTrace, TraceReader } from '../../trace/read-trace.ts';
import type { CommandContext } from '../command.ts';
import { checkRegular, writeWhole } from '../files.ts';
import { type ImportedText, tellReplay, tellTrace, vmaLines } from '../import-notes.ts';
import { loadBytes } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { chunksOf } from '../streams.ts';

/** A text of more is none of a process. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;

export async function importMaps(
  paths: readonly string[],
  options: OptionsOf<'import'>,
  context: CommandContext,
): Promise<number> {
  if ([...paths, ...options.trace].filter((path) => path === '-').length > 1) {
    throw new UserError('import: standard input can be read only once');
  }
  for (const path of [...paths, ...options.trace]) {
    if (path !== '-') checkRegular(path, context.io.cwd); // the scenario is going to name it
  }
  if (paths.length === 0 && options.trace.length === 0) {
    throw new UserError('import: give a maps text, or --trace with a log that begins with execve');
  }
  const texts: ImportedText[] = [];
  for (const path of paths) {
    const text = await readText(path, context);
    if (text === null) return EXIT.usage;
    texts.push(text);
  }
  const log = await readLog(options, context);
  if (log?.trace.startsWithExec === true && texts.length > 0) {
    context.messages.note(
      'the log begins with execve: the maps text has to be from after this execve',
    );
  }
  if (log !== null && texts.length === 0) texts.push(freshText(log.trace, context));
  return writeScenario(texts, log?.part ?? null, options, context);
}

/**
 * The address space of a program that has just begun, as far as no log tells it: a stack and a
 * vdso where nothing else goes.
 */
function freshText(trace: Trace, { messages }: CommandContext): ImportedText {
  if (!trace.startsWithExec) {
    throw new UserError('import: without a maps text the log has to begin with execve');
  }
  const ranges = trace.calls.flatMap(({ action }) =>
    'pages' in action ? [[action.page, action.page + action.pages] as const] : [],
  );
  const highest = ranges.reduce((most, [, end]) => Math.max(most, end), trace.startBrkPage);
  const top = USER_SPACE_TOPS.find((page) => highest < page - FRESH_PAGES) ?? 2 ** 51;
  const hex = (page: number): string => (page * 4096).toString(16).padStart(8, '0');
  const narrow = top <= 2 ** 20;
  const line = (start: number, pages: number, perms: string, name: string): string =>
    `${`${hex(start)}-${hex(start + pages)} ${perms} 00000000 00:00 0`.padEnd(narrow ? 48 : 72)} ${name}\n`;
  const stack = line(top - 33, 33, 'rw-p', '[stack]');
  const vdso = line(top - 48, 2, 'r-xp', '[vdso]');
  messages.note(
    'no maps text: the log builds the address space; a [stack] of 132 kB and a [vdso] below ' +
      `${hex(top)} are added; the segments of the program itself are missing`,
  );
  const bytes = Buffer.from(vdso + stack);
  return { path: '-', bytes, changed: true, made: true, vmas: vmaLines(bytes) };
}

/** Where user space may end, in pages, and the room that stack and vdso take below. */
const USER_SPACE_TOPS = [0xc0000, 2 ** 20 - 2, 2 ** 35 - 1, 2 ** 36 - 1, 2 ** 40 - 1, 2 ** 44 - 1];
const FRESH_PAGES = 64;

interface ReadLog {
  readonly trace: Trace;
  readonly part: TracePart;
}

/** Reads and parses; null after faults, which have been told. */
async function readText(path: string, context: CommandContext): Promise<ImportedText | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(path, context.io)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > TEXT_BYTES_MAX) throw new UserError(`${path}: larger than 256 MiB: not a maps text`);
  }
  const all = Buffer.concat(chunks);
  const shown = path === '-' ? 'stdin' : path;
  const texts = new TextCounter();
  const found = findMapsText(shown, all, (...line) => texts.line(...line));
  texts.end();
  if (!tellFound(shown, found, texts, context)) return null;
  const faults: Parameters<typeof renderFaults>[0][number][] = [];
  let count = 0;
  const parsed = parseMapsText(found.text, {
    files: new FileSpecs(),
    touched: false,
    vmasMax: VMAS_MAX,
    fault: (start, end, message, hint) => {
      count++;
      if (faults.length < 20) faults.push({ ...found.span(start, end), message, hint, io: false });
    },
  });
  if (count > 0) {
    context.messages.raw(renderFaults(faults, { dropped: count - faults.length }));
    return null;
  }
  if (parsed.vmas.length === 0) throw new UserError(`${shown}: contains no line of maps text`);
  const bytes = found.changed ? Buffer.from(found.text, 'latin1') : all;
  return { path, bytes, changed: found.changed, vmas: texts.vmas };
}

/** How many texts follow one another in a file, and where lines go backwards. */
class TextCounter {
  readonly vmas: VmaLine[] = [];
  /** Lines of the file. */
  readonly starts: number[] = [];
  backward = 0;
  firstBackward = 0;
  readonly #checker = new TextChecker({
    finding: ({ kind, line }) => {
      if (kind === 'backward' && this.backward++ === 0) this.firstBackward = line;
    },
    vma: (vma) => {
      if (this.starts.length === this.#checker.texts) this.starts.push(vma.line);
      this.vmas.push(vma);
    },
  });

  line(text: string, number: number, cut: boolean): void {
    this.#checker.line(text, number, cut);
  }

  end(): void {
    this.#checker.endText();
  }
}

/** What was done to find the text. @returns whether there is one */
function tellFound(
  shown: string,
  { report, isCut }: FoundText,
  { starts, backward, firstBackward }: TextCounter,
  { messages }: CommandContext,
): boolean {
  for (const words of describeFound(shown, report)) {
    if (report.found === 0) messages.error(words);
    else messages.note(words);
  }
  for (const words of describeSkipped(shown, report)) messages.note(words);
  if (report.found === 0 && report.leftOut > 0) return false;
  if (starts.length > 1) {
    messages.error(
      `${shown}: it contains ${counted(starts.length, 'text')}, from lines ${starts.slice(0, 5).join(', ')}: ` +
        'put each text into a separate file',
    );
    return false;
  }
  if (isCut) {
    messages.warning(
      `${shown}: the last line has no newline: the text was cut off, and its end may be wrong`,
    );
  }
  if (backward > 0) {
    messages.warning(
      `${shown}: ${counted(backward, 'line')} ${backward === 1 ? 'starts' : 'start'} ` +
        `below the line before (first: line ${firstBackward}): no kernel prints such a text; the lines were sorted`,
    );
  }
  return true;
}

async function readLog(
  options: OptionsOf<'import'>,
  context: CommandContext,
): Promise<ReadLog | null> {
  if (options.trace.length === 0) {
    for (const key of ['speed', 'from', 'until', 'process'] as const) {
      if (options[key] !== undefined) throw new UserError(`--${key} needs --trace`);
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
    const part = { paths: options.trace, facts: factsOf(trace), speed, from, until, process };
    return { trace, part };
  }
  throw new UserError(`${options.trace.join(', ')}: the log has no memory call`);
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
  const taken = new Set(texts.map((text) => text.path));
  const names = texts.map((text, index) => nameFor(text, index, output, taken));
  if (log?.paths.includes('-')) {
    throw new UserError('--trace: a scenario cannot refer to standard input: save the log first');
  }
  const parts = scenarioParts(texts, names, log, output, context);
  const scenario = Buffer.from(scenarioText(parts));
  for (const [index, text] of texts.entries()) {
    if (isCopied(text) && output !== undefined) {
      writeFile(besides(output, names[index]!), text.bytes, context);
    }
  }
  const source = { path: output ?? 'imported.yaml', bytes: scenario, yaml: await loadYaml() };
  const loaded = loadBytes(source, context, { note: () => {}, readTrace }); // tellTrace has told more
  if (!loaded.ok) return loaded.exitCode;
  if (log !== null) {
    const last = texts.length > 1 ? texts.at(-1)! : null;
    tellReplay(loaded.scenario, { last, log: log.paths[0]! }, context.messages);
  }
  context.messages.note(honestly(parts));
  if (parts.trace !== null && isLong(parts.trace)) {
    const seconds = (parts.trace.facts.spanNs / 1e9).toFixed(1);
    context.messages.note(
      `the replay takes ${seconds} s of simulated time; speed: 50 in the scenario shortens it`,
    );
  }
  if (output !== undefined) {
    writeFile(output, scenario, context);
    context.messages.note(`next: mapsim compare ${output}`);
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
  const inline = isCopied(first) && output === undefined;
  const start = inline ? { lines: linesOf(first) } : { from: names[0]! };
  const shown = texts
    .filter((text) => text.made !== true)
    .map((text) => (text.path === '-' ? 'standard input' : posix.basename(text.path)));
  const logs = log?.paths.map((path) => posix.basename(path)).join(', ');
  const what = logs === undefined ? shown.join(', ') : [...shown.slice(0, 1), logs].join(' and ');
  let program: readonly string[] | null = null;
  if (log === null && texts.length > 1) {
    const { steps, dropped } = stepsBetween(texts.map((text) => text.vmas));
    if (dropped > 0) messages.warning(`${counted(dropped, 'change')} between the texts left out`);
    if (steps.length > 0) program = steps;
    else messages.note('the texts have no difference that a call could make');
  }
  const hasRoom = first.vmas.some(({ start, end }) => end - start > 2);
  const trace = log && { ...log, paths: log.paths.map((path) => referTo(path, output)) };
  const parts = { start, later: names.slice(1), trace, program, hasRoom };
  return { ...parts, about: `Imported from ${what}. ${honestly(parts)}` };
}

/** The lines of a text as a scenario can hold them. */
function linesOf(text: ImportedText): string[] {
  const utf8 = text.bytes.toString('utf8');
  if (utf8.includes('\ufffd')) {
    throw new UserError('the text contains a path that is not UTF-8: write a file with -o');
  }
  return utf8.split('\n').filter((line) => /^[0-9a-f]/.test(line));
}

/** The scenario cannot refer to what it was read from: below /proc every read is another text. */
function isCopied(text: ImportedText): boolean {
  return text.path === '-' || text.changed || text.path.startsWith('/proc/');
}

/** What a scenario at `output` calls the text; a copy never takes the place of what was read. */
function nameFor(
  text: ImportedText,
  index: number,
  output: string | undefined,
  taken: ReadonlySet<string>,
): string {
  if (!isCopied(text)) return referTo(text.path, output);
  const base = posix.basename(output ?? 'stdin').replace(/\.(ya?ml|json)$/, '');
  const name = `${base}${index === 0 ? '' : `.${index + 1}`}.maps`;
  return taken.has(besides(output ?? '', name)) ? `${base}.text${index + 1}.maps` : name;
}

/** The path of a file as a scenario at `output` has to write it. */
function referTo(path: string, output: string | undefined): string {
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
