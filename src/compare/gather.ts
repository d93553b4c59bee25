/** Gathers the runs of a comparison into the results of its scenarios. */
import { compareGroups, type Group } from './comparison.ts';
import { METRICS, type MetricInfo } from './metrics.ts';
import { Pool, type RunSummary } from './record.ts';
import type { ScenarioResult } from './result.ts';

/** A scenario and its runs. */
interface GatheredScenario {
  readonly name: string;
  readonly sha256: string;
  /** Whether a run uses random numbers; if not, every seed gives the same run. */
  readonly drawn: boolean;
}

interface RunResult {
  readonly run: RunSummary;
  readonly pool: Pool;
}

interface Gathered {
  readonly runs: RunSummary[];
  readonly pool: Pool;
}

/**
 * Takes runs seed by seed, each seed with every strategy in order, and keeps only complete seeds.
 */
export class Gatherer {
  readonly #scenarios: readonly GatheredScenario[];
  readonly #names: readonly string[];
  readonly #metrics: readonly MetricInfo[];
  readonly #groups: readonly (readonly Gathered[])[];
  #ofSeed: RunResult[] = [];
  /** Number of complete seeds, over all scenarios. */
  wholeSeeds = 0;

  /**
   * @param names the strategies, in order
   * @param metrics the metrics of the tables
   */
  constructor(
    scenarios: readonly GatheredScenario[],
    names: readonly string[],
    metrics: readonly MetricInfo[] = METRICS,
  ) {
    this.#metrics = metrics;
    this.#scenarios = scenarios;
    this.#names = names;
    this.#groups = scenarios.map(() => names.map(() => ({ runs: [], pool: new Pool() })));
  }

  /** @param scenario index of the scenario */
  take(scenario: number, result: RunResult): void {
    this.#ofSeed.push(result);
    if (this.#ofSeed.length < this.#names.length) return;
    const groups = this.#groups[scenario]!;
    for (const [i, { run, pool }] of this.#ofSeed.entries()) {
      groups[i]!.runs.push(run);
      groups[i]!.pool.merge(pool);
    }
    this.#ofSeed = [];
    this.wholeSeeds++;
  }

  /** A result for each scenario; it has no groups if no seed is complete. */
  results(): readonly ScenarioResult[] {
    return this.#scenarios.map((scenario, i) => this.#resultOf(scenario, i));
  }

  #resultOf({ name, sha256, drawn }: GatheredScenario, index: number): ScenarioResult {
    const gathered = this.#groups[index]!;
    if (gathered[0]!.runs.length === 0) return { name, sha256, groups: [], comparison: null };
    const groups = gathered.map(({ runs, pool }, i): Group => {
      const label = this.#names[i]!;
      return { label, strategy: label, file: null, runs, pool };
    });
    const against = groups.map((_, i) => (i === 0 ? null : 0));
    const comparison = compareGroups(groups, against, !drawn, this.#metrics);
    return { name, sha256, groups, comparison };
  }
}
