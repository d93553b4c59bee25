/**
 * Claims about costs on the measured machine. The time of a pass is the sum of the costs of many
 * primitives, and a claim about a pass checks this sum. A call of a writer is one number of the
 * cost table.
 */
import type { Outcome } from '../world/outcome.ts';
import { type Claim, type ClaimGroup, near, showNs } from './claim.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { fileRegions, GUEST, guest, PROGRAM, regions } from './spaces.ts';

/** Two passes without writers, one after the other. */
function quiet(lab: Lab, vmas: readonly unknown[], strategy = 'vma-lock'): Outcome {
  return lab.once(`quiet twice ${JSON.stringify([vmas, strategy])}`, () =>
    lab.run({ machine: guest(), vmas, readers: [{ name: 'r', strategy, passes: 2, cpu: 1 }] }),
  );
}

function nsPerLine(outcome: Outcome): number {
  return (outcome.readers[0]!.passNs.mean! * 2) / outcome.totals.lines;
}

interface PassCost {
  readonly id: string;
  readonly claim: string;
  readonly item: string;
  readonly measured: readonly [number, number];
  readonly vmas: readonly (ScenarioData | string)[];
  readonly strategy?: string;
  readonly known?: string;
}

const CACHE =
  'the cost of a line does not depend on the number of VMAs: the model has no CPU caches, which ' +
  '60000 VMAs exceed on the measured machine';

const PASS_COSTS: readonly PassCost[] = [
  {
    id: 'cost-line',
    claim: 'time per VMA in a pass over 1025 lines (anonymous)',
    item: '6 and table',
    measured: [255, 255],
    vmas: [regions(1000), ...PROGRAM],
  },
  {
    id: 'cost-line-10000',
    claim: 'time per VMA in a pass over 10025 lines (anonymous)',
    item: '6 and table',
    measured: [261, 261],
    vmas: [regions(10_000), ...PROGRAM],
  },
  {
    id: 'cost-line-60000',
    claim: 'time per VMA in a pass over 60025 lines (anonymous)',
    item: '6 and table',
    measured: [319, 319],
    vmas: [regions(60_000), ...PROGRAM],
    known: CACHE,
  },
  {
    id: 'cost-file-line',
    claim: 'time per VMA in a pass over 1025 lines (files, paths of 162 characters)',
    item: '6 and table',
    measured: [2166, 2166],
    vmas: [fileRegions(1000, 162), ...PROGRAM],
  },
  {
    id: 'cost-query',
    claim: 'time per VMA in a walk with PROCMAP_QUERY, without names',
    item: '8',
    measured: [350, 400],
    vmas: [regions(1000)],
    strategy: 'query-vma',
  },
  {
    id: 'cost-query-name',
    claim: 'time per VMA in a walk with PROCMAP_QUERY, names of 162 characters',
    item: '8',
    measured: [670, 760],
    vmas: [fileRegions(1000, 162)],
    strategy: 'query-vma',
  },
];

const showRange = ([low, high]: readonly [number, number]): string =>
  low === high ? `${low} ns` : `${low}-${high} ns`;

const passCost = (row: PassCost): Claim => ({
  id: row.id,
  claim: row.claim,
  source: `${GUEST} ${row.item}`,
  target: showRange(row.measured),
  how: `two passes without writers, ${row.strategy ?? 'vma-lock'}`,
  tolerance: { share: 0.1, of: [row.measured] },
  known: row.known,
  simulate(lab) {
    const ns = nsPerLine(quiet(lab, row.vmas, row.strategy));
    return { simulated: `${Math.round(ns)} ns`, figures: [ns] };
  },
});

const pathCharacters: Claim = {
  id: 'cost-path-character',
  claim: 'time that each character of a path adds to its line',
  source: `${GUEST} 6`,
  target: '12 ns',
  how: 'passes without writers over 1000 files, paths of 12 and of 162 characters; difference / 150',
  tolerance: { share: 0.15, of: [12] },
  simulate(lab) {
    const [short, long] = [12, 162].map((n) => nsPerLine(quiet(lab, [fileRegions(1000, n)])));
    const slope = (long! - short!) / 150;
    return { simulated: `${slope.toFixed(1)} ns`, figures: [slope] };
  },
};

const chunk = (id: string, what: string, vma: ScenarioData, measured: number): Claim => ({
  id,
  claim: `time of a read() that returns a full chunk (${what})`,
  source: `${GUEST} 6`,
  target: showNs(measured),
  how: 'median read() of two passes without writers, vma-lock',
  tolerance: { share: 0.1, of: [measured] },
  simulate(lab) {
    const ns = quiet(lab, [vma]).readers[0]!.readNs.p50!;
    return { simulated: showNs(ns), figures: [ns] };
  },
});

// --- calls of a writer ---

interface CallCost {
  readonly id: string;
  readonly call: string;
  readonly measured: readonly [number, number];
  /** A list of operations; the claim is about the first one. */
  readonly program: readonly ScenarioData[];
  readonly known?: string;
}

const ONE_COST =
  'the cost table has one cost for both directions (split and merge, or shrink and grow), which ' +
  'lies between the two measured times';
const AT = '0x7f8000000000';
const middle = { vma: { tag: 'region', index: 0 }, page: 1, pages: 1 };
const whole = { vma: { tag: 'region', index: 0 } };

const CALLS: readonly CallCost[] = [
  {
    id: 'mmap',
    call: 'an mmap of 4 pages',
    measured: [1300, 1400],
    program: [{ mmap: { at: AT, pages: 4 } }, { munmap: { at: AT, pages: 4 } }],
  },
  {
    id: 'munmap',
    call: 'a munmap of untouched pages',
    measured: [1150, 1150],
    program: [{ munmap: { at: AT, pages: 4 } }, { mmap: { at: AT, pages: 4 } }],
  },
  {
    id: 'split',
    call: 'an mprotect that splits a VMA',
    measured: [1600, 1600],
    program: [{ mprotect: { ...middle, perms: 'r--p' } }, { restore: true }],
  },
  {
    id: 'merge',
    call: 'an mprotect that merges VMAs',
    measured: [1350, 1350],
    program: [
      { mprotect: { ...middle, perms: 'rw-p' } },
      { mprotect: { ...middle, perms: 'r--p' } },
    ],
    known: ONE_COST,
  },
  {
    id: 'whole',
    call: 'an mprotect of a whole VMA',
    measured: [550, 550],
    program: [{ mprotect: { ...whole, perms: 'r--p' } }, { restore: true }],
  },
  {
    id: 'nothing',
    call: 'an mprotect that changes nothing',
    measured: [250, 250],
    program: [{ mprotect: { ...whole, perms: 'rw-p' } }],
  },
  {
    id: 'shrink',
    call: 'an mremap that shrinks a VMA',
    measured: [2050, 2050],
    program: [{ mremap: { ...whole, newPages: 1 } }, { restore: true }],
    known: ONE_COST,
  },
  {
    id: 'grow',
    call: 'an mremap that grows a VMA',
    measured: [970, 970],
    program: [
      { mremap: { ...whole, pages: 1, newPages: 3 } },
      { mremap: { ...whole, newPages: 1 } },
    ],
    known: ONE_COST,
  },
  {
    id: 'move',
    call: 'an mremap that moves a VMA',
    measured: [4300, 6200],
    program: [{ mremap: { ...whole, to: AT, mayMove: true } }, { restore: true }],
  },
];

/** The time of a later first call of the program: the very first may find another address space. */
function callNs(lab: Lab, row: CallCost, count: number): number {
  const times: number[] = [];
  lab.run(
    {
      machine: guest(),
      vmas: [regions(count)],
      writers: [{ name: 'w', ops: 20, program: row.program }],
    },
    { onOperation: ({ startNs, endNs }) => times.push(endNs - startNs) },
  );
  return times[4 - (4 % row.program.length)]!;
}

const callCost = (row: CallCost): Claim => ({
  id: `cost-${row.id}`,
  claim: `time of ${row.call}`,
  source: `${GUEST} 9`,
  target: showRange(row.measured),
  how: 'one call, while no other task runs',
  tolerance: { share: 0.1, of: [row.measured] },
  known: row.known,
  simulate(lab) {
    const ns = callNs(lab, row, 100);
    return { simulated: `${ns} ns`, figures: [ns] };
  },
});

const sizeMatters: Claim = {
  id: 'cost-size',
  claim: 'the time of a call hardly depends on the number of VMAs',
  source: `${GUEST} 9`,
  target: 'differs by at most 9 % between 1000 and 60000 VMAs',
  how: 'an mprotect that splits a VMA, with 1000 and with 60000 regions',
  tolerance: { words: '9 %', holds: (few, many) => near(many!, few!, 0.09) },
  simulate(lab) {
    const split = CALLS.find(({ id }) => id === 'split')!;
    const few = callNs(lab, split, 1000);
    const many = callNs(lab, split, 60_000);
    return { simulated: `${few} and ${many} ns`, figures: [few, many] };
  },
};

export const COSTS: ClaimGroup = {
  title: 'Costs',
  claims: [
    ...PASS_COSTS.map(passCost),
    pathCharacters,
    chunk('cost-chunk', '83 anonymous lines', regions(830), 20_000),
    chunk(
      'cost-chunk-file',
      '17 lines with paths of 162 characters',
      fileRegions(170, 162),
      38_000,
    ),
    ...CALLS.map(callCost),
    sizeMatters,
  ],
};
