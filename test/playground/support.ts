/** Scenarios that the playground begins with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/spawn.ts';

/** @param name without @ */
export function shippedText(name: string): string {
  return readFileSync(join(ROOT, 'scenarios', `${name}.yaml`), 'utf8');
}
