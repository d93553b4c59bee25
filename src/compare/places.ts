/**
 * The points of a grid at which sweeps differ: combines the verdicts of all points to one statement
 * per group and metric. The result is plain data; report/compare-sweeps.ts writes it as text.
 */
import type { MetricUnit } from './metrics.ts';
import type { Point, ScenarioResult } from './result.ts';
import { type VerdictClaim, type VerdictFigure, verdictsOf } from './verdict.ts';

export interface PlacesClaim {
  readonly group: string;
  readonly against: string;
  readonly metric: string;
  readonly what: string;
  readonly unit: MetricUnit;
  /** Number of points at which the group has more, less or the same as its base group. */
  readonly more: number;
  readonly less: number;
  readonly same: number;
  /** Number of points at which the difference is significant. */
  readonly shown: number;
  /** The point with the largest difference; null if there is none. */
  readonly furthest: {
    readonly point: Point;
    readonly here: VerdictFigure;
    readonly there: VerdictFigure;
  } | null;
}

interface PlacedClaim {
  readonly point: Point;
  readonly claim: VerdictClaim;
}

/** The places in the order of the groups, then of the metrics. */
export function placesOf(scenarios: readonly ScenarioResult[]): readonly PlacesClaim[] {
  const placed = new Map<string, { group: string; against: string; claims: PlacedClaim[] }>();
  for (const { point, groups, comparison } of scenarios) {
    if (point === null || point === undefined || comparison === null) continue;
    for (const { group, against, claims } of verdictsOf(groups, comparison)) {
      for (const claim of claims) {
        const key = JSON.stringify([group, claim.metric]);
        const own = placed.get(key) ?? { group, against, claims: [] };
        placed.set(key, own);
        own.claims.push({ point, claim });
      }
    }
  }
  return [...placed.values()].map(({ group, against, claims }) => {
    const [{ claim }] = claims as [PlacedClaim, ...PlacedClaim[]];
    const { metric, what, unit } = claim;
    return { group, against, metric, what, unit, ...folded(claims) };
  });
}

function folded(
  claims: readonly PlacedClaim[],
): Pick<PlacesClaim, 'more' | 'less' | 'same' | 'shown' | 'furthest'> {
  const count = (direction: VerdictClaim['direction']): number =>
    claims.filter(({ claim }) => claim.direction === direction).length;
  const apart = claims.filter(({ claim }) => claim.direction !== 'same');
  const [furthest] = apart.sort((a, b) => distance(b.claim) - distance(a.claim));
  return {
    ...{ more: count('more'), less: count('less'), same: count('same') },
    shown: claims.filter(({ claim }) => claim.status === 'shown').length,
    furthest:
      furthest === undefined
        ? null
        : { point: furthest.point, here: furthest.claim.here, there: furthest.claim.there },
  };
}

/** Compares shares by their difference, others by their ratio; a ratio to 0 is the largest. */
function distance({ unit, factor, here, there }: VerdictClaim): number {
  const shift = Math.abs(here.value - there.value);
  if (unit === 'share') return shift;
  return factor ?? Number.MAX_SAFE_INTEGER + shift;
}
