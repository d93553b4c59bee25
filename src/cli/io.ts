/**
 * The interface of a command to the outside: streams, environment, directory, signals. Tests pass
 * their own; `processIo` is the interface of the real process.
 */
import type { Readable, Writable } from 'node:stream';
import type { StartRun } from './sliced-run.ts';

export type InStream = Readable & { readonly isTTY?: boolean };
export type OutStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where there is no terminal that says how wide it is. */
const PIPE_COLUMNS = 80;

/** That a line may take: of the terminal; elsewhere the same everywhere. */
export function lineWidthOf({ isTTY, columns }: Pick<OutStream, 'isTTY' | 'columns'>): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : PIPE_COLUMNS;
}

/** The signals that end a run early and let it tell what it has so far. */
export const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type Signal = keyof typeof SIGNAL_EXIT;

export interface Io {
  readonly stdin: InStream;
  /** This stream and stderr have a listener for errors, so none of them throws. */
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Calls `handler` at each such signal, until the function that it returns is called. */
  readonly onSignal?: (handler: (signal: Signal) => void) => () => void;
  /** Ends the process by the signal itself, so that its parent sees a signal, not an exit code. */
  readonly die?: (signal: Signal) => void;
  /** Program of worker threads; without it everything runs in this thread. */
  readonly workerFile?: URL;
  /** In place of the simulator, for tests. */
  readonly startRun?: StartRun;
}

export function processIo(): Io {
  return {
    // Made when first asked for: each takes longer than all that `--help` does.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return withoutThrows(process.stdout);
    },
    get stderr() {
      return withoutThrows(process.stderr);
    },
    get workerFile() {
      return new URL('./worker.cjs', import.meta.url); // beside the bundled command line
    },
    env: process.env,
    cwd: process.cwd(),
    onSignal: (handler) => {
      const signals = Object.keys(SIGNAL_EXIT) as Signal[];
      for (const signal of signals) process.on(signal, handler);
      return () => {
        for (const signal of signals) process.off(signal, handler);
      };
    },
    die: (signal) => {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
  };
}

/** A reader that has gone (`| head`) must not end in a stack trace: whoever writes is told. */
function withoutThrows<Stream extends OutStream>(stream: Stream): Stream {
  return stream.listenerCount('error') > 0 ? stream : stream.on('error', () => {});
}
