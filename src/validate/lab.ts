/**
 * Runs the experiments of claims: makes scenarios, makes timed runs of them, and caches the runs,
 * because several claims use the same run.
 *
 * Experiments are written as the data of a scenario file, so that each could be one.
 */
import type { Choice } from '../base/choice.ts';
import { type RunRequest, TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { OperationRecord, Outcome } from '../world/outcome.ts';

/** The keys of a scenario file, without `mapsim: 1`. */
export type ScenarioData = Readonly<Record<string, unknown>>;

export interface LabEnv {
  /** A checked scenario of this text (JSON); `name` is for messages. */
  parse(name: string, text: string): Scenario;
  /** One of those in scenarios/, by name. */
  shipped(name: string): Scenario;
  readonly strategies: RunRequest['strategies'];
  /** A strategy by its text. */
  strategy(text: string): Choice;
  /** More passes, longer runs, larger address spaces. */
  readonly long: boolean;
}

interface Asked {
  /** In place of every reader's own. */
  readonly strategy?: Choice;
  readonly seed?: string;
  /** Keep the text of every finished pass of the first reader. */
  readonly texts?: boolean;
  readonly onOperation?: (operation: OperationRecord) => void;
}

/** Far above what any experiment takes: a run that gets here has gone wrong. */
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

  /** One number for the quick run, another for the long one. */
  choose(quick: number, long: number): number {
    return this.#env.long ? long : quick;
  }

  /** The result of `work`, which is done once for each key. */
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
