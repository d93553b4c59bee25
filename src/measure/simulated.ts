/**
 * Simulates the scenario of a measurement: with the same number of CPUs, with the lines of the
 * measuring process, and with its texts judged by their times too.
 */
import type { Choice } from '../base/choice.ts';
import { FileSpecs } from '../scenario/load/files.ts';
import { landmarks } from '../scenario/load/landmarks.ts';
import { parseMapsText } from '../scenario/load/maps-text.ts';
import type { MachineSpec, Scenario } from '../scenario/scenario.ts';
import { eachVma, pickVmas, VmaListBuilder, vmaOrder } from '../scenario/vma-list.ts';
import type { OperationRecord, Outcome } from '../world/outcome.ts';
import type { KernelBuild } from './kernel.ts';
import type { MeasurePlan, Placement } from './plan.ts';
import type { WriterTimes } from './possible.ts';
import { ReaderJudge, type Tally, type TallyFinding } from './tally.ts';
import { WholeStates } from './whole-states.ts';
import type { WriterCalls } from './writer-calls.ts';

interface SimulatedMachine {
  readonly placement: Placement;
  readonly cpus: number;
  readonly machine: Pick<MachineSpec, 'costs' | 'jitter'>;
  readonly build: KernelBuild;
  /** The strategy of each reader, instead of its own. */
  readonly strategies: readonly Choice[];
  readonly passes: number;
}

/** @param environment lines of the measuring process, including its gate line */
export function simulatedScenario(
  plan: MeasurePlan,
  environment: string,
  how: SimulatedMachine,
): Scenario {
  const { scenario } = plan;
  const { placement } = how;
  const { hz, preempt } = scenario.machine;
  return {
    ...withLines(scenario, environment),
    machine: {
      ...scenario.machine,
      cpus: how.cpus,
      ...how.machine,
      hz: how.build.hz ?? hz,
      preempt: how.build.preempt ?? preempt,
      hogs: hogsOn(scenario, placement.hogs),
    },
    readers: scenario.readers.map((reader, i) => ({
      ...reader,
      strategy: how.strategies[i]!,
      passes: how.passes,
      cpu: placement.readers[i]!,
    })),
    writers: scenario.writers.map((writer, i) => ({ ...writer, cpu: placement.writers[i]! })),
    failOn: [],
  };
}

/** All hogs of one line of the scenario stay on the CPU of the first. */
function hogsOn({ machine }: Scenario, cpus: readonly number[]): MachineSpec['hogs'] {
  let at = 0;
  return machine.hogs.map((hog) => {
    const cpu = cpus[at]!;
    at += hog.count;
    return { ...hog, cpu };
  });
}

function withLines(scenario: Scenario, environment: string): Scenario {
  const files = new FileSpecs();
  for (const file of scenario.files) files.intern(file);
  const read = parseMapsText(environment, {
    files,
    touched: true,
    vmasMax: 100_000,
    fault: (_start, _end, message) => {
      throw new Error(`maps of the measuring process: ${message}`);
    },
  });
  const builder = new VmaListBuilder();
  for (const vma of eachVma(scenario.vmas)) builder.push(vma);
  for (const vma of read.vmas) builder.push(vma);
  const order = vmaOrder(builder.list);
  const vmas = pickVmas(builder.list, order);
  const own = new Array<number>(scenario.vmas.length).fill(-1);
  const { contradictions: _, ...marks } = landmarks(vmas, order, [...own, ...read.labels]);
  const era = { ...scenario.era, gateLine: read.era.gateLine };
  return { ...scenario, ...marks, vmas, files: files.files, gate: read.gateOffset >= 0, era };
}

/** Records the operations of a simulated run, to judge its texts by times. */
export class OperationTimes {
  readonly #byWriter: { startNs: number[]; endNs: number[] }[];
  readonly #index = new Map<string, number>();

  constructor(plan: MeasurePlan) {
    this.#byWriter = plan.writers.map(({ calls }, w) => {
      this.#index.set(calls.name, w);
      return { startNs: [], endNs: [] };
    });
  }

  add({ writer, startNs, endNs }: OperationRecord): void {
    const log = this.#byWriter[this.#index.get(writer)!]!;
    log.startNs.push(startNs);
    log.endNs.push(endNs);
  }

  /** Each call counts as running as long as its operation; the next call may have started. */
  of(calls: WriterCalls, w: number): WriterTimes {
    const log = this.#byWriter[w]!;
    const startNs: number[] = [];
    const endNs: number[] = [];
    let operation = -1;
    for (let i = 0; operation < log.startNs.length; i++) {
      calls.draw(i + 2);
      const call = calls.calls[i];
      if (call === undefined) break;
      if (call.first) operation++;
      const over = operation === log.startNs.length;
      startNs.push(over ? (log.endNs.at(-1) ?? 0) : log.startNs[operation]!);
      endNs.push(over ? Number.POSITIVE_INFINITY : log.endNs[operation]!);
    }
    return { startNs, endNs, count: startNs.length, after: (n) => calls.states.after(n) };
  }
}

/** Judges the texts of one reader by times, like measured texts. */
export function judgeSimulated(
  plan: MeasurePlan,
  outcome: Outcome,
  how: { readonly environment: string; readonly times: OperationTimes; readonly query: boolean },
): Tally {
  const [reader] = plan.scenario.readers;
  const parts = plan.writers.map(({ calls, territory }) => ({
    states: calls.states,
    territory: plan.writers.length === 1 ? null : territory,
  }));
  const first = plan.writers[0]?.calls.states;
  const text = (first?.textOf(first.after(0)) ?? '') + how.environment;
  const judge = new ReaderJudge({
    lines: plan.lines,
    whole: new WholeStates(plan.lines, parts, text, plan.ranges),
    writers: plan.apart ? plan.writers.map(({ calls }, w) => how.times.of(calls, w)) : null,
    callOf: (w, call) => plan.writers[w]!.calls.calls[call]!,
    query: how.query,
    bufferBytes: reader!.bufferBytes,
    onFinding: (_: TallyFinding) => {},
  });
  for (const pass of outcome.passes) {
    if (!pass.finished) continue;
    const { index, startNs, endNs } = pass;
    judge.take({ index, startNs, endNs, text: pass.text, reads: null });
  }
  return judge.tally;
}
