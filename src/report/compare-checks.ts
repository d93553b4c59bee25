/** What CI systems are told of a comparison: a check for each group of runs and each judgement. */
import { type CompareResult, stoppedRuns } from '../compare/result.ts';

export interface Check {
  readonly scenario: string;
  readonly name: string;
  /** What was not as it should be, or null. */
  readonly fault: { readonly kind: 'failed' | 'incomplete'; readonly message: string } | null;
}

export function checksOf({ scenarios, judgements }: CompareResult): readonly Check[] {
  return scenarios.flatMap(({ name: scenario, groups }) => [
    ...groups.map((group): Check => {
      const stopped = stoppedRuns(group);
      const { length } = group.runs;
      const message = `${stopped} of ${length} runs reached a limit before their end`;
      const fault = stopped === 0 ? null : { kind: 'incomplete' as const, message };
      return { scenario, name: `${group.label}: ${length} runs to the end`, fault };
    }),
    ...judgements
      .filter((judgement) => judgement.scenario === scenario)
      .map(({ group, expression, failed, text }): Check => {
        const name = `${group}: not ${expression}`;
        return { scenario, name, fault: failed ? { kind: 'failed', message: text } : null };
      }),
  ]);
}
