/**
 * Runs the experiments of the claims: makes scenarios, runs them with times, and caches the
 * results, because several claims use the same run.
 *
 * An experiment is written as the data of a scenario file, so that it could be such a file.
 */
import type { Choice } from '../base/choice.ts';
import { type RunRequest, TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { OperationRecord, Outcome } from '../world/outcome.ts';

/** The keys of a scenario file, without `mapsim: 1`. */
export type ScenarioData = Readonly<Record<string, unknown>>;

export interface LabEnv {
  /** Parses and checks a scenario (JSON); `name` is used in messages. */
  parse(name: string, text: string): Scenario;
  /** A scenario of scenarios/, by its name. */
  shipped(name: string): Scenario;
  readonly strategies: RunRequest['strategies'];
  /** Parses a strategy such as `rcu-retry:mstart=speculate`. */
  strategy(text: string): Choice;
  /** Run with more passes, longer runs and larger address spaces. */
  readonly long: boolean;
}

interface Asked {
  /** Replaces the strategy of every reader. */
  readonly strategy?: Choice;
  readonly seed?: string;
  /** Keep the text of every finished pass of the first reader. */
  readonly texts?: boolean;
  readonly onOperation?: (operation: OperationRecord) => void;
}

/** Far more than any experiment needs: a run that reaches this limit has an error. */
const MAX_EVENTS = 2_000_000_000;

export class Lab {
  readonly #env: LabEnv;
  readonly #known = new Map<string, unknown>();

  constructor(env: LabEnv) {
    this.#env = env;
  }

  get long(): boolean {
    return this.#env.long;
  }

  /** Returns `long` in a long run, otherwise `quick`. */
  choose(quick: number, long: number): number {
    return this.#env.long ? long : quick;
  }

  /** Returns the result of `work`, which is called once per key. */
  once<T>(key: string, work: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, work());
    return this.#known.get(key) as T;
  }

  shipped(name: string): Scenario {
    return this.#env.shipped(name);
  }

  strategy(text: string): Choice {
    return this.#env.strategy(text);
  }

  /** Runs an experiment to its end. */
  run(scenario: ScenarioData | Scenario, asked: Asked = {}): Outcome {
    const { texts = false, ...rest } = asked;
    const { strategies } = this.#env;
    const run = new TimedRun(this.#checked(scenario), {
      ...rest,
      strategies,
      maxEvents: MAX_EVENTS,
      passes: { reader: null, which: texts ? 'all' : 'none' },
    });
    run.advance(Number.POSITIVE_INFINITY);
    return run.outcome();
  }

  #checked(scenario: ScenarioData | Scenario): Scenario {
    if ('sha256' in scenario) return scenario as Scenario;
    return this.#env.parse('experiment', JSON.stringify({ mapsim: 1, ...scenario }));
  }
}
