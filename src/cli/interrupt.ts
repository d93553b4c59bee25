/**
 * SIGINT and SIGTERM during a run. The first signal asks the run to stop, so that its results so
 * far can be written. The second signal ends the process at once; so does a signal while the result
 * is being written.
 */
import { type Io, SIGNAL_EXIT, type Signal } from './io.ts';

export class Interrupt {
  readonly #io: Io;
  readonly #stopWatching: () => void;
  #caught: Signal | null = null;
  #atOnce = false;

  /** @param cleanUp called before the process ends at once */
  constructor(io: Io, cleanUp: () => void) {
    this.#io = io;
    const handler = (signal: Signal): void => {
      if (this.#caught === null && !this.#atOnce) {
        this.#caught = signal;
        return;
      }
      cleanUp();
      this.stopWatching();
      io.die?.(signal);
    };
    this.#stopWatching = io.onSignal?.(handler) ?? (() => {});
  }

  /** The signal that asked the run to stop. */
  get caught(): Signal | null {
    return this.#caught;
  }

  /** The run is over: from now on there is nothing to wait for. */
  endAtOnce(): void {
    this.#atOnce = true;
  }

  /** By the signal itself where there is a process to end; else by the code that a shell sees. */
  end(): number {
    this.stopWatching();
    this.#io.die?.(this.#caught!);
    return SIGNAL_EXIT[this.#caught!];
  }

  stopWatching(): void {
    this.#stopWatching();
  }
}
