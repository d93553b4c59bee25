/** `mapsim schema`: prints a published JSON Schema from the folder schema/ of the package. */
import { readdirSync, readFileSync } from 'node:fs';
import { EXIT, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { CommandContext } from '../command.ts';
import { Output } from '../output.ts';
import { packageFile } from '../package-files.ts';

const ENDING = '.v1.schema.json';

export async function schema(
  name = 'scenario',
  _options: object,
  { io }: CommandContext,
): Promise<number> {
  const known = readdirSync(packageFile('schema/')).map((file) => file.replace(ENDING, ''));
  if (!known.includes(name)) throw unknown(name, known);
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(readFileSync(packageFile(`schema/${name}${ENDING}`), 'utf8'));
  await stdout.flush();
  return EXIT.done;
}

function unknown(name: string, known: readonly string[]): UserError {
  const meant = nearest(name, known);
  const hint = meant === null ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return new UserError(`there is no schema "${name}"; ${hint}`);
}
