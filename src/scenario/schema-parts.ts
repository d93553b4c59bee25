/**
 * The small parts that scenarios are made of: durations, sizes, addresses, names, files, selectors.
 *
 * The `error` of a leaf completes the sentence "X is not …". Regular expressions have no flags,
 * since JSON Schema could not carry them; no value is a bigint, for the same reason.
 */
import * as z from 'zod';

/** An object whose unknown keys are errors, except those that begin with `x-`. */
export function keys<S extends z.ZodRawShape>(what: string, shape: S) {
  return z
    .strictObject(shape, {
      // The message of an unknown key is the list of the known ones: shape.ts makes suggestions of
      // it.
      error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : what),
    })
    .meta({ patternProperties: { '^x-': true } });
}

/** Exactly one of these keys has to be there. */
export function exactlyOne<S extends z.ZodObject>(
  schema: S,
  names: readonly string[],
  message: string,
) {
  const description = z.globalRegistry.get(schema) ?? {};
  return schema
    .refine((value) => names.filter((name) => value[name] !== undefined).length === 1, {
      error: message,
      params: { oneOf: names }, // shape.ts looks at what was written, not at what was understood
    })
    .meta({ ...description, oneOf: names.map((name) => ({ required: [name] })) });
}

export const whole = (error: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.int({ error }).min(min, { error }).max(max, { error });

export const count = (what: string, max?: number) =>
  whole(`a number of ${what} ${max === undefined ? 'of 1 or more' : `from 1 to ${max}`}`, 1, max);

/** Of a 64-bit address space, less the last. */
export const PAGES = 2 ** 52 - 1;
export const pageCount = () => whole('a number of pages of 1 or more', 1, PAGES);
const NS = 'a whole number of ns of 0 or more';
const DURATION = 'a duration: whole ns, or text such as 250ns, 10us, 1.5ms, 2s';
const ADDRESS = 'an address: hexadecimal text such as "0x7f0000000000"';

export const DurationString = z
  .string({ error: DURATION })
  .regex(/^[0-9]+(\.[0-9]+)?(ns|us|ms|s)$/, { error: DURATION });

export const FixedDurationSchema = z
  .union([whole(NS, 0), DurationString], { error: DURATION })
  .meta({
    id: 'fixedDuration',
    description: 'Whole ns, or text with a unit: 250ns 10us 1.5ms 2s.',
  });

const Distribution = exactlyOne(
  keys('a distribution', {
    exp: FixedDurationSchema.optional().describe('Exponential with this mean.'),
    uniform: z
      .array(FixedDurationSchema, { error: 'a pair of durations: [LEAST, MOST]' })
      .length(2, { error: 'a pair of durations: [LEAST, MOST]' })
      .optional()
      .describe('Uniform over whole ns, both ends included.'),
  }),
  ['exp', 'uniform'],
  'a distribution has one key: exp or uniform',
);

export const DurationSchema = z
  .union([whole(NS, 0), DurationString, Distribution], {
    error: `${DURATION}, or {exp: MEAN}, or {uniform: [A, B]}`,
  })
  .meta({ id: 'duration', description: 'A time, fixed or drawn anew each time it is needed.' });

const SIZE = 'a size: bytes, or text such as 4k, 1m';
export const sizeOf = (min: number) =>
  z.union([whole(SIZE, min), z.string().regex(/^[0-9]{1,9}[km]$/, { error: SIZE })], {
    error: SIZE,
  });

export const Address = z
  .string({ error: ADDRESS })
  .regex(/^0x[0-9a-fA-F]{1,32}$/, { error: ADDRESS })
  .meta({ id: 'address', description: 'Hexadecimal text, a multiple of 0x1000.' });

export const PERMS = 'permissions: four letters such as rw-p, r-xp, r--s';
export const Perms = z
  .string({ error: PERMS })
  .regex(/^[r-][w-][x-][sp]$/, { error: PERMS })
  .meta({ id: 'perms', description: 'As maps prints them, for example rw-p.' });

const ANON_NAME =
  'a name for anonymous memory: at most 79 printable ASCII characters, none of \\ ` $ [ ]';
export const AnonName = z
  .string({ error: ANON_NAME })
  .regex(/^[ -#%-Z^_a-~]{0,79}$/, { error: ANON_NAME });

const TASK_NAME = 'a name: 1 to 64 characters, no spaces, no slashes';
// biome-ignore lint/suspicious/noControlCharactersInRegex: names go to terminals
const TASK_NAME_FORM = /^[^\s/\u0000-\u001f\u007f-\u009f]{1,64}$/;
export const TaskName = z
  .string({ error: TASK_NAME })

  .regex(TASK_NAME_FORM, { error: TASK_NAME });

export const TEXT = 'text';
export const Tag = z.string({ error: TEXT }).min(1, { error: 'a tag of at least one character' });
const DEVICE = 'a device: hexadecimal MAJOR:MINOR in quotes, such as "08:01"';
export const PATH = 'a path';

// biome-ignore lint/suspicious/noControlCharactersInRegex: no path holds a NUL
const PATH_FORM = /^[^\u0000]+$/;
export const FileSchema = keys('a file: {path, dev, inode}', {
  path: z.string({ error: PATH }).regex(PATH_FORM, { error: PATH }).describe('As maps prints it.'),
  dev: z
    .string({ error: DEVICE })
    .regex(/^[0-9a-f]{1,3}:[0-9a-f]{1,5}$/, { error: DEVICE })
    .describe('MAJOR:MINOR in hexadecimal, as maps prints it.'),
  inode: whole('an inode: a whole number', 0),
  offset: z
    .union([sizeOf(0), Address], {
      error: 'an offset: bytes, text such as 4k, or hexadecimal text',
    })
    .default(0)
    .describe('Offset into the file of the first page.'),
  open: whole('the number of an open of the file, from 0', 0)
    .default(0)
    .describe('Which open of the file this is. Mappings of different opens never merge.'),
}).meta({ id: 'file' });

export const SelectorSchema = keys('a selector: {tag, index, address, pick}', {
  tag: Tag.optional().describe('Ranges with this tag; without it, all.'),
  index: whole('an index of 0 or more', 0).optional().describe('Among those, from 0, by address.'),
  address: Address.optional().describe('The range that holds this address.'),
  pick: z.enum(['first', 'next', 'random']).default('first'),
}).meta({
  id: 'selector',
  description: 'Names ranges as given in vmas, whatever becomes of them.',
});
