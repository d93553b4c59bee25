/** Claims about what a reader under per-VMA locks costs the writers: almost nothing. */
import { type Claim, type ClaimGroup, near, showNs, showPercent } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { alone, type Calls, calls, MAP_UNMAP, pairs, rank } from './loops.ts';
import { GUEST, looping } from './spaces.ts';

const ALWAYS_THERE = { vma: { tag: 'region', index: 500 } };
const PROTECT = [
  { mprotect: { ...ALWAYS_THERE, perms: 'r--p' } },
  { mprotect: { ...ALWAYS_THERE, perms: 'rw-p' } },
] as const satisfies readonly ScenarioData[];

const beside = (lab: Lab, program: readonly ScenarioData[] = MAP_UNMAP): Calls =>
  calls(lab, {
    program,
    readers: [looping('vma-lock')],
    duration: `${lab.choose(60, 2000)}ms`,
  });

const unnoticed: Claim = {
  id: 'lock-vma-unnoticed',
  claim: 'a reader under per-VMA locks does not slow the calls of the writer, up to their p99',
  source: `${GUEST} 10`,
  target:
    '380k pairs/s with a reader, 388k without (98 %); medians of munmap and mmap 1.12 and 1.17 us ' +
    'in both cases',
  how: 'munmap and mmap in a loop, with a reader that reads 1025 lines without end, and without it',
  tolerance: {
    words: 'rate within 5 % of the rate without a reader; p50 and p99 within 10 %',
    holds: (rate, ...ranks) => near(rate!, 1, 0.05) && ranks.every((one) => near(one, 1, 0.1)),
  },
  simulate(lab) {
    const [with_, without] = [beside(lab), alone(lab)];
    const share = with_.perSecond / without.perSecond;
    // Half of the calls are munmap, which is shorter: the quartiles are the medians of the two
    // calls.
    const ranks = [0.25, 0.75, 0.99].map((p) => rank(with_.times, p) / rank(without.times, p));
    const medians = [0.25, 0.75].map((p) => showNs(rank(with_.times, p))).join(' and ');
    return {
      simulated: `${pairs(with_)}, ${pairs(without)} pairs/s (${showPercent(share)}); ${medians}`,
      figures: [share, ...ranks],
    };
  },
};

const sleeping = (row: {
  readonly id: string;
  readonly what: string;
  readonly program: readonly ScenarioData[];
  readonly measured: number;
}): Claim => ({
  id: row.id,
  claim: `few calls wait until a reader leaves the VMA: ${row.what}`,
  source: `${GUEST} 10`,
  target: `${row.measured} of a million calls sleep`,
  how: 'calls of more than 10 us, with a reader that reads 1025 lines without end',
  tolerance: { factor: 3, of: row.measured },
  simulate(lab) {
    const { slept, times } = beside(lab, row.program);
    const perMillion = (slept * 1e6) / times.length;
    return {
      simulated: `${Math.round(perMillion)} of a million (${slept} of ${times.length})`,
      figures: [perMillion],
    };
  },
});

const sleepLength: Claim = {
  id: 'lock-vma-sleep-length',
  claim: 'a call that sleeps lasts as long as one wake-up on another CPU',
  source: `${GUEST} 10`,
  target: '43 us on average',
  how: 'mean of the calls of more than 10 us, mprotect of a VMA that is always there',
  tolerance: { factor: 2, of: 43_000 },
  simulate(lab) {
    const { sleptMeanNs } = beside(lab, PROTECT);
    return { simulated: showNs(sleptMeanNs), figures: [sleptMeanNs] };
  },
};

// --- two readers on one CPU ---

const sharedReaders = (lab: Lab): Calls =>
  calls(lab, {
    program: PROTECT,
    readers: [looping('vma-lock', { count: 2 })],
    duration: `${lab.choose(60, 2000)}ms`,
  });

const twoReadersP99: Claim = {
  id: 'lock-two-readers-p99',
  claim: 'two readers on one CPU do not change the p99 of the writer',
  source: `${GUEST} 12`,
  target: 'unchanged',
  how: 'mprotect of a VMA that is always there, with two readers and with one',
  tolerance: { words: '5 %', holds: (two, one) => near(two!, one!, 0.05) },
  simulate(lab) {
    const [two, one] = [sharedReaders(lab), beside(lab, PROTECT)].map(({ times }) =>
      rank(times, 0.99),
    );
    return { simulated: `${two} and ${one} ns`, figures: [two!, one!] };
  },
};

const twoReadersSleep: Claim = {
  id: 'lock-two-readers-sleep',
  claim: 'with two readers on one CPU a call that sleeps waits for the reader that is off the CPU',
  source: `${GUEST} 12`,
  target: '1.1-1.25 ms on average',
  how: 'mean of the calls of more than 10 us, two readers',
  tolerance: { factor: 3, of: 1_175_000 },
  simulate(lab) {
    const { sleptMeanNs } = sharedReaders(lab);
    return { simulated: showNs(sleptMeanNs), figures: [sleptMeanNs] };
  },
};

export const LOCKS: ClaimGroup = {
  title: 'What per-VMA locks cost the writers',
  claims: [
    unnoticed,
    sleeping({
      id: 'lock-vma-sleeping',
      what: 'mmap and munmap',
      program: MAP_UNMAP,
      measured: 360,
    }),
    sleeping({
      id: 'lock-vma-sleeping-mprotect',
      what: 'mprotect of a VMA that is always there',
      program: PROTECT,
      measured: 1075,
    }),
    sleepLength,
    twoReadersP99,
    twoReadersSleep,
  ],
};
