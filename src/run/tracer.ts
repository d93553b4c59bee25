/**
 * Listens to a run or to the replay of a record, and records the activity of each task with its
 * times.
 *
 * Before each step it compares some fifteen numbers with what they were before the step that came
 * earlier: mmap_lock, mm_lock_seq, the task's locks, its record, its call. So it works for every
 * strategy, including strategy files of the user, and the model does not depend on it. Numbers go
 * into columns. Texts are made at the end, except those of calls, whose names may be freed before.
 *
 * For one pass it stores the committed states and the lines, from which a picture of the pass is
 * made.
 */

import { UserError } from '../base/errors.ts';
import type { Reader } from '../proc/reader.ts';
import { FALLBACK_PENDING } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import type { Task } from '../sim/task.ts';
import type { Outcome } from '../world/outcome.ts';
import type { PassListener } from '../world/pass-watch.ts';
import { EVENT, OPEN, type RunTrace, type TracedTask } from '../world/run-trace.ts';
import { callOf } from '../world/spelling.ts';
import type { World } from '../world/world.ts';
import type { Writer } from '../writers/writer.ts';
import { StoryKeeper } from './pass-story.ts';
import type { RunListener } from './timed-driver.ts';
import { TraceColumns } from './trace-columns.ts';

/** What the tracer is asked for. */
interface TraceRequest {
  /** Events that end before, or begin after it, are left out. */
  readonly window: { readonly fromNs: number; readonly toNs: number } | null;
  /** The pass whose story is kept: a reader's name and the number of its pass. */
  readonly pass: { readonly reader: string; readonly index: number } | null;
  readonly maxEvents: number;
}

const NEVER = Number.NaN;
const TASKS_MAX = 2 ** 16;

/** What the tracer remembers of a task: numbers as they were, and since when it holds what. */
class Seen {
  readonly task: Task;
  readonly reader: Reader | null;
  readonly writer: Writer | null;
  locks = 0;
  rcu = 0;
  vma = -1;
  holdFromNs = NEVER;
  rcuFromNs = NEVER;
  vmaFromNs = NEVER;
  cpuFromNs = NEVER;
  // --- of a reader ---
  lines = 0;
  failed = 0;
  readonly failedByCause: Float64Array;
  pending = 0;
  /** Since when it works at the record, and at the page, where it stands. */
  recordFromNs = 0;
  pageFromNs = 0;
  /** The event of its last failed attempt, or -1. */
  lastFailed = -1;
  /** When each line of the pass was printed, and in which state it was read. */
  lineNs: number[] = [];
  lineState: number[] = [];
  // --- of a writer ---
  call: unknown = null;
  callIndex = -1;
  callFromNs = 0;

  constructor(task: Task, world: World) {
    this.task = task;
    this.reader = world.isReader(task) ? (task as Reader) : null;
    this.writer = world.isWriter(task) ? (task as Writer) : null;
    this.failedByCause = new Float64Array(this.reader?.failedByCause.length ?? 0);
  }
}

export class Tracer implements RunListener {
  readonly #request: TraceRequest;
  readonly #columns = new TraceColumns();
  readonly #calls: string[] = [];
  #world!: World;
  #seen: Seen[] = [];
  #last: Seen | null = null;
  #lastNs = 0;
  // --- mmap_lock and mm_lock_seq as they were ---
  #writer = -1;
  #readers = 0;
  #line = 0;
  #seq = 0;
  #drain = -1;
  #drainFromNs = 0;
  #writeFromNs = 0;
  #sectionFromNs = 0;
  #sectionTask = -1;
  /** Who let go of mmap_lock last. */
  #released = -1;
  #story: StoryKeeper | null = null;
  constructor(request: TraceRequest) {
    this.#request = request;
  }

  /** Events so far, and what the columns take, for the bench. */
  get size(): { readonly events: number; readonly bytes: number } {
    const { kind, task, fromNs, toNs, a, b, c, count } = this.#columns;
    const columns = [kind, task, fromNs, toNs, a, b, c];
    return { events: count, bytes: columns.reduce((sum, column) => sum + column.byteLength, 0) };
  }

  /** The pass whose story was asked for is over. */
  get storyDone(): boolean {
    return this.#story?.done === true;
  }

  readonly begins = (world: World): void => {
    this.#world = world;
    if (world.tasks.length > TASKS_MAX) {
      throw new UserError(`a timeline has room for ${TASKS_MAX} tasks, not ${world.tasks.length}`);
    }
    this.#seen = world.tasks.map((task) => new Seen(task, world));
    const { mm } = world.kernel;
    this.#writer = mm.mmapLock.writerId;
    this.#seq = mm.mmLockSeq.value;
    const { pass } = this.#request;
    if (pass !== null) this.#story = new StoryKeeper(world, pass);
  };

  readonly step = (task: Task, atNs: number): void => {
    if (this.#last !== null) this.#compare(this.#last, this.#lastNs);
    this.#last = this.#seen[task.id]!;
    this.#lastNs = atNs;
  };

  readonly cpu = (task: Task, atNs: number, has: boolean): void => {
    const seen = this.#seen[task.id]!;
    if (has) seen.cpuFromNs = atNs;
    else this.#ends(EVENT.cpu, seen, seen.cpuFromNs, atNs, task.cpu);
  };

  readonly passes: PassListener = {
    passBegins: (r) => {
      const seen = this.#seen[r.id]!;
      seen.lineNs.length = 0;
      seen.lineState.length = 0;
      this.#story?.passBegins(r);
    },
    readReturns: (r) => {
      const seen = this.#seen[r.id]!;
      this.#ends(EVENT.read, seen, r.readStartNs, this.#world.kernel.nowNs, r.passIndex);
    },
    judged: (r, verdict) => this.#judged(r, verdict),
    passEnds: (r) => {
      const seen = this.#seen[r.id]!;
      const { nowNs } = this.#world.kernel;
      this.#ends(EVENT.pass, seen, r.passStartNs, nowNs, r.passIndex, seen.lineNs.length);
      this.#story?.passEnds(r);
    },
  };

  /** What the run came to; to be called once, when it has ended. */
  trace(outcome: Outcome): RunTrace {
    const { kernel, scenario } = this.#world;
    if (this.#last !== null) this.#compare(this.#last, this.#lastNs);
    this.#last = null;
    this.#closeOpen(kernel.nowNs);
    const { window } = this.#request;
    const { count, kind, task, fromNs, toNs, a, b, c } = this.#columns;
    return {
      scenario: outcome.scenario.name,
      strategy: outcome.strategy,
      seed: outcome.seed,
      tasks: this.#seen.map((seen) => tracedTask(seen)),
      cpusShared: scenario.machine.cpus !== null,
      events: { count, kind, task, fromNs, toNs, a, b, c },
      calls: this.#calls,
      fromNs: window?.fromNs ?? 0,
      toNs: Math.min(window?.toNs ?? Number.POSITIVE_INFINITY, kernel.nowNs),
      story: this.#story?.story(outcome, this.#seen[this.#story.task]!) ?? null,
    };
  }

  // --- what the last step did ---

  #compare(by: Seen, atNs: number): void {
    const { mm, vmaWriterWait } = this.#world.kernel;
    const lock = mm.mmapLock;
    if (
      lock.line !== this.#line ||
      lock.writerId !== this.#writer ||
      lock.readerCount !== this.#readers
    ) {
      this.#compareLock(by, atNs);
    }
    if (mm.mmLockSeq.value !== this.#seq) this.#compareSeq(by, atNs);
    if (vmaWriterWait.taskId !== this.#drain) {
      if (this.#drain >= 0) {
        this.#ends(EVENT.drain, this.#seen[this.#drain]!, this.#drainFromNs, atNs);
      }
      this.#drain = vmaWriterWait.taskId;
      this.#drainFromNs = atNs;
    }
    if (by.reader !== null) this.#compareReader(by, by.reader, atNs);
    else if (by.writer !== null && by.writer.call !== by.call) this.#compareCall(by, atNs);
  }

  #compareLock(by: Seen, atNs: number): void {
    const lock = this.#world.kernel.mm.mmapLock;
    let granted = 0;
    for (const seen of this.#seen) if (seen.task.mmapReadLocks !== seen.locks) granted++;
    const others = lock.readerCount - this.#readers - granted;
    if (others < 0) {
      this.#ends(EVENT.holdRead, by, by.holdFromNs, atNs);
      by.holdFromNs = NEVER;
      by.recordFromNs = atNs;
      this.#released = by.task.id;
    }
    if (lock.writerId !== this.#writer) {
      if (this.#writer >= 0) {
        this.#ends(EVENT.holdWrite, this.#seen[this.#writer]!, this.#writeFromNs, atNs);
        this.#released = this.#writer;
      }
      if (others > 0) by.holdFromNs = atNs; // downgraded
      if (lock.writerId >= 0) {
        const seen = this.#seen[lock.writerId]!;
        this.#writeFromNs = atNs;
        this.#ends(EVENT.waitWrite, seen, seen.task.lockAskedNs, atNs, this.#released);
      }
      this.#writer = lock.writerId;
    }
    if (granted > 0) {
      for (const seen of this.#seen) {
        if (seen.task.mmapReadLocks === seen.locks) continue;
        seen.locks = seen.task.mmapReadLocks;
        seen.holdFromNs = atNs;
        seen.recordFromNs = atNs;
        this.#ends(EVENT.waitRead, seen, seen.task.lockAskedNs, atNs, this.#released);
      }
    }
    this.#readers = lock.readerCount;
    this.#line = lock.line;
  }

  #compareSeq(by: Seen, atNs: number): void {
    const { mm } = this.#world.kernel;
    this.#seq = mm.mmLockSeq.value;
    if (this.#seq % 2 === 1) {
      this.#sectionFromNs = atNs;
      this.#sectionTask = by.task.id;
      return;
    }
    const seen = this.#seen[this.#sectionTask]!;
    const call = seen.writer?.call == null ? -1 : seen.callIndex;
    this.#ends(EVENT.section, seen, this.#sectionFromNs, atNs, this.#seq / 2, call, mm.mapCount);
    this.#sectionTask = -1;
    if (this.#story?.telling) {
      const text = call < 0 ? (seen.writer?.operation?.operation ?? 'hold') : this.#calls[call]!;
      this.#story.noteState({ task: seen.task.id, call: text }, atNs);
    }
  }

  #compareCall(by: Seen, atNs: number): void {
    const { call } = by.writer!;
    if (by.call !== null) this.#ends(EVENT.call, by, by.callFromNs, atNs, by.callIndex);
    by.call = call;
    if (call === null) return;
    by.callIndex = this.#calls.length;
    by.callFromNs = atNs;
    this.#calls.push(callOf(this.#world.kernel, call));
  }

  #compareReader(by: Seen, r: Reader, atNs: number): void {
    if (r.rcuSection !== by.rcu) {
      if (by.rcu !== 0) this.#ends(EVENT.rcu, by, by.rcuFromNs, atNs);
      by.rcu = r.rcuSection;
      by.rcuFromNs = atNs;
    }
    if (r.lockedVma !== by.vma) {
      if (by.vma >= 0) this.#ends(EVENT.vmaLock, by, by.vmaFromNs, atNs);
      by.vma = r.lockedVma;
      by.vmaFromNs = atNs;
    }
    const causes = r.failedByCause;
    let failed = 0;
    for (let i = 0; i < causes.length; i++) failed += causes[i]!;
    if (failed !== by.failed) this.#noteFailed(by, r, atNs);
    by.failed = failed;
    if (r.pending !== by.pending) {
      by.pending = r.pending;
      if (r.pending === FALLBACK_PENDING) {
        this.#ends(EVENT.fallback, by, atNs, atNs, r.passIndex, r.lineCount);
      }
    }
    if (r.lineCount !== by.lines) this.#compareLines(by, r, atNs);
  }

  #noteFailed(by: Seen, r: Reader, atNs: number): void {
    const causes = r.failedByCause;
    for (let i = 0; i < causes.length; i++) {
      if (causes[i] === by.failedByCause[i]) continue;
      by.failedByCause[i] = causes[i]!;
      const blamed = Math.floor((this.#seq + 1) / 2);
      by.lastFailed = this.#columns.count;
      this.#ends(EVENT.failed, by, this.#workFrom(by, r), atNs, i, r.lineCount, blamed);
    }
    by.recordFromNs = atNs;
  }

  #compareLines(by: Seen, r: Reader, atNs: number): void {
    if (r.lineCount < by.lines) {
      if (r.inPass) this.#linesLost(by, r, atNs);
    } else {
      const copied = r.source !== LIVE_VMA && r.seqSample >= 0;
      const state = Math.floor((copied ? r.seqSample : this.#seq) / 2);
      for (let line = by.lines; line < r.lineCount; line++) {
        if (line === r.redoLineCount) by.pageFromNs = this.#workFrom(by, r);
        by.lineNs[line] = atNs;
        by.lineState[line] = state;
        this.#ends(EVENT.record, by, this.#workFrom(by, r), atNs, line, r.passIndex, state);
      }
    }
    by.lines = r.lineCount;
    by.recordFromNs = atNs;
  }

  /** The attempt that failed was at the whole page. */
  #linesLost(by: Seen, r: Reader, atNs: number): void {
    const failed = by.lastFailed;
    if (
      failed >= 0 &&
      failed < this.#columns.count &&
      by.pageFromNs < this.#columns.toNs[failed]!
    ) {
      this.#columns.fromNs[failed] = by.pageFromNs;
    }
    this.#ends(EVENT.lost, by, atNs, atNs, by.lines - r.lineCount, r.passIndex);
  }

  #workFrom(by: Seen, r: Reader): number {
    return Math.max(by.recordFromNs, r.readStartNs);
  }

  #judged(r: Reader, { cutLines }: Parameters<PassListener['judged']>[1]): void {
    const seen = this.#seen[r.id]!;
    const { nowNs } = this.#world.kernel;
    for (const { line, inPage } of cutLines) {
      const atNs = seen.lineNs[line] ?? nowNs;
      this.#ends(EVENT.cut, seen, atNs, atNs, line, r.passIndex, inPage ? 1 : 0);
    }
    this.#story?.textComplete(r, seen);
  }

  #ends(
    kind: number,
    { task: { id } }: Seen,
    fromNs: number,
    toNs: number,
    a = -1,
    b = -1,
    c = -1,
  ): void {
    const { window, maxEvents } = this.#request;
    if (window !== null && (toNs < window.fromNs || fromNs > window.toNs)) return;
    if (toNs === fromNs && (kind === EVENT.waitRead || kind === EVENT.waitWrite)) return;
    const columns = this.#columns;
    const at = columns.count;
    if (at >= maxEvents) {
      throw new UserError(
        `the timeline has more than ${maxEvents} events: choose a part of it with --window, or a shorter --duration`,
      );
    }
    columns.reserve(at + 1);
    columns.kind[at] = kind;
    columns.task[at] = id;
    columns.fromNs[at] = fromNs;
    columns.toNs[at] = toNs;
    columns.a[at] = a;
    columns.b[at] = b;
    columns.c[at] = c;
    columns.count++;
  }

  /** What goes on still: with OPEN added to its kind. */
  #closeOpen(nowNs: number): void {
    const { mm } = this.#world.kernel;
    const waiting = new Set<number>();
    for (const queue of [mm.mmapLock.waiters, mm.mmapLock.spinners]) {
      for (let i = 0; i < queue.size; i++) waiting.add(queue.at(i));
    }
    for (const seen of this.#seen) {
      const { task, reader } = seen;
      const open = (kind: number, fromNs: number, a = -1, b = -1): void => {
        if (!Number.isNaN(fromNs)) this.#ends(kind + OPEN, seen, fromNs, nowNs, a, b);
      };
      if (waiting.has(task.id)) {
        open(seen.writer === null ? EVENT.waitRead : EVENT.waitWrite, task.lockAskedNs);
      }
      open(EVENT.holdRead, seen.holdFromNs);
      if (mm.mmapLock.writerId === task.id) open(EVENT.holdWrite, this.#writeFromNs);
      if (seen.rcu !== 0) open(EVENT.rcu, seen.rcuFromNs);
      if (seen.vma >= 0) open(EVENT.vmaLock, seen.vmaFromNs);
      if (seen.call !== null) open(EVENT.call, seen.callFromNs, seen.callIndex);
      if (reader?.inPass) open(EVENT.pass, reader.passStartNs, reader.passIndex, reader.lineCount);
      if (this.#sectionTask === task.id) open(EVENT.section, this.#sectionFromNs);
      if (this.#drain === task.id) open(EVENT.drain, this.#drainFromNs);
    }
  }
}

function tracedTask({ task, reader, writer }: Seen): TracedTask {
  return {
    name: task.name,
    kind: reader !== null ? 'reader' : writer !== null ? 'writer' : 'hog',
    cpu: task.cpu,
    strategy: reader?.strategy.name ?? null,
    medium: reader?.strategy.medium ?? null,
  };
}
