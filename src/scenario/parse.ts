/**
 * YAML or JSON to plain data, with the place of every key and value kept for messages.
 *
 * YAML 1.2 core schema, one document, string keys, no merge keys, warnings are errors. Integers
 * beyond 2^53 stay exact (bigint). JSON is tried first where a text looks like it, since it is a
 * hundred times quicker; its places are worked out by the YAML parser only if something is wrong.
 */
import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  visit,
} from 'yaml';
import { type FaultList, SourceText, type Span } from './faults.ts';
import { isPlainJson } from './json-scan.ts';
import { NESTING_MAX, TOO_DEEP, TOO_MANY_ALIASES, tokensOf } from './yaml-guard.ts';

const SOURCE_BYTES_MAX = 16 * 1024 * 1024;

/** Keys and indices from the top of the file. */
export type Path = readonly (string | number)[];

/** Finds where a value was written. */
export class Places {
  readonly #source: SourceText;
  /** Undefined: not parsed yet. Null: has no places, everything stands at the start. */
  #document: Document.Parsed | null | undefined;

  constructor(source: SourceText, document?: Document.Parsed) {
    this.#source = source;
    this.#document = document;
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

  #find(path: Path): { start: number; end: number; keyStart: number; keyEnd: number } {
    if (this.#document === undefined) this.#document = compose(this.#source, null);
    let node: unknown = this.#document?.contents ?? null;
    let start = 0;
    let end = 1;
    let [keyStart, keyEnd] = [0, 1];
    const settle = (at: unknown): void => {
      const range = at === null || at === undefined ? undefined : (at as Node).range;
      // An empty value has no text: its key stands for it.
      [start, end] = range && range[1] > range[0] ? [range[0], range[1]] : [keyStart, keyEnd];
    };
    settle(node);
    for (const step of path) {
      const whole = isAlias(node) && this.#document ? node.resolve(this.#document) : node;
      if (isMap<ParsedNode, ParsedNode>(whole)) {
        const pair = whole.items.find(({ key }) => isScalar(key) && String(key.value) === step);
        if (!pair) break;
        [keyStart, keyEnd] = [pair.key.range[0], pair.key.range[1]];
        node = pair.value;
      } else if (isSeq(whole) && typeof step === 'number' && step in whole.items) {
        node = whole.items[step];
      } else break;
      settle(node);
      if (typeof step === 'number') [keyStart, keyEnd] = [start, end];
    }
    return { start, end, keyStart, keyEnd };
  }
}

interface Parsed {
  readonly value: unknown;
  readonly places: Places;
  readonly source: SourceText;
}

/** The data in a file, or null after faults. */
export function parseSource(file: string, bytes: Uint8Array, faults: FaultList): Parsed | null {
  const text = decode(file, bytes, faults);
  if (text === null) return null;
  const source = new SourceText(file, text);
  const json = parseJson(text);
  if (json !== undefined) return { value: json, places: new Places(source), source };
  const document = compose(source, faults);
  if (!document) return null;
  const value = toPlain(document, source, faults);
  return value === undefined ? null : { value, places: new Places(source, document), source };
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
    return fail('the file is binary, and a scenario is YAML or JSON text in UTF-8');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    return fail('the file is not UTF-8 text');
  }
  if (text.trim() === '') return fail('the file is empty, and a scenario begins with "mapsim: 1"');
  return text;
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

/** Where `faults` is null the text is known to be good, and only its places are wanted. */
function compose(source: SourceText, faults: FaultList | null): Document.Parsed | null {
  const tokens = tokensOf(source.text);
  if (!Array.isArray(tokens)) {
    const { at, message, hint } = tokens;
    faults?.add(source.span(at, at + 1), message, hint);
    return null;
  }
  const composer = new Composer({
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    intAsBigInt: true,
  });
  const documents = [...composer.compose(tokens, true, source.text.length)];
  const document = documents[0] as Document.Parsed | undefined;
  if (!document || !faults) return document ?? null;
  const before = faults.count;
  if (documents.length > 1) {
    const start = (documents[1] as Document.Parsed).range[0];
    faults.add(source.span(start, start + 3), 'a second document', 'a scenario is one');
  }
  for (const error of [...document.errors, ...document.warnings]) {
    faults.add(source.span(error.pos[0], error.pos[1]), yamlMessage(error.code, error.message));
  }
  refuseMergeKeys(document, source, faults);
  return faults.count > before ? null : document;
}

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same key twice';
  if (code === 'NON_STRING_KEY') return 'keys are plain words';
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function refuseMergeKeys(document: Document, source: SourceText, faults: FaultList): void {
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN') return;
      const [start, end] = key.range ?? [0, 1];
      faults.add(source.span(start, end), 'merge keys are not supported', 'write the keys out');
    },
  });
}

/** Plain data; integers that a number holds exactly are numbers. */
function toPlain(document: Document.Parsed, source: SourceText, faults: FaultList): unknown {
  const before = faults.count;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      const [start, end] = alias.range ?? [0, 1];
      faults.add(source.span(start, end), `no anchor &${alias.source} stands before this alias`);
    },
  });
  if (faults.count > before) return undefined;
  try {
    const value: unknown = document.toJS({
      maxAliasCount: 100,
      reviver: (_key, part: unknown) => {
        if (typeof part !== 'bigint') return part;
        const number = Number(part);
        return Number.isSafeInteger(number) ? number : part;
      },
    });
    // Only aliases can nest data deeper than its text, or in itself.
    if (!isDeeper(value, NESTING_MAX)) return value ?? null;
    faults.add(firstAlias(document, source), TOO_DEEP.message);
  } catch {
    const { message, hint } = TOO_MANY_ALIASES; // expanded, that is
    faults.add(firstAlias(document, source), message, hint);
  }
  return undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((part) => isDeeper(part, levels - 1));
}

function firstAlias(document: Document.Parsed, source: SourceText): Span {
  let found: Alias | null = null;
  visit(document, {
    Alias(_, alias) {
      found = alias;
      return visit.BREAK;
    },
  });
  const range = (found as Alias | null)?.range ?? [0, 1];
  return source.span(range[0], range[1]);
}
