/**
 * Holds one part of a scenario against its schema, and says in our words what does not fit.
 *
 * A part with faults is tried again without them, so that what is left can still be judged: all
 * faults of a file are to be found in one go. zod knows paths, `Places` knows where they stand.
 */
import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { type FaultList, type Span, show } from './faults.ts';
import type { Path, Places } from './parse.ts';

type Issue = z.core.$ZodIssue;

/** Where to report, and where in the file the checked value stands. */
export interface ShapeContext {
  readonly faults: FaultList;
  readonly places: Places;
}

/** What the schema makes of the value, if need be without its faulty parts; null: nothing. */
export function checkShape<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  context: ShapeContext,
): z.output<S> | null {
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  const issues = first.error.issues.flatMap((issue) => leaves(issue, [], value));
  const kept = issues.filter((issue) => !isConsequence(issue, issues, value));
  for (const issue of kept) report(issue, value, path, context);
  const second = schema.safeParse(without(value, issues));
  return second.success ? second.data : null;
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

/** The issue itself or, for a union, those of the branch that was meant. */
function leaves(issue: Issue, base: Path, root: unknown): Issue[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue.errors);
    if (meant && lookUp(root, path) !== undefined) {
      return meant.flatMap((inner) => leaves(inner, path, root));
    }
  }
  return [{ ...issue, path }];
}

/**
 * The branch of the value's own type; among several the one with the fewest wrong or absent keys.
 */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  let best: readonly Issue[] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const issues of branches) {
    if (issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0)) continue;
    const wrong = issues.reduce((sum, issue) => sum + rootFaults(issue), 0);
    if (wrong < least) [best, least] = [issues, wrong];
  }
  return best;
}

function rootFaults(issue: Issue): number {
  if (issue.code === 'unrecognized_keys') return issue.path.length === 0 ? issue.keys.length : 0;
  return issue.code === 'invalid_type' && issue.path.length === 1 ? 1 : 0;
}

/** A missing key that was mistyped, or "one of" said of an object with other faults. */
function isConsequence(issue: Issue, all: readonly Issue[], root: unknown): boolean {
  const path = issue.path as Path;
  if (issue.code === 'custom') {
    const names: readonly string[] = issue.params?.oneOf ?? [];
    const written = names.filter((name) => lookUp(root, [...path, name]) !== undefined);
    if (written.length > 0) return written.length === 1;
    return all.some((other) => other.code === 'unrecognized_keys' && samePath(other, path));
  }
  if (lookUp(root, path) !== undefined) return false;
  return all.some(
    (other) =>
      other.code === 'unrecognized_keys' &&
      other.path.length === path.length - 1 &&
      startsWith(path, other.path as Path) &&
      other.keys.some((key) => nearest(key, other.message.split(' ')) === path.at(-1)),
  );
}

function samePath(issue: Issue, path: Path): boolean {
  return issue.path.length === path.length && startsWith(path, issue.path as Path);
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((step, index) => path[index] === step);
}

function report(issue: Issue, root: unknown, base: Path, context: ShapeContext): void {
  const { faults, places } = context;
  const local = issue.path as Path;
  const path = [...base, ...local];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    for (const key of issue.keys) {
      const place = places.key([...path, key]);
      faults.add(place, `unknown key ${show(key)}`, unknownHint(key, known));
    }
    return;
  }
  if (issue.code === 'custom') {
    faults.add(places.value(path), issue.message);
    return;
  }
  const value = lookUp(root, local);
  const key = path.findLast((step) => typeof step === 'string');
  const label = key === undefined ? '' : `${key}: `;
  if (value === undefined) {
    faults.add(parentPlace(places, path), `missing key ${show(key)}: ${issue.message}`);
  } else if (issue.code === 'invalid_value' && issue.values.length > 1) {
    const known = issue.values.map(String);
    const hint = didYouMean(value, known);
    faults.add(places.value(path), `${label}${show(value)} is not one of ${list(known)}`, hint);
  } else {
    const message = `${label}${show(value)} is not ${issue.message}`;
    faults.add(places.value(path), message, addressHint(value, issue.message));
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

/** A copy without the keys that the issues complain of. */
function without(root: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = structuredClone(root);
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) remove(copy, [...path, key]);
    } else if (issue.code !== 'custom') {
      remove(copy, path);
    }
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
