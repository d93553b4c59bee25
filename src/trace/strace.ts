/**
 * strace logs: one line a call, or two where another thread came in between.
 *
 * Understood are -f and -ff, -t -tt -ttt -r, -T, -y -yy, -Y, -i, -n, -X raw|abbrev|verbose, with -o
 * or with what strace itself says mixed in. Signals, exits and calls of other kinds are known and
 * skipped. A call that was interrupted to be restarted has not returned.
 *
 * Source: strace 6.1 strace.c printleader, print_event_exit; syscall.c syscall_exiting_trace.
 */
import { closingParen, splitArguments } from './arguments.ts';
import { type Clock, secondsNs } from './clock.ts';
import { type LogParser, type LogSink, THREADS_MAX } from './raw-call.ts';

const WHO = /(?:\[pid +([0-9]{1,7})(?:<[^>]{0,64}>)?\] +|([0-9]{1,7})(?:<[^>]{0,64}>)? +)?/;
const DAY_TIME = /([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?) +(?:\(\+ *[0-9.]+\) +)?/;
const SECONDS = /([0-9]+(?:\.[0-9]{1,9})?) +/;
/** What -n and -i add. */
const NUMBER_AND_POINTER = /(?:\[ *[0-9]+\] +)?(?:\[[0-9a-f?]+\] +)?/;
/** Every part may be missing. Groups: thread (two ways), time of day, seconds. */
const LEADER = new RegExp(
  `^${WHO.source} *(?:${DAY_TIME.source}|${SECONDS.source})?${NUMBER_AND_POINTER.source}`,
);

const UNFINISHED = '<unfinished ...>';
/** strace let go of the process in the middle of a call. */
const DETACHED = '<detached ...>';
const RESULT = /^ *= +(\?|0x[0-9a-f]+|-?[0-9]+)(?=[ <]|$)(?:<[^\n]*?>)?(?: +(E[A-Z0-9]+))?(.*)$/;
const SPENT = /<([0-9]+\.[0-9]+)>$/;

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

  constructor(clock: Clock, sink: LogSink, thread = 0) {
    this.#clock = clock;
    this.#sink = sink;
    this.#thread = thread;
  }

  line(text: string): void {
    const leader = LEADER.exec(text)!;
    const thread = Number(leader[1] ?? leader[2] ?? this.#thread);
    const body = text.slice(leader[0].length);
    if (body === '' || isTalk(body)) return;
    const time = leader[3] ?? leader[4];
    const nowNs = time === undefined ? this.#clock.lastNs : this.#clock.strace(time);
    if (body.startsWith('--- ')) return;
    if (body.startsWith('+++ ')) this.#gone(thread);
    else if (body.startsWith('<... ')) this.#resumed(thread, body, nowNs);
    else if (body.endsWith(UNFINISHED)) this.#unfinished(thread, body, nowNs);
    else if (body.endsWith(DETACHED)) this.#sink.unreturned(nameOf(body));
    else this.#whole(thread, body, { startNs: nowNs, resumedNs: null });
  }

  end(): void {
    for (const [, begun] of this.#begun) this.#sink.unreturned(nameOf(begun.text));
    this.#begun.clear();
  }

  /** The thread has exited, been killed, or given way to another's execve. */
  #gone(thread: number): void {
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
    const match = /^<\.\.\. (\w+) resumed>/.exec(body);
    const begun = this.#begun.get(thread);
    this.#begun.delete(thread);
    if (match === null || begun === undefined || nameOf(begun.text) !== match[1]) {
      this.#sink.unknown('the end of a call whose beginning is not in the log');
      return;
    }
    const rest = body.slice(match[0].length);
    const whole = begun.text.endsWith(',') ? `${begun.text} ${rest}` : begun.text + rest;
    this.#whole(thread, whole, { startNs: begun.startNs, resumedNs: nowNs });
  }

  #whole(
    thread: number,
    text: string,
    times: { readonly startNs: number; readonly resumedNs: number | null },
  ): void {
    const open = text.indexOf('(');
    const syscall = open < 0 ? '' : text.slice(0, open);
    const close = /^\w+$/.test(syscall) ? closingParen(text, open) : -1;
    const result = close < 0 ? null : RESULT.exec(text.slice(close + 1));
    if (result === null) {
      this.#sink.unknown('not a line of strace');
      return;
    }
    const [, value, errno, tail] = result as unknown as [string, string, string?, string?];
    if (value === '?') {
      if (!/^exit/.test(syscall)) this.#sink.unreturned(syscall);
      return;
    }
    const spent = SPENT.exec((tail ?? '').trimEnd())?.[1];
    const endNs = times.resumedNs ?? times.startNs + (spent === undefined ? 0 : secondsNs(spent));
    this.#sink.call({
      thread,
      syscall,
      args: splitArguments(text.slice(open + 1, close)),
      result: value,
      errno: errno ?? null,
      startNs: times.startNs,
      endNs: Math.max(endNs, times.startNs),
    });
  }
}

function nameOf(text: string): string {
  const open = text.indexOf('(');
  return open < 0 ? text : text.slice(0, open);
}

/** What strace says of itself where it writes to standard error. */
function isTalk(body: string): boolean {
  return /^strace: |^Process [0-9]+ (attached|detached|suspended|resumed)/.test(body);
}
