/**
 * Computes figures from bursts: rates, times, and the verdicts on the texts.
 */

import { latin1Lines, latin1Of } from '../base/latin1.ts';
import { Samples } from '../base/statistics.ts';
import { PAGE_SIZE } from '../mm/layout.ts';
import type { KernelStates } from './agreement.ts';
import { errorName } from './agreement.ts';
import type { Burst, CallTimes, ReaderLog } from './frames.ts';
import type { MeasurePlan, PlannedWriter } from './plan.ts';
import type { WriterTimes } from './possible.ts';
import { addTally, noTally, ReaderJudge, type Tally, type TallyFinding } from './tally.ts';
import { isIn, type StatePart, WholeStates } from './whole-states.ts';

export interface Evidence extends TallyFinding {
  readonly burst: number;
  readonly reader: string;
}

/** The figures of all readers together. */
interface ReaderFigures {
  passes: number;
  reads: number;
  lines: number;
  bytes: number;
  /** Time from the first read() to the last, including pauses, over all readers and bursts; ns. */
  spanNs: number;
  readonly passNs: Samples;
  readonly readNs: Samples;
  readonly tally: Tally;
}

interface WriterFigures {
  ops: number;
  spanNs: number;
  readonly opNs: Samples;
  readonly errors: Record<string, number>;
}

export interface Figures {
  readonly readers: ReaderFigures;
  readonly writers: WriterFigures;
}

const noFigures = (): Figures => ({
  readers: {
    passes: 0,
    reads: 0,
    lines: 0,
    bytes: 0,
    spanNs: 0,
    passNs: new Samples(),
    readNs: new Samples(),
    tally: noTally(),
  },
  writers: { ops: 0, spanNs: 0, opNs: new Samples(), errors: {} },
});

function addFigures(sum: Figures, one: Figures): void {
  for (const key of ['passes', 'reads', 'lines', 'bytes', 'spanNs'] as const) {
    sum.readers[key] += one.readers[key];
  }
  sum.readers.passNs.merge(one.readers.passNs);
  sum.readers.readNs.merge(one.readers.readNs);
  addTally(sum.readers.tally, one.readers.tally);
  sum.writers.ops += one.writers.ops;
  sum.writers.spanNs += one.writers.spanNs;
  sum.writers.opNs.merge(one.writers.opNs);
  for (const [name, count] of Object.entries(one.writers.errors)) {
    sum.writers.errors[name] = (sum.writers.errors[name] ?? 0) + count;
  }
}

export class Measured {
  readonly #plan: MeasurePlan;
  readonly #kernel: readonly KernelStates[];
  readonly #query: readonly boolean[];
  readonly #evidenceMax: number;
  readonly sum = noFigures();
  /** The figures of each burst that was kept. */
  readonly bursts: Figures[] = [];
  readonly evidence: Evidence[] = [];
  /** Lines of the measuring process, which are not of the scenario. */
  environment = '';
  /** Number of bursts after which the address space was not in the expected state. */
  wrongEnds = 0;
  /** Number of calls that failed alone but not in a burst, or the other way round. */
  errnoDiffers = 0;

  constructor(
    plan: MeasurePlan,
    kernel: readonly KernelStates[],
    how: { readonly query: readonly boolean[]; readonly evidence: number },
  ) {
    this.#plan = plan;
    this.#kernel = kernel;
    this.#query = how.query;
    this.#evidenceMax = how.evidence;
  }

  take(burst: Burst): void {
    const { lines, ranges, apart } = this.#plan;
    const figures = noFigures();
    const parts = stateParts(this.#plan, this.#kernel);
    const whole = new WholeStates(lines, parts, latin1Of(burst.firstText), ranges);
    this.environment = environmentOf(burst.firstText, lines, ranges);
    const writers = burst.writers.map((log, w) => this.#times(log, w));
    for (const [r, log] of burst.readers.entries()) {
      const judge = new ReaderJudge({
        lines,
        whole,
        writers: apart ? writers : null,
        callOf: (w, call) => this.#callOf(w, call),
        query: this.#query[r]!,
        bufferBytes: this.#plan.scenario.readers[r]!.bufferBytes,
        onFinding: (finding) => this.#keep(finding, r),
      });
      readPasses(log, this.#plan.scenario.readers[r]!.bufferBytes, judge, figures.readers);
      addTally(figures.readers.tally, judge.tally);
    }
    for (const [w, log] of burst.writers.entries()) this.#readCalls(log, w, figures.writers);
    if (apart) this.#checkEnd(burst, whole, writers);
    this.bursts.push(figures);
    addFigures(this.sum, figures);
  }

  /** Takes the lines of the measuring process from the text of a burst that is not kept. */
  look(text: Uint8Array): void {
    this.environment = environmentOf(text, this.#plan.lines, this.#plan.ranges);
  }

  #times(log: CallTimes, w: number): WriterTimes {
    const { count } = this.#plan.writers[w]!;
    const { states } = this.#kernel[w]!;
    // After its last call a repeated list is back at its first state.
    const after = (calls: number) => states.after(calls === 0 ? 0 : ((calls - 1) % count) + 1);
    return { ...log, after };
  }

  #callOf(w: number, call: number) {
    const { calls, count } = this.#plan.writers[w]!;
    return calls.calls[call % count]!;
  }

  #keep(finding: TallyFinding, reader: number): void {
    const alike = this.evidence.filter(({ kind }) => kind === finding.kind).length;
    if (alike >= this.#evidenceMax) return;
    const { name } = this.#plan.scenario.readers[reader]!;
    this.evidence.push({ ...finding, burst: this.bursts.length, reader: name });
  }

  /** An operation lasts from the start of its first call to the return of its last. */
  #readCalls(log: CallTimes, w: number, into: WriterFigures): void {
    const planned = this.#plan.writers[w]!;
    const { errors } = this.#kernel[w]!;
    let begun = -1;
    for (let i = 0; i < log.count; i++) {
      const error = log.error[i]!;
      if (error !== errors[i % planned.count]) this.errnoDiffers++;
      if (isFirst(planned, i)) begun = i;
      if (begun < 0 || !isFirst(planned, i + 1)) continue;
      into.opNs.add(Math.round(log.endNs[i]! - log.startNs[begun]!));
      into.ops++;
      const name = errorName(error);
      if (name !== null) into.errors[name] = (into.errors[name] ?? 0) + 1;
    }
    if (log.count > 1) into.spanNs += log.startNs[log.count - 1]! - log.startNs[0]!;
  }

  #checkEnd(burst: Burst, whole: WholeStates, writers: readonly WriterTimes[]): void {
    const state = writers.map((writer) => writer.after(writer.count));
    const { lines } = this.#plan;
    const ids = lines.idsOf(latin1Of(burst.lastText));
    const wanted = whole.ids(state);
    if (ids.length !== wanted.length || ids.some((id, i) => id !== wanted[i])) this.wrongEnds++;
  }
}

function isFirst({ calls, count }: PlannedWriter, call: number): boolean {
  return calls.calls[call % count]?.first ?? true;
}

function stateParts(plan: MeasurePlan, kernel: readonly KernelStates[]): StatePart[] {
  return plan.writers.map(({ territory }, w) => ({
    states: kernel[w]!.states,
    territory: plan.writers.length === 1 ? null : territory,
  }));
}

function environmentOf(
  text: Uint8Array,
  lines: MeasurePlan['lines'],
  ranges: readonly number[],
): string {
  return latin1Lines(text)
    .filter((line) => !isIn(pageOf(line, lines), ranges))
    .map((line) => `${line}\n`)
    .join('');
}

function pageOf(line: string, lines: MeasurePlan['lines']): number {
  if (line.endsWith('[vsyscall]')) return Number.MAX_SAFE_INTEGER;
  return lines.startOf(lines.idOf(`${line}\n`));
}

function readPasses(
  log: ReaderLog,
  bufferBytes: number,
  judge: ReaderJudge,
  into: ReaderFigures,
): void {
  for (let pass = 0; pass < log.passes; pass++) {
    const first = log.firstRead[pass]!;
    const last = first + log.reads[pass]! - 1;
    const startNs = log.readStartNs[first]!;
    const endNs = log.readEndNs[last]!;
    const from = log.textFrom[pass]!;
    const text = log.text.subarray(from, from + log.textBytes[pass]!);
    const reads = bufferBytes >= PAGE_SIZE ? log.readBytes.subarray(first, last) : null;
    judge.take({ index: pass, startNs, endNs, text, reads });
    into.passes++;
    into.reads += log.reads[pass]! - 1;
    into.bytes += text.length;
    into.lines += newlines(text);
    into.passNs.add(Math.round(endNs - startNs));
    for (let read = first; read <= last; read++) {
      into.readNs.add(log.readEndNs[read]! - log.readStartNs[read]!);
    }
  }
  if (log.passes > 0) {
    const end = log.firstRead[log.passes - 1]! + log.reads[log.passes - 1]! - 1;
    into.spanNs += log.readEndNs[end]! - log.readStartNs[0]!;
  }
}

function newlines(text: Uint8Array): number {
  let count = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count++;
  return count;
}
