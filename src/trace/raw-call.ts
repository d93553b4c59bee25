/**
 * A system call as a log has it, whatever the log's form: name, arguments as text in the kernel's
 * order, result as text. What it means is decided in meaning.ts.
 */
export interface RawCall {
  /** 0 where the log names no thread. */
  readonly thread: number;
  readonly syscall: string;
  readonly args: readonly string[];
  /** `0x7f…`, `0`, `4711`; `?` where the call did not return. */
  readonly result: string;
  readonly errno: string | null;
  /** ns since the first line. */
  readonly startNs: number;
  readonly endNs: number;
}

/** What a parser hands on. */
export interface LogSink {
  call(call: RawCall): void;
  /** A call that was begun and never came back. */
  unreturned(what: string): void;
  /** A line, or a part of it, that is none of this log. */
  unknown(what: string): void;
}

export interface LogParser {
  line(text: string): void;
  end(): void;
}

/** Threads with a call under way that a parser keeps; more than that is no log of a process. */
export const THREADS_MAX = 65_536;
