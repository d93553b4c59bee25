import { expect, test } from 'vitest';
import { driveSlices, type SlicedRun } from '../../src/cli/sliced-run.ts';

/** Takes so many ms for each event, and ends after `total` of them. */
function aRun(total: number, msPerEvent: number) {
  const state = { done: 0, nowMs: 0, slices: [] as number[], interrupted: false };
  const run: SlicedRun = {
    advance(events) {
      const taken = Math.min(events, total - state.done);
      state.slices.push(taken);
      state.done += taken;
      state.nowMs += taken * msPerEvent;
      return state.done >= total;
    },
    progress: () => ({ events: state.done, simulatedNs: 0, fraction: null }),
    interrupt: () => {
      state.interrupted = true;
    },
    outcome: () => {
      throw new Error('not asked for here');
    },
  };
  return { state, run, nowMs: () => state.nowMs };
}

test('driveSlices: slices grow until they take some 25 ms each', async () => {
  const { run, state, nowMs } = aRun(1_000_000, 0.001);

  await driveSlices(run, { nowMs, between: () => {}, stop: () => false });

  expect(state.done).toBe(1_000_000);
  expect(state.slices.slice(0, 4)).toEqual([1_000, 4_000, 16_000, 25_000]);
  expect(state.slices.slice(3, -1).every((events) => events === 25_000)).toBe(true);
});

test('driveSlices: slices shrink where events are slow', async () => {
  const { run, state, nowMs } = aRun(3_000, 1);

  await driveSlices(run, { nowMs, between: () => {}, stop: () => false });

  expect(state.slices.slice(0, 3)).toEqual([1_000, 100, 100]);
});

test('driveSlices: lets signals in after each slice, then asks whether to stop', async () => {
  const { run, state, nowMs } = aRun(1_000_000, 0.001);
  let stop = false;
  setImmediate(() => {
    stop = true;
  });

  await driveSlices(run, { nowMs, between: () => {}, stop: () => stop });

  expect(state.interrupted).toBe(true);
  expect(state.done).toBeLessThan(1_000_000);
});

test('driveSlices: a run that has ended is not interrupted any more', async () => {
  const { run, state, nowMs } = aRun(10, 0.001);

  await driveSlices(run, { nowMs, between: () => {}, stop: () => true });

  expect(state).toMatchObject({ done: 10, interrupted: false });
});
