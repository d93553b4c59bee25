/**
 * What a reader costs the writers: next to nothing under per-VMA locks, nearly everything under an
 * mmap_lock that the reader takes again at once; and what writers cost the reader.
 *
 * The measured readers under mmap_lock were smaps and numa_maps, which hold the lock for other
 * lengths of time than maps did: here maps is read with lines that take so long that a chunk lasts
 * as theirs.
 */
import type { Outcome } from '../world/outcome.ts';
import { type Claim, type ClaimGroup, near, showNs, showPercent, withinFactor } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { guest, LOOP_JITTER, looping, PROGRAM, regions, writer } from './spaces.ts';

const GUEST = 'guest 6.18, item';
const GAP = '0x7f0800000000'; // below all regions

const MAP_UNMAP = [
  { mmap: { at: GAP, pages: 4 } },
  { munmap: { at: GAP, pages: 4 } },
] as const satisfies readonly ScenarioData[];
const ALWAYS_THERE = { vma: { tag: 'region', index: 500 } };
const PROTECT = [
  { mprotect: { ...ALWAYS_THERE, perms: 'r--p' } },
  { mprotect: { ...ALWAYS_THERE, perms: 'rw-p' } },
] as const satisfies readonly ScenarioData[];

/** What a loop of calls came to. */
interface Calls {
  readonly outcome: Outcome;
  readonly perSecond: number;
  /** Calls that took longer than a wake-up takes: they slept. */
  readonly slept: number;
  readonly sleptMeanNs: number;
  readonly times: Float64Array; // rising
}

interface Loop {
  readonly program: readonly ScenarioData[];
  readonly readers: readonly ScenarioData[];
  readonly duration: string;
  readonly machine?: ScenarioData;
}

const SLEPT_NS = 10_000;

function calls(lab: Lab, loop: Loop): Calls {
  return lab.once(`calls ${JSON.stringify(loop)}`, () => {
    const times: number[] = [];
    const outcome = lab.run(
      {
        machine: loop.machine ?? guest(),
        duration: loop.duration,
        vmas: [regions(1000), ...PROGRAM],
        readers: loop.readers,
        writers: [writer({ program: loop.program, think: LOOP_JITTER })],
      },
      { onOperation: ({ startNs, endNs }) => times.push(endNs - startNs) },
    );
    const slept = times.filter((ns) => ns > SLEPT_NS);
    return {
      outcome,
      perSecond: (times.length * 1e9) / outcome.simulatedNs,
      slept: slept.length,
      sleptMeanNs: slept.reduce((sum, ns) => sum + ns, 0) / Math.max(slept.length, 1),
      times: Float64Array.from(times).sort(),
    };
  });
}

/** Nearest rank. */
const rank = (times: Float64Array, share: number): number =>
  times[Math.max(Math.ceil(share * times.length) - 1, 0)] ?? 0;

const alone = (lab: Lab): Calls =>
  calls(lab, { program: MAP_UNMAP, readers: [], duration: '20ms' });
const beside = (lab: Lab, program: readonly ScenarioData[] = MAP_UNMAP): Calls =>
  calls(lab, {
    program,
    readers: [looping('vma-lock')],
    duration: `${lab.choose(100, 2000)}ms`,
  });

const unnoticed: Claim = {
  id: 'lock-vma-unnoticed',
  claim: 'a reader under per-VMA locks costs the writer nothing that shows up to p99',
  source: `${GUEST} 10`,
  target: '380k and 388k pairs/s (98 %); medians 1.12 and 1.17 us with and without',
  how: 'the same loop, beside 1025 lines read without end, and alone',
  tolerance: 'rate within 5 % of the rate alone; p50 and p99 within 10 %',
  known: null,
  simulate(lab) {
    const [with_, without] = [beside(lab), alone(lab)];
    const share = with_.perSecond / without.perSecond;
    // Half of the calls are munmap, the shorter ones: the quartiles are the medians of the two.
    const same = [0.25, 0.75, 0.99].every((p) =>
      near(rank(with_.times, p), rank(without.times, p), 0.1),
    );
    const medians = [0.25, 0.75].map((p) => showNs(rank(with_.times, p))).join(' and ');
    return {
      simulated: `${pairs(with_)} and ${pairs(without)} pairs/s (${showPercent(share)}), ${medians}`,
      within: near(share, 1, 0.05) && same,
    };
  },
};

const pairs = ({ perSecond }: Calls): string =>
  perSecond > 20_000 ? `${Math.round(perSecond / 2000)}k` : String(Math.round(perSecond / 2));

const sleeping = (row: {
  readonly id: string;
  readonly what: string;
  readonly program: readonly ScenarioData[];
  readonly measured: number;
}): Claim => ({
  id: row.id,
  claim: `few calls wait for a reader to leave the VMA: ${row.what}`,
  source: `${GUEST} 10`,
  target: `${row.measured} of a million calls sleep`,
  how: 'calls above 10 us, beside 1025 lines read without end',
  tolerance: 'a factor of 3',
  known: null,
  simulate(lab) {
    const { slept, times } = beside(lab, row.program);
    const perMillion = (slept * 1e6) / times.length;
    return {
      simulated: `${Math.round(perMillion)} of a million (${slept} of ${times.length})`,
      within: withinFactor(perMillion, row.measured, 3),
    };
  },
});

const sleepLength: Claim = {
  id: 'lock-vma-sleep-length',
  claim: 'such a call lasts as long as one wake-up on another CPU',
  source: `${GUEST} 10`,
  target: '43 us on average',
  how: 'mean of the calls above 10 us, mprotect of a VMA that is always there',
  tolerance: 'a factor of 2',
  known: null,
  simulate(lab) {
    const { sleptMeanNs } = beside(lab, PROTECT);
    return { simulated: showNs(sleptMeanNs), within: withinFactor(sleptMeanNs, 43_000, 2) };
  },
};

// --- starvation ---

/** numa_maps held the lock for 70 to 88 us at a time, smaps for 13 us; and lines in a pass here. */
const CHUNKS_OF = {
  numa_maps: { chunkNs: 79_000, groups: 200 },
  smaps: { chunkNs: 13_000, groups: 1520 },
} as const;
type Kind = keyof typeof CHUNKS_OF;

/**
 * Names of all lengths: chunks of real texts differ, and a writer's attempts must not keep in step.
 */
const mixed = (groups: number): readonly ScenarioData[] =>
  Array.from({ length: groups }, (_, i) => ({
    start: `0x7f1${(i * 256).toString(16).padStart(8, '0')}000`,
    pages: 3,
    repeat: 5,
    gap: 1,
    perms: 'rw-p',
    name: 'n'.repeat(1 + ((i * 37) % 67)),
  }));
const LINES_PER_CHUNK = 37;

/** Costs are constant, wake-ups of a real machine are not: this delays some of them. */
const NOISE = { cpu: 0, run: { uniform: ['1us', '20us'] }, sleep: { exp: '20us' } };

function starving(lab: Lab, kind: Kind, rwsem: 'rwsem' | 'fifo'): Calls {
  return lab.once(`starving ${kind} ${rwsem}`, () => {
    const { chunkNs, groups } = CHUNKS_OF[kind];
    const lineNs = Math.round(chunkNs / LINES_PER_CHUNK);
    const costs = { formatAnon: lineNs, formatFile: lineNs, formatPathChar: 0 };
    const times: number[] = [];
    const outcome = lab.run(
      {
        machine: { ...guest(costs), rwsem, hogs: [NOISE] },
        duration: `${lab.choose(500, 5000)}ms`,
        vmas: mixed(groups),
        readers: [looping('mmap-lock')],
        writers: [writer({ program: MAP_UNMAP })],
      },
      { onOperation: ({ startNs, endNs }) => times.push(endNs - startNs) },
    );
    const perSecond = (times.length * 1e9) / outcome.simulatedNs;
    return { outcome, perSecond, slept: 0, sleptMeanNs: 0, times: Float64Array.from(times).sort() };
  });
}

const starvedRate = (kind: Kind, measured: number): Claim => ({
  id: `lock-starved-${kind}`,
  claim: `a reader that takes mmap_lock again at once starves the writer (chunks like ${kind})`,
  source: `${GUEST} 11`,
  target: `388k pairs/s fall to ${measured}`,
  how: `mmap-lock read without end, chunks of ${showNs(CHUNKS_OF[kind].chunkNs)}, rwsem`,
  tolerance: 'a factor of 4',
  known: null,
  simulate(lab) {
    const run = starving(lab, kind, 'rwsem');
    return {
      simulated: `${pairs(alone(lab))} fall to ${pairs(run)} pairs/s`,
      within: withinFactor(run.perSecond / 2, measured, 4),
    };
  },
});

const starvedTime = (
  kind: Kind,
  p: number,
  measured: number,
  known: string | null = null,
): Claim => ({
  id: `lock-starved-${kind}-p${Math.round(100 * p)}`,
  claim: `time of a starved call, p${Math.round(100 * p)} (chunks like ${kind})`,
  source: `${GUEST} 11`,
  target: showNs(measured),
  how: 'as above',
  tolerance: 'a factor of 2',
  known,
  simulate(lab) {
    const ns = rank(starving(lab, kind, 'rwsem').times, p);
    return { simulated: showNs(ns), within: withinFactor(ns, measured, 2) };
  },
});

const JIFFY_NS = 4_000_000;

/** Of the waits above a millisecond, how many end between one and two jiffies (and a chunk). */
function clustered(times: Float64Array): number {
  const long = times.filter((ns) => ns > JIFFY_NS / 4);
  const atHandOff = long.filter((ns) => ns > JIFFY_NS && ns < 2 * JIFFY_NS + 200_000);
  return long.length === 0 ? 0 : atHandOff.length / long.length;
}

const handOff: Claim = {
  id: 'lock-hand-off',
  claim: 'the waits cluster at the hand-off time-out: more than one jiffy, at most two',
  source: `${GUEST} 11`,
  target: 'at 4 and 8 ms (HZ=250); p99 8 ms',
  how: 'share of the calls above 1 ms that take 4 to 8.2 ms, chunks like numa_maps',
  tolerance: 'at least 95 %',
  known: null,
  simulate(lab) {
    const share = clustered(starving(lab, 'numa_maps', 'rwsem').times);
    return { simulated: showPercent(share), within: share >= 0.95 };
  },
};

const fifo: Claim = {
  id: 'lock-fifo',
  claim: 'without stealing nobody starves: a strict queue serves the writer after a chunk',
  source: 'what stealing and hand-off are: v6.18 kernel/locking/rwsem.c',
  target: 'no wait near a jiffy',
  how: 'the same with rwsem: fifo; the longest call, both kinds of chunk',
  tolerance: 'below 0.5 ms',
  known: null,
  simulate(lab) {
    const longest = (['numa_maps', 'smaps'] as const).map((kind) =>
      rank(starving(lab, kind, 'fifo').times, 1),
    );
    return {
      simulated: longest.map(showNs).join(', '),
      within: longest.every((ns) => ns > 0 && ns < 500_000),
    };
  },
};

// --- two readers on one CPU ---

const sharedReaders = (lab: Lab): Calls =>
  calls(lab, {
    program: PROTECT,
    readers: [looping('vma-lock', { count: 2 })],
    duration: `${lab.choose(100, 2000)}ms`,
  });

const twoReadersP99: Claim = {
  id: 'lock-two-readers-p99',
  claim: 'two readers on one CPU leave the p99 of the writer as it was',
  source: `${GUEST} 12`,
  target: 'unchanged',
  how: 'mprotect of a VMA that is always there, one reader and two',
  tolerance: '5 %',
  known: null,
  simulate(lab) {
    const [two, one] = [sharedReaders(lab), beside(lab, PROTECT)].map(({ times }) =>
      rank(times, 0.99),
    );
    return { simulated: `${two} and ${one} ns`, within: near(two!, one!, 0.05) };
  },
};

const twoReadersSleep: Claim = {
  id: 'lock-two-readers-sleep',
  claim: 'but a call that sleeps waits for a reader that is not on the CPU',
  source: `${GUEST} 12`,
  target: '1.1-1.25 ms on average',
  how: 'mean of the calls above 10 us',
  tolerance: 'a factor of 3',
  known: null,
  simulate(lab) {
    const { sleptMeanNs } = sharedReaders(lab);
    return { simulated: showNs(sleptMeanNs), within: withinFactor(sleptMeanNs, 1_175_000, 3) };
  },
};

export const LOCKS: ClaimGroup = {
  title: 'What a reader costs the writers',
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
    starvedRate('numa_maps', 111),
    starvedTime('numa_maps', 0.5, 5_600_000),
    starvedTime('numa_maps', 0.99, 8_000_000),
    starvedRate('smaps', 696),
    starvedTime(
      'smaps',
      0.5,
      140_000,
      'half of the calls find the lock free: the median lies on the edge between these and the rest',
    ),
    handOff,
    fifo,
    twoReadersP99,
    twoReadersSleep,
  ],
};
