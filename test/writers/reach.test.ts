/** What a writer can reach: by hand for each operation, and held against what its calls change. */
import { expect, test } from 'vitest';
import { meets, reachOf } from '../../src/writers/reach.ts';
import { aScenario } from '../support/run.ts';
import { aSearchWorld } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

const P = 0x10000;

/** Two VMAs of four pages each, at P and at P + 16; the reach relative to P. */
function reachOfWriter(writer: string): readonly number[] | null {
  const scenario = aScenario(`
vmas:
  - {start: "0x10000000", pages: 4, perms: rw-p, tag: low}
  - {start: "0x10010000", pages: 4, perms: rw-p, tag: high}
  - "20000000-20010000 rw-p 00000000 00:00 0 [stack]"
readers: [{name: r}]
writers: [{name: w, ops: 1, ${writer}}]
`);
  const reach = reachOf(scenario.writers[0]!, scenario);
  return reach?.map((page) => page - P) ?? null;
}

test.each([
  ['munmap: {vma: {tag: low}}', [0, 4]],
  ['munmap: {vma: {tag: low}, page: 1, pages: 2}', [1, 3]],
  ['mprotect: {at: "0x10011000", pages: 1, perms: r--p}', [17, 18]],
  ['name: {vma: {tag: high}, page: 3, name: x}', [19, 20]],
  ['mmap: {at: "0x10004000", pages: 3, perms: rw-p}', [4, 7]],
  ['mremap: {vma: {tag: low}, newPages: 2}', [0, 4]],
  ['mremap: {vma: {tag: low}, newPages: 9}', [0, 9]],
  ['mremap: {vma: {tag: low}, to: "0x10008000", mayMove: true}', [0, 4, 8, 12]],
  ['hold: 1us', []],
  ['mmap: {pages: 1}', null],
  ['mremap: {vma: {tag: low}, newPages: 9, mayMove: true}', null],
  ['brk: {pages: 1}', null],
  ['fork: {}', null],
  ['growStack: {}', null],
])('%s', (operation, reach) => {
  expect(reachOfWriter(`program: [{${operation}}]`)).toEqual(reach);
});

test.each([
  ['churn: split-merge, vma: {tag: low}', [0, 4]],
  ['churn: map-unmap, region: {start: "0x10030000", pages: 8}', [48, 56]],
  ['churn: resize, vma: {tag: low}', [0, 4]],
  ['churn: flip-pair, vmas: [{tag: low}, {tag: high}], every: 1us', [0, 4, 16, 20]],
])('%s', (churn, reach) => {
  expect(reachOfWriter(churn)).toEqual(reach);
});

test('exact-mremap reaches the ranges and their spares', () => {
  const reach = reachOfWriter('churn: exact-mremap, vma: {tag: low}')!;

  expect(reach.slice(0, 2)).toEqual([0, 4]);
  expect(reach[3]! - reach[2]!).toBe(4);
});

test('a program reaches what each of its operations does, and restore no more', () => {
  const program = '[{munmap: {vma: {tag: low}}}, {restore: true}, {munmap: {vma: {tag: high}}}]';

  expect(reachOfWriter(`program: ${program}`)).toEqual([0, 4, 16, 20]);
});

test('a VMA meets what it overlaps or touches', () => {
  expect(meets([4, 8], 0, 3)).toBe(false);
  expect(meets([4, 8], 0, 4)).toBe(true);
  expect(meets([4, 8], 5, 6)).toBe(true);
  expect(meets([4, 8], 8, 9)).toBe(true);
  expect(meets([4, 8], 9, 10)).toBe(false);
  expect(meets([0, 1, 20, 21], 10, 20)).toBe(true);
  expect(meets([], 0, 9)).toBe(false);
  expect(meets(null, 0, 9)).toBe(true);
});

test('no call changes a VMA that its writer does not reach, in 600 random worlds', () => {
  let apart = 0;
  for (let seed = 0; seed < 600; seed++) {
    const scenario = aScenario(seed % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed));
    const world = aSearchWorld(scenario, 'mmap-lock');
    const { vmas } = world.kernel.mm;
    const reaches = scenario.writers.map((writer) => reachOf(writer, scenario));
    const start = Array.from({ length: vmas.used }, (_, id) => vmas.record(id));
    const beyond = start.filter((v) => reaches.every((reach) => !meets(reach, v.start, v.end)));

    for (let steps = 0; steps < 500; steps++) {
      const able = world.tasks.filter(({ id }) => world.canRun(id) && id > 0);
      if (able.length === 0) break;
      world.runItem({ task: able[(seed + steps) % able.length]!.id, choices: [] });
    }

    expect(beyond.map(({ id }) => vmas.record(id))).toEqual(beyond);
    apart += beyond.length;
  }
  expect(apart).toBeGreaterThan(400);
});
