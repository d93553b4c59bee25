/**
 * Claims about texts that mix two distant lines of different moments: two ranges change one after
 * the other at a fixed interval, and a reader needs some time from one to the other.
 */
import { mostOf } from '../base/extremes.ts';
import type { Outcome } from '../world/outcome.ts';
import { type Claim, near } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { GUEST, guest, looping, regions, writer } from './spaces.ts';

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** A change of length by mremap that grows: measured 0.97 us. */
const FLIP_NS = 970;

interface Flip {
  readonly between: number;
  readonly periodNs: number;
  readonly passes: number;
  readonly measured: number | null; // null: 0.97 to 1.00
}

/** The six configurations: how many VMAs between the two, and how long between changes. */
const FLIPS: readonly Flip[] = [
  { between: 100, periodNs: 100_000, passes: 800, measured: 0.227 },
  { between: 1000, periodNs: 1_000_000, passes: 400, measured: 0.235 },
  { between: 1000, periodNs: 10_000_000, passes: 800, measured: 0.024 },
  { between: 10_000, periodNs: 10_000_000, passes: 80, measured: 0.227 },
  { between: 20, periodNs: 20_000, passes: 2000, measured: 0.19 },
  { between: 1000, periodNs: 100_000, passes: 60, measured: null },
];

/** The low range and the high one, so many VMAs between them and `before` them. */
const flipSpace = (between: number, before = 0): readonly ScenarioData[] => [
  ...(before > 0 ? [{ ...regions(before), start: '0x7e0000000000', tag: 'before' }] : []),
  { start: '0x7f0000000000', pages: 900, perms: 'rw-p', tag: 'low' },
  regions(between),
  { start: '0x7f9000000000', pages: 900, perms: 'rw-p', tag: 'high' },
];

interface FlipRun {
  readonly outcome: Outcome;
  /** From one change of the low range to the next, ns. A change that waits is not the rule. */
  readonly periodNs: number;
  /** Between the two changes of a round, ns. */
  readonly delayNs: number;
}

/**
 * Passes begin at a golden section of the period after one another, so that they meet all phases
 * alike: far fewer are needed than at random. So that they do, costs do not vary.
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
    claim: `P(torn) = min(1, g / T): ${between} VMAs between, a change every ${periodNs / 1000} us`,
    source: `${GUEST} 14`,
    target: measured === null ? '0.97-1.00' : String(measured),
    how: 'flip-pair, vma-lock; g from a quiet pass, less the time between the two changes',
    tolerance: {
      words: '10 % of the formula, 25 % of the measured figure',
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
  claim: 'under per-VMA locks it does not matter whether a read() boundary lies between',
  source: `${GUEST} 15`,
  target: '0.190 inside, 0.216 across (20 VMAs, T = 20 us)',
  how: 'the same pair, and the pair after 70 other VMAs, which puts the boundary between',
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
  claim: 'under mmap_lock a text is torn across read() boundaries only',
  source: `${GUEST} 15`,
  target: '0 of 40408 inside, 29 of 38411 across',
  how: 'the same two under mmap-lock',
  tolerance: {
    words: 'inside none, across below 1 %; no cut inside a page',
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
