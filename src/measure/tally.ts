/**
 * Sums the faults of the texts of one reader. Faults that depend only on the text are exact; the
 * others are lower bounds, because more states count as possible than really existed.
 */
import { latin1Of } from '../base/latin1.ts';
import type { QuietCall } from '../world/quiet-calls.ts';
import { type JudgedText, TextJudge, type TimedVerdict } from './judge.ts';
import type { Lines } from './lines.ts';
import { pagesOfAnswers, pagesOfLines, pagesOfReads } from './pages.ts';
import { PossibleStates, type WriterTimes } from './possible.ts';
import type { WholeStates } from './whole-states.ts';

export const JUDGED_KEYS = [
  'tornPasses',
  'cuts',
  'cutsAtPage',
  'cutsInPage',
  'alienLines',
  'staleNames',
  'overlaps',
  'backwards',
  'duplicates',
  'falseGaps',
  'gaps',
] as const;
export type JudgedKey = (typeof JUDGED_KEYS)[number];
type Counts = Record<JudgedKey, number>;

/** Faults that follow from the text alone; their counts are exact. */
const FROM_TEXT: readonly JudgedKey[] = ['overlaps', 'backwards', 'duplicates'];

const noCounts = (): Counts => Object.fromEntries(JUDGED_KEYS.map((key) => [key, 0])) as Counts;

export interface Tally {
  passes: number;
  /** Passes with too many or unknown states, judged by their text alone. */
  unjudged: number;
  readonly judged: Counts;
  /** Number of possible distinct states, summed over the judged passes. */
  states: number;
  statesMax: number;
}

export const noTally = (): Tally => ({
  passes: 0,
  unjudged: 0,
  judged: noCounts(),
  states: 0,
  statesMax: 0,
});

export function addTally(sum: Tally, one: Tally): void {
  sum.passes += one.passes;
  sum.unjudged += one.unjudged;
  sum.states += one.states;
  sum.statesMax = Math.max(sum.statesMax, one.statesMax);
  for (const key of JUDGED_KEYS) sum.judged[key] += one.judged[key];
}

interface JudgedPass {
  readonly index: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly text: Uint8Array;
  /** Sizes of its read() calls that returned bytes, if each of them returned one page. */
  readonly reads: ArrayLike<number> | null;
}

export interface TallyFinding {
  readonly kind: 'overlap' | 'backward' | 'false gap' | 'gap';
  readonly pass: number;
  readonly startNs: number;
  readonly endNs: number;
  /** The line of the fault, from 0, and the lines around it. */
  readonly line: number;
  readonly around: readonly string[];
}

interface JudgeParts {
  readonly lines: Lines;
  readonly whole: WholeStates;
  /** Null if two writers may change the same line: then only the text is judged. */
  readonly writers: readonly WriterTimes[] | null;
  /** Returns the i-th call of a writer. */
  readonly callOf: (writer: number, call: number) => QuietCall;
  readonly query: boolean;
  readonly bufferBytes: number;
  readonly onFinding: (finding: TallyFinding) => void;
}

const GATE = '[vsyscall]\n';
const AROUND = 3;

export class ReaderJudge {
  readonly #parts: JudgeParts;
  readonly #judge: TextJudge;
  readonly #possible: PossibleStates | null;
  readonly tally = noTally();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    this.#judge = new TextJudge(parts.lines);
    this.#possible = parts.writers === null ? null : new PossibleStates(parts.writers);
  }

  /** Call it for passes in the order of their start. */
  take(pass: JudgedPass): void {
    const { whole } = this.#parts;
    const { tally } = this;
    tally.passes++;
    const gate = latin1Of(pass.text.subarray(-GATE.length)) === GATE;
    const states = this.#possible?.of(pass.startNs, pass.endNs) ?? null;
    if (states === null) tally.unjudged++;
    else {
      tally.states += states.length;
      tally.statesMax = Math.max(tally.statesMax, states.length);
      if (states.some((state) => whole.prints(state, pass.text, gate))) return;
    }
    const text = this.#read(pass, gate);
    if (states === null) {
      const disorder = this.#judge.disorder(text);
      for (const key of FROM_TEXT) tally.judged[key] += disorder[key as keyof typeof disorder];
      this.#tellDisorder(pass, text);
      return;
    }
    const verdict = this.#judge.judge(
      text,
      states.map((state) => whole.ids(state)),
    );
    this.#add(verdict, pass, text);
  }

  #read(pass: JudgedPass, gate: boolean): JudgedText {
    const { lines, query, bufferBytes } = this.#parts;
    const ids = lines.idsOf(latin1Of(pass.text));
    if (query) return { ids, gate, ...pagesOfAnswers(ids.length) };
    const lengths = lengthsOf(pass.text, ids.length);
    const pages =
      pass.reads === null ? pagesOfLines(lengths, bufferBytes) : pagesOfReads(lengths, pass.reads);
    return { ids, gate, pageOf: pages.pageOf, endPage: pages.endPage };
  }

  #add(verdict: TimedVerdict, pass: JudgedPass, text: JudgedText): void {
    const { judged } = this.tally;
    judged.tornPasses += verdict.torn ? 1 : 0;
    for (const key of JUDGED_KEYS) {
      if (key === 'tornPasses' || key === 'falseGaps' || key === 'gaps') continue;
      judged[key] += verdict[key];
    }
    for (let i = 0; i < verdict.gaps.length; i += 2) {
      const [start, end] = [verdict.gaps[i]!, verdict.gaps[i + 1]!];
      const certain = !this.#mayBeUnmapped(pass, start, end);
      judged.gaps++;
      if (certain) judged.falseGaps++;
      const { lines } = this.#parts;
      let line = text.ids.findIndex((id) => lines.startOf(id) >= start);
      if (line < 0) line = text.ids.length;
      this.#tell(certain ? 'false gap' : 'gap', pass, text, line);
    }
    this.#tellDisorder(pass, text);
  }

  /** Whether a call that may have been running can have unmapped a page of the range. */
  #mayBeUnmapped(pass: JudgedPass, start: number, end: number): boolean {
    const { writers, callOf } = this.#parts;
    return (writers ?? []).some((_, w) => {
      const { from, to } = this.#possible!.callsDuring(w, pass.startNs, pass.endNs);
      for (let call = from; call < to; call++) {
        if (unmaps(callOf(w, call), start, end)) return true;
      }
      return false;
    });
  }

  #tellDisorder(pass: JudgedPass, text: JudgedText): void {
    const { lines } = this.#parts;
    for (let i = 1; i < text.ids.length; i++) {
      const [before, id] = [text.ids[i - 1]!, text.ids[i]!];
      if (lines.startOf(id) < lines.startOf(before)) this.#tell('backward', pass, text, i);
      else if (lines.startOf(id) < lines.endOf(before)) this.#tell('overlap', pass, text, i);
    }
  }

  #tell(kind: TallyFinding['kind'], pass: JudgedPass, { ids }: JudgedText, line: number): void {
    const { lines, onFinding } = this.#parts;
    const from = Math.max(0, line - AROUND);
    const around = Array.from(ids.subarray(from, line + AROUND), (id) =>
      lines.textOf(id).trimEnd(),
    );
    const { index, startNs, endNs } = pass;
    onFinding({ kind, pass: index, startNs, endNs, line, around });
  }
}

/** Whether the call unmaps a page of [start, end), even if only for a moment. */
function unmaps({ call }: QuietCall, start: number, end: number): boolean {
  const meets = (from: number, to: number): boolean => from < end && start < to;
  switch (call.call) {
    case 'munmap':
    case 'mmap':
      return meets(call.start, call.start + call.pages);
    case 'mremap': {
      if (call.to < 0) return meets(call.start + call.newPages, call.start + call.pages);
      const source = !call.dontUnmap && meets(call.start, call.start + call.pages);
      return source || meets(call.to, call.to + call.newPages);
    }
    default:
      return false;
  }
}

function lengthsOf(text: Uint8Array, count: number): Int32Array {
  const lengths = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const newline = text.indexOf(10, at);
    const end = newline < 0 ? text.length : newline + 1;
    lengths[i] = end - at;
    at = end;
  }
  return lengths;
}
