/**
 * The tail of the normal distribution, for tests whose exact distribution is too large to count.
 *
 * erfc is computed with its power series near zero and with its continued fraction further out.
 * Both have about 14 digits, far more than a p-value needs.
 * Source: Abramowitz and Stegun, 7.1.5 and 7.1.14.
 */

/** Above this value the series loses digits by cancellation. */
const SERIES_MAX = 2.5;
const FRACTION_TERMS = 200;

/** P(|Z| >= |z|) for a standard normal Z. */
export function twoSidedTail(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

function erfc(x: number): number {
  return x < SERIES_MAX ? 1 - erfSeries(x) : erfcFraction(x);
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x: number): number {
  let below = x;
  for (let k = FRACTION_TERMS; k >= 1; k--) below = x + k / 2 / below;
  return Math.exp(-x * x) / (below * Math.sqrt(Math.PI));
}
