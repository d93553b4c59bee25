/** One run of many: what it is, and what a thread hands back of it. */
import type { RunRecord, SavedPool } from '../compare/record.ts';
import { recordOf } from '../compare/record.ts';
import type { Strategy } from '../proc/strategy.ts';
import type { RunRequest } from '../run/timed.ts';
import type { Outcome } from '../world/outcome.ts';

export interface Unit {
  /** Index among the scenarios of the batch. */
  readonly scenario: number;
  /** Canonical, or a path; null: every reader has its own. */
  readonly strategy: string | null;
  readonly seed: string;
}

/** What all units of a batch have in common. Plain data. */
export interface BatchRequest {
  readonly maxEvents: number;
  readonly durationNs: number | null;
  /** Whether the times themselves are wanted beside their summaries. */
  readonly pools: boolean;
  /**
   * The user's own strategies as they are named, and the directory that the paths are relative to.
   */
  readonly own: { readonly texts: readonly string[]; readonly directory: string };
}

export interface UnitResult {
  readonly run: RunRecord;
  readonly pool: SavedPool | null;
}

export function unitRequest(
  { strategy, seed }: Unit,
  { maxEvents, durationNs }: BatchRequest,
  ownStrategies: ReadonlyMap<string, Strategy>,
): RunRequest {
  return {
    seed,
    maxEvents,
    passes: { reader: null, which: 'none' },
    ownStrategies,
    ...(strategy === null ? {} : { strategy }),
    ...(durationNs === null ? {} : { durationNs }),
  };
}

export function unitResult(outcome: Outcome, { pools }: BatchRequest): UnitResult {
  const { run, pool } = recordOf(outcome);
  return { run, pool: pools ? pool.save() : null };
}

/** A run that ended in a bug: which one, so that it can be repeated. */
export class UnitCrash extends Error {
  override readonly name = 'UnitCrash';
  readonly unit: number;

  constructor(unit: number, message: string, stack: string | undefined) {
    super(message);
    this.unit = unit;
    if (stack !== undefined) this.stack = stack;
  }
}
