/**
 * A system call as a log of any form contains it: name, arguments as text in the kernel's order,
 * result as text. meaning.ts determines its effect.
 */
export interface RawCall {
  /** Number of the thread, 0 if the log names none. */
  readonly thread: number;
  /** Name of the program and number of the process, if the log has them. */
  readonly comm?: string;
  readonly process?: number;
  readonly syscall: string;
  readonly args: readonly string[];
  /** The result, such as `0x7f…`, `0`, `4711`; `?` if the call did not return. */
  readonly result: string;
  readonly errno: string | null;
  /** Time in ns since the first line. */
  readonly startNs: number;
  readonly endNs: number;
}

export interface LogLine {
  readonly number: number;
  readonly text: string;
}

/** Receives what a parser finds. */
export interface LogSink {
  call(call: RawCall): void;
  /** A call that started and did not return. */
  unreturned(what: string): void;
  /** A line, or a part of it, that was not understood. @param line if it is not the last line */
  unknown(what: string, line?: LogLine): void;
  /** A line, or a part of it, of a known kind that has nothing to do with memory. */
  noise(kind: string): void;
}

export interface LogParser {
  /** @param number line number, from 1 */
  line(text: string, number: number): void;
  end(): void;
}

/** At most this many threads may have an unfinished call; no log of a process has more. */
export const THREADS_MAX = 65_536;
