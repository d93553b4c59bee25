/** One run of many: its request, and the result that a thread returns. */
import type { Choice } from '../base/choice.ts';
import type { RunSummary, SavedPool } from '../compare/record.ts';
import { summaryOf } from '../compare/record.ts';
import type { Strategies } from '../readers/index.ts';
import type { RunRequest } from '../run/timed.ts';
import type { Outcome } from '../world/outcome.ts';
import type { OwnFiles } from './own-strategies.ts';

export interface RunUnit {
  /** Index among the scenarios of the batch. */
  readonly scenario: number;
  /** Null: every reader has its own. */
  readonly strategy: Choice | null;
  readonly seed: string;
}

/** What all units of a batch have in common. Plain data. */
export interface BatchRequest {
  readonly maxEvents: number;
  readonly durationNs: number | null;
  /** Whether the times themselves are wanted beside their summaries. */
  readonly pools: boolean;
  /** The user's own strategies. */
  readonly own: OwnFiles;
}

export interface UnitResult {
  readonly run: RunSummary;
  readonly pool: SavedPool | null;
}

export function unitRequest(
  { strategy, seed }: RunUnit,
  { maxEvents, durationNs }: BatchRequest,
  strategies: Strategies,
): RunRequest {
  return {
    seed,
    maxEvents,
    passes: { reader: null, which: 'none' },
    strategies,
    ...(strategy === null ? {} : { strategy }),
    ...(durationNs === null ? {} : { durationNs }),
  };
}

export function unitResult(outcome: Outcome, { pools }: BatchRequest): UnitResult {
  const { run, pool } = summaryOf(outcome);
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
