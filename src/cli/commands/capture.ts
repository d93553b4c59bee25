/**
 * `mapsim capture`: the maps text of a live process, and with --trace the log of its calls, as a
 * scenario.
 *
 * A text and a log belong together at an instant: texts are read several times while strace runs,
 * and of these one is taken during whose reading no call was under way.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { EXIT } from '../../base/errors.ts';
import { factsOf, type TracePart } from '../../scenario/edit/imported.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import { writing } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import { readProcMaps } from '../process-maps.ts';
import { type Recording, recordCalls } from '../strace-run.ts';
import { matchLog } from './capture-log.ts';
import { checkRepeatedly } from './capture-repeat.ts';
import { writeFile, writeScenario } from './import.ts';
import { type ImportedText, tellTrace, vmaLines } from './import-notes.ts';

export interface CaptureOptions extends QuietOptions {
  readonly pid: number;
  readonly trace?: number;
  readonly repeat?: number;
  readonly output?: string;
}

const LOG_NAME = 'calls.strace';

export async function capture(options: CaptureOptions, context: CommandContext): Promise<number> {
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
  options: CaptureOptions,
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
    context.messages.note('the process made no call about memory meanwhile');
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
