/** Runs only the writers to their end, and returns the resulting address space. */
import { UserError } from '../base/errors.ts';
import { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { buildTimedWorld } from '../world/build.ts';
import { committedText } from '../world/final.ts';
import type { OperationRecord } from '../writers/writer.ts';
import { machineOf, TimedDriver } from './timed-driver.ts';

/**
 * Runs the writers alone and returns the committed address space at the end as maps text.
 * @returns also whether a limit on the number of events ended the run
 */
export function finalLayout(
  scenario: Scenario,
  request: {
    readonly seed?: string;
    readonly durationNs?: number;
    readonly maxEvents: number;
    readonly onOperation?: (operation: OperationRecord) => void;
  },
): { readonly text: Uint8Array; readonly complete: boolean } {
  const durationNs = request.durationNs ?? scenario.durationNs;
  const endless = scenario.writers.find((writer) => writer.ops === null);
  if (durationNs === null && endless !== undefined) {
    throw new UserError(
      `writer "${endless.name}" never ends: give it "ops", or the scenario a "duration"`,
    );
  }
  const machine = machineOf(scenario);
  const timed = buildTimedWorld(
    { ...scenario, readers: [] },
    {
      host: machine,
      strategy: null,
      seed: request.seed ?? scenario.seed,
      passes: { reader: null, which: 'none' },
      onOperation: request.onOperation ?? null,
      strategies: new Strategies(),
    },
  );
  const driver = new TimedDriver(timed, machine, {
    durationNs,
    maxEvents: request.maxEvents,
  });
  driver.advance(Number.POSITIVE_INFINITY);
  return { text: committedText(timed.world), complete: driver.outcome().complete };
}
