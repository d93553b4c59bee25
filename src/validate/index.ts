/** All claims in the order of the table, and the function that checks them. */
import { CHUNKS } from './chunks.ts';
import { type Claim, type ClaimGroup, type Judged, judgeClaim } from './claim.ts';
import { COSTS } from './costs.ts';
import { FALLBACKS } from './fallbacks.ts';
import { KERNEL_2026 } from './kernel-2026.ts';
import type { Lab } from './lab.ts';
import { LOCKS } from './locks.ts';
import { PUBLISHED_TEST } from './published.ts';
import { SELFTEST } from './selftest.ts';
import { STARVATION } from './starvation.ts';
import { TEARING } from './tearing.ts';

const CLAIM_GROUPS: readonly ClaimGroup[] = [
  CHUNKS,
  COSTS,
  LOCKS,
  STARVATION,
  FALLBACKS,
  TEARING,
  KERNEL_2026,
  PUBLISHED_TEST,
  SELFTEST,
];

export const CLAIMS: readonly Claim[] = CLAIM_GROUPS.flatMap(({ claims }) => claims);

interface JudgedGroup {
  readonly title: string;
  readonly claims: readonly Judged[];
}

/** The result of a validation: plain data, from which every report is made. */
export interface Validation {
  readonly long: boolean;
  readonly groups: readonly JudgedGroup[];
}

/** Claims that the model does not meet, without a known reason. */
export const failures = ({ groups }: Validation): readonly Judged[] =>
  groups.flatMap(({ claims }) => claims.filter(({ verdict }) => verdict === 'FAILS'));

/** Judges one claim after another. Between two claims the caller may do other work, or stop. */
export function* validateModel(lab: Lab): Generator<Judged, Validation> {
  const groups: JudgedGroup[] = [];
  for (const { title, claims } of CLAIM_GROUPS) {
    const judged: Judged[] = [];
    for (const claim of claims) {
      const result = judgeClaim(claim, lab);
      judged.push(result);
      yield result;
    }
    groups.push({ title, claims: judged });
  }
  return { long: lab.long, groups };
}
