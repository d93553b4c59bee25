/** `mapsim schema`: the JSON Schema of scenarios, as published in schema/. */
import { EXIT } from '../../base/errors.ts';
import { scenarioJsonSchemaText } from '../../scenario/json-schema.ts';
import type { CommandContext } from '../command.ts';
import { Output } from '../output.ts';

export async function schema({ io }: CommandContext): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(scenarioJsonSchemaText());
  await stdout.flush();
  return EXIT.done;
}
