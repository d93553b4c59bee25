/**
 * Runs a simulation in slices, so that between two slices signals are noticed and progress is
 * printed. The timed driver is such a simulation; tests use others.
 */
import type { RunRequest } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';

export interface RunProgress {
  readonly events: number;
  readonly simulatedNs: number;
  /** 0 … 1, or null where it cannot be told. */
  readonly fraction: number | null;
}

export interface SlicedRun {
  /** Simulates up to so many events; true when the run has ended. */
  advance(events: number): boolean;
  progress(): RunProgress;
  /** Ends the run where it stands. */
  interrupt(): void;
  outcome(): Outcome;
}

export type StartRun = (scenario: Scenario, request: RunRequest) => SlicedRun;

const FIRST_SLICE = 1_000;
const LONGEST_SLICE = 1_000_000;
const SLICE_MS = 25;

/**
 * Runs to the end, or until `stop` says so. The size of the slices follows the clock and must not
 * show in the result.
 * @param nowMs real time @param between called after each slice
 */
export async function driveSlices(
  run: Pick<SlicedRun, 'advance' | 'interrupt'>,
  hooks: { nowMs: () => number; between: (nowMs: number) => void; stop: () => boolean },
): Promise<void> {
  let events = FIRST_SLICE;
  let before = hooks.nowMs();
  while (!run.advance(events)) {
    const after = hooks.nowMs();
    const factor = SLICE_MS / Math.max(after - before, 0.01);
    events = Math.round(Math.min(Math.max(events * Math.min(factor, 4), 100), LONGEST_SLICE));
    hooks.between(after);
    await turnOfEventLoop(); // signals are delivered here
    if (hooks.stop()) {
      run.interrupt();
      return;
    }
    before = hooks.nowMs();
  }
}

export function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
