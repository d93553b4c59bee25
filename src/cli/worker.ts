/**
 * The code of a worker thread: it receives units of its job, and sends back their results, a few at
 * a time. It is a separate entry of the bundle; other files import only its types.
 */
import { performance } from 'node:perf_hooks';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { WalkRequest } from '../search/random-walk.ts';
import type { BlockResult } from '../search/walker.ts';
import {
  type BatchRequest,
  type RunUnit,
  type UnitResult,
  unitRequest,
  unitResult,
} from './batch-unit.ts';
import { loadStrategies } from './own-strategies.ts';
import { isAt, isToWrapUp, type ThreadBoard } from './thread-board.ts';

/** Plain data. */
export type Job =
  /** Units are timed runs. */
  | { readonly kind: 'runs'; readonly request: BatchRequest }
  /** Units are blocks of random walks. */
  | {
      readonly kind: 'walks';
      readonly scenario: Scenario;
      readonly request: Omit<WalkRequest, 'strategies'>;
      readonly own: BatchRequest['own'];
    };

type JobOf<K extends Job['kind']> = Extract<Job, { kind: K }>;

export interface WorkerStart {
  readonly job: Job;
  readonly board: ThreadBoard;
}

export interface RunsChunk {
  /** Those not sent before, by index. */
  readonly scenarios: readonly { readonly index: number; readonly scenario: Scenario }[];
  /** One for each index of the chunk. */
  readonly units: readonly RunUnit[];
}

/** To a worker. */
export interface Chunk {
  readonly indices: readonly number[];
  readonly runs: RunsChunk | null;
}

/** From a worker. */
export type Answer<R> =
  | {
      readonly kind: 'results';
      readonly results: readonly { readonly index: number; readonly result: R }[];
      /** Whether it waits for another chunk. */
      readonly idle: boolean;
    }
  | {
      readonly kind: 'crash';
      readonly index: number;
      readonly message: string;
      readonly stack?: string;
    };

/** The way to the results of a chunk, by place in it. */
type Work<R> = (chunk: Chunk) => (place: number) => R;

/** Results are held back no longer than this. */
const SEND_MS = 20;

async function runs({ request }: JobOf<'runs'>): Promise<Work<UnitResult>> {
  const strategies = await loadStrategies(request.own);
  const scenarios = new Map<number, Scenario>();
  return (chunk) => {
    for (const { index, scenario } of chunk.runs!.scenarios) scenarios.set(index, scenario);
    return (place) => {
      const unit = chunk.runs!.units[place]!;
      const run = new TimedRun(
        scenarios.get(unit.scenario)!,
        unitRequest(unit, request, strategies),
      );
      while (!run.advance(Number.MAX_SAFE_INTEGER)) {}
      return unitResult(run.outcome(), request);
    };
  };
}

/** Between two looks at whether to wrap up: some ten milliseconds. */
const STEPS_BETWEEN_LOOKS = 5000;

async function walks(
  { scenario, request, own }: JobOf<'walks'>,
  board: ThreadBoard,
): Promise<Work<BlockResult>> {
  const { walkerOf, walksIn } = await import('../search/random-walk.ts');
  const strategies = await loadStrategies(own);
  const walker = walkerOf(scenario, { ...request, strategies });
  return ({ indices }) =>
    (place) => {
      const block = indices[place]!;
      walker.begin(block, walksIn(request.walks, block));
      while (!walker.advance(STEPS_BETWEEN_LOOKS)) if (isToWrapUp(board)) walker.cutShort();
      return walker.result();
    };
}

function serve<R>(port: MessagePort, board: ThreadBoard, work: Work<R>): void {
  const post = (answer: Answer<R>): void => port.postMessage(answer);
  port.on('message', (chunk: Chunk) => {
    const unit = work(chunk);
    let results: { index: number; result: R }[] = [];
    let sentMs = performance.now();
    const send = (idle: boolean): void => {
      post({ kind: 'results', results, idle });
      results = [];
      sentMs = performance.now();
    };
    for (const [place, index] of chunk.indices.entries()) {
      if (isToWrapUp(board)) break;
      isAt(board, index);
      try {
        results.push({ index, result: unit(place) });
      } catch (error) {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        post({ kind: 'crash', index, message, ...(stack === undefined ? {} : { stack }) });
        return;
      }
      if (performance.now() - sentMs >= SEND_MS) send(false);
    }
    send(true);
  });
}

async function start(port: MessagePort, { job, board }: WorkerStart): Promise<void> {
  switch (job.kind) {
    case 'runs':
      return serve(port, board, await runs(job));
    case 'walks':
      return serve(port, board, await walks(job, board));
  }
}

if (parentPort !== null) void start(parentPort, workerData as WorkerStart);
