/**
 * What goes to standard error: errors and warnings always, notes unless `--quiet`. A standard error
 * that has been closed is nobody's to hear, and never a reason to fail.
 */
import { printable } from '../base/printable.ts';
import type { Io } from './io.ts';

export class Messages {
  readonly #io: Io;
  readonly #quiet: boolean;

  constructor(io: Io, quiet: boolean) {
    this.#io = io;
    this.#quiet = quiet;
    io.stderr.on('error', () => {});
  }

  /** Text as it is: what is foreign in it has been made printable. Must end in a newline. */
  raw(text: string): void {
    this.#io.stderr.write(text);
  }

  error(message: string): void {
    this.raw(`mapsim: error: ${printable(message)}\n`);
  }

  warning(message: string): void {
    this.raw(`mapsim: warning: ${printable(message)}\n`);
  }

  note(message: string): void {
    if (!this.#quiet) this.raw(`mapsim: ${printable(message)}\n`);
  }
}
