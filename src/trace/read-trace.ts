/**
 * Reads a log of system calls, from one file or from several (strace -ff), and returns the calls
 * that act on one address space, in the order in which they took effect.
 *
 * This is the order of their returns: the order of the lines in a log that strace wrote as one
 * file, otherwise the order of the end times. The log is read chunk by chunk; about 300 bytes are
 * stored for each memory call, and at most CALLS_MAX memory calls. More calls, or an impossible
 * time, are errors; everything else that is not understood is counted and listed.
 */

import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { ownText } from '../base/latin1.ts';
import { LineSplitter } from '../base/lines.ts';
import { asMapsPrints, quotedText } from './arguments.ts';
import type { Trace, TracedCall } from './call.ts';
import { Clock } from './clock.ts';
import { meaningOf } from './meaning.ts';
import { isPerfScript, isPerfTrace, PerfScriptParser, PerfTraceParser } from './perf.ts';
import { type Membership, Processes } from './processes.ts';
import type { LogLine, LogParser, LogSink, RawCall } from './raw-call.ts';
import { bounded, CallRemarks, type Remarked, Remarks } from './remarks.ts';
import { StraceParser } from './strace.ts';

const CALLS_MAX = 1_000_000;
const DESCRIPTORS_MAX = 65_536;
const WORDS_MAX = 1024;
/** At most this many processes are named in a message. */
const FOUND_MAX = 8;
const PAGE_BYTES = 4096;

export interface TraceOptions {
  /** Replay only calls that returned after this instant, in the form of the log's times. */
  readonly from: string | null;
  /** Replay only calls that returned at or before this instant. */
  readonly until: string | null;
  /** Number of the process (of its first thread), or null for the first process of the log. */
  readonly process: number | null;
}

export const WHOLE_TRACE: TraceOptions = { from: null, until: null, process: null };

/** A call of the log that may change the address space. */
interface Kept {
  readonly call: TracedCall;
  /** Index among all memory calls of the log. */
  readonly index: number;
  /** The call is mmap2 with an offset that can only be a number of pages. */
  readonly inPages: boolean;
}

export class TraceReader implements LogSink {
  readonly #options: TraceOptions;
  readonly #clock = new Clock();
  readonly #processes = new Processes();
  readonly #kept: Kept[] = [];
  readonly #paths: string[] = [];
  readonly #pathIds = new Map<string, number>();
  readonly #words = new Map<string, string>();
  readonly #opened = new Map<string, string>();
  readonly #notUnderstood = new Remarks();
  readonly #ofCalls = new CallRemarks(this.#notUnderstood);
  readonly #leftOut = new Remarks();
  readonly #noise = new Remarks();
  #fromNs: number | null = null;
  #untilNs: number | null = null;
  #index = 0;
  #lines = 0;
  #byTime = false;
  #files = 0;
  // Position of the line that is being read.
  #file = '';
  #line = 0;
  #text = '';
  #parser: LogParser | null = null;
  /** No call has been seen yet, so another parser may be the right one. */
  #waiting = true;
  #splitter: LineSplitter | null = null;

  constructor(options: TraceOptions) {
    this.#options = options;
  }

  /** @param name name of the file; with strace -ff it ends in the number of the thread */
  beginFile(name: string): void {
    this.endFile();
    this.#file = name;
    this.#line = 0;
    this.#files++;
    if (this.#files > 1) this.#byTime = true;
    this.#splitter = new LineSplitter((line, number, cut) => this.#onLine(line, number, cut));
  }

  push(chunk: Uint8Array): void {
    this.#splitter?.push(chunk);
  }

  endFile(): void {
    this.#splitter?.end();
    this.#parser?.end();
    this.#lines += this.#line;
    this.#splitter = null;
    this.#parser = null;
  }

  /** Call it after the last file. @throws UserError if from, until or process is not in the log */
  finish(): Trace {
    this.endFile();
    this.#findBounds();
    const members = this.#members();
    if (this.#byTime) {
      this.#kept.sort((a, b) => a.call.endNs - b.call.endNs || a.index - b.index);
    }
    const calls: TracedCall[] = [];
    this.#settleOffsets();
    for (const { call, index } of this.#kept) {
      const why = this.#whyLeftOut({ ...call, index }, members);
      if (why === null) calls.push(call);
      else this.#leftOut.add(why, this.#file, call.line, `${call.syscall} of ${call.thread}`);
    }
    const ofCalls = this.#ofCalls.list((call) => this.#whyLeftOut(call, members) === null);
    const { process } = this.#options;
    if (calls.length === 0 && process !== null) {
      throw new UserError(`process ${process} made no memory call${this.#found()}`);
    }
    const threads = [...new Set(calls.map((call) => call.thread))].sort((a, b) => a - b);
    return {
      calls,
      paths: this.#paths,
      threads,
      lines: this.#lines,
      timed: this.#clock.kind !== 'none',
      notUnderstood: bounded([...ofCalls, ...this.#notUnderstood.list()]),
      leftOut: this.#leftOut.list(),
      noise: this.#noise.list(),
      processes: members.processes(this.#kept.map(({ call }) => call.thread)),
      process: members.main,
      startsWithExec: members.startsWithExec,
      startBrkPage: firstBreak(calls),
    };
  }

  /** If one offset of mmap2 is in pages, all offsets of mmap2 in this log are. */
  #settleOffsets(): void {
    if (!this.#kept.some(({ inPages }) => inPages)) return;
    for (const [at, kept] of this.#kept.entries()) {
      const { call, inPages } = kept;
      const { action } = call;
      if (call.syscall !== 'mmap2' || inPages || action.kind !== 'mmap') continue;
      const own = { ...action, offsetPages: action.offsetPages * PAGE_BYTES };
      this.#kept[at] = { ...kept, call: { ...call, action: own } };
    }
  }

  /** @throws UserError if the requested process is not in the log */
  #members(): Membership {
    const { process } = this.#options;
    if (process === null || this.#processes.knows(process)) return this.#processes.judge(process);
    throw new UserError(`process ${process} is not in the log${this.#found()}`);
  }

  /** The processes with memory calls, as a phrase for a message. */
  #found(): string {
    const threads = this.#kept.map(({ call }) => call.thread);
    const found = this.#processes.judge(null).processes(threads);
    if (found.length === 0) return '';
    const listed = found.slice(0, FOUND_MAX).map(({ process, calls }) => {
      return `${process} (${counted(calls, 'call')})`;
    });
    return `; the log has ${listed.join(', ')}${found.length > FOUND_MAX ? ', …' : ''}`;
  }

  #whyLeftOut(call: Remarked, members: Membership): string | null {
    const { index } = call;
    if (!members.acts(call.thread, index)) return 'calls of other processes';
    if (index < members.firstCall) return 'calls before the process called execve';
    if (this.#fromNs !== null && call.endNs <= this.#fromNs)
      return 'calls that returned before "from"';
    if (this.#untilNs !== null && call.endNs > this.#untilNs) {
      return 'calls that returned after "until"';
    }
    return null;
  }

  #onLine(raw: string, number: number, cut: boolean): void {
    if (number === 1 && /^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(raw)) {
      throw new UserError(
        `${this.#file}: the file is UTF-16: convert it, for example with iconv -f utf-16 -t utf-8`,
      );
    }
    const text = number === 1 ? raw.replace(/^\u00ef\u00bb\u00bf/, '') : raw;
    this.#line = number;
    this.#text = text;
    if (cut) {
      this.unknown('a line of more than 64 KiB');
      return;
    }
    if (this.#parser === null || (this.#waiting && isPerf(text))) {
      this.#parser = this.#parserFor(text);
    }
    try {
      this.#parser?.line(text.endsWith('\r') ? text.slice(0, -1) : text, number);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${this.#file}:${number}: ${error.message}`);
    }
  }

  /** Chooses the parser by a line; null for an empty line. */
  #parserFor(line: string): LogParser | null {
    if (line.trim() === '') return null;
    this.#waiting = false;
    if (isPerfTrace(line)) {
      this.#byTime = true;
      return new PerfTraceParser(this.#clock, this);
    }
    if (isPerfScript(line)) return new PerfScriptParser(this.#clock, this);
    this.#waiting = true; // the first line may not be a line of the log
    const thread = /\.([0-9]{1,7})(?:\.gz)?$/.exec(this.#file)?.[1];
    return new StraceParser(this.#clock, this, Number(thread ?? 0));
  }

  // --- LogSink ---

  call(raw: RawCall): void {
    this.#waiting = false;
    this.#processes.seen(raw);
    const forked = this.#processes.note(raw, this.#index);
    this.#noteDescriptors(raw);
    const meaning = forked
      ? ({ action: { kind: 'fork' }, remark: null } as const)
      : meaningOf(raw, this);
    if (meaning === null) {
      this.noise('calls that are unrelated to memory');
      return;
    }
    const index = this.#index++;
    if (meaning.remark !== null) {
      const { thread, endNs } = raw;
      const call = { thread, index, endNs, epoch: this.#processes.epochOf(thread) };
      const place = { file: this.#file, line: this.#line, text: this.#text };
      this.#ofCalls.add(meaning.remark, call, place);
    }
    if (meaning.action === null) return;
    if (this.#kept.length >= CALLS_MAX) {
      throw new UserError(
        `more than ${CALLS_MAX.toLocaleString('en-US')} memory calls: split the log`,
      );
    }
    const { thread, startNs, endNs } = raw;
    // A substring of a line would keep the whole line in memory.
    const syscall = this.#word(raw.syscall);
    const errno = raw.errno === null ? null : this.#word(raw.errno);
    const { action } = meaning;
    const call = { thread, syscall, startNs, endNs, errno, action, line: this.#line };
    const inPages = 'inPages' in meaning && meaning.inPages === true;
    this.#kept.push({ call, index, inPages });
  }

  #word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    const own = ownText(text);
    if (this.#words.size < WORDS_MAX) this.#words.set(own, own);
    return own;
  }

  unreturned(what: string): void {
    const syscall = what.replace(/[^\w].*$/s, '').slice(0, 40);
    this.#leftOut.add(`${syscall} without a return`, this.#file, this.#line, this.#text);
  }

  unknown(what: string, line: LogLine = { number: this.#line, text: this.#text }): void {
    this.#notUnderstood.add(what, this.#file, line.number, line.text);
  }

  noise(kind: string): void {
    this.#noise.add(kind, this.#file, this.#line, this.#text);
  }

  // --- Descriptors ---

  pathId(path: string): number {
    let id = this.#pathIds.get(path);
    if (id === undefined) {
      id = this.#paths.push(path) - 1;
      this.#pathIds.set(path, id);
    }
    return id;
  }

  opened(descriptor: string): string | null {
    return this.#opened.get(descriptor) ?? null;
  }

  /** Follows open() and close(), for logs without -y. */
  #noteDescriptors(raw: RawCall): void {
    const { syscall, args } = raw;
    if (syscall === 'close') {
      this.#opened.delete(args[0] ?? '');
      return;
    }
    if (raw.errno !== null || this.#opened.size >= DESCRIPTORS_MAX) return;
    if (syscall === 'openat' || syscall === 'open' || syscall === 'creat') {
      const path = quotedText(args[syscall === 'openat' ? 1 : 0] ?? '');
      if (path?.startsWith('/')) this.#opened.set(raw.result, asMapsPrints(path));
      else this.#opened.delete(raw.result);
    } else if (syscall === 'memfd_create') {
      const name = quotedText(args[0] ?? '');
      if (name !== null) this.#opened.set(raw.result, asMapsPrints(`/memfd:${name} (deleted)`));
    }
  }

  #findBounds(): void {
    this.#fromNs = this.#instant('from', this.#options.from);
    this.#untilNs = this.#instant('until', this.#options.until);
  }

  #instant(key: string, text: string | null): number | null {
    if (text === null) return null;
    const ns = this.#clock.instant(text);
    if (typeof ns === 'number') return ns;
    throw new UserError(`${key}: "${text}" ${ns}`);
  }
}

function isPerf(line: string): boolean {
  return isPerfTrace(line) || isPerfScript(line);
}

/** The break before its first change: the result of the first brk(NULL). */
function firstBreak(calls: readonly TracedCall[]): number {
  for (const { action } of calls) {
    if (action.kind === 'brk') return action.query ? action.page : -1;
  }
  return -1;
}

/** Reads whole files. @throws UserError */
export function readTrace(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: TraceOptions = WHOLE_TRACE,
): Trace {
  const reader = new TraceReader(options);
  for (const { name, bytes } of files) {
    reader.beginFile(name);
    reader.push(bytes);
  }
  return reader.finish();
}
