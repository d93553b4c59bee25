/**
 * Claims about a reader that takes mmap_lock again at once: it blocks the writers almost
 * completely.
 *
 * The measured readers were smaps and numa_maps, which hold the lock for other lengths of time than
 * maps did: here maps is read with lines that take so long that a chunk lasts as theirs.
 */
import { type Claim, type ClaimGroup, showNs, showPercent } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { alone, type Calls, calls, MAP_UNMAP, pairs, rank } from './loops.ts';
import { GUEST, guest, looping } from './spaces.ts';

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
  const { chunkNs, groups } = CHUNKS_OF[kind];
  const lineNs = Math.round(chunkNs / LINES_PER_CHUNK);
  const costs = { formatAnon: lineNs, formatFile: lineNs, formatPathChar: 0 };
  return calls(lab, {
    program: MAP_UNMAP,
    readers: [looping('mmap-lock')],
    duration: `${lab.choose(250, 5000)}ms`,
    machine: { ...guest(costs), rwsem, hogs: [NOISE] },
    vmas: mixed(groups),
  });
}

const starvedRate = (kind: Kind, measured: number): Claim => ({
  id: `lock-starved-${kind}`,
  claim: `a reader that takes mmap_lock again at once starves the writer (chunks like ${kind})`,
  source: `${GUEST} 11`,
  target: `388k pairs/s fall to ${measured}`,
  how: `mmap-lock read without end, chunks of ${showNs(CHUNKS_OF[kind].chunkNs)}, rwsem`,
  tolerance: { factor: 4, of: measured },
  simulate(lab) {
    const run = starving(lab, kind, 'rwsem');
    return {
      simulated: `${pairs(alone(lab))} fall to ${pairs(run)} pairs/s`,
      figures: [run.perSecond / 2],
    };
  },
});

const starvedTime = (kind: Kind, p: number, measured: number, known?: string): Claim => ({
  id: `lock-starved-${kind}-p${Math.round(100 * p)}`,
  claim: `time of a starved call, p${Math.round(100 * p)} (chunks like ${kind})`,
  source: `${GUEST} 11`,
  target: showNs(measured),
  how: 'as above',
  tolerance: { factor: 2, of: measured },
  known,
  simulate(lab) {
    const ns = rank(starving(lab, kind, 'rwsem').times, p);
    return { simulated: showNs(ns), figures: [ns] };
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
  tolerance: { words: 'at least 95 %', holds: (share) => share! >= 0.95 },
  simulate(lab) {
    const share = clustered(starving(lab, 'numa_maps', 'rwsem').times);
    return { simulated: showPercent(share), figures: [share] };
  },
};

const fifo: Claim = {
  id: 'lock-fifo',
  claim: 'without stealing nobody starves: a strict queue serves the writer after a chunk',
  source: 'what stealing and hand-off are: v6.18 kernel/locking/rwsem.c',
  target: 'no wait near a jiffy',
  how: 'the same with rwsem: fifo; the longest call, both kinds of chunk',
  tolerance: { words: 'below 0.5 ms', holds: (...ns) => ns.every((n) => n > 0 && n < 500_000) },
  simulate(lab) {
    const longest = (['numa_maps', 'smaps'] as const).map((kind) =>
      rank(starving(lab, kind, 'fifo').times, 1),
    );
    return { simulated: longest.map(showNs).join(', '), figures: longest };
  },
};

export const STARVATION: ClaimGroup = {
  title: 'What mmap_lock costs the writers',
  claims: [
    starvedRate('numa_maps', 111),
    starvedTime('numa_maps', 0.5, 5_600_000),
    starvedTime('numa_maps', 0.99, 8_000_000),
    starvedRate('smaps', 696),
    starvedTime(
      'smaps',
      0.5,
      140_000,
      'a wake-up takes the same time whenever it happens, so that a waiting writer meets the gap ' +
        'between two chunks several times in a row or not at all: calls last a few us or some ms, ' +
        'and the median may fall on either',
    ),
    handOff,
    fifo,
  ],
};
