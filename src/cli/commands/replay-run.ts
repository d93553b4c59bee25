/** `mapsim replay` of a recorded timed run: prints what `mapsim run` printed. */
import { EXIT, UserError } from '../../base/errors.ts';
import { chooseStrategy } from '../../readers/index.ts';
import { FORMATS } from '../../report/index.ts';
import { parseRecord } from '../../run/record.ts';
import { carryRecord, replayRecord } from '../../run/replay-record.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { CODE_HINT, codeRefused } from '../../scenario/strategy-file.ts';
import type { CommandContext } from '../command.ts';
import { DEFAULT_MAX_EVENTS } from '../options.ts';
import { checkPass, parseExpressions, readerStrategies } from './checks.ts';
import type { ReplayOptions } from './replay.ts';
import { tellRun } from './tell-run.ts';

/** @param text of the record @param file as the user wrote it */
export async function replayRun(
  { text, file }: { readonly text: string; readonly file: string },
  { scenario, path }: { readonly scenario: Scenario; readonly path: string },
  options: ReplayOptions,
  context: CommandContext,
): Promise<number> {
  const { messages } = context;
  const record = parseRecord(text, file);
  const { head } = record;
  if (head.scenario.sha256 !== scenario.sha256) {
    messages.warning(`${file} was recorded with another scenario, or another state of this one`);
  }
  const { reader, which } = head.passes;
  if (which !== 'none') checkPass(scenario, reader ?? undefined, which);
  const carried = options.carryTo !== undefined;
  const asked = options.carryTo ?? options.strategy;
  const named = asked ?? head.strategy;
  const given = named === null ? null : chooseStrategy(named);
  if (asked === undefined && given?.entry === null && !context.allowCode) {
    throw new UserError(`${file}: ${codeRefused(given.text)}; ${CODE_HINT}`);
  }
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const readers = await readerStrategies(given, where);
  const { strategy, strategies } = readers;
  const shown = {
    format: FORMATS.find(({ name }) => name === options.format)!,
    failOn: parseExpressions(carried ? [] : head.failOn, scenario, readers),
    passes: head.passes,
    timing: null,
  };
  if (carried) {
    const means = { strategy: strategy!, strategies, maxEvents: DEFAULT_MAX_EVENTS };
    return tellRun(carryRecord(scenario, record, means), shown, options, context);
  }
  const { outcome, misfit } = replayRecord(scenario, record, { strategy, strategies });
  const code = await tellRun(outcome, shown, options, context);
  if (misfit === null) return code;
  messages.error(`the record does not fit at step ${misfit.step}: ${misfit.error}`);
  return EXIT.failed;
}
