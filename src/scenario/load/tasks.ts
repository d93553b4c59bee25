/** Loads readers, writers and the machine: names, counts, CPUs, strategies, costs. */

import type { Choice } from '../../base/choice.ts';
import type {
  Duration,
  HogSpec,
  MachineSpec,
  ReaderSpec,
  ReadOnSpec,
  WriterProgram,
  WriterSpec,
} from '../scenario.ts';
import { parseSize } from '../units.ts';
import { askForSpares, checkChurnKeys, churn, type Spares } from './churns.ts';
import { machineCosts } from './costs.ts';
import type { Span } from './faults.ts';
import { show } from './faults.ts';
import { cite, durationNs, type Loading, refuse } from './loading.ts';
import { program } from './operations.ts';
import type { Path } from './place.ts';
import type { MachineArgs, ReaderArgs, WriterArgs } from './schema.ts';
import { TASKS_MAX } from './schema.ts';
import type { SelectorContext } from './selectors.ts';
import { list } from './shape.ts';
import { CODE_HINT, codeRefused } from './strategy-file.ts';
import { checkTraceKeys, type LoadedTraces, threadsOf, traceSpec } from './traces.ts';

/** Names of tasks, each only once, and the limit on their number. */
export class TaskNames {
  readonly #loading: Loading;
  /** Paths, since looking up a place may mean parsing the file again. */
  readonly #owners = new Map<string, Path>();
  #full = false;

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  /** NAME, or NAME/0 … NAME/n-1; empty after a fault. */
  claim(path: Path, name: string, count: number): string[] {
    return this.claimAs(path, name, count === 1 ? [name] : numbered(name, count));
  }

  /** The tasks of `name` with names of their own; empty after a fault. */
  claimAs(path: Path, name: string, names: readonly string[]): string[] {
    const { faults, places } = this.#loading;
    const count = names.length;
    if (this.#full) return [];
    if (this.#owners.size + count > TASKS_MAX) {
      this.#full = true;
      refuse(this.#loading, [...path, 'count'], `more than ${TASKS_MAX} readers and writers`);
      return [];
    }
    const owner = this.#owners.get(name) ?? this.#owners.get(`${name}/0`);
    if (owner) {
      const message = `name: a second task has the name ${show(name)}; the first is at ${cite(places.value(owner))}`;
      faults.add(places.value([...path, 'name']), message);
      return [];
    }
    for (const own of [name, ...names]) this.#owners.set(own, [...path, 'name']);
    return [...names];
  }

  /** Where the task of this name was written. */
  placeOf(name: string): Span | undefined {
    const path = this.#owners.get(name);
    return path && this.#loading.places.value(path);
  }
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}/${i}`);
}

function checkCpu(loading: Loading, path: Path, cpu: number, machine: MachineArgs | null): void {
  if (!machine) return; // its faults have been reported
  if (machine.cpus === undefined) {
    const message = `cpu: ${cpu} has no meaning if every task has its own CPU`;
    refuse(loading, path, message, 'set machine: {cpus: …}');
  } else if (cpu >= machine.cpus) {
    refuse(loading, path, `cpu: ${cpu} is not below cpus: ${machine.cpus}`);
  }
}

export function machineSpec(loading: Loading, path: Path, args: MachineArgs): MachineSpec {
  const hogs = args.hogs.map((hog, index): HogSpec => {
    const at = [...path, 'hogs', index];
    checkCpu(loading, [...at, 'cpu'], hog.cpu, args);
    return {
      cpu: hog.cpu,
      runNs: durationNs(loading, [...at, 'run'], hog.run),
      sleepNs: durationNs(loading, [...at, 'sleep'], hog.sleep),
      nice: hog.nice,
      count: hog.count,
    };
  });
  const { costs, jitter } = machineCosts(loading, [...path, 'costs'], args.costs);
  return {
    cpus: args.cpus ?? null,
    rwsem: args.rwsem,
    preempt: args.preempt,
    hz: args.hz,
    costs,
    jitter: args.jitter ?? jitter,
    hogs,
  };
}

interface PaceArgs extends Pick<ReaderArgs, 'count' | 'start' | 'think'> {
  readonly every?: ReaderArgs['every'] | undefined;
}

/** When a task begins, and how long it waits between passes or operations. */
function paceOf(loading: Loading, path: Path, args: PaceArgs) {
  const { count, start, think, every } = args;
  if (every !== undefined && think !== undefined) {
    const hint = 'every counts from start to start; think is a pause after the end';
    loading.faults.add(loading.places.key([...path, 'every']), 'every: think is also given', hint);
  }
  const thinkNs = think === undefined ? 0 : durationNs(loading, [...path, 'think'], think);
  const everyNs = every === undefined ? null : durationNs(loading, [...path, 'every'], every);
  const startNs =
    start === undefined
      ? staggered(count, everyNs ?? thinkNs)
      : durationNs(loading, [...path, 'start'], start);
  return { startNs, thinkNs, everyNs };
}

/** Equal tasks that begin together would walk in step. */
function staggered(count: number, periodNs: Duration): Duration {
  const mean = meanNs(periodNs);
  return count === 1 || mean < 2 ? 0 : { uniform: [0, mean - 1] };
}

function meanNs(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  if ('exp' in duration) return duration.exp;
  return Math.floor((duration.uniform[0] + duration.uniform[1]) / 2);
}

export function readerSpecs(
  loading: Loading,
  path: Path,
  args: ReaderArgs,
  names: TaskNames,
  machine: MachineArgs | null,
): ReaderSpec[] {
  const strategy = strategyChoice(loading, [...path, 'strategy'], args.strategy);
  if (args.cpu !== undefined) checkCpu(loading, [...path, 'cpu'], args.cpu, machine);
  const bufferBytes = parseSize(args.buffer);
  if (bufferBytes < 1) refuse(loading, [...path, 'buffer'], 'buffer: it has to be at least 1 byte');
  const spec = {
    passes: args.passes,
    bufferBytes,
    readOn: readOnSpec(loading, [...path, 'readOn'], args.readOn),
    ...paceOf(loading, path, args),
    cpu: args.cpu ?? null,
    nice: args.nice,
  };
  const own = names.claim(path, args.name, args.count);
  return strategy === null ? [] : own.map((name) => ({ name, strategy, ...spec }));
}

function readOnSpec(loading: Loading, path: Path, args: ReaderArgs['readOn']): ReadOnSpec | null {
  if (args === undefined) return null;
  return { times: args.times, afterNs: durationNs(loading, [...path, 'after'], args.after) };
}

function strategyChoice(loading: Loading, path: Path, text: string): Choice | null {
  const answer = loading.env.strategies(text);
  if (answer.ok) {
    const isCode = answer.choice.entry === null;
    if (isCode && loading.env.allowCode !== true)
      refuse(loading, path, codeRefused(text), CODE_HINT);
    return answer.choice;
  }
  const { offset, length, known } = answer;
  const near = answer.nearest;
  const hint = near === null ? `known: ${list(known)}` : `did you mean "${near}"?`;
  const place = loading.places.within(path, offset, offset + Math.max(1, length), text);
  loading.faults.add(place, answer.error, hint);
  return null;
}

/** @param raw the writer as written: its program is judged operation by operation */
export function writerSpecs(
  context: SelectorContext,
  path: Path,
  { args, raw }: { readonly args: WriterArgs; readonly raw: unknown },
  {
    names,
    machine,
    spares,
    traces,
  }: { names: TaskNames; machine: MachineArgs | null; spares: Spares; traces: LoadedTraces },
): WriterSpec[] {
  const { loading, space } = context;
  if (args.cpu !== undefined) checkCpu(loading, [...path, 'cpu'], args.cpu, machine);
  checkChurnKeys(loading, path, args);
  const spec = {
    ...paceOf(loading, path, args.churn === 'flip-pair' ? { ...args, every: undefined } : args),
    ops: args.ops ?? null,
    cpu: args.cpu ?? null,
    nice: args.nice,
  };
  checkTraceKeys(loading, path, args);
  let source: WriterProgram | null = null;
  if (args.trace !== undefined) {
    const trace = traceSpec(loading, path, args, traces);
    if (trace === null) return [];
    const sources = threadsOf(trace, args.name);
    const own = names.claimAs(path, args.name, [...sources.keys()]);
    return own.map((name) => ({ name, ...spec, ...sources.get(name)! }));
  }
  if (args.churn !== undefined) {
    const named = churn(context, path, args);
    if (named?.churn === 'exact-mremap') askForSpares(spares, named.selector, space);
    source = named && { kind: 'churn', ...named };
  } else {
    const operations = (raw as { program?: unknown }).program;
    const items = Array.isArray(operations) ? operations : [];
    const endless = args.ops === undefined;
    source = { kind: 'program', program: program(context, [...path, 'program'], items, endless) };
  }
  const own = names.claim(path, args.name, args.count);
  if (!source) return [];
  return own.map((name) => ({ name, ...spec, source }));
}
