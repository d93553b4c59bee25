/**
 * Claims about one read(): it returns as many whole lines as fit into one buffer of seq_file. Cut
 * lines and stale text occur only if the buffer of the reader is smaller.
 *
 * The number of bytes per read() is computed from the number of calls and the number of bytes.
 */
import type { Outcome } from '../world/outcome.ts';
import type { Claim, ClaimGroup } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { fileRegions, GUEST, guest, PROGRAM, regions } from './spaces.ts';

const LINE = 49; // bytes of an anonymous line with 12-digit addresses

function quiet(
  lab: Lab,
  vmas: readonly unknown[],
  buffer: string | number,
  strategy = 'vma-lock',
): Outcome {
  return lab.once(`quiet ${JSON.stringify([vmas, buffer, strategy])}`, () =>
    lab.run({ machine: guest(), vmas, readers: [{ name: 'reader', strategy, buffer, cpu: 1 }] }),
  );
}

const reads = (outcome: Outcome): number => outcome.totals.reads;

const wholeRecords: Claim = {
  id: 'chunk-whole-records',
  claim: 'a read() returns as many whole lines as fit into 4095 bytes, for each size of buffer',
  source: `${GUEST} 1`,
  target: '4067 bytes (83 lines of 49 bytes) with buffers of 4 KiB, 64 KiB and 1 MiB',
  how: '830 anonymous lines, vma-lock and mmap-lock; bytes per read()',
  tolerance: { words: 'exact', holds: (...each) => each.every((bytes) => bytes === 83 * LINE) },
  simulate(lab) {
    const each = ['vma-lock', 'mmap-lock'].flatMap((strategy) =>
      ['4k', '64k', '1m'].map((buffer) => {
        const outcome = quiet(lab, [regions(830)], buffer, strategy);
        return outcome.totals.bytes / reads(outcome);
      }),
    );
    const shown = [...new Set(each)].join(', ');
    return { simulated: `${shown} bytes`, figures: each };
  },
};

interface Counted {
  readonly id: string;
  readonly what: string;
  readonly lines: number;
  readonly vmas: readonly (ScenarioData | string)[];
  readonly reads: number;
}

const COUNTED: readonly Counted[] = [
  ...([100, 1000, 10_000, 60_000] as const).map((n, i) => ({
    id: `chunk-reads-${n}`,
    what: 'anonymous',
    lines: n + PROGRAM.length,
    vmas: [regions(n), ...PROGRAM],
    reads: [2, 13, 122, 724][i]!,
  })),
  ...([1000, 10_000] as const).map((n, i) => ({
    id: `chunk-reads-file-${n}`,
    what: 'files, paths of 162 characters',
    lines: n + PROGRAM.length,
    vmas: [fileRegions(n, 162), ...PROGRAM],
    reads: [60, 589][i]!,
  })),
];

const readsPerPass = (row: Counted): Claim => ({
  id: row.id,
  claim: `number of read() calls in a pass over ${row.lines} lines (${row.what})`,
  source: `${GUEST} 1, table of quiet passes`,
  target: `${row.reads} reads`,
  how: 'a pass without writers, buffer of 64 KiB; regions and the 25 lines of a small program',
  tolerance: {
    words: 'within 1, because the 25 lines are not those of the measurement',
    holds: (n) => Math.abs(n! - row.reads) <= 1,
  },
  simulate(lab) {
    const n = reads(quiet(lab, row.vmas, '64k'));
    return { simulated: `${n} reads`, figures: [n] };
  },
});

const SMALL = [1, 17, 100, 1000, 4000];

const smallBuffers: Claim = {
  id: 'chunk-small-buffer',
  claim: 'a read() fills a smaller buffer to the last byte, even in the middle of a line',
  source: `${GUEST} 2`,
  target: 'every read() except the last fills a buffer of 1, 17, 100, 1000 or 4000 bytes',
  how: '300 anonymous lines (14700 bytes); number of read() calls with each buffer',
  tolerance: {
    words: 'exact: 14700 / buffer, rounded up',
    exactly: SMALL.map((buffer) => Math.ceil((300 * LINE) / buffer)),
  },
  simulate(lab) {
    const counts = SMALL.map((buffer) => reads(quiet(lab, [regions(300)], buffer)));
    return { simulated: `${counts.join(', ')} reads`, figures: counts };
  },
};

// Counted by time: if formatting a line costs 1 ns and everything else costs 0, the duration of a
// read() in ns is the number of its lines.
const smallFill: Claim = {
  id: 'chunk-small-fill',
  claim: 'for a buffer of 100 bytes the kernel formats lines until it has 100 bytes: 3 lines',
  source: `${GUEST} 2`,
  target: '3 lines',
  how: 'the longest read(), if a line costs 1 ns and everything else costs 0',
  tolerance: { exactly: [3] },
  simulate(lab) {
    const { readers } = lab.run({
      machine: { costs: { preset: 'zero', formatAnon: 1 } },
      vmas: [regions(300)],
      readers: [{ name: 'reader', strategy: 'vma-lock', buffer: 100 }],
    });
    const most = readers[0]!.readNs.max ?? 0;
    return { simulated: `${most} lines`, figures: [most] };
  },
};

// 4134 bytes do not fit into 4095. The buffer of 8192 bytes then has room for 82 more lines, and
// for 167 lines in each later read().
const growingBuffer: Claim = {
  id: 'chunk-buffer-grows',
  claim: 'a line longer than 4095 bytes doubles the buffer of seq_file until the file is closed',
  source: `${GUEST} 3`,
  target: 'the buffer grows from 4096 to 8192 bytes and keeps this size',
  how: 'a path of 4060 characters, then 334 anonymous lines: 3 reads, or 5 if the buffer shrank again',
  tolerance: { exactly: [3] },
  simulate(lab) {
    const first = {
      ...fileRegions(1, 4060),
      start: '0x7f0000000000',
      tag: 'long',
    };
    const n = reads(quiet(lab, [first, regions(334)], '64k'));
    return { simulated: `${n} reads`, figures: [n] };
  },
};

const gateLine: Claim = {
  id: 'gate-line',
  claim: 'maps contains the line [vsyscall]; a walk with PROCMAP_QUERY does not return it',
  source: `${GUEST} 5`,
  target: 'maps has 1 more line',
  how: 'number of lines of vma-lock and of query-vma',
  tolerance: { exactly: [1] },
  simulate(lab) {
    const lines = ['vma-lock', 'query-vma'].map(
      (strategy) => quiet(lab, PROGRAM, '64k', strategy).totals.lines,
    );
    const more = lines[0]! - lines[1]!;
    return { simulated: `${lines[0]} and ${lines[1]} lines`, figures: [more] };
  },
};

export const CHUNKS: ClaimGroup = {
  title: 'Text and chunks',
  claims: [
    wholeRecords,
    ...COUNTED.map(readsPerPass),
    smallBuffers,
    smallFill,
    growingBuffer,
    gateLine,
  ],
};
