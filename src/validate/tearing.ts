/**
 * Which texts a reader gets that no moment ever had: how often two distant lines are of different
 * moments, and what merging does to lines under per-VMA locks.
 */
import type { Outcome, PassRecord } from '../world/outcome.ts';
import { type Claim, type ClaimGroup, near, showPercent, withinFactor } from './claim.ts';
import { callsPerSecond, mergeChurn } from './fallbacks.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { guest, LOOP_JITTER, looping, PROGRAM, regions, writer } from './spaces.ts';

const GUEST = 'guest 6.18, item';

// --- two lines, one change each ---

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
  { between: 20, periodNs: 20_000, passes: 3000, measured: 0.19 },
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
  /** From one change of the low range to the next, ns. */
  readonly periodNs: number;
  /** Between the two changes of a round, ns. */
  readonly delayNs: number;
}

/**
 * Passes begin at a golden section of the period after one another, so that they meet all phases
 * alike:
 * far fewer are needed than at random.
 */
function flips(
  lab: Lab,
  vmas: readonly ScenarioData[],
  what: { periodNs: number; passes: number; strategy: string; passNs: number },
): FlipRun {
  const { periodNs, passes, strategy, passNs } = what;
  const wholePeriods = Math.ceil(passNs / periodNs + 0.1);
  const thinkNs = Math.round((wholePeriods + GOLDEN) * (periodNs + 2 * FLIP_NS) - passNs);
  let first = -1;
  let last = 0;
  let rounds = -1;
  let delayNs = 0;
  const outcome = lab.run(
    {
      machine: guest({ mremap: FLIP_NS }),
      vmas,
      readers: [{ name: 'reader', strategy, passes, cpu: 1, think: thinkNs }],
      writers: [
        writer({ churn: 'flip-pair', vmas: [{ tag: 'low' }, { tag: 'high' }], every: periodNs }),
      ],
    },
    {
      onOperation: ({ index, startNs }) => {
        if (index % 2 === 1) {
          delayNs += startNs - last;
          return;
        }
        if (first < 0) first = startNs;
        last = startNs;
        rounds++;
      },
    },
  );
  return { outcome, periodNs: (last - first) / rounds, delayNs: delayNs / (rounds + 1) };
}

/** Time from the first line of a pass to its last, without writers. */
function quietPassNs(lab: Lab, vmas: readonly ScenarioData[], strategy: string): number {
  const scenario = { machine: guest(), vmas, readers: [looping(strategy, { passes: 2 })] };
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
    tolerance: '10 % of the formula, 25 % of the measured figure',
    known: null,
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
        within: near(p, formula, 0.1) && near(p, measured ?? 1, 0.25),
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
  tolerance: 'each within 25 %; within 25 % of each other',
  known: null,
  simulate(lab) {
    const [inside, across] = [0, 70].map((before) => {
      const vmas = flipSpace(20, before);
      const passNs = quietPassNs(lab, vmas, 'vma-lock');
      const what = { periodNs: 20_000, passes: 3000, strategy: 'vma-lock', passNs };
      return torn(flips(lab, vmas, what).outcome);
    });
    return {
      simulated: `${inside!.toFixed(3)} and ${across!.toFixed(3)}`,
      within:
        near(inside!, 0.19, 0.25) && near(across!, 0.216, 0.25) && near(across!, inside!, 0.25),
    };
  },
};

const lockedInside: Claim = {
  id: 'torn-mmap-lock',
  claim: 'under mmap_lock a text is torn across read() boundaries only',
  source: `${GUEST} 15`,
  target: '0 of 40408 inside, 29 of 38411 across',
  how: 'the same two under mmap-lock',
  tolerance: 'inside none, across below 1 %; no cut inside a page',
  known: null,
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
      within:
        inside === 0 && across! < passes / 100 && runs.every((run) => run.tearing.cutsInPage === 0),
    };
  },
};

// --- overlaps and backward lines ---

interface Churn {
  readonly thinkNs: number;
  readonly measuredCalls: number; // thousands a second
  readonly measured: readonly [number, number]; // overlaps, backward lines, of 1000 passes
  readonly ms: number;
}

const CHURNS: readonly Churn[] = [
  { thinkNs: 48_000, measuredCalls: 20, measured: [3.3, 0.9], ms: 400 },
  { thinkNs: 23_000, measuredCalls: 40, measured: [5.9, 1.5], ms: 300 },
  { thinkNs: 7_700, measuredCalls: 99, measured: [17, 4.4], ms: 150 },
  { thinkNs: 2_600, measuredCalls: 197, measured: [33, 7.2], ms: 100 },
  { thinkNs: 0, measuredCalls: 432, measured: [99, 21], ms: 60 },
];

const churned = (lab: Lab, { thinkNs, ms }: Churn, strategy = 'vma-lock'): Outcome =>
  mergeChurn(lab, {
    strategy,
    regions: 100,
    thinkNs,
    duration: `${lab.choose(ms, 10 * ms)}ms`,
  });

const overlapRate = (row: Churn): Claim => ({
  id: `overlaps-${row.measuredCalls}k`,
  claim: `merges print lines that overlap or go backwards: ${row.measuredCalls}k calls/s`,
  source: `${GUEST} 16`,
  target: `${row.measured.join(' + ')} of 1000 passes`,
  how: 'merge-churn, 100 regions, 125 lines and more, vma-lock',
  tolerance: 'their sum by a factor of 2',
  known: null,
  simulate(lab) {
    const run = churned(lab, row);
    const rates = [run.tearing.overlaps, run.tearing.backwards].map(
      (n) => (1000 * n) / run.totals.passesFinished,
    );
    const calls = `${Math.round(callsPerSecond(run) / 1000)}k calls/s`;
    return {
      simulated: `${rates.map((rate) => rate.toFixed(1)).join(' + ')} at ${calls}`,
      within: withinFactor(rates[0]! + rates[1]!, row.measured[0] + row.measured[1], 2),
    };
  },
});

const START = /^([0-9a-f]+)-([0-9a-f]+) /;

/** Lines that begin below the end of the line before, by whether a read() boundary lies between. */
function outOfOrder(pass: PassRecord): { inPage: number; atPage: number } {
  const found = { inPage: 0, atPage: 0 };
  let end = 0;
  const text = Buffer.from(pass.text).toString('latin1');
  for (const [index, line] of text.split('\n').entries()) {
    const match = START.exec(line);
    if (match === null) continue;
    if (Number.parseInt(match[1]!, 16) < end) {
      const cut = pass.cuts.find((c) => c.line === index);
      if (cut !== undefined) found[cut.inPage ? 'inPage' : 'atPage']++;
    }
    end = Number.parseInt(match[2]!, 16);
  }
  return found;
}

const overlapsInside: Claim = {
  id: 'overlaps-inside',
  claim: 'nearly all of them lie inside one read()',
  source: `${GUEST} 16`,
  target: '97 %',
  how: 'merge-churn at some 180k calls/s, vma-lock; where the cut lies',
  tolerance: 'at least 90 %',
  known: null,
  simulate(lab) {
    const what = { strategy: 'vma-lock', regions: 100, thinkNs: 2600, texts: true };
    const { passes } = mergeChurn(lab, { ...what, duration: '100ms' });
    const found = passes.map(outOfOrder);
    const inPage = found.reduce((sum, f) => sum + f.inPage, 0);
    const all = found.reduce((sum, f) => sum + f.atPage, inPage);
    return {
      simulated: `${showPercent(inPage / Math.max(all, 1))} (${inPage} of ${all})`,
      within: all >= 30 && inPage >= 0.9 * all,
    };
  },
};

const overlapsLocked: Claim = {
  id: 'overlaps-mmap-lock',
  claim: 'under mmap_lock they occur at read() boundaries only',
  source: `${GUEST} 16`,
  target: '0.1-0.3 of 1000 passes, at chunk cuts',
  how: 'merge-churn asking for some 20k calls/s, mmap-lock',
  tolerance: 'some, and no cut inside a page',
  known: null,
  simulate(lab) {
    const { tearing, totals } = churned(lab, CHURNS[0]!, 'mmap-lock');
    const found = tearing.overlaps + tearing.backwards;
    return {
      simulated: `${found} in ${totals.passesFinished} passes, ${tearing.cutsInPage} cuts in a page`,
      within: found > 0 && tearing.cutsInPage === 0,
    };
  },
};

const perms = (letters: string) => ({ vma: { tag: 'region', pick: 'random' }, perms: letters });

/** A loop of calls at few VMAs: the reader meets it often. */
const orderUnder = (lab: Lab, key: string, what: ScenarioData): Outcome =>
  lab.once(`order ${key}`, () =>
    lab.run({
      machine: guest(),
      duration: `${lab.choose(80, 800)}ms`,
      vmas: [regions(20)],
      readers: [looping('vma-lock')],
      writers: [writer({ think: LOOP_JITTER, ...what })],
    }),
  );

// A reader would have to be held up for 0.2 us between two VMAs to print the one that grew again:
// costs are constant, so a timed run hardly ever does that.
const growth: Claim = {
  id: 'overlaps-growth',
  claim: 'mremap growth gives overlaps at most, no backward line',
  source: `${GUEST} 16`,
  target: 'overlaps only',
  how: 'resize churn without a pause, 20 regions, vma-lock',
  tolerance: 'no backward line',
  known: null,
  simulate(lab) {
    const { tearing, writers } = orderUnder(lab, 'resize', {
      churn: 'resize',
      vma: { tag: 'region', pick: 'random' },
    });
    const { ops } = writers[0]!;
    return {
      simulated: `${tearing.overlaps} overlaps, ${tearing.backwards} backward lines, ${ops} calls`,
      within: tearing.backwards === 0 && ops > 10_000,
    };
  },
};

const replaced: Claim = {
  id: 'overlaps-replacement',
  claim: 'MAP_FIXED over a whole VMA and munmap with mmap give neither',
  source: `${GUEST} 16`,
  target: 'none',
  how: 'both, at random regions, vma-lock',
  tolerance: 'exact',
  known: null,
  simulate(lab) {
    const runs = [
      orderUnder(lab, 'fixed', {
        program: [{ mmap: { ...perms('r--p'), pages: 3 } }, { restore: true }],
      }),
      orderUnder(lab, 'unmap', {
        program: [{ munmap: { vma: { tag: 'region', pick: 'random' } } }, { restore: true }],
      }),
    ];
    const found = runs.map(({ tearing }) => tearing.overlaps + tearing.backwards);
    const ops = runs.map((run) => run.writers[0]!.ops);
    return {
      simulated: `${found.join(' and ')} during ${ops.join(' and ')} calls`,
      within: found.every((n) => n === 0) && ops.every((n) => n > 1000),
    };
  },
};

const falseGaps: Claim = {
  id: 'false-gaps',
  claim: 'memory that was mapped all the time is missing from some texts',
  source: `${GUEST} 17`,
  target: '129 in 1568000 passes (8 of 100000), in bursts',
  how: 'all passes of the vma-lock rows above',
  tolerance: 'more than 0',
  known:
    'the reader must lose its CPU between two steps for a whole write section (an interrupt, the ' +
    'hypervisor); a timed run has no interrupts, and too few passes. A search reaches it',
  simulate(lab) {
    const runs = CHURNS.map((row) => churned(lab, row));
    const gaps = runs.reduce((sum, { tearing }) => sum + tearing.falseGaps, 0);
    const passes = runs.reduce((sum, { totals }) => sum + totals.passesFinished, 0);
    return { simulated: `${gaps} in ${passes} passes`, within: gaps > 0 };
  },
};

// --- moves and holes ---

const LOW = '0x7f0000000000';
const HIGH = '0x7f9000000000';

const moved: Claim = {
  id: 'moved-vma',
  claim: 'a VMA that moves by one mremap is seen not at all, or twice',
  source: `${GUEST} 18`,
  target: '0 times in 20.6 %, twice in 20.2 % of texts',
  how: '7 pages moved between two places 1000 VMAs apart every 100 us, vma-lock',
  tolerance: 'each within 25 %',
  known: null,
  simulate(lab) {
    const passes = lab.choose(500, 3000);
    const { passes: texts } = lab.run(
      {
        machine: guest(),
        vmas: [{ start: LOW, pages: 7, perms: 'rw-p', tag: 'mover' }, regions(1000)],
        readers: [looping('vma-lock', { passes, think: { uniform: [0, '200us'] } })],
        writers: [
          writer({
            think: '100us',
            program: [
              { mremap: { at: LOW, pages: 7, to: HIGH, mayMove: true } },
              { mremap: { at: HIGH, pages: 7, to: LOW, mayMove: true } },
            ],
          }),
        ],
      },
      { texts: true },
    );
    const times = texts.map(({ text }) => seen(Buffer.from(text).toString('latin1')));
    const share = (n: number): number => times.filter((t) => t === n).length / times.length;
    return {
      simulated: `0 times in ${showPercent(share(0))}, twice in ${showPercent(share(2))}`,
      within: near(share(0), 0.206, 0.25) && near(share(2), 0.202, 0.25),
    };
  },
};

const seen = (text: string): number =>
  [LOW, HIGH].filter((place) => text.includes(`${place.slice(2)}-`)).length;

/** Gaps of memory that was mapped in every committed state, in the passes of a hostile loop. */
function holes(lab: Lab, strategy: string, how: 'mremap' | 'mmap'): { share: number; n: number } {
  const what =
    how === 'mremap'
      ? { churn: 'exact-mremap', vma: { tag: 'region', pick: 'random' } }
      : { program: [{ mmap: { vma: { tag: 'region', pick: 'random' }, pages: 3 } }] };
  const run = lab.once(`holes ${strategy} ${how}`, () =>
    lab.run({
      machine: guest(),
      duration: `${lab.choose(100, 1000)}ms`,
      vmas: [regions(100), ...PROGRAM],
      readers: [looping(strategy)],
      writers: [writer({ think: LOOP_JITTER, ...what })],
    }),
  );
  const n = run.tearing.transientGaps;
  return { share: n / run.totals.passesFinished, n };
}

const exactMremap: Claim = {
  id: 'transient-gaps',
  claim: 'MREMAP_FIXED onto exactly one VMA shows the hole in the middle of its write section',
  source: `${GUEST} 19`,
  target: '35 % of passes in a hostile loop',
  how: 'exact-mremap without a pause, 100 regions, vma-lock; gaps for each pass',
  tolerance: 'a factor of 2',
  known: null,
  simulate(lab) {
    const { share } = holes(lab, 'vma-lock', 'mremap');
    return { simulated: showPercent(share), within: withinFactor(share, 0.35, 2) };
  },
};

const noHoles: Claim = {
  id: 'transient-gaps-none',
  claim: 'MAP_FIXED doing the same shows none, and neither does mmap_lock',
  source: `${GUEST} 19`,
  target: 'none',
  how: 'mmap over exactly one VMA under vma-lock; exact-mremap under mmap-lock',
  tolerance: 'exact',
  known: null,
  simulate(lab) {
    const found = [holes(lab, 'vma-lock', 'mmap').n, holes(lab, 'mmap-lock', 'mremap').n];
    return { simulated: found.join(' and '), within: found.every((n) => n === 0) };
  },
};

export const TEARING: ClaimGroup = {
  title: 'Tearing',
  claims: [
    ...FLIPS.map(flip),
    insideOrAcross,
    lockedInside,
    ...CHURNS.map(overlapRate),
    overlapsInside,
    overlapsLocked,
    growth,
    replaced,
    falseGaps,
    moved,
    exactMremap,
    noHoles,
  ],
};
