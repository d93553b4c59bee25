/**
 * Parses the seeds of many runs from the command line: a count (`20` is 1 to 20), a range
 * (`5..24`), or a list (`a,b,7..9`) whose items may be any text without a comma. A single seed is
 * `7..7`.
 */
import { UserError } from '../base/errors.ts';

const SEEDS_MAX = 1_000_000;

/** @throws UserError */
export function parseSeeds(text: string): readonly string[] {
  const count = /^[0-9]+$/.test(text) ? Number(text) : null;
  const seeds = count === null ? text.split(',').flatMap(item) : range(1, count, text);
  const seen = new Set<string>();
  for (const seed of seeds) {
    if (seen.has(seed)) throw new UserError(`seeds: "${seed}" is given twice`);
    seen.add(seed);
  }
  return seeds;
}

function item(text: string): readonly string[] {
  if (text === '') throw new UserError('seeds: an item of the list is empty');
  const bounds = /^([0-9]{1,15})\.\.([0-9]{1,15})$/.exec(text);
  return bounds === null ? [text] : range(Number(bounds[1]), Number(bounds[2]), text);
}

function range(from: number, to: number, text: string): readonly string[] {
  const length = to - from + 1;
  if (length < 1) throw new UserError(`seeds: ${text} is an empty list; give at least one seed`);
  if (length > SEEDS_MAX) throw new UserError(`seeds: ${text} has more than ${SEEDS_MAX} seeds`);
  return Array.from({ length }, (_, i) => String(from + i));
}
