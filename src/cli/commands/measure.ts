/**
 * `mapsim measure`: the scenario on the running kernel, in bursts, and the same simulated beside
 * it. Nothing is measured before the kernel's own states were found to be the model's.
 */
import { EXIT, UserError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { misfits } from '../../measure/fits.ts';
import type { MeasureResult } from '../../measure/result.ts';
import { figureRows } from '../../measure/rows.ts';
import { MEASURE_FORMATS, type MeasureFormat } from '../../report/measure.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import { SIGNAL_EXIT, type Signal } from '../io.ts';
import { load } from '../load.ts';
import { type Live, type LiveOptions, measureLive } from '../measure-live.ts';
import { readRecording } from '../measure-recording.ts';
import { MeasureSession } from '../measure-session.ts';
import { nativeProgram } from '../native.ts';
import { Output } from '../output.ts';
import { thisKernel } from '../this-machine.ts';
import { checkModel, disagreementText } from './measure-check.ts';
import { judgeMeasured, parseMeasureChecks } from './measure-expressions.ts';

export interface MeasureOptions extends QuietOptions, LiveOptions {
  readonly seed?: string;
  readonly cc?: string;
  readonly from?: string;
  readonly checkModel?: boolean;
  readonly programs?: number;
  readonly format: MeasureFormat;
  readonly failOn: readonly string[];
}

export async function measure(
  path: string | undefined,
  options: MeasureOptions,
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
    throw new UserError('measure takes a scenario, or --check-model for random programs');
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
function checkTogether(path: string | undefined, options: MeasureOptions): void {
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
  if (from !== undefined) refuse(['keep'], '--from judges what is kept already');
  if (programs !== undefined && !(checkModel && path === undefined)) {
    throw new UserError('--programs: random programs are for --check-model without a scenario');
  }
}

/** Runs with a session where a kernel is asked, and ends it whatever happens, signals included. */
export async function withSession(
  options: Pick<MeasureOptions, 'from' | 'cc'>,
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
  options: MeasureOptions,
  context: CommandContext,
): Promise<number> {
  const { io, messages } = context;
  const { result } = live;
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(MEASURE_FORMATS[options.format](result, figureRows(result), VERSION));
  await stdout.flush();
  const failed = judgeMeasured(checks, result, (line) => messages.raw(line));
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
