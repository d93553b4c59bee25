/** `mapsim validate`: reports every fault of every scenario, without simulating. */

import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { parseExpressions } from '../../library/checks.ts';
import { Strategies } from '../../readers/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { CommandContext } from '../command.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { traps } from '../traps.ts';

export async function validate(
  paths: readonly string[],
  options: OptionsOf<'validate'>,
  context: CommandContext,
): Promise<number> {
  const stdout = new Output(context.io.stdout, 'standard output');
  let exitCode: number = EXIT.done;
  for (const path of paths) {
    const code = await validateOne(path, context, options.quiet === true ? null : stdout);
    exitCode = Math.max(exitCode, code); // an unreadable file (3) before an invalid one (2)
  }
  await stdout.flush();
  return exitCode;
}

async function validateOne(
  path: string,
  context: CommandContext,
  stdout: Output | null,
): Promise<number> {
  try {
    const loaded = await load(path, context);
    if (!loaded.ok) return loaded.exitCode;
    const { scenario } = loaded;
    checkExpressions(scenario);
    for (const note of traps(scenario)) context.messages.note(`${printable(path)}: ${note}`);
    await stdout?.write(`${printable(path)}: ok, ${contents(scenario)}\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.messages.error(error.message);
    return error.exitCode;
  }
}

/** Programs are not run to learn their names, so where one takes part a name may be its. */
function checkExpressions(scenario: Scenario): void {
  if (scenario.readers.some(({ strategy }) => strategy.entry === null)) return;
  parseExpressions([], scenario, { strategy: null, strategies: new Strategies() });
}

function contents({ vmas, readers, writers }: Scenario): string {
  return [
    counted(vmas.length, 'VMA'),
    counted(readers.length, 'reader'),
    counted(writers.length, 'writer'),
  ].join(', ');
}
