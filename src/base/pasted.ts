/**
 * Undoes what tools and pages do to lines of other programs: JSON records, terminal colours, HTML
 * characters. Each function returns its input if there is nothing to undo.
 */
import { bytesOfText } from './latin1.ts';

/** Where loggers put the line. */
const LINE_KEYS = ['log', 'message', 'MESSAGE', 'msg', 'line', 'text', 'event'];

/** The line in `{"log":"…\n","stream":"stdout"}`; null where it is no such record. */
export function lineOfRecord(text: string): string | null {
  if (!/^\s*\{\s*"/.test(text)) return null;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof record !== 'object' || record === null) return null;
  for (const key of LINE_KEYS) {
    const value: unknown = Object.hasOwn(record, key) ? Reflect.get(record, key) : undefined;
    if (typeof value === 'string') return asBytes(value.replace(/\r?\n$/, ''));
  }
  return null;
}

/** Texts nest no deeper than that in anything that a logger writes. */
const DEPTH_MAX = 8;

/** All texts of a line that is JSON, in their order; none where it is something else. */
export function textsOfJson(line: string): string[] {
  if (!/^\s*[[{"]/.test(line)) return [];
  let value: unknown;
  try {
    value = JSON.parse(line.replace(/,\s*$/, ''));
  } catch {
    return [];
  }
  const texts: string[] = [];
  const collect = (part: unknown, depth: number): void => {
    if (typeof part === 'string') texts.push(asBytes(part));
    else if (typeof part === 'object' && part !== null && depth < DEPTH_MAX) {
      for (const inner of Object.values(part)) collect(inner, depth + 1);
    }
  };
  collect(value, 0);
  return texts;
}

/** Escapes such as \\u2026 as UTF-8; what came as bytes stays. */
function asBytes(text: string): string {
  return text.replace(/[\u0100-\uffff]+/g, bytesOfText);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const COLOURS = /\u001b\[[0-9;]*[mK]/g;

export function withoutColours(text: string): string {
  return text.replace(COLOURS, '');
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  amp: '&',
};

/** `&lt;`, `&#91;`, `&#x5b;`; characters above 255 are no bytes of a line and stay as they are. */
export function withoutEntities(text: string): string {
  return text.replace(
    /&(?:#([0-9]{1,6})|#[xX]([0-9a-fA-F]{1,5})|([a-z]{2,4}));/g,
    (all, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return NAMED[name] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      if (code === 0xa0) return ' ';
      return code < 0x100 ? String.fromCharCode(code) : all;
    },
  );
}
