/**
 * strace logs: one line a call, or two where another thread came in between.
 *
 * Understood are -f and -ff, -t -tt -ttt -r, -T, -y -yy, -Y, -i, -k, -n, -N, -X raw|abbrev|verbose,
 * with -o or with what strace itself says mixed in; what build logs and mails put before each line;
 * calls that a mailer has wrapped; ltrace -S. Signals, exits and calls of other kinds are known and
 * skipped. A call that was interrupted to be restarted has not returned.
 *
 * Source: strace 6.1 strace.c printleader, print_event_exit; syscall.c syscall_exiting_trace.
 */

import { errnoName } from '../base/errno.ts';
import { LINE_BYTES_MAX } from '../base/lines.ts';
import { closingParen, splitArguments } from './arguments.ts';
import { type Clock, secondsNs } from './clock.ts';
import { type LogLine, type LogParser, type LogSink, THREADS_MAX } from './raw-call.ts';

const WHO = /(?:\[pid +([0-9]{1,7})(?:<[^>]{0,64}>)?\] +|([0-9]{1,7})(?:<[^>]{0,64}>)? +)?/;
const DAY_TIME = /([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?) +(?:\(\+ *[0-9.]+\) +)?/;
const SECONDS = /([0-9]+(?:\.[0-9]{1,9})?) +/;
/** What -n and -i add; some versions pad the pointer. */
const NUMBER_AND_POINTER = /(?:\[ *[0-9]+\] +)?(?:\[ *[0-9a-f?]+\] +)?/;
/** Every part may be missing. Groups: thread (two ways), time of day, seconds. */
const LEADER = new RegExp(
  `^${WHO.source} *(?:${DAY_TIME.source}|${SECONDS.source})?${NUMBER_AND_POINTER.source}`,
);

/** Where a call, its end, an exit or a signal begins. */
const BODY = /^(?:(?:SYS_|sys_)?[a-z_]\w*(?:@SYS)?\(|<\.\.\. \w|\+\+\+ |--- (?:SIG|stopped|\{))/;
/** The same behind what something else has put before the line. */
const BODY_INSIDE = new RegExp(
  `(?<=[\\s|>:\\]\`])(?:\\[pid +[0-9]{1,7}\\] +)?(?:${DAY_TIME.source})?` +
    '(?:[a-z_]\\w*(?:@SYS)?\\(|<\\.\\.\\. \\w+ resumed|\\+\\+\\+ (?:exited|killed))',
);
/** Docker's number of the step and its clock. */
const BUILD_STEP = /^#[0-9]+ (?:[0-9]+\.[0-9]+ )?/;

const UNFINISHED = '<unfinished ...>';
/** strace let go of the process in the middle of a call. */
const DETACHED = '<detached ...>';
const RESULT = /^ *= +(\?|0x[0-9a-f]+|-?[0-9]+)(?=[ <]|$)(?:<[^\n]*?>)?(?: +(E[A-Z0-9]+))?(.*)$/;
const SPENT = /<([0-9]+\.[0-9]+)>$/;

/** Lines that are known and say nothing about memory. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/^ > |^ +> .*\[0x[0-9a-f]+\]$/, 'lines of stack traces (-k)'],
  [/^\[ Process PID=[0-9]+ runs in /, 'notes of strace about the mode of a process'],
  [
    /^strace: |^(?:Process|\[ ?Process) [0-9]+ (?:attached|detached|suspended|resumed)/,
    'words of strace itself',
  ],
  [/^#(?:\s|$|[^0-9])|^;/, 'comments'],
  [
    /^[`'"]*(?:[$%] |[\w.-]+@[\w.-]+[:~ ].*?[$#%] ?|\[[^\]]*@[^\]]*\][$#] ?|sudo |strace |ltrace )/,
    'prompts and command lines',
  ],
];

/** Lines of one call that a mailer has wrapped. */
const WRAPPED_LINES_MAX = 8;

/** A call that is not whole at the end of its line. */
interface Wrapped {
  text: string;
  readonly first: LogLine;
  lines: number;
}

/** A call that has begun. */
interface Begun {
  readonly text: string;
  readonly startNs: number;
}

export class StraceParser implements LogParser {
  readonly #clock: Clock;
  readonly #sink: LogSink;
  /** For files of -ff, which do not say it in each line. */
  readonly #thread: number;
  readonly #begun = new Map<number, Begun>();
  #wrapped: Wrapped | null = null;

  constructor(clock: Clock, sink: LogSink, thread = 0) {
    this.#clock = clock;
    this.#sink = sink;
    this.#thread = thread;
  }

  line(text: string, number: number): void {
    const noise = noiseOf(text);
    if (noise !== null || text.trim() === '') {
      if (noise !== null) this.#sink.noise(noise);
      return;
    }
    const start = startOfLine(text);
    if (start < 0) {
      this.#goOn(text);
      return;
    }
    this.#giveUp();
    if (start > 0) this.#sink.noise("beginnings of lines that are not strace's");
    this.#text(text.slice(start), { number, text });
  }

  #text(text: string, line: LogLine): void {
    const leader = LEADER.exec(text)!;
    const thread = Number(leader[1] ?? leader[2] ?? this.#thread);
    const body = text.slice(leader[0].length);
    const time = leader[3] ?? leader[4];
    const nowNs = time === undefined ? this.#clock.lastNs : this.#clock.strace(time);
    if (body.startsWith('--- ')) this.#sink.noise('signals');
    else if (body.startsWith('+++ ')) this.#gone(thread);
    else if (body.startsWith('<... ')) this.#resumed(thread, body, nowNs);
    else if (body.endsWith(UNFINISHED)) this.#unfinished(thread, body, nowNs);
    else if (body.endsWith(DETACHED)) this.#sink.unreturned(nameOf(body));
    else if (!this.#whole(thread, body, { startNs: nowNs, resumedNs: null })) {
      this.#wrapped = { text, first: line, lines: 1 };
    }
  }

  /** A line that begins nothing: the rest of the call before it, or what nobody knows. */
  #goOn(text: string): void {
    const wrapped = this.#wrapped;
    if (wrapped === null) {
      this.#sink.unknown('not a line of strace');
      return;
    }
    wrapped.text += ` ${text.replace(/^(?:> ?)+/, '').trim()}`;
    wrapped.lines++;
    if (wrapped.text.length > LINE_BYTES_MAX || wrapped.lines > WRAPPED_LINES_MAX) {
      this.#giveUp();
      return;
    }
    this.#wrapped = null;
    this.#text(wrapped.text, wrapped.first);
    if (this.#wrapped !== null) this.#wrapped = wrapped;
    else this.#sink.noise('line breaks within calls');
  }

  /** What was begun in a line and not ended in the next ones is none of strace's. */
  #giveUp(): void {
    const wrapped = this.#wrapped;
    this.#wrapped = null;
    if (wrapped === null) return;
    for (let i = 0; i < wrapped.lines; i++) {
      this.#sink.unknown('not a line of strace', wrapped.first);
    }
  }

  end(): void {
    this.#giveUp();
    for (const [, begun] of this.#begun) this.#sink.unreturned(nameOf(begun.text));
    this.#begun.clear();
  }

  /** The thread has exited, been killed, or given way to another's execve. */
  #gone(thread: number): void {
    this.#sink.noise('exits');
    const begun = this.#begun.get(thread);
    if (begun !== undefined && !/^exit/.test(begun.text)) {
      this.#sink.unreturned(nameOf(begun.text));
    }
    this.#begun.delete(thread);
  }

  #unfinished(thread: number, body: string, startNs: number): void {
    const before = this.#begun.get(thread);
    if (before !== undefined) this.#sink.unreturned(nameOf(before.text));
    if (this.#begun.size >= THREADS_MAX) {
      this.#sink.unknown(`more than ${THREADS_MAX} threads with a call under way`);
      return;
    }
    const text = body.slice(0, -UNFINISHED.length).trimEnd();
    this.#begun.set(thread, { text, startNs });
  }

  #resumed(thread: number, body: string, nowNs: number): void {
    const match = /^<\.\.\. (\w+) resumed ?>/.exec(body);
    const begun = this.#begun.get(thread);
    this.#begun.delete(thread);
    if (match === null || begun === undefined || nameOf(begun.text) !== match[1]) {
      this.#sink.unknown('the end of a call whose beginning is not in the log');
      return;
    }
    const rest = body.slice(match[0].length);
    const whole = begun.text.endsWith(',') ? `${begun.text} ${rest}` : begun.text + rest;
    if (!this.#whole(thread, whole, { startNs: begun.startNs, resumedNs: nowNs })) {
      this.#sink.unknown('not a line of strace');
    }
  }

  /** @returns whether it is a call with its result */
  #whole(
    thread: number,
    text: string,
    times: { readonly startNs: number; readonly resumedNs: number | null },
  ): boolean {
    const open = text.indexOf('(');
    const syscall = nameOf(text);
    const close = /^\w+$/.test(syscall) ? closingParen(text, open) : -1;
    const result = close < 0 ? null : RESULT.exec(text.slice(close + 1));
    if (result === null) return false;
    const [, value, errno, tail] = result as unknown as [string, string, string?, string?];
    if (value === '?') {
      if (!/^exit/.test(syscall)) this.#sink.unreturned(syscall);
      else this.#sink.noise('exits');
      return true;
    }
    const spent = SPENT.exec((tail ?? '').trimEnd())?.[1];
    const endNs = times.resumedNs ?? times.startNs + (spent === undefined ? 0 : secondsNs(spent));
    this.#sink.call({
      thread,
      syscall,
      args: splitArguments(text.slice(open + 1, close)).map((arg) => withoutName(syscall, arg)),
      result: value,
      errno: errno ?? errnoOf(value),
      startNs: times.startNs,
      endNs: Math.max(endNs, times.startNs),
    });
    return true;
  }
}

/**
 * Without the name of the parameter, as -N prints it: `length=8192` (`length: 8192` in proposals).
 * clone has names always, and is read by them.
 */
function withoutName(syscall: string, argument: string): string {
  return syscall.startsWith('clone')
    ? argument
    : argument.replace(/^[a-z]\w*(?:: (?=\S)|=(?=[^=]))/, '');
}

/** Of logs that have only the number. */
function errnoOf(result: string): string | null {
  const value = result.startsWith('-') ? Number(result) : 0;
  return value < 0 && value >= -4095 ? errnoName(-value) : null;
}

/** Name of the call, as the kernel has it. */
function nameOf(text: string): string {
  const open = text.indexOf('(');
  const name = (open < 0 ? text : text.slice(0, open)).replace(/@SYS$/, '');
  return name.replace(/^(?:SYS_|sys_)/, '').replace(/^(mmap|mremap)_pgoff$|^mmap64$/, 'mmap');
}

function noiseOf(text: string): string | null {
  for (const [form, kind] of NOISE) if (form.test(text)) return kind;
  return null;
}

/** Where strace's part of the line begins; -1 where there is none. */
function startOfLine(text: string): number {
  const step = BUILD_STEP.exec(text)?.[0].length ?? 0;
  const rest = step === 0 ? text : text.slice(step);
  if (BODY.test(rest.slice(LEADER.exec(rest)![0].length))) return step;
  const inside = BODY_INSIDE.exec(rest);
  return inside === null ? -1 : step + inside.index;
}
