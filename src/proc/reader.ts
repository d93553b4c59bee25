/**
 * A task that reads maps, with all of its fields.
 *
 * A strategy may use `ret`, `redo`, `found`, `source`, the walk and copy fields, `seqSample`,
 * `sampled`, `mmapLocked`, `mustLock`, `retryAt`, `budgetUsed`, `lockedVma`, `local`, `stopFor`,
 * `shownEnd`, and the counting methods `attemptFailed`, `retrying`, `fallingBack`, `accepted`,
 * `settled`. The other fields belong to the printing loop.
 */
import { ByteBuffer } from '../base/byte-buffer.ts';
import { grownFloat64, grownInt32 } from '../base/grow.ts';
import type { Kernel, KernelStep } from '../mm/kernel.ts';
import { NO_FILE, NO_NAME, NO_SPECIAL, NO_VMA } from '../mm/layout.ts';
import { LINE_FIELDS, type PrintedVma } from '../mm/line.ts';
import type { VmaWalker } from '../mm/vma-walk.ts';
import { DONE } from '../sim/step.ts';
import { Task, type TaskParts } from '../sim/task.ts';
import { CAUSES, type Cause, LIVE_VMA, STOP_FULL, type StrategyFor } from './strategy.ts';

export type ReaderStep = KernelStep<Reader>;
export type Strategy = StrategyFor<Reader>;

/** The counter has not been sampled. */
export const NO_SAMPLE = -1;

/** The histogram of attempts ends there. */
export const ATTEMPTS_MAX = 64;

const NOTHING_PENDING = 0;
export const RETRY_PENDING = 1;
export const FALLBACK_PENDING = 2;

/** Who watches passes: the world, for the oracle and for the text. */
export interface PassObserver {
  /** The first m_start() of a pass. */
  passBegins(r: Reader): void;
  /** The last m_stop(): the text is complete, `r.lines` holds it. */
  textComplete(r: Reader): void;
  /** The last read() has returned. */
  passEnds(r: Reader): void;
  /** These bytes of r.page go to the user. */
  handedOut(r: Reader, from: number, to: number): void;
  /** A read() has returned. */
  readReturns(r: Reader, tookNs: number): void;
}

/** Draws the reader's times; each from a stream of its own. */
export interface ReaderTimes {
  /** Between the end of a pass, now, and the start of the next. */
  pauseNs(nowNs: number): number;
  /** Before a reader that has seen the end reads on. */
  readOnNs(): number;
  /** By what the costs of a read() call are multiplied; call 0 of a pass is open() and close(). */
  costFactor(pass: number, call: number): number;
}

export class Reader extends Task implements VmaWalker {
  readonly strategy: Strategy;
  readonly bufferBytes: number;
  readonly passes: number;
  /** So often it reads on in each pass after it has seen the end. */
  readonly readsOn: number;
  readonly observer: PassObserver;
  readonly times: ReaderTimes;
  /** What it counts, over all of its passes. Sums are integers. */
  readonly counts = {
    passesStarted: 0,
    passesFinished: 0,
    reads: 0,
    lines: 0,
    bytes: 0,
    retries: 0,
    fallbacks: 0,
    discardedRecords: 0,
    discardedLines: 0,
    discardedBytes: 0,
    overflowLines: 0,
    vmaReadLocks: 0,
  };
  /** Records (or pages) that were good. */
  acceptedCount = 0;
  readonly failedByCause = new Float64Array(CAUSES.length);
  /** Records, or checked pages, by the attempts that they took: 1, 2, …; the last: or more. */
  readonly attempts = new Float64Array(ATTEMPTS_MAX);

  // --- pass ---
  passIndex = -1;
  /** From the entry of the first read() to the return of the last. */
  inPass = false;
  /** m_start() has run at least once. */
  begun = false;
  passStartNs = 0;
  readStartNs = 0;
  /** read() calls of this pass, where costs vary. */
  calls = 0;
  /** How often it will still read on after the end. */
  readsOnLeft = 0;
  /** Bytes that this read() has handed out. */
  copiedBytes = 0;

  // --- struct seq_file ---
  readonly page = new ByteBuffer();
  /** Allocated size: 4096, then doubled when a record does not fit. */
  sizeBytes = 4096;
  /** Valid bytes of the page that are not handed out yet, and where they begin. */
  countBytes = 0;
  fromBytes = 0;
  /** m->index: page of the pending VMA, POS_GATE or POS_END. */
  pos = 0;
  /** End of the last shown VMA, page; where `shown-end` strategies resume. */
  shownEnd = 0;
  /** A record of this page is in the buffer already. */
  filling = false;
  stopFor = STOP_FULL;

  // --- lines of the pass so far, six numbers each, and the page of each ---
  lines = new Float64Array(LINE_FIELDS * 64);
  linePages = new Int32Array(64);
  lineCount = 0;
  /** Lines below this one are as they were when a search last gave them numbers. */
  keptLines = 0;
  pageIndex = 0;
  /** Page in which the end of the list was found. */
  endPage = 0;

  // --- what a page that is thrown away goes back to ---
  redoPos = 0;
  redoShownEnd = 0;
  redoLineCount = 0;

  // --- strategy ---
  ret: ReaderStep = DONE;
  redo: ReaderStep = DONE;
  retryAt: ReaderStep = DONE;
  source = LIVE_VMA;
  mmapLocked = false;
  /** seqSample is fresh: no attempt has used it yet. */
  sampled = false;
  /** Failed attempts that count against the budget of retries. */
  budgetUsed = 0;
  /** The budget is used up: the page is made under mmap_lock. */
  mustLock = false;
  /** Failed attempts at the record or page where the reader stands. */
  failedHere = 0;
  /** What the last record or page that was settled took, until a search has heard of it. */
  readonly settledAfter = { retries: 0, fallbacks: 0 };
  /** What follows the last failed attempt and is counted when it is over. */
  pending = NOTHING_PENDING;
  readonly local: Record<string, number> = {};

  // --- walk and copy ---
  itLeaf = -1;
  itGen = 0;
  itSlot = 0;
  itPage = 0;
  found = NO_VMA;
  copied = false;
  pinnedFile = NO_FILE;
  pinnedName = NO_NAME;
  seqSample = NO_SAMPLE;
  readonly copy: PrintedVma = {
    start: 0,
    end: 0,
    flags: 0,
    pgoff: 0,
    file: NO_FILE,
    name: NO_NAME,
    special: NO_SPECIAL,
  };

  constructor(
    task: TaskParts,
    what: Pick<Reader, 'strategy' | 'bufferBytes' | 'passes' | 'readsOn' | 'observer' | 'times'>,
  ) {
    super(task.id, task.name, task.cpu, task.nice);
    this.strategy = what.strategy;
    this.bufferBytes = what.bufferBytes;
    this.passes = what.passes;
    this.readsOn = what.readsOn;
    this.observer = what.observer;
    this.times = what.times;
    for (const name of what.strategy.locals ?? []) this.local[name] = 0;
  }

  /** An attempt failed; whatever was copied for the record is lost. */
  attemptFailed(cause: Cause): void {
    this.#conclude();
    this.failedByCause[CAUSES.indexOf(cause)]!++;
    this.failedHere++;
    this.dropRecord();
  }

  /** Another attempt follows. It counts as a retry when it ends, well or not. */
  retrying(): void {
    this.pending = RETRY_PENDING;
  }

  /** mmap_read_lock follows. It counts as a fallback when it has yielded a record. */
  fallingBack(): void {
    this.pending = FALLBACK_PENDING;
  }

  /**
   * Attempts at the record or page where the reader stands: the failed ones, and a retry of them.
   */
  get attemptsHere(): number {
    return this.failedHere + (this.pending === RETRY_PENDING ? 1 : 0);
  }

  /** The record (or page) is good: the next one starts afresh. */
  accepted(): void {
    const last = this.pending === FALLBACK_PENDING ? 0 : 1; // a lock is no attempt
    this.attempts[Math.min(this.failedHere + last, ATTEMPTS_MAX) - 1]!++;
    this.settled();
  }

  /** The same of what is no record: the end of the list, the gate line. */
  settled(): void {
    const fallbacks = this.pending === FALLBACK_PENDING ? 1 : 0;
    this.settledAfter.retries = Math.max(0, this.failedHere - fallbacks);
    this.settledAfter.fallbacks = fallbacks;
    this.#conclude();
    this.acceptedCount++;
    this.failedHere = 0;
  }

  #conclude(): void {
    if (this.pending === RETRY_PENDING) this.counts.retries++;
    else if (this.pending === FALLBACK_PENDING) this.counts.fallbacks++;
    this.pending = NOTHING_PENDING;
  }

  /** A record that was copied is given up before it is formatted. */
  dropRecord(): void {
    if (this.copied) this.counts.discardedRecords++;
    this.copied = false;
  }

  /** Nothing of the last record is looked at again: its registers say so. */
  forgetRecord(): void {
    this.found = NO_VMA;
    this.copied = false;
    this.copy.start = 0;
    this.copy.end = 0;
    this.copy.flags = 0;
    this.copy.pgoff = 0;
    this.copy.file = NO_FILE;
    this.copy.name = NO_NAME;
    this.copy.special = NO_SPECIAL;
  }

  /** Room for so many lines in all. */
  reserveLines(count: number): void {
    if (count <= this.linePages.length) return;
    this.linePages = grownInt32(this.linePages, count);
    this.lines = grownFloat64(this.lines, LINE_FIELDS * this.linePages.length);
  }

  /** Room for one more line; returns where its numbers go. */
  nextLineAt(): number {
    if (this.lineCount < this.keptLines) this.keptLines = this.lineCount;
    this.reserveLines(this.lineCount + 1);
    return this.lineCount * LINE_FIELDS;
  }

  /** Nothing is held: what must be true whenever a reader is outside m_start … m_stop. */
  holdsNothing(k: Kernel): boolean {
    return (
      this.rcuSection === 0 &&
      this.lockedVma === NO_VMA &&
      this.pinnedFile === NO_FILE &&
      this.pinnedName === NO_NAME &&
      !this.mmapLocked &&
      k.mm.mmapLock.writerId !== this.id
    );
  }
}
