/**
 * `mapsim replay`: follows a schedule step by step and prints the result, or prints at which step
 * and why the schedule does not fit.
 */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Choice } from '../../base/choice.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { checkPass, oneStrategy, parseExpressions } from '../../library/checks.ts';
import { DEFAULT_MAX_EVENTS } from '../../library/defaults.ts';
import { checkWorld } from '../../library/limits.ts';
import { type SavedSchedule, scheduleIn, scheduleOf } from '../../library/saved-schedule.ts';
import { chooseStrategy } from '../../readers/index.ts';
import { FORMATS } from '../../report/index.ts';
import { replayText } from '../../report/replay-text.ts';
import { replayJson } from '../../report/search-json.ts';
import { isRecord, otherScenario, parseRecord } from '../../run/record.ts';
import { carryRecord, replayRecord } from '../../run/replay-record.ts';
import type { TraceTask } from '../../run/trace-pass.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { carryWriters } from '../../search/carry.ts';
import { type Replayed, replaySchedule } from '../../search/replay.ts';
import { headOf, plainWorld } from '../../search/search.ts';
import type { SearchWorld } from '../../search/search-world.ts';
import type { Outcome } from '../../world/outcome.ts';
import type { CommandContext } from '../command.ts';
import { readInput, readStdin } from '../files.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { checkPage, writePageOf } from '../page.ts';
import { readerStrategies, strategyOfRecord } from '../reader-strategies.ts';
import { rawScenario } from '../save-finding.ts';
import { viewFor } from '../search-request.ts';
import { tellRun } from '../tell-run.ts';

export async function replay(
  path: string,
  options: OptionsOf<'replay'>,
  context: CommandContext,
): Promise<number> {
  const strategy = oneStrategy('--strategy', options.strategy);
  const carryTo = oneStrategy('--carry-to', options.carryTo);
  if (path === '-' && options.schedule === '-') {
    throw new UserError('only one of scenario and --schedule can be standard input');
  }
  await checkPage(options.output, context.io.cwd);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario, bytes } = loaded;
  const given = await readGiven(options.schedule, context);
  if (given !== null && isRecord(given.text)) {
    return replayRun(given, { scenario, path }, options, context);
  }
  checkWorld(scenario);
  const recorded = given === null ? await ownSchedule(path, bytes) : await readSchedule(given);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const fresh = async (choice: Choice | null): Promise<SearchWorld> =>
    plainWorld(scenario, await readerStrategies(choice, where));
  const world = await fresh(strategy);
  if (carryTo === null) {
    const replayed = replaySchedule(world, recorded.schedule, recorded.names);
    return tell(scenario, world, replayed, options, context);
  }
  const first = replaySchedule(world, recorded.schedule, recorded.names);
  if (first.misfit !== null) return tell(scenario, world, first, options, context);
  const target = await fresh(carryTo);
  const carried = carryWriters(await fresh(strategy), recorded.schedule, target);
  const last = await fresh(carryTo);
  return tell(scenario, last, replaySchedule(last, carried), options, context);
}

async function tell(
  scenario: Scenario,
  world: SearchWorld,
  replayed: Replayed,
  options: OptionsOf<'replay'>,
  context: CommandContext,
): Promise<number> {
  const head = headOf(scenario, world);
  const stdout = new Output(context.io.stdout, 'standard output');
  const { misfit } = replayed;
  const text =
    options.format === 'json'
      ? replayJson(head, replayed, VERSION)
      : replayText(head.tasks, replayed, viewFor(options, context));
  await stdout.write(text);
  await stdout.flush();
  await writePageOf(options.output, () => replayJson(head, replayed, VERSION), context);
  if (misfit === null) return EXIT.done;
  context.messages.error(`the schedule does not fit at step ${misfit.step}: ${misfit.error}`);
  return EXIT.failed;
}

/** What --schedule gives: a schedule, or what is in a file. */
interface Given {
  readonly text: string;
  /** As the user wrote it, for messages. */
  readonly file: string;
}

async function readGiven(given: string | undefined, { io }: CommandContext): Promise<Given | null> {
  if (given === undefined) return null;
  if (isSchedule(given)) return { text: given, file: '--schedule' };
  if (given === '-') {
    return { text: Buffer.from(await readStdin(io.stdin)).toString(), file: 'standard input' };
  }
  if (/^[0-9]+[0-9cx.]*$/.test(given) && !existsSync(resolve(io.cwd, given))) {
    throw new UserError(
      `--schedule ${given}: there is no such file; as a schedule it lacks its version, 1:${given}`,
    );
  }
  return { text: Buffer.from(readInput(given, io.cwd)).toString(), file: given };
}

function isSchedule(text: string): boolean {
  return /^[0-9]+:/.test(text);
}

/** As text, or in a scenario that was saved. */
async function readSchedule({ text, file }: Given): Promise<SavedSchedule> {
  if (isSchedule(text)) return { schedule: scheduleOf(text.trim(), file), names: null };
  return scheduleIn(await rawScenario(file, Buffer.from(text)), file, '');
}

async function ownSchedule(path: string, bytes: Uint8Array): Promise<SavedSchedule> {
  return scheduleIn(await rawScenario(path, bytes), path, '; give one with --schedule');
}

/** @param text of the record @param file as the user wrote it */
async function replayRun(
  { text, file }: { readonly text: string; readonly file: string },
  { scenario, path }: { readonly scenario: Scenario; readonly path: string },
  options: OptionsOf<'replay'>,
  context: CommandContext,
): Promise<number> {
  const { messages } = context;
  const record = parseRecord(text, file);
  const { head } = record;
  if (head.scenario.sha256 !== scenario.sha256) {
    messages.warning(otherScenario(file));
  }
  const { reader, which } = head.passes;
  if (which !== 'none') checkPass(scenario, reader ?? undefined, which);
  const carried = options.carryTo !== undefined;
  const asked = options.carryTo ?? options.strategy;
  const given =
    asked === undefined ? strategyOfRecord(head.strategy, file, context) : chooseStrategy(asked);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const readers = await readerStrategies(given, where);
  const { strategy, strategies } = readers;
  const shown = {
    format: FORMATS.find(({ name }) => name === options.format)!,
    failOn: parseExpressions(carried ? [] : head.failOn, scenario, readers),
    passes: head.passes,
    scenarioPath: path,
    timing: null,
  };
  const page = async (outcome: Outcome, task: TraceTask | null): Promise<void> => {
    if (options.output === undefined) return;
    const { writeRunPage } = await import('../page-file.ts');
    writeRunPage(options.output, { outcome, failOn: shown.failOn, task }, context);
  };
  if (carried) {
    const means = { strategy: strategy!, strategies, maxEvents: DEFAULT_MAX_EVENTS };
    const outcome = carryRecord(scenario, record, means);
    const code = await tellRun(outcome, shown, options, context);
    await page(outcome, null);
    return code;
  }
  const { outcome, misfit } = replayRecord(scenario, record, { strategy, strategies });
  const code = await tellRun(outcome, shown, options, context);
  const request = {
    ...{ strategies, seed: head.seed, maxEvents: record.end.steps },
    ...(strategy === null ? {} : { strategy }),
    ...(head.durationNs === null ? {} : { durationNs: head.durationNs }),
  };
  // Of a run that the record does not fit there is no more to be drawn.
  await page(outcome, misfit === null ? { scenario, record, reader, request } : null);
  if (misfit === null) return code;
  messages.error(`the record does not fit at step ${misfit.step}: ${misfit.error}`);
  return EXIT.failed;
}
