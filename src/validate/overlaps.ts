/**
 * Claims about lines that overlap or go backwards, which merges cause, and about memory that is
 * missing from a text although it was mapped all the time.
 */
import { latin1Of } from '../base/latin1.ts';
import type { Outcome, PassRecord } from '../world/outcome.ts';
import { type Claim, showPercent, withinFactor } from './claim.ts';
import { callsPerSecond, mergeChurn } from './fallbacks.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { GUEST, guest, LOOP_JITTER, looping, regions, writer } from './spaces.ts';

interface Churn {
  readonly thinkNs: number;
  readonly measuredCalls: number; // thousands per second
  readonly measured: readonly [number, number]; // overlaps, backward lines, per 1000 passes
  readonly ms: number;
}

const CHURNS: readonly Churn[] = [
  { thinkNs: 48_000, measuredCalls: 20, measured: [3.3, 0.9], ms: 300 },
  { thinkNs: 23_000, measuredCalls: 40, measured: [5.9, 1.5], ms: 200 },
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
  claim: `merges cause overlaps + backward lines: ${row.measuredCalls}k calls/s`,
  source: `${GUEST} 16`,
  target: `${row.measured.join(' + ')} per 1000 passes`,
  how: 'merge-churn, 100 regions, 125 lines or more, vma-lock',
  tolerance: {
    words: 'each within a factor of 2',
    holds: (...rates) => rates.every((rate, i) => withinFactor(rate, row.measured[i]!, 2)),
  },
  simulate(lab) {
    const run = churned(lab, row);
    const rates = [run.tearing.overlaps, run.tearing.backwards].map(
      (n) => (1000 * n) / run.totals.passesFinished,
    );
    const calls = `${Math.round(callsPerSecond(run) / 1000)}k calls/s`;
    return {
      simulated: `${rates.map((rate) => rate.toFixed(1)).join(' + ')} at ${calls}`,
      figures: rates,
    };
  },
});

const START = /^([0-9a-f]+)-([0-9a-f]+) /;

/** Lines that start below the end of the line before: inside one read(), and across a boundary. */
function outOfOrder(pass: PassRecord): { inPage: number; atPage: number } {
  const found = { inPage: 0, atPage: 0 };
  let end = 0;
  const text = latin1Of(pass.text);
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
  claim: 'nearly all overlaps and backward lines lie inside one read()',
  source: `${GUEST} 16`,
  target: '97 %',
  how: 'merge-churn at about 180k calls/s, vma-lock; position of the cut',
  tolerance: {
    words: 'at least 90 %',
    holds: (inPage, all) => all! >= 30 && inPage! >= 0.9 * all!,
  },
  simulate(lab) {
    const what = { strategy: 'vma-lock', regions: 100, thinkNs: 2600, texts: true };
    const { passes } = mergeChurn(lab, { ...what, duration: '100ms' });
    const found = passes.map(outOfOrder);
    const inPage = found.reduce((sum, f) => sum + f.inPage, 0);
    const all = found.reduce((sum, f) => sum + f.atPage, inPage);
    return {
      simulated: `${showPercent(inPage / Math.max(all, 1))} (${inPage} of ${all})`,
      figures: [inPage, all],
    };
  },
};

const overlapsLocked: Claim = {
  id: 'overlaps-mmap-lock',
  claim: 'under mmap_lock overlaps and backward lines occur only at read() boundaries',
  source: `${GUEST} 16`,
  target: '0.1-0.3 per 1000 passes, at read() boundaries',
  how: 'merge-churn with think time for about 20k calls/s, mmap-lock',
  tolerance: {
    words: 'at least 1, and no cut inside a page',
    holds: (found, cuts) => found! > 0 && cuts === 0,
  },
  simulate(lab) {
    const { tearing, totals } = churned(lab, CHURNS[0]!, 'mmap-lock');
    const found = tearing.overlaps + tearing.backwards;
    return {
      simulated: `${found} in ${totals.passesFinished} passes, ${tearing.cutsInPage} cuts in pages`,
      figures: [found, tearing.cutsInPage],
    };
  },
};

const perms = (letters: string) => ({ vma: { tag: 'region', pick: 'random' }, perms: letters });

/** A loop of calls that change few VMAs, so that the reader often meets the writer. */
const orderUnder = (lab: Lab, key: string, what: ScenarioData): Outcome =>
  lab.once(`order ${key}`, () =>
    lab.run({
      machine: guest(),
      duration: `${lab.choose(50, 800)}ms`,
      vmas: [regions(20)],
      readers: [looping('vma-lock')],
      writers: [writer({ think: LOOP_JITTER, ...what })],
    }),
  );

// To print a backward line after a growth, the reader must be delayed by 0.2 us between two VMAs.
// Costs vary little, so this hardly ever happens in a timed run.
const growth: Claim = {
  id: 'overlaps-growth',
  claim: 'an mremap that grows a VMA causes overlaps but no backward line',
  source: `${GUEST} 16`,
  target: 'overlaps only',
  how: 'resize churn without a pause, 20 regions, vma-lock',
  tolerance: { words: 'no backward line', holds: (back, ops) => back === 0 && ops! > 5000 },
  simulate(lab) {
    const { tearing, writers } = orderUnder(lab, 'resize', {
      churn: 'resize',
      vma: { tag: 'region', pick: 'random' },
    });
    const { ops } = writers[0]!;
    return {
      simulated: `${tearing.overlaps} overlaps, ${tearing.backwards} backward lines, ${ops} calls`,
      figures: [tearing.backwards, ops],
    };
  },
};

const replaced: Claim = {
  id: 'overlaps-replacement',
  claim:
    'MAP_FIXED over a whole VMA, and munmap followed by mmap, cause no overlap or backward line',
  source: `${GUEST} 16`,
  target: 'none',
  how: 'each of the two at random regions, vma-lock',
  tolerance: {
    words: 'exact',
    holds: (fixed, unmapped, ...ops) => fixed === 0 && unmapped === 0 && ops.every((n) => n > 1000),
  },
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
      figures: [...found, ...ops],
    };
  },
};

const falseGaps: Claim = {
  id: 'false-gaps',
  claim: 'some texts lack memory that was mapped all the time',
  source: `${GUEST} 17`,
  target: '129 in 1568000 passes (8 per 100000), in bursts',
  how: 'all passes of the overlaps-*k rows above, vma-lock',
  tolerance: { words: 'more than 0', holds: (gaps) => gaps! > 0 },
  known:
    'the gap needs a wake-up call of the reader that lasts until the writer has run. Under ' +
    'vm-epyc, which has no interrupts, no wake-up call lasts that long; under vm-epyc-2026 ' +
    'interrupts prolong some of them (kernel-mc200k-false-gaps in the long run)',
  simulate(lab) {
    const runs = CHURNS.map((row) => churned(lab, row));
    const gaps = runs.reduce((sum, { tearing }) => sum + tearing.falseGaps, 0);
    const passes = runs.reduce((sum, { totals }) => sum + totals.passesFinished, 0);
    return { simulated: `${gaps} in ${passes} passes`, figures: [gaps] };
  },
};

export const OVERLAP_CLAIMS: readonly Claim[] = [
  ...CHURNS.map(overlapRate),
  overlapsInside,
  overlapsLocked,
  growth,
  replaced,
  falseGaps,
];
