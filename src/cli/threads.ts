/**
 * Runs the units of a job in worker threads. If a thread ends by an exception or runs out of
 * memory, the job ends, and the error names the unit.
 */
import { Worker } from 'node:worker_threads';
import { CHUNK_MAX, type Dealer } from '../base/pool.ts';
import { UnitCrash } from './batch-unit.ts';
import { newBoard, type ThreadBoard, tellToWrapUp, unitOf } from './thread-board.ts';
import type { Answer, Chunk, Job, RunsChunk, WorkerStart } from './worker.ts';

interface Threaded<R> {
  readonly job: Job;
  readonly dealer: Dealer<R>;
  /** What a thread must be told of runs, by what it knows; without it their numbers say all. */
  readonly runs?: (indices: readonly number[], known: Set<number>) => RunsChunk;
  /** Called for each unit, in the order of the units. */
  readonly release: (unit: number, result: R) => void;
  /** Resolves when what was released has been taken. */
  readonly drained: () => Promise<void>;
  /** Units at most that are worked on, wait for an earlier one, or were released and not taken. */
  readonly underWayMax: number;
  /**
   * Called when the batch is ended early, for units whose result was not released by then, and for
   * those under way as far as they have come. Without it they are lost.
   */
  readonly salvage?: (unit: number, result: R) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly board: ThreadBoard;
  /** Scenarios that it has been sent. */
  readonly known: Set<number>;
}

/** How often `stop` is asked. */
const LOOK_MS = 50;

interface Means {
  /** The worker's program. */
  readonly file: URL;
  readonly jobs: number;
  /** Called now and then; true ends the batch. */
  readonly look: () => boolean;
}

/** Resolves when all units are done, or `look` says so. */
export async function runThreads<R>(threaded: Threaded<R>, means: Means): Promise<void> {
  const threads = new Threads(threaded);
  let timer: NodeJS.Timeout | undefined;
  try {
    await threads.during((end) => {
      threads.start(means);
      timer = setInterval(() => means.look() && end(), LOOK_MS);
    });
    const { salvage, dealer } = threaded;
    if (salvage === undefined || dealer.allReleased) return;
    await threads.during(() => threads.wrapUp());
    for (const { unit, result } of dealer.waiting) salvage(unit, result);
  } finally {
    clearInterval(timer);
    await threads.end();
  }
}

interface End {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Threads<R> {
  readonly #threaded: Threaded<R>;
  readonly #threads: Thread[] = [];
  /** Those that wait for units. */
  readonly #idle: Thread[] = [];
  /** Results that were released and that nobody has taken yet. */
  #untaken = 0;
  /** Of what is waited for. */
  #end: End = { resolve: () => {}, reject: () => {} };
  #wrapsUp = false;

  constructor(threaded: Threaded<R>) {
    this.#threaded = threaded;
  }

  /** Resolves when all units are done, or all threads have wrapped up, or `begin` says so. */
  during(begin: (end: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
      begin(resolve);
    });
  }

  start({ file, jobs }: Means): void {
    for (let i = 0; i < jobs && !this.#threaded.dealer.allDealt; i++) {
      const thread = this.#startThread(file);
      this.#threads.push(thread);
      this.#idle.push(thread);
      this.#feed();
    }
  }

  /** Has all threads come to an end with what they have. */
  wrapUp(): void {
    this.#wrapsUp = true;
    for (const { board } of this.#threads) tellToWrapUp(board);
    this.#endIfIdle();
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #startThread(file: URL): Thread {
    const board = newBoard();
    const start: WorkerStart = { job: this.#threaded.job, board };
    const worker = new Worker(file, { workerData: start });
    const thread = { worker, board, known: new Set<number>() };
    const died = (message: string, stack?: string): void => {
      const unit = unitOf(board);
      this.#end.reject(unit < 0 ? new Error(message) : new UnitCrash(unit, message, stack));
    };
    worker.on('message', (answer: Answer<R>) => {
      try {
        this.#take(thread, answer);
      } catch (error) {
        this.#end.reject(error);
      }
    });
    worker.on('error', (error) => died(error.message, error.stack));
    // After terminate() this is heard too, and nobody listens any more.
    worker.on('exit', (code) => died(`a worker thread ended with code ${code}`));
    return thread;
  }

  #take(thread: Thread, answer: Answer<R>): void {
    if (answer.kind === 'crash') throw new UnitCrash(answer.index, answer.message, answer.stack);
    const { dealer, release, drained } = this.#threaded;
    let released = 0;
    for (const { index, result } of answer.results) {
      for (const ready of dealer.done(index, result)) {
        release(ready.unit, ready.result);
        released++;
      }
    }
    if (answer.idle) this.#idle.push(thread);
    if (this.#wrapsUp) {
      this.#endIfIdle();
      return;
    }
    if (dealer.allReleased) {
      this.#end.resolve();
      return;
    }
    this.#untaken += released;
    drained().then(() => {
      this.#untaken -= released;
      this.#feed();
    }, this.#end.reject);
  }

  #endIfIdle(): void {
    if (this.#idle.length === this.#threads.length) this.#end.resolve();
  }

  /** Work for those who wait, while what is under way is not too much. */
  #feed(): void {
    const { dealer, underWayMax } = this.#threaded;
    if (this.#wrapsUp) return;
    while (this.#idle.length > 0) {
      const room = underWayMax - dealer.underWay - this.#untaken;
      const units = dealer.deal(Math.min(CHUNK_MAX, Math.max(0, room)));
      if (units.length === 0) return;
      this.#send(this.#idle.shift()!, units);
    }
  }

  #send({ worker, known }: Thread, indices: readonly number[]): void {
    const message: Chunk = { indices, runs: this.#threaded.runs?.(indices, known) ?? null };
    worker.postMessage(message);
  }
}
