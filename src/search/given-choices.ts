/**
 * The choices of a search or a replay, used instead of random numbers.
 */
import type { Chance } from '../writers/chance.ts';

/** A schedule asks for a choice that the step does not have. */
export class ChoiceMisfit extends Error {
  override readonly name = 'ChoiceFault';

  constructor(choice: number, of: number) {
    super(`choice ${choice} of ${of} (counted from 0)`);
  }
}

/** Gives the choices that it was told to give, then zeros, and remembers how many there were. */
export class GivenChoices implements Chance {
  given: readonly number[] = [];
  /** For each choice made: what was chosen, and of how many. */
  readonly made: number[] = [];
  readonly of: number[] = [];

  below(n: number): number {
    if (n === 1) return 0;
    const choice = this.given[this.made.length] ?? 0;
    if (choice >= n) throw new ChoiceMisfit(choice, n);
    this.made.push(choice);
    this.of.push(n);
    return choice;
  }

  duration(): number {
    return 0;
  }

  reset(given: readonly number[]): void {
    this.given = given;
    if (this.made.length === 0) return;
    this.made.length = 0;
    this.of.length = 0;
  }
}

/** The combination of choices after this one, counting like an odometer; null after the last. */
export function nextChoices(made: readonly number[], of: readonly number[]): number[] | null {
  for (let i = made.length - 1; i >= 0; i--) {
    if (made[i]! + 1 < of[i]!) return [...made.slice(0, i), made[i]! + 1];
  }
  return null;
}
