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
  /** The states of the model. */
  readonly states: LineStates;
  readonly #quiet: QuietCalls;
  #over = false;
  /** The writer has ended: there is no call after the last. */
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

  /** Draws calls until there are `count`, or until the writer ends. */
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

  /** The pause after call i in ns, which is known when the next call is drawn. */
  thinkNs(i: number): number {
    return this.calls[i + 1]?.thoughtNs ?? 0;
  }

  /**
   * The largest number of calls between `count / 2` and `count` after which the address space is as
   * at the start and an operation begins; 0 if there is none.
   */
  closed(count: number): number {
    for (let n = Math.min(count, this.calls.length - 1); n >= count / 2; n--) {
      if (this.calls[n]!.first && this.states.after(n) === this.states.after(0)) return n;
    }
    return 0;
  }
}
