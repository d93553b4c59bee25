/**
 * Checks steps of readers that are declared private: such a step may change only the data of its
 * reader and may depend on nothing else. A wrong declaration would make a search skip orders of
 * steps.
 *
 * Each private step is checked whenever it is taken: all other regions of the world must have the
 * same numbers before and after, and the same number of the reader must always lead to the same
 * number. The check covers only the states in which the step was taken.
 */
import { UserError } from '../base/errors.ts';
import { type AnyStep, stepName } from '../sim/step.ts';
import type { States } from './states.ts';

interface Seen {
  /** What all tasks have in common, where it was first taken. */
  readonly shared: number;
  /** What became of the reader. */
  readonly own: number;
}

export class PrivateCheck {
  readonly #states: States;
  /** By reader, by its number. */
  readonly #seen: readonly Map<number, Seen>[];
  #before: Int32Array = new Int32Array(0);
  /** Steps that were taken. */
  count = 0;

  constructor(states: States, readers: number) {
    this.#states = states;
    this.#seen = Array.from({ length: readers }, () => new Map());
  }

  before(reader: number): void {
    this.#before = this.#states.seenBy(reader);
  }

  /** Throws where the step was not private. @param strategy its name */
  after(reader: number, step: AnyStep, strategy: string): void {
    this.count++;
    const before = this.#before;
    const after = this.#states.seenBy(reader);
    const own = 1 + reader;
    for (let i = 0; i < before.length; i++) {
      if (i !== own && before[i] !== after[i]) {
        const region = i === 0 ? this.#difference(before[0]!, after[0]!) : this.#otherRegion(i);
        throw fault(strategy, step, `changes ${region}`);
      }
    }
    const seen = this.#seen[reader]!;
    const known = seen.get(before[own]!);
    if (known === undefined) seen.set(before[own]!, { shared: before[0]!, own: after[own]! });
    else if (known.own !== after[own]) {
      const region = this.#difference(known.shared, before[0]!);
      throw fault(strategy, step, `depends on ${region}`);
    }
  }

  #difference(a: number, b: number): string {
    return this.#states.isWrittenAlike(a, b)
      ? 'locks, counts or RCU'
      : 'what only writers change (VMAs, the tree, mm_lock_seq)';
  }

  #otherRegion(place: number): string {
    return place < this.#states.passesAt
      ? 'what another task waits for or holds'
      : 'when its pass begins or ends';
  }
}

function fault(strategy: string, step: AnyStep, what: string): UserError {
  return new UserError(
    `strategy "${strategy}": the step "${step.name || stepName({ step })}" is declared private, but it ${what}; ` +
      'leave it out of privateSteps()',
  );
}
