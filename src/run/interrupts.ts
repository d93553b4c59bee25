/**
 * Interrupts: events that take a CPU from the running task for some time, such as the tick, device
 * interrupts, or the host of a guest. The step that is interrupted takes longer; a sleeping task
 * loses nothing.
 *
 * Interrupts come at random times, independently for each CPU. Left out: that a tick comes every
 * jiffy, and tasks that an interrupt wakes.
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
