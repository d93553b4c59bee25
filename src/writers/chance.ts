/**
 * The random numbers of a writer. Each purpose has its own stream, named after the writer, so that
 * no draw depends on other tasks or on the draws of other purposes.
 *
 * A search supplies its own Chance: it branches on `below` and returns 0 for `duration`.
 */
import { RandomStream } from '../base/prng.ts';
import type { Duration } from '../scenario/scenario.ts';
import type { Words } from '../sim/memory.ts';

const PURPOSES = ['start', 'think', 'hold', 'pause'] as const;
type Purpose = (typeof PURPOSES)[number];

export interface Chance {
  /** A pick of one of n: 0 … n-1. */
  below(n: number): number;
  /** A span of simulated time, whole ns. */
  duration(purpose: Purpose, span: Duration): number;
}

/** A span of time in whole ns. A fixed one takes nothing from the stream. */
export function drawDuration(span: Duration, stream: RandomStream): number {
  if (typeof span === 'number') return span;
  if ('exp' in span) return Math.round(-span.exp * Math.log(stream.unit()));
  const [low, high] = span.uniform;
  return low + stream.below(high - low + 1);
}

export class SeededChance implements Chance {
  readonly #pick: RandomStream;
  readonly #times: readonly RandomStream[];
  /** Hears of each pick: which it was, and of how many. */
  heard: ((choice: number, of: number) => void) | null = null;

  constructor(seed: string, writer: string) {
    this.#pick = new RandomStream(seed, ['writer', writer, 'pick']);
    this.#times = PURPOSES.map((purpose) => new RandomStream(seed, ['writer', writer, purpose]));
  }

  below(n: number): number {
    const choice = this.#pick.below(n);
    this.heard?.(choice, n);
    return choice;
  }

  duration(purpose: Purpose, span: Duration): number {
    return drawDuration(span, this.#times[PURPOSES.indexOf(purpose)]!);
  }

  transfer(w: Words): void {
    for (const stream of [this.#pick, ...this.#times]) {
      const state = stream.state.map((word) => w.one(word));
      if (!w.saving) stream.state = state;
    }
  }
}
