/**
 * Claims about a reader that retakes mmap_lock at once: it blocks the writers almost completely.
 *
 * The measured readers read smaps and numa_maps, which hold the lock longer than maps did. The
 * simulated reader reads maps, with a cost per line that makes a chunk last as long as theirs.
 */
import { type Claim, type ClaimGroup, showNs, showPercent } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { alone, type Calls, calls, MAP_UNMAP, pairs, rank } from './loops.ts';
import { GUEST, guest, looping } from './spaces.ts';

/**
 * numa_maps held the lock for 70 to 88 us at a time, smaps for 13 us; `groups` of 5 lines per pass.
 */
const CHUNKS_OF = {
  numa_maps: { chunkNs: 79_000, groups: 200 },
  smaps: { chunkNs: 13_000, groups: 1520 },
} as const;
type Kind = keyof typeof CHUNKS_OF;

/**
 * VMAs with names of many lengths: chunks of real texts differ, and the attempts of a writer must
 * not run in step with them.
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

/** A hog that delays some wake-ups, because wake-ups of a real machine vary more than the costs. */
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
  claim: `a reader that retakes mmap_lock at once starves the writer (chunks like ${kind})`,
  source: `${GUEST} 11`,
  target: `388k pairs/s fall to ${measured}`,
  how: `endless passes, mmap-lock, chunks of ${showNs(CHUNKS_OF[kind].chunkNs)}, rwsem: rwsem`,
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
  how: 'same run as above',
  tolerance: { factor: 2, of: measured },
  known,
  simulate(lab) {
    const ns = rank(starving(lab, kind, 'rwsem').times, p);
    return { simulated: showNs(ns), figures: [ns] };
  },
});

const JIFFY_NS = 4_000_000;

/** Share of the waits above 1 ms that end between one and two jiffies (plus a chunk). */
function clustered(times: Float64Array): number {
  const long = times.filter((ns) => ns > JIFFY_NS / 4);
  const atHandOff = long.filter((ns) => ns > JIFFY_NS && ns < 2 * JIFFY_NS + 200_000);
  return long.length === 0 ? 0 : atHandOff.length / long.length;
}

const handOff: Claim = {
  id: 'lock-hand-off',
  claim: 'the waits cluster at the hand-off time-out, between one and two jiffies',
  source: `${GUEST} 11`,
  target: 'clusters at 4 and 8 ms (HZ=250); p99 8 ms',
  how: 'share of the calls of more than 1 ms that take 4 to 8.2 ms, chunks like numa_maps',
  tolerance: { words: 'at least 95 %', holds: (share) => share! >= 0.95 },
  simulate(lab) {
    const share = clustered(starving(lab, 'numa_maps', 'rwsem').times);
    return { simulated: showPercent(share), figures: [share] };
  },
};

const fifo: Claim = {
  id: 'lock-fifo',
  claim:
    'without lock stealing the writer does not starve: a strict queue serves it after one chunk',
  source: 'stealing and hand-off: v6.18 kernel/locking/rwsem.c',
  target: 'no figure: no wait near a jiffy',
  how: 'the same with rwsem: fifo; the longest call, chunks like numa_maps and like smaps',
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
      'every wake-up takes the same time, so a waiting writer meets the gap between two chunks ' +
        'several times in a row or not at all: calls last either a few us or a few ms, and the ' +
        'median may be either',
    ),
    handOff,
    fifo,
  ],
};
