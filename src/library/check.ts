/** Checks of maps texts. */
import { MapsCheck, VmaReader } from '../check/maps-check.ts';
import type { FindingKind } from '../check/text-checker.ts';
import { bytesOf } from './given.ts';

export interface CheckOptions {
  /** Name of the text for messages; `stdin` if not given. */
  readonly name?: string;
  /** Another text: VMAs that differ are listed. */
  readonly against?: string | Uint8Array;
}

export interface Checked {
  /** Nothing is wrong, nothing differs, and there was a text. */
  readonly ok: boolean;
  readonly texts: number;
  readonly lines: number;
  readonly vmas: number;
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** VMAs that differ from those of `against`; 0 without it. */
  readonly differences: number;
  /** Findings and differences as `mapsim/check@1` lists them, at most 1000. */
  readonly listed: readonly Readonly<Record<string, unknown>>[];
  /** How the lines of maps were found, where the text has others. */
  readonly notes: readonly string[];
  /** What `mapsim check` prints on standard output. */
  report(format?: 'text' | 'json'): string;
}

/**
 * Checks one or several maps texts, one behind the other, against what the kernel guarantees.
 * @throws UserError where `against` is not one maps text
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
