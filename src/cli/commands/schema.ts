/** `mapsim schema`: a published JSON Schema, as in schema/. */
import { EXIT, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { CommandContext } from '../command.ts';
import { Output } from '../output.ts';

/** Made when asked for, behind an import: each loads what it is made from. */
const SCHEMAS = {
  scenario: async () => (await import('../../scenario/json-schema.ts')).scenarioJsonSchemaText(),
  compare: async () => (await import('../../compare/json-schema.ts')).compareJsonSchemaText(),
  explore: async () => (await import('../search-schema.ts')).exploreJsonSchemaText(),
  replay: async () => (await import('../search-schema.ts')).replayJsonSchemaText(),
};

export async function schema(name: string, { io }: CommandContext): Promise<number> {
  if (!isPublished(name)) throw unknown(name);
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(await SCHEMAS[name]());
  await stdout.flush();
  return EXIT.done;
}

function isPublished(name: string): name is keyof typeof SCHEMAS {
  return Object.hasOwn(SCHEMAS, name);
}

function unknown(name: string): UserError {
  const known = Object.keys(SCHEMAS);
  const meant = nearest(name, known);
  const hint = meant === null ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return new UserError(`there is no schema "${name}"; ${hint}`);
}
