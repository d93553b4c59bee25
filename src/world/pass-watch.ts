/**
 * Watches the passes of every reader: their start and end, their text, and the verdict of the
 * oracle. It stores only the texts of the wanted passes.
 */
import { ByteBuffer } from '../base/byte-buffer.ts';
import { Samples } from '../base/statistics.ts';
import type { Kernel } from '../mm/kernel.ts';
import type { Oracle } from '../oracle/oracle.ts';
import { NOT_TORN, type Verdict } from '../oracle/verdict.ts';
import type { PassObserver, Reader } from '../proc/reader.ts';
import { STOP_END } from '../proc/strategy.ts';
import { type PassRecord, TEARING_KEYS, type Tearing } from './outcome.ts';

/**
 * Whose text is kept: of one reader (null: the first), one pass, the first torn one, all or none.
 */
export interface PassSelection {
  readonly reader: string | null;
  readonly which: number | 'torn' | 'all' | 'none';
}

/** Hears of the passes of every reader beside the watch; see run/tracer.ts. */
export interface PassListener {
  /** The first m_start() of a pass. */
  readonly passBegins: (r: Reader) => void;
  /** A read() has returned. */
  readonly readReturns: (r: Reader) => void;
  /** The text is complete; `r.lines` still has it. */
  readonly judged: (r: Reader, verdict: Verdict) => void;
  /** The last read() has returned. */
  readonly passEnds: (r: Reader) => void;
}

/** Passes by which it is told whether reader and writers walk in step. */
const PHASES_MAX = 1000;

/** As long as most lines are; room that is not written to takes no memory. */
const LINE_BYTES = 64;

/** What is known of one reader. */
export interface ReaderWatch {
  readonly tearing: Tearing;
  readonly passNs: Samples;
  readonly readNs: Samples;
  /** Times from the last operation's beginning to a pass's, of the first passes. */
  readonly phasesNs: number[];
  token: number;
  verdict: Verdict;
  /** Text handed out in this pass, while it is kept. */
  text: ByteBuffer | null;
  /** Fallbacks of the reader when this read(), and this pass, began. */
  beforeRead: number;
  beforePass: number;
  /** Of the calls that are in `reads`, and of the passes that began, those with a fallback. */
  fallbackReads: number;
  fallbackPasses: number;
}

export function noTearing(): Tearing {
  return Object.fromEntries(TEARING_KEYS.map((key) => [key, 0])) as Tearing;
}

/** Adds the counts of one finished pass. */
function addVerdict(sum: Tearing, verdict: Verdict): void {
  sum.tornPasses += verdict.torn ? 1 : 0;
  for (const key of TEARING_KEYS) if (key !== 'tornPasses') sum[key] += verdict[key];
}

export class PassWatch implements PassObserver {
  readonly #kernel: Kernel;
  readonly #oracle: Oracle;
  readonly #selection: PassSelection;
  readonly #firstReader: string;
  readonly #byReader = new Map<number, ReaderWatch>();
  readonly passes: PassRecord[] = [];
  listener: PassListener | null = null;

  constructor(kernel: Kernel, oracle: Oracle, selection: PassSelection, firstReader: string) {
    this.#kernel = kernel;
    this.#oracle = oracle;
    this.#selection = selection;
    this.#firstReader = firstReader;
  }

  of(r: Reader): ReaderWatch {
    let watch = this.#byReader.get(r.id);
    if (watch === undefined) {
      watch = {
        tearing: noTearing(),
        passNs: new Samples(),
        readNs: new Samples(),
        phasesNs: [],
        token: -1,
        verdict: NOT_TORN,
        text: null,
        beforeRead: 0,
        beforePass: 0,
        fallbackReads: 0,
        fallbackPasses: 0,
      };
      this.#byReader.set(r.id, watch);
    }
    return watch;
  }

  passBegins(r: Reader): void {
    const watch = this.of(r);
    watch.token = this.#oracle.passBegins();
    if (watch.phasesNs.length < PHASES_MAX) {
      watch.phasesNs.push(this.#kernel.nowNs - this.#kernel.lastOperationNs);
    }
    watch.beforeRead = r.counts.fallbacks;
    watch.beforePass = r.counts.fallbacks;
    this.listener?.passBegins(r);
    watch.text = null;
    if (!this.#keeps(r)) return;
    watch.text = new ByteBuffer();
    watch.text.reserve(this.#kernel.mm.mapCount * LINE_BYTES);
  }

  handedOut(r: Reader, from: number, to: number): void {
    this.of(r).text?.append(r.page.bytes.subarray(from, to));
  }

  readReturns(r: Reader, tookNs: number): void {
    const watch = this.of(r);
    watch.readNs.add(tookNs);
    const counts = r.strategy.medium === 'query' ? r.stopFor !== STOP_END : r.copiedBytes > 0;
    if (counts && r.counts.fallbacks > watch.beforeRead) watch.fallbackReads++;
    watch.beforeRead = r.counts.fallbacks;
    this.listener?.readReturns(r);
  }

  textComplete(r: Reader): void {
    const watch = this.of(r);
    watch.verdict = this.#oracle.judge(watch.token, {
      lines: r.lines,
      pageOf: r.linePages,
      count: r.lineCount,
      endPage: r.endPage,
      gate: this.#kernel.mm.gate && r.strategy.medium === 'seq',
    });
    watch.token = -1;
    this.listener?.judged(r, watch.verdict);
  }

  passEnds(r: Reader): void {
    const watch = this.of(r);
    this.listener?.passEnds(r);
    watch.passNs.add(this.#kernel.nowNs - r.passStartNs);
    this.#countPass(r, watch);
    addVerdict(watch.tearing, watch.verdict);
    if (watch.text !== null && (this.#selection.which !== 'torn' || watch.verdict.torn)) {
      this.#record(r, watch, true);
    }
    watch.text = null;
  }

  #countPass(r: Reader, watch: ReaderWatch): void {
    if (r.counts.fallbacks > watch.beforePass) watch.fallbackPasses++;
  }

  /** The run ends with this pass in flight. */
  passGivenUp(r: Reader): void {
    const watch = this.of(r);
    this.#countPass(r, watch);
    if (watch.token >= 0) this.#oracle.passGivenUp(watch.token);
    watch.token = -1;
    watch.verdict = NOT_TORN;
    if (watch.text !== null && this.#selection.which !== 'torn') this.#record(r, watch, false);
    watch.text = null;
  }

  #keeps(r: Reader): boolean {
    const { reader, which } = this.#selection;
    if (r.name !== (reader ?? this.#firstReader) || which === 'none') return false;
    if (which === 'all') return true;
    return which === 'torn' ? this.passes.length === 0 : which === r.passIndex;
  }

  #record(r: Reader, watch: ReaderWatch, finished: boolean): void {
    const tearing = noTearing();
    addVerdict(tearing, watch.verdict);
    const text = watch.text ?? new ByteBuffer();
    this.passes.push({
      reader: r.name,
      index: r.passIndex,
      startNs: r.passStartNs,
      endNs: this.#kernel.nowNs,
      torn: watch.verdict.torn,
      tearing,
      finished,
      text: text.bytes.subarray(0, text.length),
      cuts: watch.verdict.cutLines,
    });
  }
}
