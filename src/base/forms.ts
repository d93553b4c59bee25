/** Parts of the forms of documents that other programs read or write. */
import * as v from 'valibot';

/** A schema with a description. */
export function about<S extends v.GenericSchema>(description: string, schema: S) {
  return v.pipe(schema, v.description(description));
}

export const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const WholeOrNull = v.nullable(Whole);

/** An object with these keys, all of the same form. */
export function each<K extends string, S extends v.GenericSchema>(keys: readonly K[], schema: S) {
  return v.looseObject(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, S>);
}
