/**
 * `mapsim timeline`: draws one pass or a whole run as a picture, as text, or for the Perfetto UI.
 */

import { gzipSync } from 'node:zlib';
import { type Choice, splitChoices } from '../../base/choice.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { leastOf, mostOf } from '../../base/extremes.ts';
import { standaloneStyle } from '../../draw/palette.ts';
import { type Picture, svgOf } from '../../draw/svg.ts';
import { checkPass } from '../../library/checks.ts';
import { chooseStrategy } from '../../readers/index.ts';
import { addressesPicture } from '../../report/pictures/addresses-svg.ts';
import { EXPLAINED, type Explained, explainText } from '../../report/pictures/explain.ts';
import { type Lane, lanesPicture } from '../../report/pictures/lanes-svg.ts';
import { perfettoJson } from '../../report/pictures/perfetto.ts';
import { schedulePicture } from '../../report/pictures/schedule-svg.ts';
import { passColumns } from '../../report/pictures/schedule-text.ts';
import { isRecord, otherScenario, parseRecord, type RunRecord } from '../../run/record.ts';
import { RecordMisfit } from '../../run/recorded-cpus.ts';
import { type TraceTask, traceCalls, tracePass, traceRun } from '../../run/trace-pass.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { RunTrace } from '../../world/run-trace.ts';
import type { CommandContext } from '../command.ts';
import { checkWritable, readInput, writeWhole } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import type { ShownPass, VIEWS } from '../options-pictures.ts';
import { Output } from '../output.ts';
import { readerStrategies, strategyOfRecord } from '../reader-strategies.ts';
import { turnOfEventLoop } from '../sliced-run.ts';

export async function timeline(
  path: string,
  options: OptionsOf<'timeline'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  checkTogether(options);
  const output = options.output === '-' ? undefined : options.output;
  if (output !== undefined) checkWritable(output, io.cwd);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario } = loaded;
  const { pass } = options;
  checkPass(scenario, options.reader, typeof pass === 'number' ? pass : 0);
  if (scenario.readers.length === 0 && options.format !== 'perfetto') {
    throw new UserError(`${path}: the scenario has no reader, so there is no pass to show`);
  }
  const record = readRecord(options, io.cwd);
  if (record !== null && record.head.scenario.sha256 !== scenario.sha256) {
    context.messages.warning(otherScenario(options.schedule!));
  }
  const interrupt = new Interrupt(io, () => {});
  try {
    const tasks = await tasksOf(path, scenario, record, options, context);
    const text = await textOf(tasks, options, (steps) => driven(steps, interrupt));
    interrupt.endAtOnce();
    await write(text, output, context);
    return EXIT.done;
  } catch (error) {
    if (error instanceof RecordMisfit) {
      context.messages.error(`the record does not fit at step ${error.step}: ${error.message}`);
      return EXIT.failed;
    }
    if (!(error instanceof Interrupted) || interrupt.caught === null) throw error;
    return interrupt.end();
  } finally {
    interrupt.stopWatching();
  }
}

/** Nothing that was asked for is ignored in silence. */
function checkTogether(options: OptionsOf<'timeline'>): void {
  const { schedule, strategy, seed, duration, format, view, pass, rows, reader } = options;
  if (schedule !== undefined && (seed ?? duration) !== undefined) {
    throw new UserError('--schedule: the record already contains seed and duration');
  }
  if (schedule !== undefined && strategy !== undefined && splitChoices(strategy).length > 1) {
    throw new UserError('--schedule: a record has only one strategy');
  }
  if (format !== 'svg' && view !== undefined) {
    throw new UserError(`--view needs --format=svg; ${format} has only one view`);
  }
  if (format === 'perfetto' && (pass ?? rows ?? reader) !== undefined) {
    const given = pass !== undefined ? '--pass' : rows !== undefined ? '--rows' : '--reader';
    throw new UserError(
      `${given} does not apply to perfetto, which shows the whole run, or a --window of it`,
    );
  }
  const drawn = viewOf(options);
  if (rows !== undefined && drawn !== 'schedule') {
    throw new UserError(`--rows needs the view schedule, not ${drawn}`);
  }
  if (options.window !== undefined && format === 'svg' && drawn !== 'schedule') {
    throw new UserError(`--window needs the view schedule or perfetto, not ${drawn}`);
  }
  const several = strategy !== undefined && splitChoices(strategy).length > 1;
  if (several && format !== 'perfetto' && (format !== 'svg' || drawn !== 'lanes')) {
    throw new UserError(
      '--strategy: several strategies are shown by --format=svg --view=lanes and --format=perfetto',
    );
  }
}

function viewOf({ view, strategy, format }: OptionsOf<'timeline'>): (typeof VIEWS)[number] {
  if (view !== undefined) return view;
  const several = strategy !== undefined && splitChoices(strategy).length > 1;
  return several && format === 'svg' ? 'lanes' : 'schedule';
}

function readRecord({ schedule }: OptionsOf<'timeline'>, cwd: string): RunRecord | null {
  if (schedule === undefined) return null;
  const text = new TextDecoder().decode(readInput(schedule, cwd));
  if (isRecord(text)) return parseRecord(text, schedule);
  throw new UserError(
    `${schedule}: this is not a record of run --record; mapsim replay shows schedules of searches`,
  );
}

/** One for each strategy. */
async function tasksOf(
  path: string,
  scenario: Scenario,
  record: RunRecord | null,
  options: OptionsOf<'timeline'>,
  context: CommandContext,
): Promise<readonly TraceTask[]> {
  const { strategy, schedule } = options;
  const recorded = (): Choice | null =>
    record === null ? null : strategyOfRecord(record.head.strategy, schedule!, context);
  const choices =
    strategy === undefined ? [recorded()] : splitChoices(strategy).map(chooseStrategy);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const seed = record?.head.seed ?? options.seed;
  const durationNs = record === null ? options.duration : (record.head.durationNs ?? undefined);
  const make = async (choice: Choice | null): Promise<TraceTask> => ({
    scenario,
    record,
    reader: options.reader ?? record?.head.passes.reader ?? null,
    request: {
      strategies: (await readerStrategies(choice, where)).strategies,
      maxEvents: options.maxEvents,
      ...(choice === null ? {} : { strategy: choice }),
      ...(seed === undefined ? {} : { seed }),
      ...(durationNs === undefined ? {} : { durationNs }),
    },
  });
  return Promise.all(choices.map(make));
}

type Drive = <T>(steps: Generator<void, T>) => Promise<T>;

class Interrupted extends Error {}

const SLICE_MS = 25;

/** Runs it to its end, and notices signals on the way. */
async function driven<T>(steps: Generator<void, T>, interrupt: Interrupt): Promise<T> {
  let last = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() - last < SLICE_MS) continue;
    await turnOfEventLoop();
    if (interrupt.caught !== null) throw new Interrupted();
    last = performance.now();
  }
}

async function textOf(
  tasks: readonly TraceTask[],
  options: OptionsOf<'timeline'>,
  drive: Drive,
): Promise<string> {
  const [task] = tasks;
  if (options.format === 'perfetto') {
    const traces: RunTrace[] = [];
    for (const one of tasks) traces.push(await drive(traceRun(one, options.window ?? null)));
    return [...perfettoJson(traces)].join('');
  }
  if (viewOf(options) === 'lanes') return standalone(await lanesOf(tasks, options, drive), 'lanes');
  const { trace, story } = await laneOf(task!, options.pass ?? 'any', drive);
  const { rows, window } = options;
  const shift = story.pass.startNs;
  const choice = {
    ...(rows === undefined ? {} : { rows }),
    ...(window === undefined
      ? {}
      : { window: { fromNs: window.fromNs + shift, toNs: window.toNs + shift } }),
  };
  if (options.format === 'text') {
    const { pass } = options;
    return isExplained(pass)
      ? explainText(trace, story, pass, choice)
      : passColumns(trace, story, choice);
  }
  if (options.view === 'addresses') return standalone(addressesPicture(trace, story), 'addresses');
  return standalone(schedulePicture(trace, story, choice), 'schedule');
}

function isExplained(pass: ShownPass | undefined): pass is Explained {
  return (EXPLAINED as readonly unknown[]).includes(pass);
}

function standalone(picture: Picture, name: string): string {
  return svgOf(picture, name, standaloneStyle());
}

async function laneOf(task: TraceTask, pass: ShownPass | 'any', drive: Drive): Promise<Lane> {
  const trace = await drive(tracePass(task, pass));
  const story = trace?.story;
  if (story == null) throw new UserError(noPass(pass), EXIT.limit);
  return { trace: trace as RunTrace, story };
}

function noPass(pass: ShownPass | 'any'): string {
  switch (pass) {
    case 'torn':
      return 'no pass is torn';
    case 'retry':
    case 'fallback':
      return `no pass has a ${pass}`;
    case 'starved':
      return 'no pass is starved: the reader was not retrying a record at the end of the run';
    default:
      return 'the run ends before there is such a pass';
  }
}

/** The same pass under each strategy; of a word the first pass to which it happens under any. */
async function lanesOf(
  tasks: readonly TraceTask[],
  options: OptionsOf<'timeline'>,
  drive: Drive,
): Promise<Picture> {
  const index = await indexOf(tasks, options.pass ?? (tasks.length === 1 ? 'any' : 0), drive);
  const lanes: Lane[] = [];
  for (const task of tasks) lanes.push(await laneOf(task, index, drive));
  const endNs = mostOf(lanes.map(({ story }) => story.pass.endNs));
  const starts = index === 0 ? await drive(traceCalls(tasks[0]!, endNs)) : null;
  return lanesPicture(lanes, starts);
}

async function indexOf(
  tasks: readonly TraceTask[],
  pass: ShownPass | 'any',
  drive: Drive,
): Promise<number> {
  if (typeof pass === 'number') return pass;
  const found: number[] = [];
  for (const task of tasks) {
    const trace = await drive(tracePass(task, pass));
    if (trace?.story != null) found.push(trace.story.pass.index);
  }
  if (found.length === 0) throw new UserError(noPass(pass), EXIT.limit);
  return leastOf(found);
}

async function write(
  text: string,
  output: string | undefined,
  { io }: CommandContext,
): Promise<void> {
  if (output !== undefined) {
    const bytes = Buffer.from(text);
    writeWhole(output, output.endsWith('.gz') ? gzipSync(bytes, { level: 9 }) : bytes, io.cwd);
    return;
  }
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(text);
  await stdout.flush();
}
