/**
 * Random walks in worker threads. The result does not depend on which thread walked which block.
 */

import { availableParallelism } from 'node:os';
import { CHUNK_MAX, Dealer } from '../base/pool.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RandomWalks, WalkRequest } from '../search/random-walk.ts';
import type { BlockResult } from '../search/walker.ts';
import { UnitCrash } from './batch-unit.ts';
import type { OwnFiles } from './own-strategies.ts';
import { runThreads } from './threads.ts';

interface WalkThreads {
  /** Program of the threads; none: everything is walked in this one. */
  readonly file: URL | undefined;
  readonly jobs: number | undefined;
  /** The user's own strategies. */
  readonly own: OwnFiles;
}

/** Walks are over before a thread has started unless they take longer. */
const ALONE_MS = 100;

/** The way to go on in threads, or null. */
export function threadsFor(scenario: Scenario, request: WalkRequest, how: WalkThreads) {
  const { file, jobs = availableParallelism(), own } = how;
  if (file === undefined || jobs === 1) return null;
  const { strategies: _, ...plain } = request;
  const job = { kind: 'walks', scenario, request: plain, own } as const;
  return {
    afterMs: ALONE_MS,
    /** @param look called now and then; true ends the walks */
    goOn: async (walks: RandomWalks, look: () => boolean): Promise<void> => {
      const dealer = new Dealer<BlockResult>(walks.handOver(), jobs);
      const release = (_: number, result: BlockResult): void => walks.take(result);
      const drained = () => Promise.resolve();
      const underWayMax = 2 * jobs * CHUNK_MAX;
      const threaded = { job, dealer, release, drained, underWayMax, salvage: release };
      try {
        await runThreads(threaded, { file, jobs, look: () => look() || walks.isDone });
      } catch (error) {
        // A crash is laid at the door of a block, of which nobody has heard.
        if (!(error instanceof UnitCrash)) throw error;
        throw Object.assign(new Error(error.message), { stack: error.stack });
      }
    },
  };
}
