/**
 * An item of a list with options, as text: NAME[:key=value[,key=value…]]. The text is parsed with
 * the list of known items, and written with the options that differ from their defaults, in the
 * list's order.
 */
import { UserError } from './errors.ts';
import { nearest } from './nearest.ts';

interface OptionInfo {
  readonly key: string;
  /** Accepted values, the default first. */
  readonly values: readonly string[];
  /** Other words for them. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** An entry of a list that choices are read by. */
export interface ChoiceInfo {
  /** A name that ends in N is a family: it stands for every N >= 0. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly options: readonly OptionInfo[];
}

/** Option values by key; every option of the entry is there. */
export type Values = Readonly<Record<string, string>>;

/** A choice that was read. Plain data, so that threads can be sent it. */
export interface Choice {
  /** The canonical text of an entry, or the path of a file of the user's own. */
  readonly text: string;
  /** Name of the entry; null: a file. */
  readonly entry: string | null;
  /** The N of a family. */
  readonly n: number;
  readonly values: Values;
}

/** Whether a text is the path of a file of the user's own. */
export function isOwnFile(text: string): boolean {
  return /\.m?js$/.test(text);
}

export function ownChoice(path: string): Choice {
  return { text: path, entry: null, n: 0, values: {} };
}

/** N of a family name has at most this many digits: a limit beyond reach is no limit. */
const FAMILY_DIGITS_MAX = 9;

export interface ChoiceError {
  readonly ok: false;
  /** What is wrong, e.g. `unknown strategy "rcu-rety3"`. */
  readonly error: string;
  /** The nearest thing that would be right, or null. */
  readonly nearest: string | null;
  /** Where in the text: offset and length. */
  readonly offset: number;
  readonly length: number;
  /** What would be accepted there. */
  readonly known: readonly string[];
}

/** @param what the entries are, for messages: `strategy` */
export function readChoice(
  entries: readonly ChoiceInfo[],
  text: string,
  what: string,
): { readonly ok: true; readonly choice: Choice } | ChoiceError {
  const colon = text.indexOf(':');
  const written = colon < 0 ? text : text.slice(0, colon);
  const found = entryOf(entries, written);
  if (found === null) return unknownName(entries, written, what);
  const { entry, name, n } = found;
  const values: Record<string, string> = {};
  for (const option of entry.options) values[option.key] = option.values[0]!;
  if (colon >= 0) {
    const fault = readOptions(text, colon + 1, { entry, values, name, what });
    if (fault !== null) return fault;
  }
  const differing = entry.options
    .filter((option) => values[option.key] !== option.values[0])
    .map((option) => `${option.key}=${values[option.key]}`);
  const canonical = differing.length === 0 ? name : `${name}:${differing.join(',')}`;
  return { ok: true, choice: { text: canonical, entry: entry.name, n, values } };
}

function entryOf(
  entries: readonly ChoiceInfo[],
  written: string,
): { entry: ChoiceInfo; name: string; n: number } | null {
  for (const entry of entries) {
    if (entry.name === written || entry.aliases.includes(written)) {
      if (!entry.name.endsWith('N')) return { entry, name: entry.name, n: 0 };
    }
    if (!entry.name.endsWith('N')) continue;
    const family = entry.name.slice(0, -1);
    const digits = written.slice(family.length);
    if (written.startsWith(family) && /^[0-9]+$/.test(digits)) {
      if (digits.length > FAMILY_DIGITS_MAX) return null;
      const n = Number(digits);
      return { entry, name: `${family}${n}`, n };
    }
  }
  return null;
}

function unknownName(entries: readonly ChoiceInfo[], written: string, what: string): ChoiceError {
  const known = entries.flatMap((entry) => [entry.name, ...entry.aliases]);
  // `rcu-rety3` is nearest to rcu-retry3: try the families with the number that was written.
  const digits = /[0-9]+$/.exec(written)?.[0] ?? '';
  const isFamily = entries.some(({ name }) => name === written); // rcu-retryN, as lists have it
  const words = known.map((name) => (name.endsWith('N') ? `${name.slice(0, -1)}${digits}` : name));
  return {
    ok: false,
    error: `unknown ${what} "${written}"`,
    nearest: isFamily ? `${written.slice(0, -1)}3` : nearest(written, words),
    offset: 0,
    length: written.length,
    known,
  };
}

function readOptions(
  text: string,
  from: number,
  into: {
    readonly entry: ChoiceInfo;
    readonly values: Record<string, string>;
    readonly name: string;
    readonly what: string;
  },
): ChoiceError | null {
  const { entry, values, name, what } = into;
  const keys = entry.options.map((option) => option.key);
  const seen = new Set<string>();
  let offset = from;
  for (const part of text.slice(from).split(',')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const option = entry.options.find((candidate) => candidate.key === key);
    const at = { ok: false as const, offset, length: Math.max(key.length, 1) };
    if (option === undefined) {
      const error =
        keys.length === 0
          ? `${what} "${name}" takes no options`
          : `unknown option "${key}" of "${name}"`;
      return { ...at, error, nearest: nearest(key, keys), known: keys };
    }
    if (seen.has(key)) {
      return { ...at, error: `option "${key}" is given twice`, nearest: null, known: keys };
    }
    seen.add(key);
    const written = equals < 0 ? '' : part.slice(equals + 1);
    const value = option.aliases?.[written] ?? written;
    if (!option.values.includes(value)) {
      return {
        ok: false,
        error:
          equals < 0
            ? `option "${key}" needs a value`
            : `unknown value "${value}" of option "${key}"`,
        nearest: nearest(value, option.values),
        offset: offset + (equals < 0 ? 0 : equals + 1),
        length: Math.max(equals < 0 ? key.length : value.length, 1),
        known: option.values,
      };
    }
    values[key] = value;
    offset += part.length + 1;
  }
  return null;
}

/**
 * Splits a comma-separated list of choices: a part with `=` belongs to the one before it, and
 * `rcu-retry0..5` is a range. @throws UserError
 */
export function splitChoices(list: string): string[] {
  const choices: string[] = [];
  for (const part of list.split(',')) {
    const last = choices.length - 1;
    const continues = last >= 0 && part.includes('=') && !part.includes(':');
    if (continues) choices[last] += `,${part}`;
    else choices.push(part);
  }
  return choices.flatMap(expanded);
}

/** A range of a family may have so many members. */
const RANGE_MAX = 100;

/** `rcu-retry0..5:wait=none` is six choices. */
function expanded(choice: string): string[] {
  const range = /^([a-z-]+)([0-9]{1,9})\.\.([0-9]{1,9})((?::.*)?)$/.exec(choice);
  if (range === null) return [choice];
  const [, family, first, last, options] = range;
  const count = Number(last) - Number(first) + 1;
  if (count < 1) throw new UserError(`${choice}: a range rises, as in ${family}0..5`);
  if (count > RANGE_MAX) throw new UserError(`${choice}: a range has at most ${RANGE_MAX} members`);
  return Array.from({ length: count }, (_, i) => `${family}${Number(first) + i}${options}`);
}
