/**
 * Makes random walks, one block after the other: the task of each step and each choice of a step
 * are drawn at random.
 *
 * A block is a number of walks with their own random stream, so any thread can make any block at
 * any time. A walker reports each event once, in the first of its blocks that has the event.
 *
 * `uniform`: all tasks that can take a step have the same probability. `churn`: when a reader is
 * about to check what it has read, a writer that can take a step does so with a probability of
 * three quarters. A step counts as a check by its name (verify, validate, check, count, changed,
 * try, sample), also in strategies of the user.
 */
import { grownInt32 } from '../base/grow.ts';
import { RandomStream } from '../base/prng.ts';
import type { Schedule } from '../sim/schedule.ts';
import { eventIs, type Question } from './questions.ts';
import type { SearchWorld } from './search-world.ts';
import type { Event } from './transitions.ts';
import { Transitions } from './transitions.ts';
import { type Favour, WalkGraph } from './walk-graph.ts';

export type Bias = 'uniform' | 'churn';

/** Steps after which a walk is given up; a retry loop may have no end. */
export const STEPS_MAX = 100_000;

const DEADLOCK: Event = { kind: 'deadlock' };

const CHECK = /speculate|start_read#|verify|validate|check|count|changed|try|sample/i;
/** Of so many, all but one go to a writer. */
const CHURN_ODDS = 4;

interface WalkOptions {
  readonly world: SearchWorld;
  readonly seed: string;
  readonly bias: Bias;
  readonly stepsMax: number;
  /** End with the first of this; null: walk on. */
  readonly until: Question | null;
}

/** What a block of walks has come across. Plain data. */
export interface BlockResult {
  /** Walks that have ended. */
  readonly walks: number;
  readonly steps: number;
  /** Given up. */
  readonly unfinished: number;
  readonly longest: number;
  /** It has found what the walks were for. */
  readonly stopped: boolean;
  /** It was ended before its time; its last walk may be one of the unfinished. */
  readonly cutShort: boolean;
  readonly told: readonly { readonly event: Event; readonly schedule: Schedule }[];
}

export class Walker {
  readonly #options: WalkOptions;
  readonly #transitions: Transitions;
  readonly #graph: WalkGraph;
  readonly #initial: Int32Array;
  /** Events that were told; attempts, of which there are many alike, by their numbers. */
  readonly #seen = new Set<Event | string>();
  #stream: RandomStream;
  #walksLeft = 0;
  /** The walk under way: its vias, and where it stands. */
  #path = new Int32Array(256);
  #length = 0;
  #node: number;
  #result: { -readonly [K in keyof BlockResult]: BlockResult[K] };
  #told: { event: Event; schedule: Schedule }[] = [];

  constructor(options: WalkOptions) {
    const { world, bias } = options;
    this.#options = options;
    this.#transitions = new Transitions(world);
    this.#graph = new WalkGraph(world, this.#transitions, bias === 'churn' ? checksNext : null);
    this.#initial = world.save().slice();
    this.#node = this.#graph.nodeOf(this.#initial);
    this.#stream = this.#streamOf(0);
    this.#result = this.#nothing();
  }

  /** @param walks of this block */
  begin(block: number, walks: number): void {
    this.#stream = this.#streamOf(block);
    this.#walksLeft = walks;
    this.#told = [];
    this.#result = this.#nothing();
    this.#restart();
  }

  /** Of the block so far; the walk under way counts for nothing but its steps. */
  result(): BlockResult {
    return this.#result;
  }

  /** Takes about so many steps; true when the block is done. */
  advance(steps: number): boolean {
    const result = this.#result;
    const until = result.steps + steps;
    while (result.steps < until && this.#walksLeft > 0 && !result.stopped) this.#walk(until);
    return this.#walksLeft === 0 || result.stopped;
  }

  /** Ends the block where it stands. The walk under way counts as one that was given up. */
  cutShort(): void {
    const result = this.#result;
    if (this.#walksLeft === 0 || result.stopped) return;
    if (this.#length > 0) this.#giveUp();
    this.#walksLeft = 0;
    result.cutShort = true;
  }

  #streamOf(block: number): RandomStream {
    const { seed, bias } = this.#options;
    return new RandomStream(seed, ['search', 'walk', bias, block]);
  }

  #nothing(): BlockResult {
    // One literal: a spread object's counters are slow to count up.
    return {
      walks: 0,
      steps: 0,
      unfinished: 0,
      longest: 0,
      stopped: false,
      cutShort: false,
      told: this.#told,
    };
  }

  #restart(): void {
    this.#length = 0;
    this.#node = this.#graph.nodeOf(this.#initial);
  }

  /** Goes on with the walk under way, to its end unless that is far. */
  #walk(until: number): void {
    const graph = this.#graph;
    const result = this.#result;
    const { stepsMax } = this.#options;
    while (result.steps < until) {
      const able = graph.ableIn(this.#node);
      if (able === 0) {
        this.#end(graph.isStuck(this.#node) ? DEADLOCK : null);
        return;
      }
      if (this.#length >= stepsMax) {
        this.#giveUp();
        return;
      }
      const place = this.#draw(able);
      const task = graph.taskAt(this.#node, place);
      const next = graph.nextAt(this.#node, place);
      result.steps++;
      if (next < 0) {
        if (!this.#step(task, place)) return;
      } else {
        this.#note(task);
        this.#node = next;
      }
    }
  }

  /** A step that must be looked at. False where the walk is over. */
  #step(task: number, place: number): boolean {
    const graph = this.#graph;
    const transitions = this.#transitions;
    const via = this.#drawChoices(task);
    const transition = transitions.of(graph.stateOf(this.#node), 0, via);
    this.#note(via);
    for (const event of transitions.eventsOf(transition)) this.#tell(event);
    if (transitions.isFault(transition)) {
      this.#end(null);
      return false;
    }
    const before = this.#node;
    const forgets = graph.isFull;
    this.#node = graph.follow(before, transition);
    if (!forgets && transitions.choicesOf(transition).length === 0)
      graph.setNext(before, place, this.#node);
    return !this.#result.stopped;
  }

  #note(via: number): void {
    if (this.#length === this.#path.length) this.#path = grownInt32(this.#path, this.#length + 1);
    this.#path[this.#length++] = via;
  }

  /** The place of the task that is next. */
  #draw(able: number): number {
    const favoured = this.#graph.favouredIn(this.#node);
    const from = favoured >= 0 && this.#stream.below(CHURN_ODDS) > 0 ? favoured : 0;
    return from + (able - from === 1 ? 0 : this.#stream.below(able - from));
  }

  /** The task with its choices; each is drawn when the step comes to it. */
  #drawChoices(task: number): number {
    const transitions = this.#transitions;
    const state = this.#graph.stateOf(this.#node);
    let via = task;
    for (let i = 0; ; i++) {
      const of = transitions.choicesOf(transitions.of(state, 0, via))[i];
      if (of === undefined) return via;
      const choice = this.#stream.below(of);
      if (choice === 0) continue; // what is not given is 0
      const { choices } = transitions.viaOf(via);
      const given = [...choices, ...Array<number>(i - choices.length).fill(0), choice];
      via = transitions.viaId({ task, choices: given });
    }
  }

  #tell(event: Event): void {
    const key = alike(event) ?? event;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#told.push({ event, schedule: this.#schedule() });
    const { until } = this.#options;
    if (until !== null && eventIs(until, event)) this.#result.stopped = true;
  }

  #schedule(): Schedule {
    const path = this.#path.subarray(0, this.#length);
    return this.#transitions.scheduleOf(this.#initial, [...path]);
  }

  #giveUp(): void {
    this.#result.unfinished++;
    this.#end(null);
  }

  #end(event: Event | null): void {
    const result = this.#result;
    if (event !== null) this.#tell(event);
    result.longest = Math.max(result.longest, this.#length);
    if (result.stopped) return;
    result.walks++;
    this.#walksLeft--;
    this.#restart();
  }
}

/** Events with the same key are reported once; null: each event is reported. */
function alike(event: Event): string | null {
  if (event.kind === 'attempts') return `${event.reader} ${event.attempts}`;
  if (event.kind !== 'settled') return null;
  return `${event.reader} settled ${event.retries} ${event.fallbacks}`;
}

/** Writers come after readers: they are favoured when a reader is about to check. */
const checksNext: Favour = (world, able) => {
  const { readers } = world.world;
  const checks = able.some((id) => id < readers.length && CHECK.test(world.nameOf(id)));
  return checks ? able.findIndex((id) => id >= readers.length) : -1;
};
