/**
 * A search in worker threads, each of which has a share of the states. Nobody can see from the
 * result how many there were.
 */

import { Worker } from 'node:worker_threads';
import type { Scenario } from '../scenario/scenario.ts';
import { type Crew, leadSearch } from '../search/lead-search.ts';
import type { Search, SearchRequest } from '../search/search.ts';
import type { Expansion } from '../search/shard.ts';
import type { OwnFiles } from './own-strategies.ts';
import { buffersOf, type ShardAnswer, type ShardCall } from './shard-worker.ts';
import { newBoard } from './thread-board.ts';
import type { Job, WorkerStart } from './worker.ts';

export interface SearchThreads {
  /** Program of the threads; none: everything is done in this one. */
  readonly file: URL | undefined;
  readonly jobs: number;
  /** The user's own strategies. */
  readonly own: OwnFiles;
}

/** Searches are over before a thread has started unless they have more states. */
const ALONE_STATES = 50_000;

/** The way to go on in threads, or null. */
export function searchThreads(scenario: Scenario, request: SearchRequest, how: SearchThreads) {
  const { file, jobs, own } = how;
  if (file === undefined || jobs === 1) return null;
  const { strategies: _, ...plain } = request;
  return {
    afterStates: ALONE_STATES,
    /** @param look called now and then; true ends the search */
    goOn: async (search: Search, look: () => boolean): Promise<void> => {
      const threads = Array.from({ length: jobs }, (_, index) => {
        const place = { index, shards: jobs };
        return new ShardThread(file, { kind: 'search', scenario, request: plain, own, place });
      });
      try {
        await leadSearch(search, crewOf(threads), look);
      } finally {
        await Promise.all(threads.map((thread) => thread.end()));
      }
    },
  };
}

function crewOf(threads: readonly ShardThread[]): Crew {
  const all = <A>(callOf: (shard: number) => ShardCall): Promise<A[]> =>
    Promise.all(threads.map((thread, shard) => thread.ask<A>(callOf(shard))));
  return {
    size: threads.length,
    begin: async (preemptions) => {
      await all(() => ({ call: 'begin', preemptions }));
    },
    merge: (parcels) => all((shard) => ({ call: 'merge', parcels: parcels[shard]! })),
    expand: (numbers) => all<Expansion>((shard) => ({ call: 'expand', numbers: numbers[shard]! })),
    standings: () => all(() => ({ call: 'standings' })),
  };
}

/** A thread with one shard. It is asked one thing at a time. */
class ShardThread {
  readonly #worker: Worker;
  #pending: { resolve: (answer: never) => void; reject: (error: Error) => void } | null = null;
  /** Why it will answer no more. */
  #dead: Error | null = null;

  constructor(file: URL, job: Job) {
    const start: WorkerStart = { job, board: newBoard() };
    this.#worker = new Worker(file, { workerData: start });
    this.#worker.on('message', (answer: ShardAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#die(error));
    // After terminate() this is heard too, and nobody waits any more.
    this.#worker.on('exit', (code) =>
      this.#die(new Error(`a worker thread ended with code ${code}`)),
    );
  }

  ask<A>(call: ShardCall): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      if (this.#dead !== null) {
        reject(this.#dead);
        return;
      }
      this.#pending = { resolve, reject };
      this.#worker.postMessage(call, buffersOf(arraysOf(call)));
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: ShardAnswer): void {
    if (answer.kind === 'crash') {
      const { message, stack } = answer;
      this.#die(Object.assign(new Error(message), stack === undefined ? {} : { stack }));
      return;
    }
    this.#pending?.resolve(answer.answer as never);
    this.#pending = null;
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.#pending?.reject(this.#dead);
    this.#pending = null;
  }
}

function arraysOf(call: ShardCall): Int32Array<ArrayBuffer>[] {
  if (call.call === 'merge') return call.parcels.flatMap(({ names, states }) => [names, states]);
  return call.call === 'expand' ? [call.numbers] : [];
}
