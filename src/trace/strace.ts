/**
 * Parses strace logs: one line per call, or two if a line of another thread comes in between.
 *
 * It understands the options -f and -ff, -t -tt -ttt -r, -T, -y -yy, -Y, -i, -k, -n, -N and -X
 * raw|abbrev|verbose, with -o or mixed with the messages of strace. It also understands lines with
 * the prefix of a build log or a mail, calls that a mailer has wrapped, ltrace -S, and the traces
 * of QEMU's user mode and gVisor. Signals, exits and calls of other kinds are skipped. A call that
 * was interrupted and will be restarted counts as one that has not returned.
 *
 * Source: strace 6.1 strace.c printleader, print_event_exit; syscall.c syscall_exiting_trace.
 */

import { errnoName } from '../base/errno.ts';
import { LINE_BYTES_MAX } from '../base/lines.ts';
import { closingParen, splitArguments } from './arguments.ts';
import { type Clock, secondsNs } from './clock.ts';
import { type LogLine, type LogParser, type LogSink, THREADS_MAX } from './raw-call.ts';
import { LEADER, StraceLines, unpasted } from './strace-lines.ts';

const UNFINISHED = '<unfinished ...>';
/** strace detached from the process in the middle of a call. */
const DETACHED = '<detached ...>';
const RESULT =
  /^\s*=\s+(\?|0x[0-9a-fA-F]+|-?[0-9]+)(?=[ <\t]|$)(?:<[^\n]*?>)?(?: +(E[A-Z0-9]+))?(.*)$/;
const SPENT = /<([0-9]+\.[0-9]+)>$/;
/** QEMU and gVisor print the number of an error. */
const ERRNO = /(?:^| )errno=([0-9]{1,4})(?= )/;
/** The next call in a line, if the line breaks of a log were lost. */
const NEXT = /^(?: \([^()]*\))?(?: <[0-9.]+>)?\s{2,}((?:\[pid +[0-9]+\] +)?[a-z_]\w*\(.*)$/;

const LINE_BREAKS = 'line breaks within calls';
/** At most this many lines of one call that a mailer has wrapped. */
const WRAPPED_LINES_MAX = 8;

/** A call that continues in the next line. */
interface Wrapped {
  text: string;
  readonly first: LogLine;
  lines: number;
}

/** A call that has started and not ended. */
interface Begun {
  readonly text: string;
  readonly startNs: number;
}

export class StraceParser implements LogParser {
  readonly #clock: Clock;
  readonly #sink: LogSink;
  /** The thread of a file of -ff, whose lines do not name it. */
  readonly #thread: number;
  readonly #lines = new StraceLines();
  readonly #begun = new Map<number, Begun>();
  /** The log is of ltrace -S: a call without SYS in its name is a library call. */
  #hasLibraries = false;
  #wrapped: Wrapped | null = null;
  /** The error text of the last call may continue in the next line. */
  #isOpen = false;
  /** The text after the call in the same line. */
  #next = '';

  constructor(clock: Clock, sink: LogSink, thread = 0) {
    this.#clock = clock;
    this.#sink = sink;
    this.#thread = thread;
  }

  line(raw: string, number: number): void {
    const { text, kind } = unpasted(raw);
    if (kind !== null) this.#sink.noise(kind);
    if (text.trim() === '') return;
    const noise = this.#lines.noise(text);
    if (noise !== null) {
      this.#sink.noise(noise);
      return;
    }
    const head = this.#lines.head(text);
    if (head === null) {
      this.#goOn(text);
      return;
    }
    this.#giveUp();
    this.#isOpen = false;
    if (head.cut) this.#sink.noise('prefixes of lines that strace did not write');
    this.#text(head.text, { number, text });
  }

  /** @param text of a line from the leader on: one call, or several whose line breaks were lost */
  #text(text: string, line: LogLine): void {
    this.#next = '';
    this.#one(text, line);
    while (this.#next !== '') {
      this.#sink.noise('further calls in the same line');
      const next = this.#next;
      this.#next = '';
      this.#one(next, line);
    }
  }

  #one(text: string, line: LogLine): void {
    const leader = LEADER.exec(text)!;
    const thread = Number(leader[1] ?? leader[2] ?? this.#thread);
    const body = text.slice(leader[0].length);
    const time = leader[3] ?? leader[4];
    const nowNs = time === undefined ? this.#clock.lastNs : this.#clock.strace(time);
    if (body.startsWith('--- ')) this.#sink.noise('signals');
    else if (body.startsWith('+++ ')) this.#gone(thread);
    else if (body.startsWith('?')) this.#sink.unknown('a call without a name');
    else if (body.startsWith('<... ')) this.#resumed(thread, body, nowNs);
    else if (this.#isOfLibrary(body)) this.#sink.noise('library calls');
    else if (body.endsWith(UNFINISHED)) this.#unfinished(thread, body, nowNs);
    else if (body.endsWith(DETACHED)) this.#sink.unreturned(nameOf(body));
    else if (!this.#whole(thread, body, { startNs: nowNs, resumedNs: null })) {
      this.#wrapped = { text, first: line, lines: 1 };
    }
  }

  /** Whether it is a library call in a log of ltrace -S, which marks system calls. */
  #isOfLibrary(body: string): boolean {
    if (/^(?:SYS_|sys_)\w+\(|^\w+@SYS\(/.test(body)) this.#hasLibraries = true;
    else return this.#hasLibraries || /^\w+@/.test(body);
    return false;
  }

  /** A line without the start of a call: the rest of the call before it, or an unknown line. */
  #goOn(text: string): void {
    const wrapped = this.#wrapped;
    if (wrapped === null) {
      if (this.#isOpen && /^[^()]*\)\s*$/.test(text)) this.#sink.noise(LINE_BREAKS);
      else this.#sink.unknown('not a line of strace');
      this.#isOpen = false;
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
    const { text: whole } = wrapped;
    // Otherwise it is the start of another call.
    if ((this.#wrapped as Wrapped | null)?.text === whole) this.#wrapped = wrapped;
    else this.#sink.noise(LINE_BREAKS);
  }

  /** A call that does not end in the next lines was not written by strace. */
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

  /** The thread has exited, was killed, or ended because another thread called execve. */
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
      this.#sink.unknown(`more than ${THREADS_MAX} threads with an unfinished call`);
      return;
    }
    const text = body.slice(0, -UNFINISHED.length).trimEnd();
    this.#begun.set(thread, { text, startNs });
  }

  #resumed(thread: number, body: string, nowNs: number): void {
    const match = /^<\.\.\. (?:SYS_)?([\w?]+)(?:@[\w.]+)? resumed ?>/.exec(body);
    const begun = this.#begun.get(thread);
    const known = match !== null && begun !== undefined && nameOf(begun.text) === nameOf(match[1]!);
    if (!known && this.#hasLibraries) {
      this.#sink.noise('library calls');
      return;
    }
    this.#begun.delete(thread);
    if (!known) {
      this.#sink.unknown('the end of a call whose start is not in the log');
      return;
    }
    const rest = body.slice(match[0].length);
    const whole = begun.text.endsWith(',') ? `${begun.text} ${rest}` : begun.text + rest;
    if (!this.#whole(thread, whole, { startNs: begun.startNs, resumedNs: nowNs })) {
      this.#sink.unknown('not a line of strace');
    }
  }

  /** @returns whether the text is a call with its result */
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
    const [, value, errno, tail = ''] = result as unknown as [string, string, string?, string?];
    this.#isOpen = errno !== undefined && /^ \([^()]*$/.test(tail);
    this.#next = NEXT.exec(tail)?.[1] ?? '';
    if (value === '?') {
      if (!/^exit/.test(syscall)) this.#sink.unreturned(syscall);
      else this.#sink.noise('exits');
      return true;
    }
    // strace replaced the call by another one, or by none.
    if (errno === undefined && /\(INJECTED(?:: [^)]*retval[^)]*)?\)/.test(tail)) {
      this.#sink.unknown(`${syscall} with a result that strace injected`);
      return true;
    }
    const own = tail.slice(0, tail.length - this.#next.length);
    const spent = SPENT.exec(own.trimEnd())?.[1];
    const number = ERRNO.exec(own)?.[1];
    const endNs = times.resumedNs ?? times.startNs + (spent === undefined ? 0 : secondsNs(spent));
    this.#sink.call({
      thread,
      syscall,
      args: splitArguments(text.slice(open + 1, close)).map((arg) => bare(syscall, arg)),
      // --pidns-translation: the number in the lines of the child
      result: /^ *\/\* ([0-9]+) in strace's PID NS \*\//.exec(tail)?.[1] ?? value,
      errno: errno ?? errnoOf(number === undefined ? value : `-${number}`),
      startNs: times.startNs,
      endNs: Math.max(endNs, times.startNs),
    });
    return true;
  }
}

/**
 * The argument without the name of the parameter that -N prints, `length=8192` (`length: 8192` in
 * proposals), and without the context that --secontext adds. clone always has names, which are
 * needed.
 */
function bare(syscall: string, argument: string): string {
  const value = argument.replace(/(?<=["'.>0-9]) \[\w+:[\w:.,-]+\]$/, '');
  return syscall.startsWith('clone') ? value : value.replace(/^[a-z]\w*(?:: (?=\S)|=(?=[^=]))/, '');
}

/** Names of errors, for logs that have only their numbers. */
function errnoOf(result: string): string | null {
  const value = result.startsWith('-') ? Number(result) : 0;
  return value < 0 && value >= -4095 ? errnoName(-value) : null;
}

/** The kernel's name of the call. */
function nameOf(text: string): string {
  const open = text.indexOf('(');
  const name = (open < 0 ? text : text.slice(0, open)).replace(/@SYS$/, '');
  return name.replace(/^(?:SYS_|sys_)/, '').replace(/^(mmap|mremap)_pgoff$|^mmap64$/, 'mmap');
}
