/**
 * Checks one part of a scenario against its schema, and describes its faults in our own words.
 *
 * A part with faults is checked again without the faulty values, so that all faults of a file are
 * found at once. valibot gives paths, and `Places` gives the place of a path in the file.
 */
import * as v from 'valibot';
import { nearest } from '../../base/nearest.ts';
import { type FaultList, type Span, show } from './faults.ts';
import type { Places } from './parse.ts';
import type { Path } from './place.ts';

/** Where to report, and where in the file the checked value stands. */
interface ShapeContext {
  readonly faults: FaultList;
  readonly places: Places;
}

/** What does not fit, and where: a value, unknown keys of an object, or a rule on its keys. */
type Misfit = { readonly path: Path } & (
  | { readonly kind: 'value'; readonly expected: string; readonly words: readonly string[] | null }
  | { readonly kind: 'keys'; readonly keys: readonly string[]; readonly known: readonly string[] }
  | { readonly kind: 'rule'; readonly names: readonly string[]; readonly message: string }
);

/** What the schema makes of the value, if need be without its faulty parts; null: nothing. */
export function checkShape<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  path: Path,
  context: ShapeContext,
): T | null {
  const first = v.safeParse(schema, value, { abortPipeEarly: true });
  if (first.success) return first.output;
  const misfits = first.issues.flatMap((issue) => misfitsOf(issue, [], value));
  const kept = misfits.filter((misfit) => !isConsequence(misfit, misfits, value));
  for (const misfit of kept) report(misfit, value, path, context);
  const second = v.safeParse(schema, without(value, misfits));
  return second.success ? second.output : null;
}

/** A copy without keys that begin with `x-`, which are for other tools. */
export function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, part]) => [key, withoutExtensions(part)]),
  );
}

type Issue = v.BaseIssue<unknown>;

function misfitsOf(issue: Issue, base: Path, root: unknown): Misfit[] {
  const steps = (issue.path ?? []).map(({ key }) => key as string | number);
  const path = [...base, ...steps];
  const { type, message: expected } = issue;
  if (type === 'union') {
    // Those of the branch that was meant: the other ones are for values of another type.
    const meant = issue.issues?.filter((inner) => inner.kind !== 'schema' || inner.path) ?? [];
    if (meant.length > 0) return meant.flatMap((inner) => misfitsOf(inner, path, root));
  } else if (type === 'strict_object' && issue.expected === 'never') {
    const known = expected.split(' ');
    const holder = lookUp(root, path.slice(0, -1)) as object;
    const keys = Object.keys(holder).filter((key) => !known.includes(key));
    return [{ path: path.slice(0, -1), kind: 'keys', keys, known }]; // valibot names the first
  } else if (type === 'check') {
    const { names } = issue.requirement as unknown as { readonly names: readonly string[] };
    return [{ path, kind: 'rule', names, message: expected }];
  }
  const words = type === 'picklist' ? expected.split(' ') : null;
  return [{ path, kind: 'value', expected, words }];
}

/** A missing key that was mistyped, or "one of" said of an object with other faults. */
function isConsequence(misfit: Misfit, all: readonly Misfit[], root: unknown): boolean {
  const { path, kind } = misfit;
  const unknown = all.filter((other) => other.kind === 'keys');
  if (kind === 'rule') {
    const written = misfit.names.filter((name) => lookUp(root, [...path, name]) !== undefined);
    if (written.length > 0) return written.length === 1;
    return unknown.some((other) => samePath(other.path, path));
  }
  if (kind === 'keys' || lookUp(root, path) !== undefined) return false;
  return unknown.some(
    (other) =>
      samePath(other.path, path.slice(0, -1)) &&
      other.keys.some((key) => nearest(key, other.known) === path.at(-1)),
  );
}

function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

function report(misfit: Misfit, root: unknown, base: Path, context: ShapeContext): void {
  const { faults, places } = context;
  const path = [...base, ...misfit.path];
  if (misfit.kind === 'keys') {
    for (const key of misfit.keys) {
      const place = places.key([...path, key]);
      faults.add(place, `unknown key ${show(key)}`, unknownHint(key, misfit.known));
    }
    return;
  }
  if (misfit.kind === 'rule') {
    faults.add(places.value(path), misfit.message);
    return;
  }
  const { expected, words } = misfit;
  const value = lookUp(root, misfit.path);
  const key = path.findLast((step) => typeof step === 'string');
  const label = key === undefined ? '' : `${key}: `;
  if (value === undefined) {
    faults.add(parentPlace(places, path), `missing key ${show(key)}: ${expected}`);
  } else if (words !== null) {
    const hint = didYouMean(value, words);
    faults.add(places.value(path), `${label}${show(value)} is not one of ${list(words)}`, hint);
  } else {
    const message = `${label}${show(value)} is not ${expected}`;
    faults.add(places.value(path), message, addressHint(value, expected));
  }
}

/** What a missing key is missing from: the key that holds it, or the item itself. */
function parentPlace(places: Places, path: Path): Span {
  const parent = path.slice(0, -1);
  return typeof parent.at(-1) === 'string' ? places.key(parent) : places.value(parent);
}

/** `did you mean "x"?`, or null. */
export function didYouMean(value: unknown, known: Iterable<string>): string | null {
  const word = typeof value === 'string' ? nearest(value, known) : null;
  return word === null ? null : `did you mean "${word}"?`;
}

function unknownHint(key: string, known: readonly string[]): string {
  return didYouMean(key, known) ?? `known: ${list(known.filter((name) => name !== '$schema'))}`;
}

export function list(words: readonly string[]): string {
  return words.join(', ');
}

/** YAML reads 0x7f… without quotes as a number, which is how the mistake is made. */
function addressHint(value: unknown, expected: string): string | null {
  if (!expected.startsWith('an address')) return null;
  const exact = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  return exact && value >= 0 ? `write "0x${BigInt(value).toString(16)}", in quotes` : null;
}

function lookUp(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A copy without the keys that the misfits complain of. */
function without(root: unknown, misfits: readonly Misfit[]): unknown {
  const copy: unknown = structuredClone(root);
  for (const misfit of misfits) {
    if (misfit.kind === 'value') remove(copy, misfit.path);
    if (misfit.kind !== 'keys') continue;
    for (const key of misfit.keys) remove(copy, [...misfit.path, key]);
  }
  return copy;
}

function remove(root: unknown, path: Path): void {
  const last = path.at(-1);
  const holder = lookUp(root, path.slice(0, -1));
  if (last === undefined || typeof holder !== 'object' || holder === null) return;
  if (Array.isArray(holder)) return; // the others would move up: give up this part instead
  delete (holder as Record<string, unknown>)[last];
}
