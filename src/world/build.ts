/** Scenario → World: the kernel, the tasks, the oracle that watches. */
import { RandomStream } from '../base/prng.ts';
import { Oracle } from '../oracle/oracle.ts';
import { openMaps } from '../proc/maps.ts';
import { Reader } from '../proc/reader.ts';
import type { Strategy } from '../proc/strategy.ts';
import type { Duration, Scenario } from '../scenario/scenario.ts';
import type { Task } from '../sim/task.ts';
import { drawDuration, SeededChance } from '../writers/chance.ts';
import { OperationSource } from '../writers/source.ts';
import { type FinishedOperation, Writer } from '../writers/writer.ts';
import { buildKernel } from './build-mm.ts';
import { MmLayout } from './mm-layout.ts';
import { type PassSelection, PassWatch } from './pass-watch.ts';
import { World } from './world.ts';
import { writerWorld } from './writer-world.ts';

export interface BuildOptions {
  /** In place of the strategy of every reader. */
  readonly strategy: string | null;
  readonly seed: string;
  readonly passes: PassSelection;
  readonly onOperation: ((operation: FinishedOperation) => void) | null;
  /** Makes a strategy from its text as the scenario or the command line has it. */
  readonly makeStrategy: (text: string) => Strategy;
}

export function buildWorld(scenario: Scenario, options: BuildOptions): World {
  const kernel = buildKernel(scenario);
  const layout = new MmLayout(kernel);
  const oracle = new Oracle(layout);
  kernel.observer = oracle;
  const firstReader = scenario.readers[0]?.name ?? '';
  const watch = new PassWatch(kernel, oracle, options.passes, firstReader);
  const startNs: number[] = [];
  const readers = scenario.readers.map((spec, id) => {
    const path = (what: string): RandomStream =>
      new RandomStream(options.seed, ['reader', spec.name, what]);
    startNs.push(drawDuration(spec.startNs, path('start')));
    const strategy = options.makeStrategy(options.strategy ?? spec.strategy);
    const reader = new Reader(taskOf(id, spec), {
      strategy,
      bufferBytes: spec.bufferBytes,
      passes: spec.passes,
      observer: watch,
      times: times(spec.thinkNs, path('think')),
    });
    reader.step = firstStep(strategy);
    return reader;
  });
  const writers = scenario.writers.map((spec, i) => {
    const chance = new SeededChance(options.seed, spec.name);
    const source = new OperationSource(spec, scenario, { chance, world: writerWorld(kernel) });
    startNs.push(source.startNs());
    const { onOperation } = options;
    return new Writer(taskOf(readers.length + i, spec), { layout, source, onOperation });
  });
  return new World({
    scenario,
    seed: options.seed,
    kernel,
    oracle,
    watch,
    readers,
    writers,
    startNs,
  });
}

/** Without a CPU of its own choosing a task has one to itself. */
function taskOf(
  id: number,
  spec: { readonly name: string; readonly cpu: number | null; readonly nice: number },
): { id: number; name: string; cpu: number; nice: number } {
  return { id, name: spec.name, cpu: spec.cpu ?? id, nice: spec.nice };
}

function times(thinkNs: Duration, stream: RandomStream): { thinkNs(): number } {
  return { thinkNs: () => drawDuration(thinkNs, stream) };
}

function firstStep(strategy: Strategy): Task['step'] {
  if (strategy.medium === 'seq') return openMaps(strategy) as Task['step'];
  throw new Error('query strategies have no loop yet');
}
