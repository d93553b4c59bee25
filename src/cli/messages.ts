/**
 * Messages on standard error: errors and warnings always, notes unless `--quiet`. A closed standard
 * error is never a reason to fail.
 */
import { printable } from '../base/printable.ts';
import { wrap } from '../base/wrap.ts';
import { type Io, lineWidthOf } from './io.ts';

export class Messages {
  readonly #io: Io;
  readonly #quiet: boolean;

  constructor(io: Io, quiet: boolean) {
    this.#io = io;
    this.#quiet = quiet;
  }

  /** Text as it is: what is foreign in it has been made printable. Must end in a newline. */
  raw(text: string): void {
    this.#io.stderr.write(text);
  }

  error(message: string): void {
    this.#say(`mapsim: error: ${message}`);
  }

  warning(message: string): void {
    this.#say(`mapsim: warning: ${message}`);
  }

  note(message: string): void {
    if (!this.#quiet) this.#say(`mapsim: ${message}`);
  }

  /** What an expression came to; what holds is not told under `--quiet`. */
  verdict(failed: boolean, sentence: string, { red, green }: VerdictPens): void {
    if (this.#quiet && !failed) return;
    this.#say(sentence, `${failed ? red('✗') : green('✓')} `);
  }

  /** A line; on a terminal as many as it takes. @param mark that takes two columns */
  #say(text: string, mark = ''): void {
    const { stderr } = this.#io;
    const width = stderr.isTTY === true ? lineWidthOf(stderr) - 2 : Number.POSITIVE_INFINITY;
    this.raw(`${mark}${wrap(printable(text), width).join('\n')}\n`);
  }
}

interface VerdictPens {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
}
