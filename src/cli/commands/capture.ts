/**
 * `mapsim capture`: makes a scenario from the maps text of a live process and, with --trace, the
 * log of its calls.
 *
 * Text and log have to fit at one moment: texts are read several times while strace runs, and a
 * text is chosen during whose reading no call was running.
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { counted } from '../../base/counted.ts';
import { EXIT } from '../../base/errors.ts';
import { LineSplitter } from '../../base/lines.ts';
import { describeFinding } from '../../check/describe.ts';
import { TextChecker } from '../../check/text-checker.ts';
import { factsOf, type TracePart } from '../../scenario/edit/imported.ts';
import type { Trace } from '../../trace/call.ts';
import { readTrace } from '../../trace/read-trace.ts';
import type { CommandContext } from '../command.ts';
import { writing } from '../files.ts';
import { type ImportedText, tellTrace, vmaLines } from '../import-notes.ts';
import { Interrupt } from '../interrupt.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { readProcMaps } from '../process-maps.ts';
import { type Recording, recordCalls, type TimedText } from '../strace-run.ts';
import { writeFile, writeScenario } from './import.ts';

const LOG_NAME = 'calls.strace';

export async function capture(
  options: OptionsOf<'capture'>,
  context: CommandContext,
): Promise<number> {
  const { pid } = options;
  const first = readProcMaps(pid); // before anything is written: may it be read at all?
  const directory = options.output ?? `capture-${pid}`;
  makeDirectory(directory, context);
  let found = 0;
  if (options.repeat !== undefined) {
    found = await checkRepeatedly(pid, options.repeat, directory, context);
  }
  const code = await captureInto(directory, first, options, context);
  return code === EXIT.done && found > 0 ? EXIT.failed : code;
}

async function captureInto(
  directory: string,
  first: Buffer,
  options: OptionsOf<'capture'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const output = posix.join(directory, 'scenario.yaml');
  const recording =
    options.trace === undefined
      ? null
      : await record(options.pid, options.trace, directory, context);
  if (recording === null) {
    const text = saved(posix.join(directory, 'start.maps'), first, context);
    return writeScenario([text], null, { output }, context);
  }
  const log = readFileSync(resolve(io.cwd, directory, LOG_NAME));
  const matched = matchLog(log, LOG_NAME, recording);
  tellTrace(matched.trace, context.messages);
  for (const warning of matched.warnings) context.messages.warning(warning);
  const texts = [saved(posix.join(directory, 'start.maps'), matched.start, context)];
  if (matched.trace.calls.length === 0) {
    context.messages.note('the process made no memory call during the recording');
    return writeScenario(texts, null, { output }, context);
  }
  texts.push(saved(posix.join(directory, 'end.maps'), matched.end, context));
  const part: TracePart = {
    paths: [posix.join(directory, LOG_NAME)],
    facts: factsOf(matched.trace),
    speed: null,
    from: matched.from,
    until: matched.until,
    process: null,
  };
  return writeScenario(texts, part, { output }, context);
}

/** null: no log could be had, and why has been told. */
async function record(
  pid: number,
  seconds: number,
  directory: string,
  { io, messages }: CommandContext,
): Promise<Recording | null> {
  const interrupt = new Interrupt(io, () => {});
  try {
    const path = resolve(io.cwd, directory, LOG_NAME);
    const answer = await recordCalls({ pid, seconds, path, stop: () => interrupt.caught !== null });
    if (typeof answer !== 'string') return answer;
    messages.warning(`no log of calls: ${answer}`);
    return null;
  } finally {
    interrupt.stopWatching();
  }
}

function saved(path: string, bytes: Buffer, context: CommandContext): ImportedText {
  writeFile(path, bytes, context);
  return { path, bytes, changed: false, vmas: vmaLines(bytes) };
}

function makeDirectory(path: string, { io }: CommandContext): void {
  writing(path, () => mkdirSync(resolve(io.cwd, path), { recursive: true }));
}

// --- Which of the texts read while strace ran go with its log: at the beginning the first, at the
// end the last during whose reading no call about memory was under way.

interface MatchedLog {
  readonly trace: Trace;
  readonly start: Buffer;
  readonly end: Buffer;
  /** As the log writes its times. */
  readonly from: string;
  readonly until: string;
  readonly warnings: readonly string[];
}

export function matchLog(log: Uint8Array, name: string, recording: Recording): MatchedLog {
  const files = [{ name, bytes: log }];
  const whole = readTrace(files);
  const sinceFirst = originMs(log);
  const busy = ({ beforeMs, afterMs }: TimedText): boolean => {
    const fromNs = (beforeMs - sinceFirst) * 1e6;
    const toNs = (afterMs - sinceFirst) * 1e6;
    return whole.calls.some((call) => call.startNs <= toNs && call.endNs >= fromNs);
  };
  const warnings: string[] = [];
  const pick = (texts: readonly TimedText[], what: string): TimedText => {
    const calm = texts.find((text) => !busy(text));
    if (calm !== undefined) return calm;
    warnings.push(
      `a call was running during each reading of the text at the ${what}: the text may not fit the log`,
    );
    return texts[0]!;
  };
  const start = pick(recording.starts, 'start');
  const end = pick([...recording.ends].reverse(), 'end');
  const from = seconds(start.afterMs);
  const until = seconds(end.beforeMs);
  const trace = whole.calls.length === 0 ? whole : readTrace(files, { from, until, process: null });
  return { trace, start: start.text, end: end.text, from, until, warnings };
}

/** strace -ttt */
function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000`;
}

/** ms since the epoch of the first line of the log; 0 where it is empty. */
function originMs(log: Uint8Array): number {
  const head = Buffer.from(log.buffer, log.byteOffset, Math.min(log.length, 200)).toString(
    'latin1',
  );
  const match = /([0-9]{9,}\.[0-9]{6})/.exec(head);
  return match === null ? 0 : Number(match[1]) * 1000;
}

// --- Reads the maps of a live process many times and checks each text; keeps those that fail.

/** Texts that are written out. */
const KEPT_MAX = 10;
const BETWEEN_TURNS = 64;

/** @returns how many texts had a finding */
export async function checkRepeatedly(
  pid: number,
  times: number,
  directory: string,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const stdout = new Output(io.stdout, 'standard output');
  const interrupt = new Interrupt(io, () => {});
  let failed = 0;
  let read = 0;
  let findings = 0;
  try {
    for (; read < times && interrupt.caught === null; read++) {
      const text = readProcMaps(pid);
      const name = `torn-${read}.maps`;
      const told: string[] = [];
      const checker = new TextChecker({
        finding: (finding) => void told.push(`${describeFinding(name, finding)}\n`),
      });
      const lines = new LineSplitter((line, number, cut) => checker.line(line, number, cut));
      lines.push(text);
      if (lines.end()) checker.cutShort(lines.count);
      checker.endText();
      if (told.length > 0) {
        findings += told.length;
        if (++failed <= KEPT_MAX) writeFile(posix.join(directory, name), text, context);
        await stdout.write(told.join(''));
      }
      if (read % BETWEEN_TURNS === 0) await new Promise((done) => setImmediate(done));
    }
  } finally {
    interrupt.stopWatching();
  }
  await stdout.write(
    `# ${counted(read, 'text')} read, ${failed} with ${counted(findings, 'finding')}\n`,
  );
  await stdout.flush();
  return failed;
}
