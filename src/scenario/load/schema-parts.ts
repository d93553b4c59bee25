/**
 * The small parts of scenarios: durations, sizes, addresses, names, files, selectors.
 *
 * The message of a leaf completes the sentence "X is not …". Regular expressions have no flags,
 * since JSON Schema could not carry them; no value is a bigint, for the same reason.
 */
import * as v from 'valibot';
import { about } from '../../base/forms.ts';

/** An object whose unknown keys are errors, except those that begin with `x-`. */
export function keys<E extends v.ObjectEntries>(what: string, entries: E) {
  return v.pipe(
    // biome-ignore lint/suspicious/noExplicitAny: what the second schema takes is judged by it
    v.custom<any>((value) => !Array.isArray(value) && value instanceof Object, what),
    // The message of a missing key is that of its value; that of an unknown key is the list of the
    // known ones: shape.ts makes suggestions of it.
    v.strictObject(entries, ({ expected }) => messageOf(entries, expected)),
  );
}

/** @param expected the name of the missing key in quotes, or never */
function messageOf(entries: v.ObjectEntries, expected: string | null): string {
  if (expected === 'never') return Object.keys(entries).join(' ');
  type Value = { readonly message?: unknown; readonly wrapped?: Value };
  let value: Value | undefined = entries[JSON.parse(expected ?? '')] as Value;
  while (value?.wrapped) value = value.wrapped;
  return String(value?.message);
}

/** One of these words. */
export function oneWord<const W extends readonly string[]>(words: W) {
  return v.picklist(words, words.join(' '));
}

export const YES_OR_NO = 'true or false';
export const flag = (what: string) => about(what, v.optional(v.boolean(YES_OR_NO), false));

/** Exactly one of these keys has to be there. */
export function exactlyOne<I, T extends Partial<Record<K, unknown>>, K extends string>(
  schema: v.GenericSchema<I, T>,
  names: readonly K[],
  message: string,
): v.GenericSchema<I, T> {
  const hasOne = (value: T) => names.filter((name) => value[name] !== undefined).length === 1;
  return v.pipe(
    schema,
    v.check(Object.assign(hasOne, { names }), message), // shape.ts looks at what was written
    v.metadata({ oneOf: names.map((name) => ({ required: [name] })) }),
  );
}

export const whole = (message: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );

export const count = (what: string, max?: number) =>
  whole(`a number of ${what} ${max === undefined ? 'of 1 or more' : `from 1 to ${max}`}`, 1, max);

/** Of a 64-bit address space, less the last. */
export const PAGES = 2 ** 52 - 1;
export const pageCount = () => whole('a number of pages of 1 or more', 1, PAGES);

const text = (message: string, form: RegExp) => v.pipe(v.string(message), v.regex(form, message));

const NS = 'a whole number of ns of 0 or more';
const DURATION = 'a duration: whole ns, or text such as 250ns, 10us, 1.5ms, 2s';
const ADDRESS = 'an address: hexadecimal text such as "0x7f0000000000"';

export const DurationString = text(DURATION, /^[0-9]+(\.[0-9]+)?(ns|us|ms|s)$/);

export const FixedDurationSchema = about(
  'Whole ns, or text with a unit: 250ns 10us 1.5ms 2s.',
  v.union([whole(NS, 0), DurationString], DURATION),
);

const PAIR = 'a pair of durations: [LEAST, MOST]';
const Distribution = exactlyOne(
  keys('a distribution', {
    exp: about('Exponential with this mean.', v.optional(FixedDurationSchema)),
    uniform: about(
      'Uniform over whole ns, both ends included.',
      v.optional(v.pipe(v.array(FixedDurationSchema, PAIR), v.length(2, PAIR))),
    ),
  }),
  ['exp', 'uniform'],
  'a distribution has one key: exp or uniform',
);

export const DurationSchema = about(
  'A time, fixed or drawn each time it is needed.',
  v.union(
    [whole(NS, 0), DurationString, Distribution],
    `${DURATION}, or {exp: MEAN}, or {uniform: [A, B]}`,
  ),
);

const SIZE = 'a size: bytes, or text such as 4k, 1m';
export const sizeOf = (min: number) =>
  v.union([whole(SIZE, min), text(SIZE, /^[0-9]{1,9}[km]$/)], SIZE);

export const Address = about(
  'Hexadecimal text, a multiple of 0x1000.',
  text(ADDRESS, /^0x[0-9a-fA-F]{1,32}$/),
);

export const PERMS = 'permissions: four letters such as rw-p, r-xp, r--s';
export const Perms = about(
  'Permissions as maps prints them, for example rw-p.',
  text(PERMS, /^[r-][w-][x-][sp]$/),
);

export const AnonName = text(
  'a name for anonymous memory: at most 79 printable ASCII characters, none of \\ ` $ [ ]',
  /^[ -#%-Z^_a-~]{0,79}$/,
);

export const TaskName = text(
  'a name: 1 to 64 visible characters, no slashes, no :: in front',
  /^(?!::)[^\s/\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u,
);

export const TEXT = 'text';
export const Tag = v.pipe(v.string(TEXT), v.minLength(1, 'a tag of at least one character'));
export const PATH = 'a path';

export const FileSchema = keys('a file: {path, dev, inode}', {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path holds a NUL
  path: about('The path as maps prints it.', text(PATH, /^[^\u0000]+$/)),
  dev: about(
    'The device as maps prints it: MAJOR:MINOR in hexadecimal.',
    text(
      'a device: hexadecimal MAJOR:MINOR in quotes, such as "08:01"',
      /^[0-9a-f]{1,3}:[0-9a-f]{1,5}$/,
    ),
  ),
  inode: about('The inode as maps prints it.', whole('an inode: a whole number', 0)),
  offset: about(
    'The offset of the first page in the file.',
    v.optional(
      v.union([sizeOf(0), Address], 'an offset: bytes, text such as 4k, or hexadecimal text'),
      0,
    ),
  ),
  open: about(
    'Number of the open() of the file; mappings of different opens never merge.',
    v.optional(whole('the number of an open of the file, from 0', 0), 0),
  ),
});

export const SelectorSchema = about(
  'Selects ranges of vmas as they were at the start, even if they have changed.',
  keys('a selector: {tag, index, address, pick}', {
    tag: about('Ranges with this tag; default: all ranges.', v.optional(Tag)),
    index: about(
      'The index of a range among these, by address, from 0.',
      v.optional(whole('an index of 0 or more', 0)),
    ),
    address: about('The range that contains this address.', v.optional(Address)),
    pick: about(
      'The choice among several ranges: the lowest, each in turn, or a random one each time.',
      v.optional(oneWord(['first', 'next', 'random']), 'first'),
    ),
  }),
);

export type FileArgs = v.InferOutput<typeof FileSchema>;
export type SelectorArgs = v.InferOutput<typeof SelectorSchema>;
export type DurationArgs = v.InferOutput<typeof DurationSchema>;
