/** Scenario → World: the kernel, the tasks, and for a timed run the oracle that watches. */

import type { Choice } from '../base/choice.ts';
import { leastOf } from '../base/extremes.ts';
import { KeyedLogNormal } from '../base/log-normal.ts';
import { RandomStream } from '../base/prng.ts';
import { jitterOf } from '../mm/costs.ts';
import type { Host, Kernel } from '../mm/kernel.ts';
import type { LockPolicy } from '../mm/rw-semaphore.ts';
import { Oracle } from '../oracle/oracle.ts';
import { openMaps } from '../proc/maps.ts';
import { queryMaps } from '../proc/query.ts';
import { type PassObserver, Reader, type ReaderTimes, type Strategy } from '../proc/reader.ts';
import type { Strategies } from '../readers/index.ts';
import type { HogSpec, ReaderSpec, Scenario } from '../scenario/scenario.ts';
import type { Task } from '../sim/task.ts';
import { type Chance, drawDuration, SeededChance } from '../writers/chance.ts';
import { OperationSource } from '../writers/source.ts';
import { TraceOrders } from '../writers/trace-script.ts';
import { type OperationRecord, Writer } from '../writers/writer.ts';
import { buildKernel } from './build-mm.ts';
import { Hog } from './hog.ts';
import { MmLayout } from './mm-layout.ts';
import { type PassSelection, PassWatch } from './pass-watch.ts';
import { World } from './world.ts';
import { writerWorld } from './writer-world.ts';

export interface BuildOptions {
  /** In place of the strategy of every reader. */
  readonly strategy: Choice | null;
  readonly strategies: Strategies;
  /** What runs the steps. */
  readonly host: Host;
  readonly seed: string;
  readonly onOperation: ((operation: OperationRecord) => void) | null;
  /** In place of the scenario's `rwsem`. */
  readonly lockPolicy?: LockPolicy;
  /** In place of the seeded streams of each writer. */
  readonly chance?: Chance;
  /** Who watches the passes of this kernel; may install an observer of its address space, too. */
  readonly watch: (kernel: Kernel, layout: MmLayout) => PassObserver;
}

/** A world that is watched by the oracle, and keeps the texts of the passes that are asked for. */
export interface TimedWorld {
  readonly world: World;
  readonly oracle: Oracle;
  readonly watch: PassWatch;
}

export function buildTimedWorld(
  scenario: Scenario,
  options: Omit<BuildOptions, 'watch'> & { readonly passes: PassSelection },
): TimedWorld {
  let oracle: Oracle | undefined;
  let watch: PassWatch | undefined;
  const world = buildWorld(scenario, {
    ...options,
    watch: (kernel, layout) => {
      oracle = new Oracle(layout);
      kernel.observer = oracle;
      watch = new PassWatch(kernel, oracle, options.passes, scenario.readers[0]?.name ?? '');
      return watch;
    },
  });
  return { world, oracle: oracle!, watch: watch! };
}

export function buildWorld(scenario: Scenario, options: BuildOptions): World {
  const policy = options.lockPolicy ?? scenario.machine.rwsem;
  const kernel = buildKernel(scenario, policy, options.host, options.seed);
  const layout = new MmLayout(kernel);
  const watch = options.watch(kernel, layout);
  const { costs, jitter } = scenario.machine;
  // A search has no costs.
  const sigma = options.chance === undefined ? (jitter ?? jitterOf(costs.preset)) : 0;
  const factors = (kind: string, name: string): KeyedLogNormal =>
    new KeyedLogNormal(sigma, new RandomStream(options.seed, [kind, name, 'costs']));
  const startNs: number[] = [];
  const chances: SeededChance[] = [];
  const cpus = new CpuChoice(scenario);
  const readers = scenario.readers.map((spec, id) => {
    const path = (what: string): RandomStream =>
      new RandomStream(options.seed, ['reader', spec.name, what]);
    const startsNs = drawDuration(spec.startNs, path('start'));
    startNs.push(startsNs);
    const strategy = options.strategies.of(options.strategy ?? spec.strategy);
    const reader = new Reader(
      { id, name: spec.name, cpu: cpus.of(id, spec.cpu), nice: spec.nice },
      {
        strategy,
        bufferBytes: spec.bufferBytes,
        passes: spec.passes,
        readsOn: spec.readOn?.times ?? 0,
        observer: watch,
        times: times(spec, startsNs, path, factors('reader', spec.name)),
      },
    );
    reader.step = firstStep(strategy);
    return reader;
  });
  const orders = new TraceOrders();
  const writers = scenario.writers.map((spec, i) => {
    const seeded = new SeededChance(options.seed, spec.name);
    if (options.chance === undefined) chances.push(seeded);
    const chance = options.chance ?? seeded;
    const { onOperation } = options;
    const source = new OperationSource(spec, scenario, {
      chance,
      world: writerWorld(kernel),
      orders,
      logs: onOperation !== null,
    });
    startNs.push(source.startNs());
    const id = readers.length + i;
    const cpu = cpus.of(id, spec.cpu);
    const task = { id, name: spec.name, cpu, nice: spec.nice };
    const limited = spec.ops !== null;
    const ofOperation = factors('writer', spec.name);
    const costFactor = (operation: number): number => ofOperation.of(operation, 0);
    return new Writer(task, { layout, source, limited, onOperation, costFactor });
  });
  const firstHog = readers.length + writers.length;
  const hogs = hogSpecs(scenario).map(({ name, spec }, i) => {
    startNs.push(0);
    const times = (what: string): RandomStream =>
      new RandomStream(options.seed, ['hog', name, what]);
    const run = times('run');
    const sleep = times('sleep');
    return new Hog(
      { id: firstHog + i, name, cpu: spec.cpu, nice: spec.nice },
      {
        runNs: () => drawDuration(spec.runNs, run),
        sleepNs: () => drawDuration(spec.sleepNs, sleep),
      },
    );
  });
  return new World({
    scenario,
    seed: options.seed,
    kernel,
    readers,
    writers,
    hogs,
    chances,
    recordedOrders: orders.recorded,
    costsVary: sigma > 0,
    startNs,
  });
}

/**
 * Where a task runs: where it is pinned; else on a CPU of its own, or the one with fewest tasks.
 */
class CpuChoice {
  readonly #load: number[] | null;

  constructor(scenario: Scenario) {
    const { cpus, hogs } = scenario.machine;
    this.#load = cpus === null ? null : new Array<number>(cpus).fill(0);
    for (const spec of [...scenario.readers, ...scenario.writers, ...hogs]) this.#note(spec.cpu);
  }

  of(id: number, pinned: number | null): number {
    if (pinned !== null) return pinned;
    if (this.#load === null) return id;
    const cpu = this.#load.indexOf(leastOf(this.#load));
    this.#note(cpu);
    return cpu;
  }

  #note(cpu: number | null): void {
    if (this.#load !== null && cpu !== null) this.#load[cpu]!++;
  }
}

function hogSpecs(scenario: Scenario): { readonly name: string; readonly spec: HogSpec }[] {
  return scenario.machine.hogs.flatMap((spec, group) =>
    Array.from({ length: spec.count }, (_, i) => ({ name: `hog${group}/${i}`, spec })),
  );
}

function times(
  { thinkNs, everyNs, readOn }: ReaderSpec,
  startNs: number,
  path: (what: string) => RandomStream,
  factors: KeyedLogNormal,
): ReaderTimes {
  const stream = path('think');
  const readOnStream = path('readOn');
  let dueNs = startNs;
  return {
    pauseNs: (nowNs) => {
      if (everyNs === null) return drawDuration(thinkNs, stream);
      dueNs = Math.max(dueNs + drawDuration(everyNs, stream), nowNs); // late: at once
      return dueNs - nowNs;
    },
    readOnNs: () => (readOn === null ? 0 : drawDuration(readOn.afterNs, readOnStream)),
    costFactor: (pass, call) => factors.of(pass, call),
  };
}

const firstSteps = new WeakMap<Strategy, Task['step']>();

function firstStep(strategy: Strategy): Task['step'] {
  let first = firstSteps.get(strategy);
  if (first === undefined) {
    first = strategy.medium === 'seq' ? openMaps(strategy) : queryMaps(strategy);
    firstSteps.set(strategy, first);
  }
  return first;
}
