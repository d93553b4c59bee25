/**
 * Random numbers: seedrandom's alea behind named streams, so that adding a consumer never disturbs
 * another. A stream's state is four numbers, which a world can save and restore.
 *
 * The scheme is frozen as `alea/1`: changing it changes every result, hence the major version.
 */
import alea from 'seedrandom/lib/alea.js';

export const PRNG = 'alea/1';

export class RandomStream {
  readonly #seed: string;
  readonly #path: readonly (string | number)[];
  /** Made when first asked for: most streams of a world are never drawn from. */
  #made: ReturnType<typeof alea> | null = null;

  /** @param seed the run's seed @param path what the stream is for, e.g. `['writer', 'churn']` */
  constructor(seed: string, path: readonly (string | number)[]) {
    this.#seed = seed;
    this.#path = path;
  }

  get #alea(): ReturnType<typeof alea> {
    this.#made ??= alea(JSON.stringify([this.#seed, ...this.#path]), { state: true });
    return this.#made;
  }

  /** A whole number of 0 … n-1, uniform. n up to 2^53. */
  below(n: number): number {
    return Math.floor(this.#alea.double() * n);
  }

  /** Uniform in (0, 1]. Never 0, so that its logarithm is finite. */
  unit(): number {
    return 1 - this.#alea.double();
  }

  /** Four numbers; it goes on from there when it is given them. */
  get state(): number[] {
    const { c, s0, s1, s2 } = this.#alea.state();
    return [c, s0, s1, s2];
  }

  set state([c, s0, s1, s2]: number[]) {
    this.#made = alea('', { state: { c: c!, s0: s0!, s1: s1!, s2: s2! } });
  }
}
