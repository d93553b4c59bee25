/**
 * Parses YAML or JSON into plain data, with the place of every key and value for messages.
 *
 * If a text looks like JSON, JSON is tried first: JSON.parse is a hundred times faster than the
 * YAML parser, which is loaded only for other text (yaml-text.ts). The caller passes the YAML
 * parser.
 */
import { type FaultList, SourceText, type Span } from './faults.ts';
import { jsonFault } from './json-fault.ts';
import { JsonPlaces } from './json-places.ts';
import { isPlainJson, NESTING_MAX } from './json-scan.ts';
import type { Offsets, Path } from './place.ts';

const SOURCE_BYTES_MAX = 16 * 1024 * 1024;

/** The YAML parser, as a module that may not be loaded yet. */
export type Yaml = typeof import('./yaml-text.ts');

export function loadYaml(): Promise<Yaml> {
  return import('./yaml-text.ts');
}

/** A scenario or grid as it was read. */
export interface Source {
  /** As the user wrote it, relative to the working directory; `-` for standard input. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Null only where the text is plain JSON. */
  readonly yaml: Yaml | null;
  /** What is in it, if that is known already. */
  readonly json?: unknown;
}

/** With the YAML parser, if the text needs it. */
export async function sourceOf(path: string, bytes: Uint8Array): Promise<Source> {
  const isTried = looksLikeJson(bytes) && bytes.length <= SOURCE_BYTES_MAX;
  const json = isTried ? parseJson(new TextDecoder().decode(bytes)) : undefined;
  return json === undefined
    ? { path, bytes, yaml: await loadYaml() }
    : { path, bytes, yaml: null, json };
}

/** Finds where a value was written. */
export class Places {
  readonly #source: SourceText;
  readonly #find: (path: Path) => Offsets;

  constructor(source: SourceText, find: (path: Path) => Offsets) {
    this.#source = source;
    this.#find = find;
  }

  /** Where the value at this path stands: its first line. */
  value(path: Path): Span {
    const found = this.#find(path);
    return this.#source.span(found.start, found.end);
  }

  /** Where the last key of the path stands. */
  key(path: Path): Span {
    const found = this.#find(path);
    return this.#source.span(found.keyStart, found.keyEnd);
  }

  /** A part of a text scalar, if it stands there as it was read; else all of it. */
  within(path: Path, start: number, end: number, text: string): Span {
    const found = this.#find(path);
    for (const quote of [0, 1]) {
      const from = found.start + quote;
      if (this.#source.text.startsWith(text, from)) {
        return this.#source.span(from + start, from + end);
      }
    }
    return this.#source.span(found.start, found.end);
  }
}

interface Parsed {
  readonly value: unknown;
  readonly places: Places;
  readonly source: SourceText;
}

/** The data in a file, or null after faults. */
export function parseSource(
  { path, bytes, yaml, json: known }: Source,
  faults: FaultList,
): Parsed | null {
  const file = path === '-' ? 'stdin' : path;
  const text = decode(file, bytes, faults);
  if (text === null) return null;
  const source = new SourceText(file, text);
  const json = known ?? parseJson(text);
  if (json !== undefined) {
    const places = new JsonPlaces(text);
    return { value: json, places: new Places(source, (at) => places.find(at)), source };
  }
  const fault = /\.json$/i.test(file) ? jsonFault(text) : null; // else YAML takes it
  if (fault !== null) {
    faults.add(source.span(fault.at, fault.at + 1), `not JSON: ${fault.message}`);
    return null;
  }
  if (yaml === null) throw new Error(`${file}: not plain JSON, and there is no YAML parser`);
  const read = yaml.readYaml(source, faults);
  return read && { value: read.value, places: new Places(source, read.find), source };
}

function decode(file: string, bytes: Uint8Array, faults: FaultList): string | null {
  const fail = (message: string, hint: string | null = null): null => {
    faults.add({ file, line: 1, column: 1, endColumn: 2, text: null }, message, hint);
    return null;
  };
  if (bytes.length > SOURCE_BYTES_MAX) {
    return fail('the scenario is larger than 16 MiB', 'put VMAs into a maps text and use from:');
  }
  if (bytes.includes(0)) {
    return fail('the file is binary; a scenario is YAML or JSON text in UTF-8');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    return fail('the file is not UTF-8 text');
  }
  if (text.trim() === '') return fail('the file is empty; a scenario begins with "mapsim: 1"');
  return text;
}

/** Begins with a bracket, behind white space or a byte order mark at most. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20 && byte < 0x80);
  return first === 0x7b || first === 0x5b; // { or [
}

function parseJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isPlainJson(text, NESTING_MAX) ? value : undefined;
  } catch {
    return undefined; // deep nesting included: V8's own limit is a RangeError
  }
}
