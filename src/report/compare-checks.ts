/** The checks of a comparison for CI systems: one for each group of runs and each judgement. */
import { counted } from '../base/counted.ts';
import type { Group } from '../compare/comparison.ts';
import {
  type CompareResult,
  faultyRuns,
  type ScenarioResult,
  stoppedRuns,
} from '../compare/result.ts';

export interface Check {
  readonly scenario: string;
  readonly name: string;
  /** What was not as it should be, or null. */
  readonly fault: { readonly kind: 'failed' | 'incomplete'; readonly message: string } | null;
}

/** Without all points of a sweep together, whose runs are those of the points. */
export function scenariosOf({ scenarios }: CompareResult): readonly ScenarioResult[] {
  return scenarios.filter(({ point }) => point !== null);
}

export function checksOf(result: CompareResult): readonly Check[] {
  const { judgements } = result;
  return scenariosOf(result).flatMap(({ name: scenario, groups }) => [
    ...groups.map((group): Check => {
      const name = `${group.label}: ${counted(group.runs.length, 'run')} complete`;
      return { scenario, name, fault: faultOf(group) };
    }),
    ...judgements
      .filter((judgement) => judgement.scenario === scenario)
      .map(({ group, wanted, failed, text }): Check => {
        const name = wanted.startsWith(`${group}:`) ? wanted : `${group}: ${wanted}`;
        return { scenario, name, fault: failed ? { kind: 'failed', message: text } : null };
      }),
  ]);
}

function faultOf(group: Group): Check['fault'] {
  const of = `of ${counted(group.runs.length, 'run')}`;
  const faulty = faultyRuns(group);
  if (faulty.length > 0) {
    return { kind: 'failed', message: `${faulty.length} ${of} ended in a fault of the kernel` };
  }
  const stopped = stoppedRuns(group);
  if (stopped.length === 0) return null;
  const message = `${stopped.length} ${of} reached a limit before their end`;
  return { kind: 'incomplete', message };
}
