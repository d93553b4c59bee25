/**
 * What a claim is: a figure that somebody measured or published, how the model is asked for the
 * same figure, and how far the two may be apart.
 *
 * A claim that the model does not meet stays in the table, marked as a known difference with its
 * reason. Only a difference that nobody expected is a failure.
 */
import type { Lab } from './lab.ts';

/** What the model said. */
interface Finding {
  /** The simulated figure as it is shown, with its unit. */
  readonly simulated: string;
  /** Whether it lies within the tolerance. */
  readonly within: boolean;
}

export interface Claim {
  /** Short and unique: what a test names it by. */
  readonly id: string;
  /** A sentence in the present tense. */
  readonly claim: string;
  /** Where the figure comes from: an item of SOURCES. */
  readonly source: string;
  /** The measured or published figure, with its unit. */
  readonly target: string;
  /** What is simulated. */
  readonly how: string;
  readonly tolerance: string;
  /** Why the model is known not to meet it; null where it is expected to. */
  readonly known: string | null;
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
  const missed: Verdict = claim.known === null ? 'FAILS' : 'differs';
  return { claim, finding, verdict: finding.within ? 'agrees' : missed };
}

// --- tolerances --------------------------------------------------------------------------------

/** `value` lies within so much of `target`: 0.1 is 10 %. */
export const near = (value: number, target: number, share: number): boolean =>
  Math.abs(value - target) <= share * Math.abs(target);

/** `value` and `target` differ by a factor of at most `factor`, either way. */
export const withinFactor = (value: number, target: number, factor: number): boolean =>
  value > 0 && target > 0 && Math.max(value / target, target / value) <= factor;

// --- figures -----------------------------------------------------------------------------------

const us = (ns: number): string => `${(ns / 1000).toFixed(2)} us`;
const ms = (ns: number): string => `${(ns / 1e6).toFixed(2)} ms`;

/** A time in the unit that suits it. */
export function showNs(ns: number): string {
  if (ns < 10_000) return `${Math.round(ns)} ns`;
  return ns < 500_000 ? us(ns) : ms(ns);
}

export const showPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;
