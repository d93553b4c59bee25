/**
 * Claims about fallbacks: a reader under per-VMA locks falls back to mmap_lock only if a writer
 * changes the same VMA at the same time.
 */
import type { Outcome } from '../world/outcome.ts';
import { type Claim, type ClaimGroup, near } from './claim.ts';
import type { Lab } from './lab.ts';
import { GUEST, guest, LOOP_JITTER, looping, PROGRAM, regions, writer } from './spaces.ts';

const TRUNK = 'design of the per-VMA lock: v6.18 mm/mmap_lock.c lock_next_vma';

/** mprotect splits and merges random regions; the mean pause between two calls is `thinkNs`. */
export function mergeChurn(
  lab: Lab,
  what: {
    readonly strategy: string;
    readonly regions: number;
    readonly thinkNs: number;
    readonly duration: string;
    readonly texts?: boolean;
  },
): Outcome {
  const { strategy, thinkNs, duration, texts = false } = what;
  return lab.once(`merge-churn ${JSON.stringify(what)}`, () =>
    lab.run(
      {
        machine: guest(),
        duration,
        vmas: [regions(what.regions), ...PROGRAM],
        readers: [looping(strategy)],
        writers: [
          writer({
            churn: 'merge-churn',
            vma: { tag: 'region', pick: 'random' },
            think: thinkNs > 0 ? { exp: thinkNs } : LOOP_JITTER,
          }),
        ],
      },
      { texts },
    ),
  );
}

export const callsPerSecond = (outcome: Outcome): number =>
  (outcome.writers[0]!.ops * 1e9) / outcome.simulatedNs;

const perPass = ({ totals }: Outcome): number => totals.fallbacks / totals.passesFinished;

const showRate = (perSecond: number): string => `${Math.round(perSecond / 1000)}k calls/s`;

const quiet: Claim = {
  id: 'fallback-quiet',
  claim: 'no fallback without a writer',
  source: `${GUEST} 13`,
  target: '0 per pass',
  how: '20 passes over 125 lines, vma-lock',
  tolerance: { exactly: [0] },
  simulate(lab) {
    const { totals } = lab.run({
      machine: guest(),
      vmas: [regions(100), ...PROGRAM],
      readers: [looping('vma-lock', { passes: 20 })],
    });
    return { simulated: String(totals.fallbacks), figures: [totals.fallbacks] };
  },
};

const churned = (row: {
  readonly id: string;
  readonly regions: number;
  readonly thinkNs: number;
  readonly duration: string;
  readonly measuredCalls: string;
  readonly measured: number;
}): Claim => ({
  id: row.id,
  claim: `fallbacks caused by collisions with a writer: ${row.regions} regions, ${row.measuredCalls}`,
  source: `${GUEST} 13`,
  target: `${row.measured} per pass`,
  how: 'merge-churn at random regions, vma-lock',
  tolerance: { factor: 1.5, of: row.measured },
  simulate(lab) {
    const { regions: count, thinkNs, duration } = row;
    const run = mergeChurn(lab, { strategy: 'vma-lock', regions: count, thinkNs, duration });
    return {
      simulated: `${perPass(run).toFixed(2)} per pass at ${showRate(callsPerSecond(run))}`,
      figures: [perPass(run)],
    };
  },
});

/** The writer changes only the low regions, and starts when the reader is far beyond them. */
function elsewhere(lab: Lab, strategy: string): Outcome {
  return lab.once(`elsewhere ${strategy}`, () =>
    lab.run({
      machine: guest(),
      vmas: [{ ...regions(50), start: '0x7f0000000000', tag: 'low' }, regions(4000)],
      readers: [{ name: 'reader', strategy, passes: 1, cpu: 1 }],
      writers: [
        writer({
          start: '100us',
          think: { exp: '2us' },
          churn: 'merge-churn',
          vma: { tag: 'low', pick: 'random' },
        }),
      ],
    }),
  );
}

const apart: Claim = {
  id: 'fallback-elsewhere',
  claim:
    'a writer that changes other VMAs causes retries of rcu-retry3 but no fallback of vma-lock',
  source: TRUNK,
  target: '0 fallbacks under vma-lock',
  how: 'a pass over 4050 regions; a writer changes the lowest 50 when the reader is beyond them',
  tolerance: {
    words: 'exact; at least 11 retries of rcu-retry3',
    holds: (fallbacks, ops, retries) => fallbacks === 0 && ops! > 100 && retries! > 10,
  },
  simulate(lab) {
    const locked = elsewhere(lab, 'vma-lock');
    const retried = elsewhere(lab, 'rcu-retry3').totals.retries;
    const { fallbacks } = locked.totals;
    const ops = locked.writers[0]!.ops;
    return {
      simulated: `${fallbacks} during ${ops} calls (rcu-retry3: ${retried} retries)`,
      figures: [fallbacks, ops, retried],
    };
  },
};

const SPREAD = [100, 200, 400] as const;

/** The writer changes whole VMAs, so that their number stays the same. */
function fallbacksPerLine(lab: Lab, count: number): number {
  const { totals } = lab.once(`spread ${count}`, () =>
    lab.run({
      machine: guest(),
      duration: `${lab.choose(400, 2000)}ms`,
      vmas: [regions(count)],
      readers: [looping('vma-lock')],
      writers: [
        writer({
          think: { exp: '3us' },
          program: [
            { mprotect: { vma: { tag: 'region', pick: 'random' }, perms: 'r--p' } },
            { restore: true },
          ],
        }),
      ],
    }),
  );
  return totals.fallbacks / totals.lines;
}

const inverse: Claim = {
  id: 'fallback-inverse',
  claim: 'if a writer changes one of V VMAs at random, fallbacks are proportional to 1/V',
  source: TRUNK,
  target: 'V times the fallbacks per line is the same for V = 100, 200, 400',
  how: 'mprotect of random whole VMAs, 3 us between calls on average, vma-lock',
  tolerance: {
    words: 'each within 25 % of their mean',
    holds: (...products) => {
      const mean = products.reduce((a, b) => a + b) / products.length;
      return mean > 0 && products.every((p) => near(p, mean, 0.25));
    },
  },
  simulate(lab) {
    const products = SPREAD.map((count) => fallbacksPerLine(lab, count) * count);
    return { simulated: products.map((p) => p.toFixed(3)).join(', '), figures: products };
  },
};

export const FALLBACKS: ClaimGroup = {
  title: 'Fallbacks under per-VMA locks',
  claims: [
    quiet,
    churned({
      id: 'fallback-100',
      regions: 100,
      thinkNs: 0,
      duration: '60ms',
      measuredCalls: '400k calls/s',
      measured: 0.54,
    }),
    churned({
      id: 'fallback-2000',
      regions: 2000,
      thinkNs: 7700,
      duration: '400ms', // about 80 fallbacks
      measuredCalls: '100k calls/s',
      measured: 0.09,
    }),
    apart,
    inverse,
  ],
};
