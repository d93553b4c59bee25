/**
 * Loops that would never end because no simulated time passes in them: refused before the run.
 *
 * Examples are a writer without `ops` whose whole program costs nothing, and a strategy that
 * retries at once if an attempt costs nothing.
 */
import { type CostName, type Costs, costsOf } from '../mm/costs.ts';
import type { Strategy } from '../proc/reader.ts';
import type {
  Duration,
  Operation,
  ReaderSpec,
  Scenario,
  WriterSpec,
} from '../scenario/scenario.ts';
import { usualCost } from '../writers/index.ts';

interface ZeroTimeLoop {
  /** Of the reader or writer. */
  readonly name: string;
  readonly error: string;
}

/** @param strategyOf null: not known yet */
export function zeroTimeLoops(
  scenario: Scenario,
  strategyOf: (reader: ReaderSpec) => Strategy | null,
): ZeroTimeLoop[] {
  const { preset, overrides } = scenario.machine.costs;
  const costs = costsOf(preset, overrides);
  const loops: ZeroTimeLoop[] = [];
  for (const reader of scenario.readers) {
    const spins = strategyOf(reader)?.spins;
    if (spins === undefined || costs[spins.cost] > 0) continue;
    const error = `a loop that takes no simulated time: ${spins.option} where ${spins.cost} costs nothing`;
    loops.push({ name: reader.name, error });
  }
  for (const writer of scenario.writers) {
    if (
      writer.ops !== null ||
      takesTime(writer.everyNs ?? writer.thinkNs) ||
      !isFree(writer, costs)
    )
      continue;
    const error =
      'a loop that takes no simulated time: the writer never stops, does not think, and its ' +
      'program costs nothing; give it "ops", "think" or a cost';
    loops.push({ name: writer.name, error });
  }
  return loops;
}

function takesTime(duration: Duration): boolean {
  if (typeof duration === 'number') return duration > 0;
  return 'exp' in duration ? duration.exp > 0 : duration.uniform[1] > 0;
}

/** Taking and dropping mmap_lock is part of every call and of every hold. */
const LOCK_COSTS: readonly CostName[] = ['mmapWriteLock', 'mmapWriteUnlock'];

function isFree(writer: WriterSpec, costs: Costs): boolean {
  const { source } = writer;
  if (LOCK_COSTS.some((name) => costs[name] > 0)) return false;
  if (source.kind === 'program') return source.program.every((op) => operationIsFree(op, costs));
  if (source.kind === 'trace') return false; // it ends
  if (source.churn === 'flip-pair') return !takesTime(source.everyNs) && callsAreFree(costs);
  return callsAreFree(costs);
}

const CALL_COSTS = ['mmap', 'mmapOver', 'munmap', 'mprotect', 'mremap', 'mremapMove'] as const;

/** Churns use several calls; they are free only where all of them are. */
function callsAreFree(costs: Costs): boolean {
  return CALL_COSTS.every((name) => costs[name] === 0);
}

function operationIsFree(operation: Operation, costs: Costs): boolean {
  if (operation.kind === 'restore') return callsAreFree(costs);
  if (operation.kind !== 'calls') return !takesTime(operation.ns);
  const { calls, holdNs } = operation;
  if (holdNs !== null && takesTime(holdNs)) return false;
  return calls.every(
    (call) => costs[usualCost(call)] === 0 && (call.call !== 'mmap' || costs.mmapOver === 0),
  );
}
