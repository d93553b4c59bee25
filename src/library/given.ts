/** Checks the arguments of the functions of the library. */
import { UserError } from '../base/errors.ts';
import type { Piece } from '../report/report.ts';

/** @throws UserError unless the value is a whole number of at least `least` */
export function wholeNumberOf(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(`${name}: ${value} is not a whole number of at least ${least}`);
}

export function formatNamed<F extends { readonly name: string }>(
  formats: readonly F[],
  name: string,
): F {
  const found = formats.find((format) => format.name === name);
  if (found !== undefined) return found;
  const known = formats.map((format) => format.name).join(', ');
  throw new UserError(`report: unknown format "${name}"; known: ${known}`);
}

/** Joins pieces to one text; bytes are decoded as UTF-8. */
export function textOf(pieces: Iterable<Piece>): string {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for (const piece of pieces) {
    texts.push(typeof piece === 'string' ? piece : decoder.decode(piece));
  }
  return texts.join('');
}

/** Encodes a text as UTF-8; bytes stay as they are. */
export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
