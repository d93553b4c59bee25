/**
 * `mapsim measure`: runs a scenario on the running kernel, in bursts, and simulates the same
 * scenario. It measures only if the states of the kernel equal those of the model.
 */

import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { Disagreement } from '../../measure/agreement.ts';
import { misfits } from '../../measure/fits.ts';
import type { PlanText } from '../../measure/plan.ts';
import { randomProgram } from '../../measure/random-program.ts';
import type { MeasureResult } from '../../measure/result.ts';
import { figureRows } from '../../measure/rows.ts';
import { type FailOn, type Figure, parseFailOn } from '../../report/fail-on.ts';
import { MEASURE_FORMATS } from '../../report/measure.ts';
import type { Metric, MetricView } from '../../report/metric.ts';
import { judge, type Subject, verdictText } from '../../report/verdict.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { COUNTER_KEYS, type Counters, TEARING_KEYS, type Tearing } from '../../world/outcome.ts';
import type { CommandContext } from '../command.ts';
import { SIGNAL_EXIT, type Signal } from '../io.ts';
import { load, scenarioIn } from '../load.ts';
import { type Live, measureLive } from '../measure-live.ts';
import { readRecording } from '../measure-recording.ts';
import { MeasureSession } from '../measure-session.ts';
import { nativeProgram } from '../native.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { thisKernel } from '../this-machine.ts';

export async function measure(
  path: string | undefined,
  options: OptionsOf<'measure'>,
  context: CommandContext,
): Promise<number> {
  const checks = parseMeasureChecks(options.failOn);
  checkTogether(path, options);
  let scenario: Scenario | null = null;
  if (path !== undefined) {
    const loaded = await load(path, context);
    if (!loaded.ok) return loaded.exitCode;
    scenario = withSeed(loaded.scenario, options.seed);
    if (tellMisfits(scenario, options.checkModel === true, context)) return EXIT.usage;
  } else if (options.checkModel !== true) {
    throw new UserError('measure needs a scenario, or --check-model for random programs');
  }
  context.bug.seed = scenario?.seed ?? options.seed ?? '0';
  return withSession(options, context, async (session) => {
    if (options.checkModel === true) {
      if (session === null) throw new Error('--check-model without a kernel');
      const { programs, seed = '0' } = options;
      const asked = { scenario, seed, ...(programs === undefined ? {} : { programs }) };
      return checkModel(session, asked, context);
    }
    const recording =
      options.from === undefined ? null : readRecording(options.from, context.io.cwd);
    const live = await measureLive({ scenario: scenario!, session, recording, options, context });
    if ('writer' in live) {
      const stdout = new Output(context.io.stdout, 'standard output');
      await stdout.write(disagreementText(scenario!.name, live));
      await stdout.flush();
      return EXIT.failed;
    }
    return tell(live, checks, options, context);
  });
}

/** What --check-model leaves out. */
const MEASURED_ONLY = [
  ...['for', 'passes', 'burst', 'max-foreign', 'tries', 'gate', 'priority', 'costs', 'simulate'],
  ...['strategy', 'keep', 'evidence', 'fail-on', 'format', 'from'],
];

/** Nothing that was asked for is ignored in silence. */
function checkTogether(path: string | undefined, options: OptionsOf<'measure'>): void {
  const { checkModel = false, from, programs } = options;
  const given: Readonly<Record<string, unknown>> = {
    ...options,
    'max-foreign': options.maxForeign,
    'fail-on': options.failOn.length > 0 || undefined,
    priority: options.priority !== 'none' || undefined,
    costs: options.costs !== 'calibrated' || undefined,
    simulate: options.simulate !== 'yes' || undefined,
    format: options.format !== 'text' || undefined,
  };
  const refuse = (names: readonly string[], why: string): void => {
    const name = names.find((each) => given[each] !== undefined);
    if (name !== undefined) throw new UserError(`--${name}: ${why}`);
  };
  if (checkModel) refuse(MEASURED_ONLY, '--check-model compares states and measures nothing');
  if (from !== undefined) refuse(['keep'], '--from judges data that --keep has saved already');
  if (programs !== undefined && !(checkModel && path === undefined)) {
    throw new UserError('--programs needs --check-model without a scenario');
  }
}

/** Runs with a session where a kernel is asked, and ends it whatever happens, signals included. */
export async function withSession(
  options: Pick<OptionsOf<'measure'>, 'from' | 'cc'>,
  { io }: CommandContext,
  action: (session: MeasureSession | null) => Promise<number>,
): Promise<number> {
  if (options.from !== undefined) return action(null);
  thisKernel();
  const session = new MeasureSession(nativeProgram(io, options.cc));
  let caught: Signal | null = null;
  const stop = io.onSignal?.((signal) => {
    caught = signal;
    session.endNow();
  });
  try {
    return await action(session);
  } catch (error) {
    if (caught === null) throw error;
    stop?.();
    io.die?.(caught);
    return SIGNAL_EXIT[caught];
  } finally {
    stop?.();
    await session.end();
  }
}

function withSeed(scenario: Scenario, seed: string | undefined): Scenario {
  return seed === undefined ? scenario : { ...scenario, seed };
}

/** Every reason why it cannot be measured, a line each. @returns whether there is one */
function tellMisfits(
  scenario: Scenario,
  statesOnly: boolean,
  { messages }: CommandContext,
): boolean {
  const why = misfits(scenario);
  if (!statesOnly && scenario.readers.length === 0) why.push('it has no readers');
  if (statesOnly && scenario.writers.length === 0) why.push('it has no writers');
  for (const reason of why) messages.error(`${scenario.name} cannot be measured: ${reason}`);
  return why.length > 0;
}

async function tell(
  live: Live,
  checks: ReturnType<typeof parseMeasureChecks>,
  options: OptionsOf<'measure'>,
  context: CommandContext,
): Promise<number> {
  const { io, messages } = context;
  const { result } = live;
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(MEASURE_FORMATS[options.format](result, figureRows(result), VERSION));
  await stdout.flush();
  const plain = { red: (text: string) => text, green: (text: string) => text };
  const failed = judgeMeasured(checks, result, (bad, line) => messages.verdict(bad, line, plain));
  if (failed) return EXIT.failed;
  return tooNoisy(result, live.wanted, messages) ? EXIT.limit : EXIT.done;
}

function tooNoisy(
  { bursts }: MeasureResult,
  wanted: number,
  messages: CommandContext['messages'],
): boolean {
  if (bursts.kept >= wanted) return false;
  const tried = bursts.kept + bursts.rejected;
  messages.warning(
    `other processes took ${bursts.foreignPercent.toFixed(0)} % of a CPU: ` +
      `${bursts.kept} of ${tried} bursts kept, ${wanted} wanted`,
  );
  return true;
}

// --- `mapsim measure --check-model`: the model's states beside the kernel's, and nothing else.

/** For a plan that is only done call by call. */
const ALONE: Omit<PlanText, 'files'> = {
  placement: { readers: [], writers: [], hogs: [], shared: false },
  nice: () => 0,
  query: [],
  burstNs: 0,
  passes: 0,
  textBytes: 0,
  foreignPermille: 0,
};

const PROGRAMS = 100;
const OPERATIONS = 40;
/** Of a scenario, for each writer. */
const CALLS = 4000;
const SHOWN_MAX = 5;

interface Checked {
  calls: number;
  states: number;
  programs: number;
  readonly found: { readonly name: string; readonly disagreement: Disagreement }[];
}

export async function checkModel(
  session: MeasureSession,
  given: { readonly scenario: Scenario | null; readonly programs?: number; readonly seed: string },
  context: CommandContext,
): Promise<number> {
  const checked: Checked = { calls: 0, states: 0, programs: 0, found: [] };
  if (given.scenario !== null) await check(session, given.scenario, CALLS, checked, context);
  else {
    for (let i = 0; i < (given.programs ?? PROGRAMS) && checked.found.length < SHOWN_MAX; i++) {
      const document = JSON.stringify(randomProgram(given.seed, i, OPERATIONS));
      const source = { path: `random-${i}.json`, bytes: Buffer.from(document) };
      const scenario = await scenarioIn(source, context);
      if (scenario === null) throw new Error(`random program ${i} is no scenario`);
      await check(session, scenario, OPERATIONS * 2, checked, context);
    }
  }
  return tellChecked(checked, context);
}

async function check(
  session: MeasureSession,
  scenario: Scenario,
  calls: number,
  checked: Checked,
  { messages }: CommandContext,
): Promise<void> {
  const note = (text: string): void => messages.note(text);
  const request = { burstNs: 0, calls };
  const cpus = scenario.writers.map(() => -1);
  const placement = { ...ALONE.placement, writers: cpus };
  const readers: Scenario['readers'] = [];
  const alone = { ...scenario, readers, machine: { ...scenario.machine, hogs: [] } };
  const { plan } = await session.prepare(alone, request, { ...ALONE, placement }, note);
  checked.programs++;
  for (const { states, disagreement } of await session.states(plan)) {
    checked.calls += states.calls;
    checked.states += states.distinct;
    if (disagreement !== null) checked.found.push({ name: scenario.name, disagreement });
  }
}

async function tellChecked(checked: Checked, { io }: CommandContext): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  for (const { name, disagreement } of checked.found) {
    await stdout.write(`${disagreementText(name, disagreement)}\n`);
  }
  const { calls, states, programs, found } = checked;
  const what = `${counted(programs, 'program')}, ${counted(calls, 'call')}, ${counted(states, 'state')}`;
  const verdict =
    found.length === 0
      ? 'the model and this kernel agree on all of them'
      : `the model and this kernel disagree in ${counted(found.length, 'program')}`;
  await stdout.write(`${what}: ${verdict}\n`);
  await stdout.flush();
  return found.length === 0 ? EXIT.done : EXIT.failed;
}

/** The call, and the lines in which the two texts differ. */
export function disagreementText(name: string, found: Disagreement): string {
  const { writer, index, call, model, kernel } = found;
  const result = (errno: string | null): string => errno ?? 'succeeds';
  const [ours, theirs] = [model.text, kernel.text].map((text) => text.split('\n'));
  const only = (a: readonly string[], b: readonly string[], head: string): string =>
    a
      .filter((line) => !b.includes(line))
      .map((line) => `  ${head} ${line}\n`)
      .join('');
  const same = `  both   ${ours!.filter((line) => line !== '' && theirs!.includes(line)).length} other lines\n`;
  return (
    `${name}, writer ${writer}: the model and this kernel disagree after call ${index}, ${call}\n` +
    `  by the model it ${result(model.errno)}, on the kernel it ${result(kernel.errno)}\n` +
    only(ours!, theirs!, 'model ') +
    only(theirs!, ours!, 'kernel') +
    same
  );
}

// --- `--fail-on` of measure: figures of the measured and of the simulated side, by their names.

const SIDES = ['measured', 'simulated'] as const;
/** Counters that user space can tell. */
const MEASURED_COUNTERS = ['passesFinished', 'reads', 'lines', 'bytes'];

export function parseMeasureChecks(given: readonly string[]): readonly FailOn[] {
  return given.map((expression) => {
    try {
      const failOn = parseFailOn(expression, side);
      for (const figure of figuresOf(failOn)) checkFigure(figure, expression);
      return failOn;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`--fail-on ${error.message}`, error.exitCode);
    }
  });
}

function side(text: string): string {
  if ((SIDES as readonly string[]).includes(text)) return text;
  throw new UserError(`"${text}:" is neither measured: nor simulated:`);
}

function figuresOf({ left, right }: FailOn): Figure[] {
  return typeof right === 'number' ? [left] : [left, right];
}

function checkFigure({ strategy, metric, per }: Figure, expression: string): void {
  const refuse = (why: string): never => {
    throw new UserError(`"${expression}": ${why}`);
  };
  if (strategy === null) refuse('a figure is measured: or simulated:');
  for (const one of [metric, per]) {
    if (strategy === 'measured' && one !== null && !isMeasured(one)) {
      refuse(`${one.key} cannot be measured from user space`);
    }
  }
}

function isMeasured(metric: Metric): boolean {
  if (metric.kind === 'counter') return MEASURED_COUNTERS.includes(metric.key);
  return metric.key !== 'lockWaitNs' && metric.key !== 'drainWaitNs';
}

/** Tells each expression and what it came to. @returns whether one of them failed */
export function judgeMeasured(
  checks: readonly FailOn[],
  result: MeasureResult,
  tell: (failed: boolean, sentence: string) => void,
): boolean {
  if (checks.length === 0) return false;
  const subjects: Subject[] = [{ strategy: 'measured', outcome: measuredView(result) }];
  for (const outcome of result.simulated?.outcomes.slice(0, 1) ?? []) {
    subjects.push({ strategy: 'simulated', outcome });
  }
  const verdicts = judge(checks, subjects);
  for (const verdict of verdicts) tell(verdict.failed, verdictText(verdict, false));
  return verdicts.some(({ failed }) => failed);
}

/** The measured side as one reader and one writer; gaps that may be transient count as such. */
function measuredView({ measured }: MeasureResult): MetricView {
  const { readers, writers } = measured;
  const { judged } = readers.tally;
  const counters = Object.fromEntries(COUNTER_KEYS.map((key) => [key, 0])) as Counters;
  const { passes: passesFinished, reads, lines, bytes } = readers;
  const tearing = Object.fromEntries(TEARING_KEYS.map((key) => [key, 0])) as Tearing;
  for (const key of TEARING_KEYS) {
    tearing[key] = key === 'transientGaps' ? judged.gaps - judged.falseGaps : judged[key];
  }
  const { passNs, readNs } = readers;
  const none = writers.opNs;
  return {
    readers: [
      {
        strategy: { text: 'measured', entry: null, n: 0, values: {} },
        counters: { ...counters, passesFinished, reads, lines, bytes },
        tearing,
        samples: { passNs, readNs },
      } as unknown as MetricView['readers'][number],
    ],
    writers: [{ samples: { opNs: writers.opNs, lockWaitNs: none, drainWaitNs: none } }],
  };
}
