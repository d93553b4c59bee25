/**
 * Claims about texts in which two distant lines come from different moments. Two ranges change one
 * after the other at a fixed interval, and a reader needs some time to get from one to the other.
 */
import { mostOf } from '../base/extremes.ts';
import type { Outcome } from '../world/outcome.ts';
import { type Claim, near } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { GUEST, guest, looping, regions, writer } from './spaces.ts';

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** An mremap that grows a VMA: measured 0.97 us. */
const FLIP_NS = 970;

interface Flip {
  readonly between: number;
  readonly periodNs: number;
  readonly passes: number;
  readonly measured: number | null; // null: 0.97 to 1.00
}

/**
 * The six configurations: the number of VMAs between the two ranges, and the time between changes.
 */
const FLIPS: readonly Flip[] = [
  { between: 100, periodNs: 100_000, passes: 800, measured: 0.227 },
  { between: 1000, periodNs: 1_000_000, passes: 400, measured: 0.235 },
  { between: 1000, periodNs: 10_000_000, passes: 800, measured: 0.024 },
  { between: 10_000, periodNs: 10_000_000, passes: 80, measured: 0.227 },
  { between: 20, periodNs: 20_000, passes: 2000, measured: 0.19 },
  { between: 1000, periodNs: 100_000, passes: 60, measured: null },
];

/** The low range and the high range, with `between` VMAs between them and `before` VMAs below. */
const flipSpace = (between: number, before = 0): readonly ScenarioData[] => [
  ...(before > 0 ? [{ ...regions(before), start: '0x7e0000000000', tag: 'before' }] : []),
  { start: '0x7f0000000000', pages: 900, perms: 'rw-p', tag: 'low' },
  regions(between),
  { start: '0x7f9000000000', pages: 900, perms: 'rw-p', tag: 'high' },
];

interface FlipRun {
  readonly outcome: Outcome;
  /** Median time from one change of the low range to the next, ns. */
  readonly periodNs: number;
  /** Median time between the two changes of a round, ns. */
  readonly delayNs: number;
}

/**
 * The start of each pass is a golden section of the period later than the start of the one before.
 * The passes thus meet all phases of the writer evenly, and far fewer passes are needed than with
 * random starts. For the same reason costs do not vary here.
 */
function flips(
  lab: Lab,
  vmas: readonly ScenarioData[],
  what: { periodNs: number; passes: number; strategy: string; passNs: number },
): FlipRun {
  const { periodNs, passes, strategy, passNs } = what;
  const wholePeriods = Math.ceil(passNs / periodNs + 0.1);
  const thinkNs = Math.round((wholePeriods + GOLDEN) * (periodNs + 2 * FLIP_NS) - passNs);
  const periods: number[] = [];
  const delays: number[] = [];
  let last = -1;
  const outcome = lab.run(
    {
      machine: { ...guest({ mremap: FLIP_NS }), jitter: 0 },
      vmas,
      readers: [{ name: 'reader', strategy, passes, cpu: 1, think: thinkNs }],
      writers: [
        writer({ churn: 'flip-pair', vmas: [{ tag: 'low' }, { tag: 'high' }], every: periodNs }),
      ],
    },
    {
      onOperation: ({ index, startNs }) => {
        if (index % 2 === 1) {
          delays.push(startNs - last);
          return;
        }
        if (last >= 0) periods.push(startNs - last);
        last = startNs;
      },
    },
  );
  return { outcome, periodNs: median(periods), delayNs: median(delays) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Time from the first line of a pass to its last, without writers. */
function quietPassNs(lab: Lab, vmas: readonly ScenarioData[], strategy: string): number {
  const machine = { ...guest(), jitter: 0 };
  const scenario = { machine, vmas, readers: [looping(strategy, { passes: 2 })] };
  return lab.once(`pass ${JSON.stringify(scenario)}`, () => {
    return lab.run(scenario).readers[0]!.passNs.min!;
  });
}

const torn = ({ tearing, totals }: Outcome): number => tearing.tornPasses / totals.passesFinished;

const flip = (row: Flip): Claim => {
  const { between, periodNs, measured } = row;
  return {
    id: `torn-${between}-${periodNs / 1000}us`,
    claim: `P(torn) = min(1, g / T): ${between} VMAs between, changes every T = ${periodNs / 1000} us`,
    source: `${GUEST} 14`,
    target: measured === null ? '0.97-1.00' : String(measured),
    how: 'flip-pair, vma-lock; g from a pass without writers; the formula subtracts the time between the two changes',
    tolerance: {
      words: 'within 10 % of the formula and 25 % of the measured figure',
      holds: (p, formula) => near(p!, formula!, 0.1) && near(p!, measured ?? 1, 0.25),
    },
    simulate(lab) {
      const vmas = flipSpace(between);
      const passNs = quietPassNs(lab, vmas, 'vma-lock');
      const passes = lab.choose(row.passes, 5 * row.passes);
      const run = flips(lab, vmas, { periodNs, passes, strategy: 'vma-lock', passNs });
      const formula = Math.min(1, (passNs - run.delayNs) / run.periodNs);
      const p = torn(run.outcome);
      const plain = Math.min(1, passNs / run.periodNs);
      return {
        simulated: `${p.toFixed(4)}; formula ${formula.toFixed(4)} (g / T ${plain.toFixed(4)})`,
        figures: [p, formula],
      };
    },
  };
};

const insideOrAcross: Claim = {
  id: 'torn-inside-across',
  claim: 'under per-VMA locks P(torn) does not depend on a read() boundary between the two ranges',
  source: `${GUEST} 15`,
  target: '0.190 inside one read(), 0.216 across a boundary (20 VMAs between, T = 20 us)',
  how: 'the same pair, and the pair after 70 other VMAs, which put a boundary between the two',
  tolerance: {
    words: 'each within 25 %; within 25 % of each other',
    holds: (inside, across) =>
      near(inside!, 0.19, 0.25) && near(across!, 0.216, 0.25) && near(across!, inside!, 0.25),
  },
  simulate(lab) {
    const [inside, across] = [0, 70].map((before) => {
      const vmas = flipSpace(20, before);
      const passNs = quietPassNs(lab, vmas, 'vma-lock');
      const what = { periodNs: 20_000, passes: 2000, strategy: 'vma-lock', passNs };
      return torn(flips(lab, vmas, what).outcome);
    });
    return {
      simulated: `${inside!.toFixed(3)} and ${across!.toFixed(3)}`,
      figures: [inside!, across!],
    };
  },
};

const lockedInside: Claim = {
  id: 'torn-mmap-lock',
  claim: 'under mmap_lock a text is torn only across read() boundaries',
  source: `${GUEST} 15`,
  target: '0 of 40408 texts inside one read(), 29 of 38411 across a boundary',
  how: 'the same two pairs, mmap-lock',
  tolerance: {
    words: 'none inside one read(), less than 1 % across; no cut inside a page',
    holds: (inside, across, passes, cuts) => inside === 0 && across! < passes! / 100 && cuts === 0,
  },
  simulate(lab) {
    const passes = lab.choose(2000, 20_000);
    const runs = [0, 70].map((before) => {
      const vmas = flipSpace(20, before);
      const passNs = quietPassNs(lab, vmas, 'mmap-lock');
      const what = { periodNs: 20_000, passes, strategy: 'mmap-lock', passNs };
      return flips(lab, vmas, what).outcome;
    });
    const [inside, across] = runs.map(({ tearing }) => tearing.tornPasses);
    return {
      simulated: `${inside} of ${passes} inside, ${across} of ${passes} across`,
      figures: [inside!, across!, passes, mostOf(runs.map((run) => run.tearing.cutsInPage))],
    };
  },
};

export const FLIP_CLAIMS: readonly Claim[] = [...FLIPS.map(flip), insideOrAcross, lockedInside];
