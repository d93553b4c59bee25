/** The per-VMA lock: what the cache line of its count costs, and when. */
import { expect, test } from 'vitest';
import { COUNTED, vmaStartReadCheck, vmaStartReadCount } from '../../src/mm/vma-lock.ts';
import { aRun, aWorld } from '../support/run.ts';

const SPLIT = `
machine: {costs: {preset: zero, cacheLineMove: 100}}
vmas:
  - {start: "0x7f0000000000", pages: 3, perms: rw-p, tag: a}
readers:
  - {name: r, strategy: vma-lock, passes: 2, start: 1us}
writers:
  - {name: w, ops: 1, program: [{mprotect: {vma: {tag: a}, page: 1, pages: 1, perms: r--p}}]}
`;

// One line of mm_lock_seq and three of vm_refcnt: two VMAs attached and one write-locked by the
// split.
test('vma lock: a reader pays once for each count that a split left in another CPU', () => {
  const { passNs } = aRun(SPLIT).readers[0]!;

  expect([passNs.max, passNs.min]).toEqual([400, 0]);
});

test('vma lock: the line of the count arrives before the atomic takes effect', () => {
  const { world } = aWorld(SPLIT);
  const k = world.kernel;
  const reader = world.readers[0]!;
  const vma = 0;
  k.mm.vmas.vmRefcntCpu[vma] = reader.cpu + 1;

  const unlocked = vmaStartReadCheck(k, reader, vma);
  const waitedNs = k.takeSpent();
  const countBefore = k.mm.vmas.vmRefcnt[vma];
  const result = vmaStartReadCount(k, reader, vma);

  expect([unlocked, waitedNs, countBefore]).toEqual([true, 100, 1]);
  expect([result, k.takeSpent(), k.mm.vmas.vmRefcnt[vma]]).toEqual([COUNTED, 0, 2]);
});
