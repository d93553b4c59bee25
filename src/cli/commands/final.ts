/** `mapsim final`: runs only the writers and prints the resulting address space. */
import { counted } from '../../base/counted.ts';
import { EXIT } from '../../base/errors.ts';
import { finalLayout } from '../../run/final.ts';
import { TraceOutcomes } from '../../world/trace-outcomes.ts';
import type { CommandContext } from '../command.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';

export async function final(
  path: string,
  options: OptionsOf<'final'>,
  context: CommandContext,
): Promise<number> {
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const seed = options.seed ?? loaded.scenario.seed;
  context.bug.seed = seed;
  const stdout = new Output(context.io.stdout, 'standard output');
  const outcomes = new TraceOutcomes(loaded.scenario);
  const { text, complete } = finalLayout(loaded.scenario, {
    seed,
    maxEvents: options.maxEvents,
    onOperation: (operation) => outcomes.add(operation),
    ...(options.duration === undefined ? {} : { durationNs: options.duration }),
  });
  await stdout.write(text);
  await stdout.flush();
  const summary = outcomes.summary();
  if (summary !== null) context.messages.warning(summary);
  if (complete) return EXIT.done;
  context.messages.warning(
    `stopped by --max-events after ${counted(options.maxEvents, 'step')}: the text is the address space at that point`,
  );
  return EXIT.limit;
}
