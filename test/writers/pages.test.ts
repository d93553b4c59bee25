/** What pages cost that were written to: freeing them inside the call, faults behind it. */
import { expect, test } from 'vitest';
import { Strategies } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import type { OperationRecord } from '../../src/world/outcome.ts';
import { aScenario } from '../measure/support.ts';

const COSTS = { preset: 'zero', pageFree: 100, pageFault: 1000 };

/** Start and end of each operation of one writer. */
function times(program: readonly object[], touched: boolean): (readonly [number, number])[] {
  const scenario = aScenario({
    machine: { costs: COSTS },
    vmas: [{ start: '0x10000000', pages: 64, perms: 'rw-p', touched, tag: 'a' }],
    writers: [{ name: 'w', think: '50us', ops: program.length, program }],
  });
  const operations: OperationRecord[] = [];
  const run = new TimedRun(scenario, {
    strategies: new Strategies(),
    maxEvents: 10_000,
    passes: { reader: null, which: 'none' },
    onOperation: (operation) => operations.push(operation),
  });
  run.advance(10_000);
  return operations.map(({ startNs, endNs }) => [startNs, endNs]);
}

const HOLE = { munmap: { vma: { tag: 'a' }, page: 16, pages: 32 } };

test('munmap: each page of a VMA that was written to costs pageFree, of another nothing', () => {
  expect(times([HOLE], true)).toEqual([[0, 3200]]);
  expect(times([HOLE], false)).toEqual([[0, 0]]);
});

test('munmap: with a time of its own in the write section its pages cost nothing beside', () => {
  const held = { munmap: { ...HOLE.munmap, hold: '7us' } };

  expect(times([held], true)).toEqual([[0, 7000]]);
});

test('mmap with touched: the next operation comes when its pages are written to, and not earlier', () => {
  const few = { mmap: { vma: { tag: 'a' }, pages: 8, perms: 'rw-p', touched: true } };
  const many = { mmap: { vma: { tag: 'a' }, pages: 64, perms: 'rw-p', touched: true } };
  const nothing = { mprotect: { vma: { tag: 'a' }, perms: 'r--p' } };

  // 8 faults of 1 us pass within the 50 us of think time, 64 do not.
  expect(times([few, nothing], false)).toEqual([
    [0, 0],
    [50_000, 50_000],
  ]);
  expect(times([many, nothing], false)).toEqual([
    [0, 0],
    [64_000, 64_000],
  ]);
});
