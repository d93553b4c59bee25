/**
 * A strategy as text: NAME[:key=value[,key=value…]], read by a list of what there is, and written
 * back with the options that differ from their defaults, in the order of the list.
 */
import { nearest } from '../base/nearest.ts';
import type { GapLevel, Strategy, TearingLevel } from '../proc/strategy.ts';

export interface OptionInfo {
  readonly key: string;
  /** Accepted values, the default first. */
  readonly values: readonly string[];
}

/** What `mapsim strategies` prints and the conformance tests hold a strategy to. */
export interface StrategyInfo {
  /** `rcu-retryN` stands for every N >= 0. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly source: string;
  readonly tearing: TearingLevel;
  readonly gaps: GapLevel;
  readonly progress: 'bounded' | 'unbounded';
  readonly options: readonly OptionInfo[];
}

/** Option values by key; every option of the strategy is there. */
export type Values = Readonly<Record<string, string>>;

export interface StrategyEntry extends StrategyInfo {
  /** @param n the N of a family name @param name canonical */
  make(name: string, values: Values, n: number): Strategy;
}

/** N of a family name has at most this many digits: a limit beyond reach is no limit. */
const FAMILY_DIGITS_MAX = 9;

export interface ParsedStrategy {
  readonly ok: true;
  readonly canonical: string;
  readonly info: StrategyInfo;
  make(): Strategy;
}

export interface StrategyFault {
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

/** Reads NAME[:key=value[,key=value…]]. */
export function readStrategy(
  entries: readonly StrategyEntry[],
  text: string,
): ParsedStrategy | StrategyFault {
  const colon = text.indexOf(':');
  const written = colon < 0 ? text : text.slice(0, colon);
  const found = entryOf(entries, written);
  if (found === null) return unknownStrategy(entries, written);
  const { entry, name, n } = found;
  const values: Record<string, string> = {};
  for (const option of entry.options) values[option.key] = option.values[0]!;
  if (colon >= 0) {
    const fault = readOptions(text, colon + 1, { entry, values, name });
    if (fault !== null) return fault;
  }
  const differing = entry.options
    .filter((option) => values[option.key] !== option.values[0])
    .map((option) => `${option.key}=${values[option.key]}`);
  const canonical = differing.length === 0 ? name : `${name}:${differing.join(',')}`;
  return { ok: true, canonical, info: entry, make: () => entry.make(canonical, values, n) };
}

function entryOf(
  entries: readonly StrategyEntry[],
  written: string,
): { entry: StrategyEntry; name: string; n: number } | null {
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

function unknownStrategy(entries: readonly StrategyEntry[], written: string): StrategyFault {
  const known = entries.flatMap((entry) => [entry.name, ...entry.aliases]);
  // `rcu-rety3` is nearest to rcu-retry3: try the families with the number that was written.
  const digits = /[0-9]+$/.exec(written)?.[0] ?? '';
  const words = known.map((name) => (name.endsWith('N') ? `${name.slice(0, -1)}${digits}` : name));
  return {
    ok: false,
    error: `unknown strategy "${written}"`,
    nearest: nearest(written, words),
    offset: 0,
    length: written.length,
    known,
  };
}

function readOptions(
  text: string,
  from: number,
  into: {
    readonly entry: StrategyEntry;
    readonly values: Record<string, string>;
    readonly name: string;
  },
): StrategyFault | null {
  const { entry, values, name } = into;
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
        keys.length === 0 ? `strategy "${name}" takes no options` : `unknown option "${key}"`;
      return {
        ...at,
        error: `${error}${keys.length === 0 ? '' : ` of "${name}"`}`,
        nearest: nearest(key, keys),
        known: keys,
      };
    }
    if (seen.has(key)) {
      return { ...at, error: `option "${key}" is given twice`, nearest: null, known: keys };
    }
    seen.add(key);
    const value = equals < 0 ? '' : part.slice(equals + 1);
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

/** Splits a comma-separated list of strategies: a part with `=` belongs to the one before it. */
export function splitStrategies(list: string): string[] {
  const strategies: string[] = [];
  for (const part of list.split(',')) {
    const last = strategies.length - 1;
    const continues = last >= 0 && part.includes('=') && !part.includes(':');
    if (continues) strategies[last] += `,${part}`;
    else strategies.push(part);
  }
  return strategies;
}
