/**
 * Worlds whose states and schedules can be counted by hand: the best guard against a search that
 * skips something. No reduction here; every step is one transition.
 */
import { expect, test } from 'vitest';
import { aGraph, schedulesOf } from '../support/search.ts';

/** One step: nextOperation, which finds that there is nothing to do. */
const NOTHING = 'ops: 0, program: [{hold: 1}]';

/**
 * Five steps that no other task can see: nextOperation, nextCall (finds EINVAL before it asks for
 * the lock), callReturn, nextCall (no more calls), nextOperation (done).
 */
const REFUSED =
  'ops: 1, program: [{mremap: {at: "0x7f0000000000", pages: 1, to: "0x7f0000008000"}}]';

const VMA = 'vmas: [{start: "0x7f0000000000", pages: 1}]';

const writers = (...programs: readonly string[]): string =>
  `${VMA}\nwriters:\n${programs.map((program, i) => `  - {name: w${i}, ${program}}\n`).join('')}`;

test('explore: three tasks of one step have six schedules', () => {
  // Any subset of the tasks may be done: 2^3 states. From each, one transition for each task that
  // is not: 3 * 2^2. An order of three things: 3!.
  const graph = aGraph(writers(NOTHING, NOTHING, NOTHING));

  expect(graph.store.count).toBe(8);
  expect(graph.transitions).toBe(12);
  expect(schedulesOf(graph)).toBe(6);
});

test('explore: a task of one step and one of five have six schedules', () => {
  // A grid of 2 x 6 positions: 12 states, 1*6 + 2*5 transitions, and the single step goes into one
  // of the six places around the five.
  const graph = aGraph(writers(NOTHING, REFUSED));

  expect(graph.store.count).toBe(12);
  expect(graph.transitions).toBe(16);
  expect(schedulesOf(graph)).toBe(6);
});

test('explore: two tasks of five steps that never meet have C(10, 5) = 252 schedules', () => {
  // 6 x 6 positions; 5 * 6 transitions of each task.
  const graph = aGraph(writers(REFUSED, REFUSED));

  expect(graph.store.count).toBe(36);
  expect(graph.transitions).toBe(60);
  expect(schedulesOf(graph)).toBe(252);
});

/**
 * A hold is seven steps: nextOperation, takeMmapLockToHold, holdBegin, holdEnd, holdRelease,
 * operationDone, nextOperation. So a task stands at one of 0 … 7, or sleeps before its second step
 * (1s). It holds the lock at 2, 3 and 4.
 */
const HOLD = 'ops: 1, program: [{hold: 1}]';

test('explore: two sections of one lock, first come, first served, have 61 states', () => {
  // 9 x 9 pairs. Not both hold it: -9. One sleeps only while the other holds it: a sleeper is
  // handed the lock at the release. So of the 9 pairs with w0 asleep 3 are left (w1 at 2, 3, 4),
  // likewise with w1 asleep; (1s, 1s) is among both nines: -(9 + 9 - 1) + 6. 81 - 9 - 17 + 6 = 61.
  const graph = aGraph(`machine: {rwsem: fifo}\n${writers(HOLD, HOLD)}`);

  expect(graph.store.count).toBe(61);
});

test('explore: two sections of a lock that a sleeper may miss have 67 states', () => {
  // As above, but the one who sleeps may go on sleeping when the other has let go (5, 6, 7): 6
  // pairs for each instead of 3. 81 - 9 - 17 + 12 = 67.
  const graph = aGraph(`machine: {rwsem: rwsem}\n${writers(HOLD, HOLD)}`);

  expect(graph.store.count).toBe(67);
});

test('explore: a random pick of one of three is tried three times', () => {
  // One writer alone has one schedule; where it picks, three.
  const range =
    'vmas: [{start: "0x7f0000000000", pages: 1, perms: [r--p, rw-p], repeat: 3, tag: t}]';
  const one = (pick: string): string =>
    `${range}\nwriters: [{name: w, ops: 1, program: [{munmap: {vma: {tag: t, pick: ${pick}}}}]}]`;

  expect(schedulesOf(aGraph(one('first')))).toBe(1);
  expect(schedulesOf(aGraph(one('random')))).toBe(3);
});

test('explore: two random picks of three are tried nine times', () => {
  const graph = aGraph(
    'vmas: [{start: "0x7f0000000000", pages: 1, perms: [r--p, rw-p], repeat: 3, tag: t}]\n' +
      'writers: [{name: w, ops: 2, program: [{munmap: {vma: {tag: t, pick: random}}}]}]',
  );

  expect(schedulesOf(graph)).toBe(9);
});
