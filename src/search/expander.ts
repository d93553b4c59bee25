/**
 * All that can happen next in a state: each task that can take a step, with each combination of
 * choices, in an order that is always the same.
 */

import { type Event, NO_VIA } from './outcomes.ts';
import type { SearchWorld } from './search-world.ts';
import type { Transitions } from './transitions.ts';

/** Whoever is told what can happen next. */
export interface ExpansionSink {
  /** Nothing more is wanted. */
  readonly isEnough: boolean;
  /** Of the transition that is told next; a deadlock has none, and NO_VIA. */
  event(event: Event, via: number): void;
  /** @param to the state after it, overwritten by the next one; null: the kernel's fault ends it */
  transition(via: number, progress: boolean, to: Int32Array | null): void;
  /** A switch was left out for the limit on preemptions. */
  preemptionsReached(): void;
}

/** Numbers of a state beside those of the world, with a limit: who moved last; preemptions. */
const LIMITED_EXTRA = 2;
const NOBODY = -1;

export class Expander {
  readonly #transitions: Transitions;
  readonly #preemptions: number;
  readonly #limited: boolean;
  /** The state that is expanded, its successor, and what each task would do in it. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #first: Int32Array;
  /** Tasks that count for the end: all readers, or without any all writers. */
  readonly #ending: number;

  /** @param preemptions switches away from a task that could have gone on; Infinity: any number */
  constructor({ world, numbers }: SearchWorld, transitions: Transitions, preemptions: number) {
    const { readers, writers } = world;
    this.#transitions = transitions;
    this.#preemptions = preemptions;
    this.#limited = Number.isFinite(preemptions);
    this.#from = new Int32Array(numbers.width + (this.#limited ? LIMITED_EXTRA : 0));
    this.#to = this.#from.slice();
    this.#first = new Int32Array(readers.length + writers.length);
    this.#ending = readers.length || writers.length;
  }

  /** Numbers of a state. */
  get width(): number {
    return this.#from.length;
  }

  /** The state that a search begins with. @param initial numbers of the world */
  first(initial: Int32Array): Int32Array {
    this.#to.set(initial);
    return this.#with(NOBODY, 0);
  }

  /** Tells the sink what can happen next in the state that begins at `states[at]`. */
  expand(states: Int32Array, at: number, sink: ExpansionSink): void {
    const from = this.#from;
    const first = this.#first;
    const { outcomes } = this.#transitions;
    const { length: width } = from;
    for (let i = 0; i < width; i++) from[i] = states[at + i]!;
    if (!this.#look(sink)) return;
    const last = this.#limited ? from[width - 2]! : NOBODY;
    const used = this.#limited ? from[width - 1]! : 0;
    const lastCanRun = last >= 0 && outcomes.canRun(first[last]!);
    for (let task = 0; task < first.length && !sink.isEnough; task++) {
      if (!outcomes.canRun(first[task]!)) continue;
      const preemptions = lastCanRun && last !== task ? used + 1 : used;
      if (preemptions > this.#preemptions) sink.preemptionsReached();
      else this.#takeAll(first[task]!, task, preemptions, sink);
    }
  }

  /** Works out what each task would do. False where the world is over. */
  #look(sink: ExpansionSink): boolean {
    const transitions = this.#transitions;
    const { outcomes } = transitions;
    const first = this.#first;
    let finished = 0;
    let able = 0;
    for (let task = 0; task < first.length; task++) {
      const outcome = transitions.of(this.#from, 0, task);
      first[task] = outcome;
      if (outcomes.canRun(outcome)) able++;
      if (task < this.#ending && outcomes.isFinished(outcome)) finished++;
      if (finished === this.#ending) return false;
    }
    if (able === 0) sink.event({ kind: 'deadlock' }, NO_VIA);
    return true;
  }

  /** A task's step, with each combination of choices. */
  #takeAll(first: number, task: number, preemptions: number, sink: ExpansionSink): void {
    const transitions = this.#transitions;
    const { outcomes } = transitions;
    let outcome = first;
    for (let via = task; ; outcome = transitions.of(this.#from, 0, via)) {
      if (outcomes.hasEvents(outcome)) this.#tellEvents(outcome, via, sink);
      if (outcomes.isFault(outcome)) {
        sink.transition(via, false, null);
        return;
      }
      transitions.follow(this.#from, 0, outcome, this.#to);
      sink.transition(via, outcomes.isProgress(outcome), this.#with(task, preemptions));
      via = outcomes.nextVia(outcome);
      if (via === NO_VIA || sink.isEnough) return;
    }
  }

  /** The first time is enough: whoever is told keeps the first way to each event. */
  #tellEvents(outcome: number, via: number, sink: ExpansionSink): void {
    const { outcomes } = this.#transitions;
    for (const event of outcomes.eventsOf(outcome)) sink.event(event, via);
    outcomes.forgetEvents(outcome);
  }

  /** With a limit on preemptions a state says who moved last, and how many there were. */
  #with(last: number, preemptions: number): Int32Array {
    const to = this.#to;
    if (this.#limited) {
      to[to.length - 2] = last;
      to[to.length - 1] = preemptions;
    }
    return to;
  }
}
