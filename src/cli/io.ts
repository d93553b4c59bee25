/**
 * The interface of a command to the outside: streams, environment, directory, signals. Tests pass
 * their own; `processIo` is the interface of the real process.
 */
import { fstatSync, write } from 'node:fs';
import type { Readable } from 'node:stream';
import type { StartRun } from './sliced-run.ts';

export type InStream = Readable & { readonly isTTY?: boolean };

/** What is used of a stream. */
export interface OutStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  on(event: 'error', heard: () => void): unknown;
  write(piece: Uint8Array | string, done?: (fault?: Error | null) => void): unknown;
}

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
      return isTerminal(1) ? withoutThrows(process.stdout) : new FileOutput();
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

/** A closed pipe (`| head`) must not end in a stack trace: the writing code gets the error. */
function withoutThrows(stream: NodeJS.WriteStream): OutStream {
  return stream.listenerCount('error') > 0 ? stream : stream.on('error', () => {});
}

/** Or another device, but /dev/null and its like, whose major number is 1 on Linux. */
function isTerminal(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isCharacterDevice() && stat.rdev >> 8 !== 1;
}

/** Standard output at a pipe or a file, without a stream: making one takes 1 to 2 ms. */
class FileOutput implements OutStream {
  /** All errors go to the code that writes. */
  on(): void {}

  write(piece: Uint8Array | string, done: (fault?: Error | null) => void = () => {}): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    write(1, bytes, (fault, written) => {
      // Another process has set the pipe to answer at once: a stream can wait.
      if (fault?.code === 'EAGAIN') withoutThrows(process.stdout).write(bytes, done);
      else if (fault !== null || written === bytes.length) done(fault);
      else this.write(bytes.subarray(written), done);
    });
  }
}
