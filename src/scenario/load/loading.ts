/**
 * The shared state of loading: the caller's lists, the file, the faults so far, and the conversions
 * that can fail.
 */

import type { Choice, ChoiceError } from '../../base/choice.ts';
import { UserError } from '../../base/errors.ts';
import { dirname, isAbsolute, joinPaths } from '../../base/posix-path.ts';
import type { readTrace as ReadTrace } from '../../trace/read-trace.ts';
import type { Duration, Scenario } from '../scenario.ts';
import { parseAddress, parseDuration } from '../units.ts';
import type { Fault, FaultList, Span } from './faults.ts';
import { show } from './faults.ts';
import type { FileSpecs } from './files.ts';
import { describeFound } from './found-lines.ts';
import { type FoundText, findMapsText } from './found-text.ts';
import type { Places } from './parse.ts';
import type { Path } from './place.ts';
import type { DurationArgs } from './schema-parts.ts';

/** What a scenario may refer to, as far as its loader cannot know it by itself. */
export interface LoadEnv {
  /**
   * Bytes of a file. The path is relative to the working directory, as the scenario's own is.
   * @throws UserError that says why it cannot be read
   */
  readFile(path: string): Uint8Array;
  strategies(text: string): { readonly ok: true; readonly choice: Choice } | ChoiceError;
  /** Whether a scenario may name a path: what it names is a program. Left out: it may not. */
  readonly allowCode?: boolean;
  readonly costs: { readonly presets: readonly string[]; readonly names: readonly string[] };
  /**
   * Looks at an expression of failOn; without it all are accepted.
   * @throws UserError that says what is wrong with it
   */
  failOn?(expression: string): unknown;
  /** Reads logs; without it there must be none. Its code is large, and few scenarios have a log. */
  readonly readTrace?: typeof ReadTrace;
  /** Hears of what is no fault and worth knowing: lines of a trace that were not understood. */
  note?(message: string): void;
  /** Readers and writers, by name, that would loop without simulated time passing. */
  zeroTimeLoop?(scenario: Scenario): readonly { readonly name: string; readonly error: string }[];
}

export type Loaded =
  | { readonly ok: true; readonly scenario: Scenario }
  /** `dropped`: faults beyond those listed. */
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly dropped: number };

export interface Loading {
  readonly env: LoadEnv;
  readonly faults: FaultList;
  readonly places: Places;
  readonly files: FileSpecs;
  /** Path of the scenario file, `-` for standard input. */
  readonly file: string;
  /** Takes the bytes of each file referred to, in order. */
  readonly hash: { update(bytes: Uint8Array): unknown };
  /** Maps texts of the files referred to, by name. */
  readonly texts: Map<string, FoundText>;
  /** So many ranges may still be looked at for selectors: operations times VMAs is too many. */
  rangesLeft: number;
  /** Pages of 4 KiB in a page of the machine, in which the scenario counts. */
  pagesPerPage: number;
}

/** A fault at the value of this path. */
export function refuse(
  loading: Loading,
  path: Path,
  message: string,
  hint: string | null = null,
): void {
  loading.faults.add(loading.places.value(path), message, hint);
}

/** A file that the scenario refers to, noted in its hash; null after a fault. */
export function readReferred(
  { env, faults, file, hash, places }: Loading,
  path: Path,
  name: string,
): { readonly shown: string; readonly bytes: Uint8Array } | null {
  const shown = isAbsolute(name) ? name : joinPaths(dirname(file), name);
  try {
    const bytes = env.readFile(shown);
    hash.update(bytes);
    return { shown, bytes };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const key = path.findLast((step) => typeof step === 'string');
    faults.add(places.value(path), `${key}: ${error.message}`, null, true);
    return null;
  }
}

/** Whether a file lies outside the folder of the scenario that names it: it may be anybody's. */
export function isOutside(name: string): boolean {
  return isAbsolute(name) || joinPaths('.', name).startsWith('..');
}

/** The maps text of a file that a scenario names; what was done to find it is noted once. */
export function mapsTextOf(
  { env, texts }: Loading,
  name: string,
  { shown, bytes }: { readonly shown: string; readonly bytes: Uint8Array },
): FoundText {
  const known = texts.get(shown);
  if (known !== undefined) return known;
  const found = findMapsText(shown, bytes);
  texts.set(shown, found);
  const { report } = found;
  const told = isOutside(name) ? { ...report, prefix: '' } : report;
  if (report.found > 0) for (const words of describeFound(shown, told)) env.note?.(words);
  return found;
}

/** `s.yaml:3:5`, to cite a second place. */
export function cite(span: Span): string {
  return `${span.file}:${span.line}:${span.column}`;
}

export function labelled(path: Path, value: unknown, error: string): string {
  const key = path.findLast((step) => typeof step === 'string');
  return `${key}: ${show(value)} ${error}`;
}

/** ns of a fixed duration; 0 after a fault. */
export function fixedNs(loading: Loading, path: Path, value: number | string): number {
  const ns = parseDuration(value);
  if (typeof ns === 'number') return ns;
  refuse(loading, path, labelled(path, value, ns.error));
  return 0;
}

export function durationNs(loading: Loading, path: Path, value: DurationArgs): Duration {
  if (typeof value !== 'object') return fixedNs(loading, path, value);
  if (value.exp !== undefined) return { exp: fixedNs(loading, [...path, 'exp'], value.exp) };
  const at = [...path, 'uniform'];
  const [least = 0, most = 0] = (value.uniform ?? []).map((bound, index) =>
    fixedNs(loading, [...at, index], bound),
  );
  if (least > most) refuse(loading, at, `uniform: ${least} ns is more than ${most} ns`);
  return { uniform: [least, most] };
}

/** Page index; null after a fault. */
export function pageAt(loading: Loading, path: Path, text: string): number | null {
  const page = parseAddress(text);
  if (typeof page === 'number') return page;
  refuse(loading, path, labelled(path, text, page.error));
  return null;
}
