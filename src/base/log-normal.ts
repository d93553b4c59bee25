/**
 * Log-normal numbers: drawn by place (each pair of keys has a number of its own, whatever else was
 * drawn) or in sequence. Only logarithms, roots and exponentials are used, which every version of
 * V8 computes alike.
 *
 * Source: the inverse of the normal distribution is the rational approximation of P. J. Acklam
 * (2003), to 9 digits; the mixing of keys is the finalizer of MurmurHash3.
 */
import type { RandomStream } from './prng.ts';

const WORD = 2 ** 32;

const A = [-39.69683028665376, 220.9460984245205, -275.9285104469687] as const;
const A_REST = [138.357751867269, -30.66479806614716, 2.506628277459239] as const;
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866] as const;
const B_REST = [66.80131188771972, -13.28068155288572] as const;
const C = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838] as const;
const C_REST = [-2.549732539343734, 4.374664141464968, 2.938163982698783] as const;
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416] as const;
const TAIL = 0.02425;

/** The number below which a standard normal number lies with probability p, 0 < p < 1. */
function normalQuantile(p: number): number {
  if (p < TAIL) return lowerTail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - TAIL) return -lowerTail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  const above = ((((A[0] * r + A[1]) * r + A[2]) * r + A_REST[0]) * r + A_REST[1]) * r + A_REST[2];
  const below = ((((B[0] * r + B[1]) * r + B[2]) * r + B_REST[0]) * r + B_REST[1]) * r + 1;
  return (above * q) / below;
}

function lowerTail(q: number): number {
  const above = ((((C[0] * q + C[1]) * q + C[2]) * q + C_REST[0]) * q + C_REST[1]) * q + C_REST[2];
  return above / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1);
}

function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Log-normal numbers of median 1 by pairs of keys. */
export class KeyedLogNormal {
  readonly #sigma: number;
  readonly #words: readonly [number, number];

  constructor(sigma: number, stream: RandomStream) {
    this.#sigma = sigma;
    this.#words = sigma === 0 ? [0, 0] : [stream.below(WORD), stream.below(WORD)];
  }

  of(first: number, second: number): number {
    if (this.#sigma === 0) return 1;
    const [a, b] = this.#words;
    const word = mix(mix(mix(a ^ first) ^ Math.floor(first / WORD)) ^ mix(b ^ second));
    return Math.exp(this.#sigma * normalQuantile((word + 0.5) / WORD));
  }
}

/** A least value, and a log-normal part above it, given by two quantiles of the whole. */
export interface ShiftedLogNormal {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
}

const Z99 = normalQuantile(0.99);

/** The next number of the stream, rounded. */
export function drawShifted({ min, p50, p99 }: ShiftedLogNormal, stream: RandomStream): number {
  if (p50 <= min) return min;
  const sigma = Math.log((p99 - min) / (p50 - min)) / Z99;
  const z = normalQuantile((stream.below(WORD) + 0.5) / WORD);
  return Math.round(min + (p50 - min) * Math.exp(sigma * z));
}
