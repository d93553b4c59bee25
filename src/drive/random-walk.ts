/**
 * Sampling, for worlds too large to exhaust: walks from the start to the end, each step by a task
 * drawn at random, each choice of a step as well.
 *
 * `uniform`: every task that can go on is as likely. `churn`: when a reader is about to check what
 * it has read, a writer that can go on does so three times out of four. A step is taken for a check
 * by its name (verify, validate, check, count, changed, try, sample); in a strategy of the user's
 * own, too.
 */
import { RandomStream } from '../base/prng.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScheduleItem } from '../sim/schedule.ts';
import type { SearchOutcome } from '../world/search-outcome.ts';
import type { SearchWorld } from '../world/search-world.ts';
import { Collector } from './collect.ts';
import { findsOf, headOf, type SearchProgress, type SearchRequest, searchWorld } from './search.ts';
import type { Event } from './transitions.ts';

export type Bias = 'uniform' | 'churn';
export const BIASES: readonly Bias[] = ['uniform', 'churn'];

export interface WalkRequest extends SearchRequest {
  readonly walks: number;
  readonly bias: Bias;
  readonly seed: string;
}

/** Steps after which a walk is given up; a retry loop may have no end. */
const STEPS_MAX = 100_000;

const CHECK = /verify|validate|check|count|changed|try|sample/i;
/** Of so many, all but one go to a writer. */
const CHURN_ODDS = 4;

export class RandomWalks {
  readonly #scenario: Scenario;
  readonly #request: WalkRequest;
  readonly #collector: Collector;
  readonly #world: SearchWorld;
  readonly #initial: Int32Array;
  readonly #stream: RandomStream;
  readonly #stepsMax: number;
  #items: ScheduleItem[] = [];
  #walks = 0;
  #steps = 0;
  #unfinished = 0;
  #stopped = false;
  #longest = 0;

  constructor(scenario: Scenario, request: WalkRequest) {
    this.#scenario = scenario;
    this.#request = request;
    // Cycles are seen in a graph, not on a walk.
    const finds = findsOf(request).filter((find) => find.kind !== 'cycle');
    this.#collector = new Collector(finds, request.find !== null);
    this.#world = searchWorld(scenario, request, { reduce: 'none', finds });
    this.#initial = this.#world.save().slice();
    this.#stream = new RandomStream(request.seed, ['search', 'walk', request.bias]);
    this.#world.drawChoices((n) => this.#stream.below(n));
    this.#stepsMax = request.maxDepth ?? STEPS_MAX;
  }

  /** Takes at most so many steps; true when there is nothing left to do. */
  advance(steps: number): boolean {
    for (let i = 0; i < steps; i++) {
      if (this.#stopped || this.#walks >= this.#request.walks) return true;
      this.#step();
    }
    return false;
  }

  progress(): SearchProgress {
    return {
      states: this.#steps,
      depth: this.#longest,
      texts: this.#collector.textCount,
      preemptions: null,
      walks: this.#walks,
    };
  }

  /** The walk under way counts for nothing. */
  interrupt(): void {
    this.#stopped = true;
  }

  outcome(): SearchOutcome {
    const { reduce: _, ...request } = this.#request;
    const fresh = (): SearchWorld =>
      searchWorld(this.#scenario, request, { reduce: 'none', finds: this.#collector.finds });
    return {
      ...headOf(this.#scenario, this.#world),
      states: 0,
      transitions: this.#steps,
      depth: this.#longest,
      complete: false,
      bound: 'random',
      limits: { maxStates: 0, maxDepth: this.#stepsMax, preemptions: null },
      store: { kind: 'exact', lossBound: 0, bytesPerState: 0 },
      reduce: 'none',
      sampled: {
        walks: this.#walks,
        bias: request.bias,
        steps: this.#steps,
        unfinished: this.#unfinished,
      },
      asked: this.#collector.finds.map((find) => find.class),
      findings: this.#collector.findings(fresh),
      texts: this.#collector.texts(),
    };
  }

  #step(): void {
    const world = this.#world;
    const able = world.tasks.filter(({ id }) => world.canRun(id)).map(({ id }) => id);
    if (able.length === 0 && !world.isOver()) this.#report({ kind: 'deadlock' });
    if (able.length === 0 || world.isOver()) {
      this.#nextWalk();
      return;
    }
    if (this.#items.length >= this.#stepsMax) {
      this.#unfinished++;
      this.#nextWalk();
      return;
    }
    const task = this.#draw(able);
    this.#steps++;
    try {
      world.runItem({ task, choices: [] });
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      this.#items.push({ task, choices: [] });
      this.#report({ kind: 'fault', fault: error });
      this.#nextWalk();
      return;
    }
    this.#items.push(world.trail[0]!);
    this.#longest = Math.max(this.#longest, this.#items.length);
    for (const text of world.finished) this.#report({ kind: 'text', text });
    const reader = world.world.readers[task];
    if (reader === undefined || reader.failedHere === 0) return;
    this.#report({ kind: 'attempts', reader: task, attempts: reader.attemptsHere });
  }

  #draw(able: readonly number[]): number {
    const readers = this.#world.world.readers.length;
    const writers = able.filter((task) => task >= readers);
    const checking = able.some((task) => task < readers && CHECK.test(this.#world.nameOf(task)));
    const favoured = this.#request.bias === 'churn' && checking && writers.length > 0;
    const from = favoured && this.#stream.below(CHURN_ODDS) > 0 ? writers : able;
    return from[this.#stream.below(from.length)]!;
  }

  #report(event: Event): void {
    const items = this.#items;
    const length = items.length;
    // The array stays as it is: a new walk begins a new one.
    if (this.#collector.take(event, () => items.slice(0, length))) this.#stopped = true;
  }

  #nextWalk(): void {
    this.#walks++;
    this.#items = [];
    this.#world.restore(this.#initial);
  }
}
