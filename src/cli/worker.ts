/**
 * What a worker thread does: runs the units that it is sent and sends back what came of them, a few
 * at a time. An entry of its own in the bundle; nothing imports it.
 */
import { performance } from 'node:perf_hooks';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { TimedRun } from '../drive/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  type BatchRequest,
  type Unit,
  type UnitResult,
  unitRequest,
  unitResult,
} from './batch-unit.ts';
import { loadOwnStrategies } from './own-strategies.ts';

export interface WorkerStart {
  readonly request: BatchRequest;
  /** One integer: the unit that the worker is at, so that its death can be laid at one's door. */
  readonly at: Int32Array;
}

/** To a worker. */
export interface Chunk {
  /** Those not sent before, by index. */
  readonly scenarios: readonly { readonly index: number; readonly scenario: Scenario }[];
  readonly units: readonly (Unit & { readonly index: number })[];
}

/** From a worker. */
export type Answer =
  | {
      readonly kind: 'results';
      readonly results: readonly { readonly index: number; readonly result: UnitResult }[];
      /** Whether it waits for another chunk. */
      readonly idle: boolean;
    }
  | {
      readonly kind: 'crash';
      readonly index: number;
      readonly message: string;
      readonly stack?: string;
    };

/** Results are held back no longer than this. */
const SEND_MS = 20;

async function work(port: MessagePort, { request, at }: WorkerStart): Promise<void> {
  const own = await loadOwnStrategies(request.own.texts, request.own.directory);
  const scenarios = new Map<number, Scenario>();
  port.on('message', (chunk: Chunk) => {
    for (const { index, scenario } of chunk.scenarios) scenarios.set(index, scenario);
    let results: { index: number; result: UnitResult }[] = [];
    let sentMs = performance.now();
    const send = (idle: boolean): void => {
      port.postMessage({ kind: 'results', results, idle } satisfies Answer);
      results = [];
      sentMs = performance.now();
    };
    for (const unit of chunk.units) {
      Atomics.store(at, 0, unit.index);
      try {
        const run = new TimedRun(scenarios.get(unit.scenario)!, unitRequest(unit, request, own));
        while (!run.advance(Number.MAX_SAFE_INTEGER)) {}
        results.push({ index: unit.index, result: unitResult(run.outcome(), request) });
      } catch (error) {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        const crash = { kind: 'crash', index: unit.index, message } as const;
        port.postMessage({ ...crash, ...(stack === undefined ? {} : { stack }) } satisfies Answer);
        return;
      }
      if (performance.now() - sentMs >= SEND_MS) send(false);
    }
    send(true);
  });
}

if (parentPort !== null) await work(parentPort, workerData as WorkerStart);
