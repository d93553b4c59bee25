/**
 * Traces one pass of a run, or the whole run. For a pass the run is made twice: once to find the
 * pass, once to trace it. Both are generators that pause every few steps, so that a command can
 * react to interrupts.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { EVENT, OPEN, type RunTrace } from '../world/run-trace.ts';
import { PassFinder, type PassWord } from './pass-finder.ts';
import type { RunRecord } from './record.ts';
import { RecordedCpus } from './recorded-cpus.ts';
import { type RunRequest, TimedRun } from './timed.ts';
import { Tracer } from './tracer.ts';

const SLICE = 500;
/** Events of one trace. */
const EVENTS_MAX = 4_000_000;

export interface TraceTask {
  readonly scenario: Scenario;
  readonly request: Omit<RunRequest, 'passes' | 'listener' | 'machine' | 'onOperation'>;
  /** The run is that of a record. */
  readonly record: RunRecord | null;
  /** null: the first one. */
  readonly reader: string | null;
}

type Times = NonNullable<ConstructorParameters<typeof Tracer>[0]['window']>;

/** @returns null: there is no such pass */
export function* tracePass(
  task: TraceTask,
  which: PassWord | number,
): Generator<void, RunTrace | null> {
  const finder = new PassFinder(which, task.reader);
  const first = start(task, 'none', finder);
  while (!finder.done && !first.advance(SLICE)) yield;
  const { found } = finder;
  if (found === null) return null;
  const window = { fromNs: found.startNs, toNs: Number.POSITIVE_INFINITY };
  const tracer = new Tracer({ window, pass: found, maxEvents: EVENTS_MAX });
  const again = start({ ...task, reader: found.reader }, found.index, tracer);
  while (!tracer.storyDone && !again.advance(SLICE)) yield;
  again.end('interrupted');
  return tracer.trace(again.outcome());
}

/** The whole run, or what lies in a window of it. */
export function* traceRun(task: TraceTask, window: Times | null): Generator<void, RunTrace> {
  const tracer = new Tracer({ window, pass: null, maxEvents: EVENTS_MAX });
  const run = start(task, 'none', tracer);
  const endNs = window?.toNs ?? Number.POSITIVE_INFINITY;
  while (!run.advance(SLICE) && run.progress().simulatedNs <= endNs) yield;
  run.end('interrupted');
  return tracer.trace(run.outcome());
}

/** When each writer would begin its calls if nobody read. */
export function* traceCalls(
  task: TraceTask,
  endNs: number,
): Generator<void, { readonly writer: string; readonly atNs: number }[]> {
  const alone = { ...task, record: null, scenario: { ...task.scenario, readers: [] } };
  const { strategy: _, ...request } = task.request;
  const { events, tasks } = yield* traceRun({ ...alone, request }, { fromNs: 0, toNs: endNs });
  const starts: { writer: string; atNs: number }[] = [];
  for (let i = 0; i < events.count; i++) {
    const kind = events.kind[i]! % OPEN;
    // An operation that only holds the lock makes no call.
    if (kind !== EVENT.call && (kind !== EVENT.section || events.b[i]! >= 0)) continue;
    starts.push({ writer: tasks[events.task[i]!]!.name, atNs: events.fromNs[i]! });
  }
  return starts;
}

function start(
  { scenario, request, record, reader }: TraceTask,
  which: number | 'none',
  listener: Tracer | PassFinder,
): TimedRun {
  const machine =
    record === null ? {} : { machine: () => new RecordedCpus(scenario, record.items) };
  const passes = { reader, which };
  const maxEvents = record === null ? request.maxEvents : record.end.steps;
  return new TimedRun(scenario, { ...request, maxEvents, passes, listener, ...machine });
}
