/**
 * Worker threads at work on the units of a batch. A thread that ends by itself, by an exception or
 * for want of memory, ends the batch with the unit that it was at.
 */
import { Worker } from 'node:worker_threads';
import type { Dealer } from '../drive/pool.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type BatchRequest, type Unit, UnitCrash, type UnitResult } from './batch-unit.ts';
import type { Answer, Chunk, WorkerStart } from './worker.ts';

export interface ThreadedBatch {
  readonly scenarios: readonly Scenario[];
  readonly units: readonly Unit[];
  readonly request: BatchRequest;
  readonly dealer: Dealer<UnitResult>;
  /** Called for each unit, in the order of the units. */
  readonly release: (unit: number, result: UnitResult) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly at: Int32Array;
  /** Scenarios that it has been sent. */
  readonly known: Set<number>;
}

/** How often `stop` is asked. */
const LOOK_MS = 50;

/**
 * Resolves when all units are done, or `stop` says so.
 * @param file the worker's program @param look called now and then; true ends the batch
 */
export async function runThreads(
  batch: ThreadedBatch,
  { file, jobs, look }: { file: URL; jobs: number; look: () => boolean },
): Promise<void> {
  const threads: Thread[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      for (let i = 0; i < jobs && !batch.dealer.allDealt; i++) {
        threads.push(startThread(batch, file, { resolve, reject }));
      }
      timer = setInterval(() => look() && resolve(), LOOK_MS);
    });
  } finally {
    clearInterval(timer);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function startThread(
  batch: ThreadedBatch,
  file: URL,
  { resolve, reject }: { resolve: () => void; reject: (error: unknown) => void },
): Thread {
  const at = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const start: WorkerStart = { request: batch.request, at };
  const thread = { worker: new Worker(file, { workerData: start }), at, known: new Set<number>() };
  const died = (message: string, stack?: string): void => {
    const unit = Atomics.load(at, 0);
    reject(unit < 0 ? new Error(message) : new UnitCrash(unit, message, stack));
  };
  thread.worker.on('message', (answer: Answer) => {
    try {
      if (answer.kind === 'crash') {
        reject(new UnitCrash(answer.index, answer.message, answer.stack));
        return;
      }
      for (const { index, result } of answer.results) {
        for (const ready of batch.dealer.done(index, result)) {
          batch.release(ready.unit, ready.result);
        }
      }
      if (batch.dealer.allReleased) resolve();
      else if (answer.idle) sendChunk(batch, thread);
    } catch (error) {
      reject(error);
    }
  });
  thread.worker.on('error', (error) => died(error.message, error.stack));
  // After terminate() this is heard too, and nobody listens any more.
  thread.worker.on('exit', (code) => died(`a worker thread ended with code ${code}`));
  sendChunk(batch, thread);
  return thread;
}

function sendChunk({ scenarios, units, dealer }: ThreadedBatch, { worker, known }: Thread): void {
  const chunk = dealer.deal().map((index) => ({ ...units[index]!, index }));
  if (chunk.length === 0) return;
  const missing = new Set(chunk.map(({ scenario }) => scenario).filter((i) => !known.has(i)));
  for (const index of missing) known.add(index);
  const message: Chunk = {
    scenarios: [...missing].map((index) => ({ index, scenario: scenarios[index]! })),
    units: chunk,
  };
  worker.postMessage(message);
}
