/**
 * What takes a CPU from the task that runs on it for a while: the tick, interrupts of devices, the
 * host of a guest. The step during which one comes takes so much longer; who sleeps loses nothing.
 *
 * They come at random, each CPU's by themselves. Left out: that a tick comes every jiffy, and what
 * an interrupt wakes.
 */
import type { WakeCosts } from '../mm/kernel.ts';

export class Interrupts {
  readonly #costs: WakeCosts;
  /** By CPU: when the next one comes. */
  readonly #nextNs: number[] = [];

  constructor(costs: WakeCosts) {
    this.#costs = costs;
  }

  /** How long a step takes that would take `spentNs` from `nowNs` on, whole ns. */
  stretched(cpu: number, nowNs: number, spentNs: number): number {
    let endNs = nowNs + spentNs;
    let nextNs = this.#nextNs[cpu] ?? this.#costs.untilInterruptNs();
    while (nextNs <= endNs) {
      if (nextNs > nowNs) endNs += this.#costs.interruptNs();
      nextNs += this.#costs.untilInterruptNs();
    }
    this.#nextNs[cpu] = nextNs;
    return endNs - nowNs;
  }
}
