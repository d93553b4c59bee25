/** `every`, and starts of equal tasks. */
import { expect, test } from 'vitest';
import type { OperationRecord } from '../../src/world/outcome.ts';
import { aRun, aScenario } from '../support/run.ts';
import { messagesOf } from './support.ts';

const VMAS = 'vmas: [{start: "0x10000000", pages: 3, repeat: 20, gap: 1, tag: t}]';
const HEAD = `machine: {costs: zero}\n${VMAS}\n`;
const starts = (reader: string, head = HEAD): number[] =>
  aRun(`${head}readers: [{name: r, ${reader}}]`).passes.map(({ startNs }) => startNs);

test('every: passes start so long after one another, whatever they take', () => {
  expect(starts('passes: 4, every: 10us')).toEqual([0, 10_000, 20_000, 30_000]);
  expect(starts('passes: 3, every: 10us, start: 5us')).toEqual([5000, 15_000, 25_000]);
});

test('every: a pass that is late starts at once, and what was missed is not made up', () => {
  // The writer holds the lock from 15 us on for 40 us: the pass of 20 us ends at 55 us.
  const writer = 'writers: [{name: w, start: 15us, ops: 1, program: [{hold: 40us}]}]\n';

  // The next one starts then, and the one after it 10 us later.
  expect(starts('passes: 5, every: 10us', `${HEAD}${writer}`)).toEqual([
    0, 10_000, 20_000, 55_000, 65_000,
  ]);
});

test('every: operations start so long after one another', () => {
  const operations: OperationRecord[] = [];
  const hold = 'program: [{hold: 3us}]';
  aRun(`${HEAD}duration: 1ms\nwriters: [{name: w, ops: 3, every: 10us, ${hold}}]`, {
    onOperation: (operation) => operations.push(operation),
  });

  expect(operations.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
    [0, 3000],
    [10_000, 13_000],
    [20_000, 23_000],
  ]);
});

test('every: beside think it is refused', () => {
  const scenario = (task: string) => `mapsim: 1\nreaders: [{name: r, ${task}}]`;

  expect(messagesOf(scenario('every: 1us, think: 1us'))).toEqual([
    '2:21 every: think is also given | every counts from start to start; think is a pause after the end',
  ]);
  expect(messagesOf(scenario('every: 1us'))).toEqual([]);
});

test('start: equal tasks do not begin together, unless start says so', () => {
  const startsOf = (rest: string) =>
    aScenario(`${VMAS}\nreaders: [{name: r, ${rest}}]`).readers.map(({ startNs }) => startNs);

  expect(startsOf('count: 2, every: 10us')).toEqual([
    { uniform: [0, 9999] },
    { uniform: [0, 9999] },
  ]);
  expect(startsOf('count: 2, think: {exp: 4us}')[0]).toEqual({ uniform: [0, 3999] });
  expect(startsOf('count: 2, think: {uniform: [2us, 4us]}')[0]).toEqual({ uniform: [0, 2999] });
  expect(startsOf('count: 2, every: 10us, start: 0')).toEqual([0, 0]);
  expect(startsOf('count: 2')).toEqual([0, 0]);
  expect(startsOf('every: 10us')).toEqual([0]);
});
