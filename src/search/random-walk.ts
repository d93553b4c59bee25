/**
 * Random walks for worlds that are too large for a complete search, block by block (walker.ts). The
 * results of the blocks are merged in order, so it does not matter which thread made a block.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { Collector } from './collect.ts';
import type { Question } from './questions.ts';
import {
  headOf,
  plainWorld,
  questionsOf,
  type SearchProgress,
  type SearchRequest,
  searchWorld,
} from './search.ts';
import type { SearchOutcome } from './search-outcome.ts';
import type { SearchWorld } from './search-world.ts';
import { type Bias, type BlockResult, STEPS_MAX, Walker } from './walker.ts';

export interface WalkRequest extends SearchRequest {
  readonly walks: number;
  readonly bias: Bias;
  readonly seed: string;
}

/** A walker for the blocks of a request. */
export function walkerOf(scenario: Scenario, request: WalkRequest): Walker {
  const questions = walkQuestions(request);
  return new Walker({
    world: searchWorld(scenario, request, { reduce: 'none', questions }),
    seed: request.seed,
    bias: request.bias,
    stepsMax: request.maxDepth ?? STEPS_MAX,
    until: request.find,
  });
}

/** So many blocks at least, as far as there are walks: enough to share out. */
const BLOCKS_MIN = 64;
const WALKS_A_BLOCK_MAX = 1024;

/** Walks of a block when there are to be so many in all; the last one may have fewer. */
export function walksABlock(walks: number): number {
  return Math.min(Math.ceil(walks / BLOCKS_MIN), WALKS_A_BLOCK_MAX);
}

/** How many of so many walks are a block's. */
export function walksIn(walks: number, block: number): number {
  const most = walksABlock(walks);
  return Math.min(most, walks - block * most);
}

/** Cycles are seen in a graph, not on a walk. */
function walkQuestions(request: WalkRequest) {
  return questionsOf(request).filter((question) => question.kind !== 'cycle');
}

/** For each finding, after an interrupt: schedules may be long, and the user is waiting. */
const SHRINK_AFTER_INTERRUPT = 10_000;

export class RandomWalks {
  readonly #scenario: Scenario;
  readonly #request: WalkRequest;
  readonly #collector: Collector;
  readonly #walker: Walker;
  readonly #blocksInAll: number;
  /** Blocks taken. */
  #blocks = 0;
  #begun = false;
  #walks = 0;
  #steps = 0;
  #unfinished = 0;
  #longest = 0;
  #stopped = false;
  #interrupted = false;

  constructor(scenario: Scenario, request: WalkRequest) {
    this.#scenario = scenario;
    this.#request = request;
    this.#collector = new Collector(walkQuestions(request), request.find !== null);
    this.#walker = walkerOf(scenario, request);
    this.#blocksInAll = Math.ceil(request.walks / walksABlock(request.walks));
  }

  /** Takes about so many steps; true when there is nothing left to do. */
  advance(steps: number): boolean {
    for (let left = steps; left > 0 && !this.isDone; ) {
      if (!this.#begun)
        this.#walker.begin(this.#blocks, walksIn(this.#request.walks, this.#blocks));
      this.#begun = true;
      const before = this.#walker.result().steps;
      const over = this.#walker.advance(left);
      const result = this.#walker.result();
      left -= Math.max(1, result.steps - before);
      if (over) this.take(result);
    }
    return this.isDone;
  }

  get isDone(): boolean {
    return this.#stopped || this.#blocks >= this.#blocksInAll;
  }

  /** Blocks for others to walk, in their order. One that is under way is begun anew by them. */
  handOver(): readonly number[] {
    this.#begun = false;
    const left = this.#blocksInAll - this.#blocks;
    return Array.from({ length: left }, (_, i) => this.#blocks + i);
  }

  /**
   * The result of the next block; after an interrupt, of any. Blocks after one that has found what
   * was asked for are void.
   */
  take(result: BlockResult): void {
    if (this.isDone) return;
    this.#blocks++;
    this.#begun = false;
    this.#walks += result.walks;
    this.#steps += result.steps;
    this.#unfinished += result.unfinished;
    this.#longest = Math.max(this.#longest, result.longest);
    if (result.cutShort) this.#interrupted = true;
    for (const { event, schedule } of result.told) {
      if (this.#collector.take(event, () => schedule)) this.#stopped = true;
    }
  }

  progress(): SearchProgress {
    const now = this.#begun ? this.#walker.result() : null;
    return {
      states: this.#steps + (now?.steps ?? 0),
      depth: this.#longest,
      texts: this.#collector.textCount,
      preemptions: null,
      walks: this.#walks + (now?.walks ?? 0),
    };
  }

  /** The block under way counts as far as it has come. */
  interrupt(): void {
    if (this.isDone) return;
    this.#interrupted = true;
    if (this.#begun) {
      this.#walker.cutShort();
      this.take(this.#walker.result());
    }
    this.#stopped = true;
  }

  outcome(): SearchOutcome {
    const shrinkMax = this.#interrupted ? SHRINK_AFTER_INTERRUPT : undefined;
    const { reduce: _, ...request } = this.#request;
    const fresh = (questions?: readonly Question[]): SearchWorld =>
      plainWorld(this.#scenario, request, questions);
    return {
      ...headOf(this.#scenario, fresh()),
      states: null,
      transitions: this.#steps,
      depth: this.#longest,
      complete: false,
      bound: this.#interrupted ? 'interrupted' : 'random',
      limits: { maxStates: null, maxDepth: request.maxDepth ?? STEPS_MAX, preemptions: null },
      store: { kind: 'exact', lossBound: 0, bytesPerState: 0 },
      reduce: 'none',
      privateChecks: 0,
      sampled: {
        walks: this.#walks,
        bias: request.bias,
        steps: this.#steps,
        unfinished: this.#unfinished,
      },
      asked: this.#collector.questions.map((question) => question.class),
      findings: this.#collector.findings(fresh, shrinkMax),
      texts: this.#collector.texts(null),
    };
  }
}
