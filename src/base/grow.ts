/**
 * Typed arrays that grow: a copy has at least the wanted number of elements, and at least twice the
 * old size.
 */

export function grownFloat64(array: Float64Array, atLeast: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(Math.max(array.length * 2, atLeast, 8));
  grown.set(array);
  return grown;
}

export function grownInt32(array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(array.length * 2, atLeast, 8));
  grown.set(array);
  return grown;
}

export function grownBytes(array: Uint8Array, atLeast: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(array.length * 2, atLeast, 64));
  grown.set(array);
  return grown;
}

/** The same by half only, for what takes much of a program's memory. */
export function roomierInt32(array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(Math.ceil(array.length * 1.5), atLeast, 8));
  grown.set(array);
  return grown;
}

/**
 * Takes everything out of a list that is filled again at once. Setting its length to 0 would give
 * its memory back, for the next push to ask for.
 */
export function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
