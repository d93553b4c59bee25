/** `mapsim final`: the writers alone, and the address space that they leave behind. */
import { EXIT } from '../../base/errors.ts';
import { finalLayout } from '../../drive/final.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import { load } from '../load.ts';
import { Output } from '../output.ts';

export interface FinalOptions extends QuietOptions {
  readonly seed?: string;
}

export async function final(
  path: string,
  options: FinalOptions,
  context: CommandContext,
): Promise<number> {
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const seed = options.seed ?? loaded.scenario.seed;
  context.bug.seed = seed;
  const stdout = new Output(context.io.stdout, 'standard output');
  const { text } = finalLayout(loaded.scenario, { seed, maxEvents: 1e9 });
  await stdout.write(text);
  await stdout.flush();
  return EXIT.done;
}
