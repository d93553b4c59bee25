/**
 * The calls of one writer in a measurement, and the states of the model after each call. They are
 * drawn only as far as needed.
 */
import type { Scenario, WriterSpec } from '../scenario/scenario.ts';
import { type QuietCall, QuietCalls } from '../world/quiet-calls.ts';
import type { Lines } from './lines.ts';
import { LineStates } from './states.ts';

export class WriterCalls {
  readonly name: string;
  readonly startNs: number;
  readonly calls: QuietCall[] = [];
  /** See QuietCalls. */
  readonly touched: readonly boolean[];
  /** By the model. */
  readonly states: LineStates;
  readonly #quiet: QuietCalls;
  #over = false;
  /** The writer's own end: it makes no call after the last. */
  get over(): boolean {
    return this.#over;
  }

  constructor(scenario: Scenario, spec: WriterSpec, seed: string, lines: Lines) {
    this.name = spec.name;
    this.#quiet = new QuietCalls(scenario, spec, seed);
    this.startNs = this.#quiet.startNs;
    this.touched = this.#quiet.touched;
    this.states = new LineStates(lines);
    this.states.add(Int32Array.from(this.#quiet.lines(), (text) => lines.idOf(text)));
  }

  /** Draws until there are so many calls, if the writer has them. */
  draw(count: number): void {
    while (this.calls.length < count && !this.#over) {
      const call = this.#quiet.next();
      if (call === null) {
        this.#over = true;
        return;
      }
      this.calls.push(call);
      this.states.change(call.changes);
    }
  }

  /** What is thought after call i, ns; calls are drawn one further than they are asked for. */
  thinkNs(i: number): number {
    return this.calls[i + 1]?.thoughtNs ?? 0;
  }

  /**
   * The most calls, from half of `count` up to it, after which everything is as at the start and an
   * operation begins; 0: there is no such number.
   */
  closed(count: number): number {
    for (let n = Math.min(count, this.calls.length - 1); n >= count / 2; n--) {
      if (this.calls[n]!.first && this.states.after(n) === this.states.after(0)) return n;
    }
    return 0;
  }
}
