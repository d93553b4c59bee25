/** A timed run of a scenario, from its beginning to its outcome. */
import { InternalError } from '../base/assert.ts';
import type { Choice } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { StepTrace } from '../sim/trace.ts';
import { buildTimedWorld } from '../world/build.ts';
import type { EndReason, OperationRecord, Outcome } from '../world/outcome.ts';
import type { PassSelection } from '../world/pass-watch.ts';
import type { World } from '../world/world.ts';
import { zeroTimeLoops } from '../world/zero-time.ts';
import type { Machine } from './machine.ts';
import { machineOf, type RunListener, TimedDriver } from './timed-driver.ts';

/** What a run is asked for beside its scenario. */
export interface RunRequest {
  /** In place of every reader's own. */
  readonly strategy?: Choice;
  readonly strategies: Strategies;
  readonly seed?: string;
  readonly durationNs?: number;
  readonly maxEvents: number;
  readonly passes: PassSelection;
  readonly onOperation?: (operation: OperationRecord) => void;
  readonly listener?: RunListener;
  /** In place of the scenario's CPUs: who runs when. */
  readonly machine?: () => Machine;
}

/** A strategy given from outside may loop for free where the scenario's own would not. */
function refuseZeroTime(scenario: Scenario, { strategy, strategies }: RunRequest): void {
  if (strategy === undefined && strategies.own.size === 0) return;
  const [loop] = zeroTimeLoops(scenario, (reader) => strategies.of(strategy ?? reader.strategy));
  if (loop !== undefined) throw new UserError(`${loop.name}: ${loop.error}`);
}

export class TimedRun {
  readonly #scenario: Scenario;
  readonly #request: RunRequest;
  readonly #driver: TimedDriver;
  readonly #world: World;

  constructor(scenario: Scenario, request: RunRequest, trace: StepTrace | null = null) {
    refuseZeroTime(scenario, request);
    this.#scenario = scenario;
    this.#request = request;
    const { listener } = request;
    const machine = request.machine?.() ?? machineOf(scenario, listener);
    const timed = buildTimedWorld(scenario, {
      host: machine,
      strategy: request.strategy ?? null,
      seed: request.seed ?? scenario.seed,
      passes: request.passes,
      onOperation: request.onOperation ?? null,
      strategies: request.strategies,
    });
    this.#world = timed.world;
    this.#driver = new TimedDriver(
      timed,
      machine,
      {
        durationNs: request.durationNs ?? scenario.durationNs,
        maxEvents: request.maxEvents,
      },
      { trace, listener },
    );
  }

  /** Simulates up to so many events; true when the run has ended. */
  advance(events: number): boolean {
    try {
      return this.#driver.advance(events);
    } catch (error) {
      const own = [...this.#request.strategies.own.keys()];
      if (!(error instanceof InternalError) || own.length === 0) throw error;
      // The invariants of the model hold under its own strategies: the suspect is the other one.
      throw new UserError(
        `strategy ${own.join(', ')}: breaks a rule of the model: ${error.message}`,
      );
    }
  }

  /** How far it is: by passes that are done or by time, whichever is further. */
  progress(): { events: number; simulatedNs: number; fraction: number | null } {
    const { simulatedNs, events, durationNs } = this.#driver;
    const byTime = Number.isFinite(durationNs) ? simulatedNs / durationNs : 0;
    const { readers } = this.#world;
    const wanted = readers.reduce((sum, r) => sum + r.passes, 0);
    const done = readers.reduce((sum, r) => sum + r.counts.passesFinished, 0);
    const byPasses = wanted > 0 ? done / wanted : 0;
    const fraction = Math.max(byTime, byPasses);
    return { events, simulatedNs, fraction: fraction > 0 ? Math.min(fraction, 1) : null };
  }

  /** What has been counted so far. */
  counts(): Pick<Outcome, 'totals' | 'tearing'> {
    return this.#driver.counts();
  }

  interrupt(): void {
    this.end('interrupted');
  }

  /** Ends the run where it stands, if it has not ended. */
  end(why: EndReason): void {
    this.#driver.end(why);
  }

  /**
   * A fault of the simulated kernel is reported with its stacks: the run is made again for them.
   */
  outcome(): Outcome {
    const outcome = this.#driver.outcome();
    if (outcome.kernelFault === null || this.#driver.traced) return outcome;
    const { onOperation: _, listener: __, ...request } = this.#request;
    const again = new TimedRun(this.#scenario, request, new StepTrace());
    again.advance(Number.POSITIVE_INFINITY);
    return { ...outcome, kernelFault: again.outcome().kernelFault };
  }
}
