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

/** The counter mm_lock_seq has not been sampled. */
export const NO_SAMPLE = -1;

/** Number of classes in the histogram of attempts. */
export const ATTEMPTS_MAX = 64;

const NOTHING_PENDING = 0;
export const RETRY_PENDING = 1;
export const FALLBACK_PENDING = 2;

/** Called during a pass: the world passes these events to the oracle and collects the text. */
export interface PassObserver {
  /** The first m_start() of a pass. */
  passBegins(r: Reader): void;
  /** The last m_stop(): the text is complete and is in `r.lines`. */
  textComplete(r: Reader): void;
  /** The last read() has returned. */
  passEnds(r: Reader): void;
  /** read() returns these bytes of r.page to the user. */
  handedOut(r: Reader, from: number, to: number): void;
  /** A read() has returned. */
  readReturns(r: Reader, tookNs: number): void;
}

/** Draws the times of a reader, each from its own random stream. */
export interface ReaderTimes {
  /** The pause between the end of a pass and the start of the next. */
  pauseNs(nowNs: number): number;
  /** The pause before a reader that has seen the end reads on. */
  readOnNs(): number;
  /** The factor of the costs of a read() call; call 0 of a pass is open() and close(). */
  costFactor(pass: number, call: number): number;
}

export class Reader extends Task implements VmaWalker {
  readonly strategy: Strategy;
  readonly bufferBytes: number;
  readonly passes: number;
  /** Number of times that it reads on in each pass after it has seen the end. */
  readonly readsOn: number;
  readonly observer: PassObserver;
  readonly times: ReaderTimes;
  /** Its counts over all passes. Sums are integers. */
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
  /** Number of records (or pages) that were accepted. */
  acceptedCount = 0;
  readonly failedByCause = new Float64Array(CAUSES.length);
  /** Number of records (or checked pages) that took 1, 2, … attempts; the last: or more. */
  readonly attempts = new Float64Array(ATTEMPTS_MAX);

  // --- pass ---
  passIndex = -1;
  /** Times from the entry of the first read() to the return of the last. */
  inPass = false;
  /** m_start() has run at least once. */
  begun = false;
  passStartNs = 0;
  readStartNs = 0;
  /** read() calls of this pass, where costs vary. */
  calls = 0;
  /** Number of times that it will still read on after the end. */
  readsOnLeft = 0;
  /** Bytes that this read() has returned so far. */
  copiedBytes = 0;

  // --- struct seq_file ---
  readonly page = new ByteBuffer();
  /** Allocated size: 4096, then doubled when a record does not fit. */
  sizeBytes = 4096;
  /** Number and start of the valid bytes of the page that read() has not yet returned. */
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

  // --- values to which a discarded page resets the reader ---
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
  /** Failed attempts at the current record or page. */
  failedHere = 0;
  /** Attempts of the last settled record or page, until a search has read them. */
  readonly settledAfter = { retries: 0, fallbacks: 0 };
  /** What follows the last failed attempt; it is counted when it has ended. */
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

  /** Call it when an attempt has failed: the copy of the record counts as discarded. */
  attemptFailed(cause: Cause): void {
    this.#conclude();
    this.failedByCause[CAUSES.indexOf(cause)]!++;
    this.failedHere++;
    this.dropRecord();
  }

  /**
   * Call it before another attempt. The attempt counts as a retry when it ends, with or without
   * success.
   */
  retrying(): void {
    this.pending = RETRY_PENDING;
  }

  /** Call it before mmap_read_lock. It counts as a fallback when it has given a record. */
  fallingBack(): void {
    this.pending = FALLBACK_PENDING;
  }

  /**
   * Attempts at the current record or page: the failed attempts and the retry that is running.
   */
  get attemptsHere(): number {
    return this.failedHere + (this.pending === RETRY_PENDING ? 1 : 0);
  }

  /** Call it when the record (or page) is accepted: the counts of attempts are reset. */
  accepted(): void {
    const last = this.pending === FALLBACK_PENDING ? 0 : 1; // a fallback is not an attempt
    this.attempts[Math.min(this.failedHere + last, ATTEMPTS_MAX) - 1]!++;
    this.settled();
  }

  /** The same for the end of the list and the gate line, which are not records. */
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

  /** Discards a record that was copied, before it is formatted. */
  dropRecord(): void {
    if (this.copied) this.counts.discardedRecords++;
    this.copied = false;
  }

  /** Clears the registers of the last record, which are not read again. */
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

  /** Makes room for this number of lines in all. */
  reserveLines(count: number): void {
    if (count <= this.linePages.length) return;
    this.linePages = grownInt32(this.linePages, count);
    this.lines = grownFloat64(this.lines, LINE_FIELDS * this.linePages.length);
  }

  /** Makes room for one more line; returns the place of its numbers. */
  nextLineAt(): number {
    if (this.lineCount < this.keptLines) this.keptLines = this.lineCount;
    this.reserveLines(this.lineCount + 1);
    return this.lineCount * LINE_FIELDS;
  }

  /** Asserts that nothing is held, which must be true outside of m_start … m_stop. */
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
