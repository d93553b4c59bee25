/**
 * perf's logs of system calls: `perf trace` (one line per call, arguments by name, arguments with
 * value 0 left out) and `perf script` of the syscalls:sys_enter_* and sys_exit_* tracepoints (one
 * line each, numbers only).
 *
 * Source: perf 6.1 builtin-trace.c trace__sys_exit, thread__fprintf_entry_head; builtin-script.c.
 */

import { errnoName } from '../base/errno.ts';
import { closingParen, integer, splitArguments } from './arguments.ts';
import { type Clock, millisecondsNs } from './clock.ts';
import { type LogParser, type LogSink, THREADS_MAX } from './raw-call.ts';

/** Names of the arguments in the kernel's order, as in its tracepoints. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  mmap: ['addr', 'len', 'prot', 'flags', 'fd', 'off'],
  munmap: ['addr', 'len'],
  mprotect: ['start', 'len', 'prot'],
  pkey_mprotect: ['start', 'len', 'prot', 'pkey'],
  mremap: ['addr', 'old_len', 'new_len', 'flags', 'new_addr'],
  brk: ['brk'],
  madvise: ['start', 'len_in', 'behavior'],
  prctl: ['option', 'arg2', 'arg3', 'arg4', 'arg5'],
  mlock: ['start', 'len'],
  mlock2: ['start', 'len', 'flags'],
  munlock: ['start', 'len'],
  clone: ['clone_flags', 'newsp', 'parent_tidptr', 'child_tidptr', 'tls'],
};

/**
 * The arguments by position; an argument that perf omits is 0. If the names of a call are not
 * known, the arguments are taken in their order. With show_arg_names off, all arguments are there
 * without names.
 */
function positional(syscall: string, text: string): string[] {
  const named = new Map<string, string>();
  const values: string[] = [];
  const parts = splitArguments(text);
  for (const part of parts) {
    const match = /^(\w+): (.*)$/s.exec(part);
    if (match === null) continue;
    named.set(match[1]!, match[2]!);
    values.push(match[2]!);
  }
  if (values.length === 0 && parts.length > 0) return parts;
  return ARGUMENTS[syscall]?.map((name) => named.get(name) ?? '0') ?? values;
}

/** The time of the call and its duration; perf can omit either. */
const TIMES = /^ *(?:(\?|[0-9]+\.[0-9]+) )?(?:\( *(?:([0-9.]+) ms|\?)?:? *\):? +)?/;
const COMM_AND_THREAD = /(?:(?:(.{0,64}?)\/)?([0-9]+) +)?/;
const CALL = /(\.\.\. \[continued\]: )?(\w+)\(/;
const TRACE_LINE = new RegExp(TIMES.source + COMM_AND_THREAD.source + CALL.source);
const TRACE_RESULT = /^ *=(?: +(0x[0-9a-f]+|-?[0-9]+)(?: (E[A-Z0-9]+))?.*)?$/;

const PERF_TRACE =
  /^ *(?:(?:\?|[0-9]+\.[0-9]+) )?\( *(?:[0-9.]+ ms|\?)? *\):? |^ *[0-9]+\.[0-9]{3} [^()]{0,64}\/[0-9]+ +(?:\.\.\. \[continued\]: )?\w+\(/;

export const isPerfTrace = (line: string): boolean => PERF_TRACE.test(line);

/** Lines of perf trace and perf script that have nothing to do with memory. */
const PERF_NOISE: readonly (readonly [RegExp, string])[] = [
  [/\b(?:min|maj)fault \[/, 'page faults (-F)'],
  [/^\s+[0-9a-f]+ .+ \(.+\)$|^ +(?:\S+ )+\(.+\)$/, 'lines of stack traces (-g)'],
  [/^#/, 'comments'],
  [/^\[ perf (?:record|trace): /, 'messages of perf'],
];
/** Such lines are not longer than this. */
const NOISE_MAX = 1000;
const SUMMARY = /^ *Summary of events:/;

function perfNoise(text: string): string | null {
  if (text.length > NOISE_MAX) return null;
  return PERF_NOISE.find(([form]) => form.test(text))?.[1] ?? null;
}

export class PerfTraceParser implements LogParser {
  readonly #clock: Clock;
  readonly #sink: LogSink;
  #inSummary = false;
  /** Text of the arguments of a call that another event has interrupted. */
  readonly #begun = new Map<number, { readonly syscall: string; readonly args: string }>();

  constructor(clock: Clock, sink: LogSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  line(text: string): void {
    if (text.trim() === '') return;
    const match = isPerfTrace(text) ? TRACE_LINE.exec(text) : null;
    if (match === null) {
      this.#other(text);
      return;
    }
    const [head, time, spent, comm, threadText, continued, syscall] = match;
    const thread = Number(threadText ?? 0);
    const open = head.length - 1;
    const close = closingParen(text, open);
    const isTimed = time !== undefined && time !== '?';
    const startNs = isTimed ? this.#clock.perfTrace(time) : this.#clock.lastNs;
    const tail = close < 0 ? '' : text.slice(close + 1).trimEnd();
    if (close < 0 || tail.trim() === '...') {
      this.#begin(thread, syscall!, text.slice(open + 1, close < 0 ? undefined : close));
      return;
    }
    // `[continued]: mmap()) = …` has one closing parenthesis too many.
    const result = TRACE_RESULT.exec(continued === undefined ? tail : tail.replace(/^\)/, ''));
    if (result === null) {
      this.#sink.unknown('not a line of perf trace');
      return;
    }
    const args =
      continued === undefined ? text.slice(open + 1, close) : this.#take(thread, syscall!);
    if (args === null || result[1] === undefined) return; // the first return of a child
    // Without times only the order of the lines is known.
    const durationNs = spent === undefined || time === undefined ? 0 : millisecondsNs(spent);
    this.#sink.call({
      thread,
      ...(comm === undefined ? {} : { comm }),
      syscall: syscall!,
      args: positional(syscall!, args),
      result: result[1],
      errno: result[2] ?? null,
      startNs,
      endNs: startNs + durationNs,
    });
  }

  end(): void {
    for (const [, { syscall }] of this.#begun) this.#sink.unreturned(syscall);
    this.#begun.clear();
  }

  #other(text: string): void {
    this.#inSummary ||= SUMMARY.test(text);
    if (this.#inSummary) this.#sink.noise('tables of counts (-s, -S)');
    else if (/^LOST /.test(text)) this.#sink.unknown('events that perf lost');
    else {
      const noise = perfNoise(text);
      if (noise === null) this.#sink.unknown('not a line of perf trace');
      else this.#sink.noise(noise);
    }
  }

  #begin(thread: number, syscall: string, args: string): void {
    if (this.#begun.size < THREADS_MAX) this.#begun.set(thread, { syscall, args });
    else this.#sink.unknown(`more than ${THREADS_MAX} threads with an unfinished call`);
  }

  #take(thread: number, syscall: string): string | null {
    const begun = this.#begun.get(thread);
    if (begun?.syscall !== syscall) return null;
    this.#begun.delete(thread);
    return begun.args;
  }
}

/** Groups: number of the process (if -F asks for it), thread, seconds. */
const SCRIPT_HEAD =
  /(?:^| )(?:([0-9]+)\/)?([0-9]+) +(?:\[[0-9]{1,6}\] +)?([0-9]+\.[0-9]{1,9}): +(?:[0-9]+ +)?$/;
const SCRIPT_EVENT = /^syscalls:sys_(enter|exit)_(\w+): ?(.*)$/s;
const HEAD_MAX = 256;

export const isPerfScript = (line: string): boolean =>
  / +[0-9]+\.[0-9]+: +(?:[0-9]+ +)?syscalls:sys_(enter|exit)_\w+:/.test(line.slice(0, HEAD_MAX));

interface Entered {
  readonly syscall: string;
  readonly args: string;
  readonly startNs: number;
  readonly owner: { readonly comm?: string; readonly process?: number };
}

export class PerfScriptParser implements LogParser {
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #entered = new Map<number, Entered>();

  constructor(clock: Clock, sink: LogSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  line(text: string): void {
    if (text.trim() === '') return;
    const at = text.slice(0, HEAD_MAX).indexOf('syscalls:sys_');
    const head = at < 0 ? '' : text.slice(0, at);
    const who = SCRIPT_HEAD.exec(head);
    const event = at < 0 ? null : SCRIPT_EVENT.exec(text.slice(at));
    if (who === null || event === null) {
      const noise = perfNoise(text);
      if (noise !== null) this.#sink.noise(noise);
      else this.#sink.unknown('not a line of perf script with syscalls:sys_enter_* and sys_exit_*');
      return;
    }
    const [, process, thread_, seconds] = who as unknown as [string, string?, string?, string?];
    const thread = Number(thread_);
    const comm = head.slice(0, who.index).trim();
    const owner = {
      ...(comm === '' ? {} : { comm }),
      ...(process === undefined ? {} : { process: Number(process) }),
    };
    const nowNs = this.#clock.perfScript(seconds!);
    const [, side, syscall, rest] = event as unknown as [string, string, string, string];
    if (side === 'enter') this.#enter(thread, { syscall, args: rest, startNs: nowNs, owner });
    else this.#exit(thread, syscall, rest, nowNs);
  }

  end(): void {
    for (const [, { syscall }] of this.#entered) this.#sink.unreturned(syscall);
    this.#entered.clear();
  }

  #enter(thread: number, entered: Entered): void {
    const before = this.#entered.get(thread);
    if (before !== undefined) this.#sink.unreturned(before.syscall);
    if (this.#entered.size < THREADS_MAX) this.#entered.set(thread, entered);
    else this.#sink.unknown(`more than ${THREADS_MAX} threads with an unfinished call`);
  }

  #exit(thread: number, syscall: string, rest: string, nowNs: number): void {
    const entered = this.#entered.get(thread);
    this.#entered.delete(thread);
    const value = integer(rest.trim());
    if (value === null) {
      this.#sink.unknown('a sys_exit line without a result');
      return;
    }
    if (entered?.syscall !== syscall) {
      // A new thread or a new program returns from a call that it did not enter.
      if (!/^(clone3?|v?fork|execveat?)$/.test(syscall)) {
        this.#sink.unknown('the end of a call whose start is not in the log');
      }
      return;
    }
    const signed = BigInt.asIntN(64, value);
    const failed = signed < 0n && signed >= -4095n;
    this.#sink.call({
      thread,
      ...entered.owner,
      syscall,
      args: positional(syscall, entered.args),
      result: failed ? '-1' : `0x${value.toString(16)}`,
      errno: failed ? errnoName(Number(-signed)) : null,
      startNs: entered.startNs,
      endNs: Math.max(nowNs, entered.startNs),
    });
  }
}
