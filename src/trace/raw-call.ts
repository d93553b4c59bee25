/**
 * A system call as it is in a log of any form: name, arguments as text in the kernel's order,
 * result as text. meaning.ts determines its effect.
 */
export interface RawCall {
  /** 0 where the log names no thread. */
  readonly thread: number;
  /** Name of the program and number of the process, where the log gives them. */
  readonly comm?: string;
  readonly process?: number;
  readonly syscall: string;
  readonly args: readonly string[];
  /** `0x7f…`, `0`, `4711`; `?` where the call did not return. */
  readonly result: string;
  readonly errno: string | null;
  /** ns since the first line. */
  readonly startNs: number;
  readonly endNs: number;
}

export interface LogLine {
  readonly number: number;
  readonly text: string;
}

/** What a parser hands on. */
export interface LogSink {
  call(call: RawCall): void;
  /** A call that was begun and never came back. */
  unreturned(what: string): void;
  /** A line, or a part of it, that is none of this log. @param line where it is not the last one */
  unknown(what: string, line?: LogLine): void;
  /** A line, or a part of it, of a known kind that says nothing about memory. */
  noise(kind: string): void;
}

export interface LogParser {
  /** @param number of the line, from 1 */
  line(text: string, number: number): void;
  end(): void;
}

/** Threads with a call under way that a parser keeps; more than that is no log of a process. */
export const THREADS_MAX = 65_536;
