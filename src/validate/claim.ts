/**
 * A claim: a measured or published figure, the way to get the same figure from the model, and the
 * tolerance between the two.
 *
 * A claim that the model does not meet stays in the table, marked as a known difference with its
 * reason. Only an unexpected difference is a failure.
 */
import type { Lab } from './lab.ts';

/** A figure, or the lowest and the highest of several. */
type Range = number | readonly [low: number, high: number];

/** How far the simulated figures may be from the measured ones. */
export type Tolerance =
  /** The first figure is at most this factor above or below `of`. */
  | { readonly words?: string; readonly factor: number; readonly of: number }
  /** Each figure is in its range, or differs from the nearer end by at most this share of it. */
  | { readonly words?: string; readonly share: number; readonly of: readonly Range[] }
  | { readonly words?: string; readonly exactly: readonly number[] }
  /** Another rule. */
  | { readonly words: string; readonly holds: (...figures: number[]) => boolean };

/** The result of the model. */
interface Finding {
  /** The simulated figures as text, with their units. */
  readonly simulated: string;
  /** The figures that the tolerance checks. */
  readonly figures: readonly number[];
}

export interface Claim {
  /** Short and unique; tests use it as the name of the claim. */
  readonly id: string;
  /** A sentence in the present tense. */
  readonly claim: string;
  /** Where the figure comes from; begins with a name of SOURCES or is a source of its own. */
  readonly source: string;
  /** The measured or published figure, with its unit. */
  readonly target: string;
  /** What is simulated. */
  readonly how: string;
  readonly tolerance: Tolerance;
  /** Why the model does not meet the claim; omitted if the model is expected to meet it. */
  readonly known?: string | undefined;
  simulate(lab: Lab): Finding;
}

/** Claims that belong together. */
export interface ClaimGroup {
  readonly title: string;
  readonly claims: readonly Claim[];
}

type Verdict = 'agrees' | 'differs' | 'FAILS';

export interface Judged {
  readonly claim: Claim;
  readonly finding: Finding;
  readonly verdict: Verdict;
}

export function judgeClaim(claim: Claim, lab: Lab): Judged {
  const finding = claim.simulate(lab);
  const missed: Verdict = claim.known === undefined ? 'FAILS' : 'differs';
  return { claim, finding, verdict: meets(claim.tolerance, finding.figures) ? 'agrees' : missed };
}

// --- tolerances --------------------------------------------------------------------------------

function meets(tolerance: Tolerance, figures: readonly number[]): boolean {
  if ('factor' in tolerance) return withinFactor(figures[0]!, tolerance.of, tolerance.factor);
  if ('share' in tolerance) {
    return tolerance.of.every((range, i) => isNear(figures[i]!, range, tolerance.share));
  }
  if ('exactly' in tolerance) return tolerance.exactly.every((one, i) => figures[i] === one);
  return tolerance.holds(...figures);
}

export function toleranceText(tolerance: Tolerance): string {
  if (tolerance.words !== undefined) return tolerance.words;
  if ('factor' in tolerance) return `a factor of ${tolerance.factor}`;
  if (!('share' in tolerance)) return 'exact';
  const share = `${Math.round(100 * tolerance.share)} %`;
  return tolerance.of.length > 1 ? `each within ${share}` : share;
}

/** `value` is in the range, or differs from its nearer end by at most `share` of that end. */
function isNear(value: number, range: Range, share: number): boolean {
  const [low, high] = typeof range === 'number' ? [range, range] : range;
  return value > low ? value <= high * (1 + share) : near(value, low, share);
}

/** `value` differs from `target` by at most this share of `target`; 0.1 is 10 %. */
export const near = (value: number, target: number, share: number): boolean =>
  Math.abs(value - target) <= share * Math.abs(target);

/** `value` and `target` differ by a factor of at most `factor`. */
export const withinFactor = (value: number, target: number, factor: number): boolean =>
  value > 0 && target > 0 && Math.max(value / target, target / value) <= factor;

// --- figures -----------------------------------------------------------------------------------

const us = (ns: number): string => `${(ns / 1000).toFixed(2)} us`;
const ms = (ns: number): string => `${(ns / 1e6).toFixed(2)} ms`;

/** A time in ns, us or ms, depending on its size. */
export function showNs(ns: number): string {
  if (ns < 10_000) return `${Math.round(ns)} ns`;
  return ns < 500_000 ? us(ns) : ms(ns);
}

export const showPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;
