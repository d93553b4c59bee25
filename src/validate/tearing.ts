/** Claims about torn texts. */
import type { ClaimGroup } from './claim.ts';
import { FLIP_CLAIMS } from './flips.ts';
import { HOLE_CLAIMS } from './holes.ts';
import { OVERLAP_CLAIMS } from './overlaps.ts';

export const TEARING: ClaimGroup = {
  title: 'Tearing',
  claims: [...FLIP_CLAIMS, ...OVERLAP_CLAIMS, ...HOLE_CLAIMS],
};
