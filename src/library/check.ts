/** Checks of maps texts. */
import { MapsCheck, VmaReader } from '../check/maps-check.ts';
import type { FindingKind } from '../check/text-checker.ts';
import { bytesOf } from './given.ts';

export interface CheckOptions {
  /** Name of the text for messages; `stdin` if not given. */
  readonly name?: string;
  /** Another text; VMAs that differ from it are listed. */
  readonly against?: string | Uint8Array;
}

export interface Checked {
  /** True if there was a text, nothing is wrong in it and nothing differs. */
  readonly ok: boolean;
  readonly texts: number;
  readonly lines: number;
  readonly vmas: number;
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** Number of VMAs that differ from those of `against`; 0 without `against`. */
  readonly differences: number;
  /** Findings and differences in the form of `mapsim/check@1`, at most 1000. */
  readonly listed: readonly Readonly<Record<string, unknown>>[];
  /** Notes that say how the maps lines were found, if the text has other lines too. */
  readonly notes: readonly string[];
  /** What `mapsim check` prints on standard output. */
  report(format?: 'text' | 'json'): string;
}

/**
 * Checks one maps text, or several in sequence, against the kernel's guarantees.
 * @throws UserError if `against` is not exactly one maps text
 */
export function check(text: string | Uint8Array, options: CheckOptions = {}): Checked {
  const { name = 'stdin', against } = options;
  const told: string[] = [];
  const found = new MapsCheck(against === undefined ? null : vmasOf(against), (line) => {
    told.push(line);
  });
  const file = found.begin(name);
  file.push(bytesOf(text));
  const notes = file.end();
  const { texts, lines, vmas, counts, differences, listed } = found;
  const report = (format: 'text' | 'json' = 'text'): string =>
    format === 'json' ? found.json() : told.join('') + found.summary();
  return { ok: !found.failed, texts, lines, vmas, counts, differences, listed, notes, report };
}

function vmasOf(text: string | Uint8Array) {
  const reader = new VmaReader('against');
  reader.push(bytesOf(text));
  return reader.end();
}
