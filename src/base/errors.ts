/**
 * An error that the user can correct. The message names the place, the fault and what is accepted.
 */

/** Exit codes, as scripts rely on them. */
export const EXIT = {
  done: 0,
  failed: 1, // a --fail-on or check failed, or a search found what it looked for
  usage: 2, // usage or invalid scenario: nothing was simulated
  io: 3, // input or output failed
  limit: 4, // a limit was reached before an answer
  bug: 70,
} as const;

export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** Of a command that ends with this error. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
