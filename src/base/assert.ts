/**
 * Assertions: a broken invariant is a bug in mapsim, never an error of the user, and stops the run
 * (exit code 70).
 */

export class InternalError extends Error {
  override readonly name = 'InternalError';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

export function unreachable(value: never): never {
  throw new InternalError(`unreachable: ${JSON.stringify(value)}`);
}
