/**
 * A named stream of small random choices for tests, so that a failure can be reported and repeated.
 */
import { RandomStream } from '../../src/base/prng.ts';

export class Rng {
  readonly #stream: RandomStream;

  constructor(name: string) {
    this.#stream = new RandomStream('test', [name]);
  }

  below(n: number): number {
    return this.#stream.below(n);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}
