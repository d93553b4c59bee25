/**
 * Decides whether a scenario draws any random number. If it does not, every seed gives the same
 * run, and one run is enough.
 */
import { costsOf, drawnCostsOf, jitterOf } from '../mm/costs.ts';
import type { Scenario } from '../scenario/scenario.ts';

export function isDrawn({ machine, readers, writers }: Scenario): boolean {
  const { costs, jitter, hogs } = machine;
  if ((jitter ?? jitterOf(costs.preset)) > 0) return true;
  const own = Object.values(drawnCostsOf(costs.preset, costs.overrides));
  if (own.some((cost) => typeof cost !== 'number')) return true;
  if (costsOf(costs.preset, costs.overrides).interruptEvery > 0) return true;
  if (writers.some(({ source }) => source.kind === 'churn' && source.churn === 'map-unmap')) {
    return true; // a random page, and a coin
  }
  return [...readers, ...writers, ...hogs].some(hasChance);
}

/** A distribution that is more than one value, or a random pick of several ranges. */
function hasChance(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const fields = part as Readonly<Record<string, unknown>>;
  if (typeof fields.exp === 'number') return fields.exp > 0;
  if (Array.isArray(fields.uniform)) return fields.uniform[0] !== fields.uniform[1];
  if (fields.pick === 'random' && Array.isArray(fields.ranges) && fields.ranges.length > 1) {
    return true;
  }
  return Object.values(fields).some(hasChance);
}
