/**
 * Parses YAML into plain data, with the place of every key and value: YAML 1.2 core schema, one
 * document, string keys, no merge keys, warnings are errors. Integers beyond 2^53 stay exact
 * (bigint).
 *
 * This file is loaded for text that is not plain JSON. Parsing stops at the hundredth fault, so
 * broken YAML costs no more than good YAML.
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
  type Pair,
  type ParsedNode,
  visit,
  type YAMLMap,
} from 'yaml';
import { EnoughFaults, type FaultList, type SourceText, type Span } from './faults.ts';
import { NESTING_MAX } from './json-scan.ts';
import type { Offsets, Path } from './place.ts';
import { TOO_DEEP, TOO_MANY_ALIASES, tokensOf, YAML_FAULTS_MAX } from './yaml-guard.ts';

/** YAML takes some 3 s and 300 MB for each MB, JSON a hundredth of both. */
export const YAML_CHARS_MAX = 4 * 1024 * 1024;

/** A text as it was read. */
export interface YamlText {
  readonly value: unknown;
  readonly find: (path: Path) => Offsets;
}

/** The data in a text, or null after faults. */
export function readYaml(source: SourceText, faults: FaultList): YamlText | null {
  if (source.text.length > YAML_CHARS_MAX) {
    const message = 'text of more than 4 MiB that is not JSON';
    const hint = 'write JSON, or put the VMAs into a maps text and use from:';
    faults.add(source.span(0, 1), message, hint);
    return null;
  }
  const document = compose(source, faults);
  if (!document) return null;
  const value = toPlain(document, source, faults);
  return value === undefined ? null : { value, find: (path) => find(document, path) };
}

function find(document: Document.Parsed, path: Path): Offsets {
  let node: unknown = document.contents;
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
    const whole = isAlias(node) ? node.resolve(document) : node;
    if (isMap<ParsedNode, ParsedNode>(whole)) {
      const pair = pairsOf(whole).get(String(step));
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

/** Pairs of the maps that were looked into, by key. */
const pairsOfMaps = new WeakMap<object, Map<string, Pair<ParsedNode, ParsedNode | null>>>();

function pairsOf(map: YAMLMap<ParsedNode, ParsedNode | null>) {
  let pairs = pairsOfMaps.get(map);
  if (pairs === undefined) {
    pairs = new Map();
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      if (key !== null && !pairs.has(key)) pairs.set(key, pair);
    }
    pairsOfMaps.set(map, pairs);
  }
  return pairs;
}

function compose(source: SourceText, faults: FaultList): Document.Parsed | null {
  const tokens = tokensOf(source.text);
  if (!Array.isArray(tokens)) {
    const { at, message, hint } = tokens;
    faults.add(source.span(at, at + 1), message, hint);
    return null;
  }
  const composer = new Composer({
    version: '1.2',
    strict: true,
    uniqueKeys: false, // each key would be compared with each: see refuseKeys
    stringKeys: true,
    intAsBigInt: true,
  });
  const found = new YamlFaults(source, faults);
  // The composer's own hook, which would keep an object with a stack for each fault.
  Object.assign(composer, {
    onError: (at: ErrorSource, code: string, message: string) => found.add(at, code, message),
  });
  const documents: Document.Parsed[] = [];
  try {
    for (const token of tokens) {
      if (token.type === 'error') found.add(token, 'UNEXPECTED_TOKEN', errorText(token));
      else documents.push(...(composer.next(token) as Iterable<Document.Parsed>));
    }
    documents.push(...(composer.end(true, source.text.length) as Iterable<Document.Parsed>));
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
    return null;
  }
  const document = documents[0];
  if (!document) return null;
  if (documents.length > 1) {
    const start = documents[1]!.range[0];
    faults.add(source.span(start, start + 3), 'a second document', 'a scenario is one document');
  }
  refuseKeys(document, source, faults);
  return faults.count > 0 ? null : document;
}

/** Where the composer says that a fault is. */
type ErrorSource =
  | number
  | readonly [number, number]
  | { readonly offset: number; readonly source?: string };

/** What the composer complains of, up to the hundredth. */
class YamlFaults {
  readonly #source: SourceText;
  readonly #faults: FaultList;
  #count = 0;

  constructor(source: SourceText, faults: FaultList) {
    this.#source = source;
    this.#faults = faults;
  }

  add(at: ErrorSource, code: string, message: string): void {
    const [start, end] = extentOf(at);
    if (this.#count >= YAML_FAULTS_MAX) throw new EnoughFaults(); // the composer catches it at times
    this.#count++;
    this.#faults.add(this.#source.span(start, end), yamlMessage(code, message));
  }
}

function extentOf(at: ErrorSource): readonly [number, number] {
  if (typeof at === 'number') return [at, at + 1];
  if ('offset' in at) return [at.offset, at.offset + (at.source?.length ?? 1)];
  return at;
}

function errorText({ message, source }: { message: string; source: string }): string {
  return source === '' ? message : `${message}: ${JSON.stringify(source.slice(0, 60))}`;
}

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same key is given twice';
  if (code === 'NON_STRING_KEY') return 'a key has to be a plain word';
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** Keys that come twice, and merge keys. */
function refuseKeys(document: Document, source: SourceText, faults: FaultList): void {
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const [start, end] = key.range ?? [0, 1];
        if (keys.has(key.value)) faults.add(source.span(start, end), 'the same key is given twice');
        keys.add(key.value);
        if (key.value === '<<' && key.type === 'PLAIN') {
          const hint = 'write the keys out';
          faults.add(source.span(start, end), 'merge keys are not supported', hint);
        }
      }
    },
  });
}

/** Plain data; integers that a number holds exactly are numbers. */
function toPlain(document: Document.Parsed, source: SourceText, faults: FaultList): unknown {
  const before = faults.count;
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        const [start, end] = node.range ?? [0, 1];
        faults.add(source.span(start, end), `there is no anchor &${node.source} before this alias`);
      }
    },
  });
  if (faults.count > before) return undefined;
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Only aliases can make data larger than its text, or nest it more deeply, or in itself.
    const { size } = measured(value, NESTING_MAX, new Map());
    if (size <= YAML_CHARS_MAX) return typeof value === 'bigint' ? exact(value) : (value ?? null);
    const { message, hint } = size === Infinity ? TOO_DEEP : TOO_MANY_ALIASES;
    faults.add(firstAlias(document, source), message, hint);
  } catch {
    const { message, hint } = TOO_MANY_ALIASES; // expanded, that is
    faults.add(firstAlias(document, source), message, hint);
  }
  return undefined;
}

interface Extent {
  /** Values in it, each as often as it stands there. */
  readonly size: number;
  readonly levels: number;
}

const ENDLESS: Extent = { size: Infinity, levels: Infinity };

/** A number, if one holds it exactly. */
function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** Makes numbers of integers. ENDLESS if it holds itself or is nested more than `levels` deep. */
function measured(value: unknown, levels: number, known: Map<unknown, Extent>): Extent {
  if (typeof value !== 'object' || value === null) return { size: 1, levels: 0 };
  const before = known.get(value);
  if (before !== undefined) return before.levels > levels ? ENDLESS : before;
  if (levels === 0) return ENDLESS;
  known.set(value, ENDLESS);
  let [size, deepest] = [1, 0];
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === 'bigint') (value as Record<string, unknown>)[key] = exact(part);
    const inner = measured(part, levels - 1, known);
    size += inner.size;
    deepest = Math.max(deepest, inner.levels);
  }
  const extent = { size, levels: deepest + 1 };
  known.set(value, extent);
  return extent;
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
