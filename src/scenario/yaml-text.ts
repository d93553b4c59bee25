/**
 * YAML to plain data, with the place of every key and value: YAML 1.2 core schema, one document,
 * string keys, no merge keys, warnings are errors. Integers beyond 2^53 stay exact (bigint).
 *
 * Loaded for text that is not plain JSON, and for the places of faults in text that is.
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
import type { FaultList, SourceText, Span } from './faults.ts';
import { NESTING_MAX } from './json-scan.ts';
import type { Offsets, Path } from './place.ts';
import { TOO_DEEP, TOO_MANY_ALIASES, tokensOf } from './yaml-guard.ts';

/** A text as it was read. */
export interface YamlText {
  readonly value: unknown;
  readonly find: (path: Path) => Offsets;
}

/** The data in a text, or null after faults. */
export function readYaml(source: SourceText, faults: FaultList): YamlText | null {
  const document = compose(source, faults);
  if (!document) return null;
  const value = toPlain(document, source, faults);
  return value === undefined ? null : { value, find: (path) => find(document, path) };
}

/** Finds places in a text that is known to be good. */
export function placesIn(source: SourceText): (path: Path) => Offsets {
  const document = compose(source, null);
  return (path) => find(document, path);
}

function find(document: Document.Parsed | null, path: Path): Offsets {
  let node: unknown = document?.contents ?? null;
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
    const whole = isAlias(node) && document ? node.resolve(document) : node;
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
