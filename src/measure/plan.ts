/**
 * Makes a plan for native/measure.c from a scenario: the VMAs, the calls, the readers, the CPUs. A
 * plan has only numbers and protections, and no name or path of the scenario.
 */
import { normalize } from '../oracle/ranges.ts';
import type { Duration, ReaderSpec, Scenario } from '../scenario/scenario.ts';
import { eachVma } from '../scenario/vma-list.ts';
import { drawn, type QuietCall } from '../world/quiet-calls.ts';
import type { Lines } from './lines.ts';
import { WriterCalls } from './writer-calls.ts';

/** Most calls of a list that is repeated. */
const LOOP_CALLS = 4000;
/** Most calls of a list that does not end in its first state: a burst uses it up. */
const LIST_CALLS = 40_000;
/** Least time of a call, to estimate the size of the log. */
const CALL_NS_MIN = 250;
const LOG_MAX = 4_000_000;
/** Number of drawn turns and think times; after these they repeat. */
const DRAWS = 1024;
/** Ranges that are closer than this (64 MiB) are joined. */
const NEAR_PAGES = 16_384;

/** How a writer's list of calls ends. */
type Ending = 'burst' | 'loop' | 'writer';

export interface PlannedWriter {
  readonly calls: WriterCalls;
  /** Number of these calls that are measured. */
  readonly count: number;
  readonly ending: Ending;
  /** Pages that its calls can change, including merges with neighbours: start, end, … */
  readonly territory: readonly number[];
}

export interface MeasurePlan {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly lines: Lines;
  readonly writers: readonly PlannedWriter[];
  /** The ranges that the scenario maps or its calls name; close ranges are joined. */
  readonly ranges: readonly number[];
  /** No two writers can change the same line, so their states can be combined. */
  readonly apart: boolean;
}

export interface PlanRequest {
  readonly burstNs: number;
  /** Number of calls of each writer, without a loop. */
  readonly calls?: number;
}

export function makePlan(
  scenario: Scenario,
  seed: string,
  lines: Lines,
  request: PlanRequest,
): MeasurePlan {
  const writers = scenario.writers.map((spec) => {
    const calls = new WriterCalls(scenario, spec, seed, lines);
    const { count, ending } = howMany(calls, request);
    return { calls, count, ending, territory: territoryOf(calls, count, scenario) };
  });
  return {
    scenario,
    seed,
    lines,
    writers,
    ranges: hulls([...vmaRanges(scenario), ...writers.flatMap((w) => reached(w.calls, w.count))]),
    apart: areApart(writers),
  };
}

function howMany(calls: WriterCalls, request: PlanRequest): { count: number; ending: Ending } {
  if (request.calls !== undefined) {
    calls.draw(request.calls);
    return { count: calls.calls.length, ending: 'burst' };
  }
  calls.draw(LOOP_CALLS + 1);
  if (calls.over) return { count: calls.calls.length, ending: 'writer' };
  const closed = calls.closed(LOOP_CALLS);
  if (closed > 0) return { count: closed, ending: 'loop' };
  const thought = calls.calls.reduce((sum, call) => sum + call.thoughtNs, 0);
  const each = thought / calls.calls.length + 4 * CALL_NS_MIN;
  const count = Math.min(Math.ceil(request.burstNs / each), LIST_CALLS);
  calls.draw(count + 1);
  return { count: Math.min(count, calls.calls.length), ending: 'burst' };
}

/** The ranges that one call names: start, end, … */
function reachOf({ call }: QuietCall): number[] {
  switch (call.call) {
    case 'munmap':
    case 'mprotect':
    case 'mmap':
      return [call.start, call.start + call.pages];
    case 'mremap': {
      const from = [call.start, call.start + Math.max(call.pages, call.newPages)];
      return call.to < 0 ? from : [...from, call.to, call.to + call.newPages];
    }
    default:
      return [];
  }
}

function reached(calls: WriterCalls, count: number): number[] {
  return calls.calls.slice(0, count).flatMap(reachOf);
}

function vmaRanges(scenario: Scenario): number[] {
  return Array.from(eachVma(scenario.vmas), (vma) => [vma.startPage, vma.endPage]).flat();
}

function hulls(parts: readonly number[]): number[] {
  const joined = normalize(parts);
  const hull: number[] = [];
  for (let i = 0; i < joined.length; i += 2) {
    if (hull.length > 0 && joined[i]! - hull.at(-1)! < NEAR_PAGES)
      hull[hull.length - 1] = joined[i + 1]!;
    else hull.push(joined[i]!, joined[i + 1]!);
  }
  return hull;
}

/** The ranges that the calls name, and the VMAs that overlap or touch them. */
function territoryOf(calls: WriterCalls, count: number, scenario: Scenario): number[] {
  const reach = normalize(reached(calls, count));
  const near = [...reach];
  for (const vma of eachVma(scenario.vmas)) {
    for (let i = 0; i < reach.length; i += 2) {
      if (vma.startPage <= reach[i + 1]! && reach[i]! <= vma.endPage) {
        near.push(vma.startPage, vma.endPage);
        break;
      }
    }
  }
  return normalize(near);
}

function areApart(writers: readonly { readonly territory: readonly number[] }[]): boolean {
  const all: { start: number; end: number; writer: number }[] = [];
  for (const [writer, { territory }] of writers.entries()) {
    for (let i = 0; i < territory.length; i += 2) {
      all.push({ start: territory[i]!, end: territory[i + 1]!, writer });
    }
  }
  all.sort((a, b) => a.start - b.start);
  return all.every((part, i) => {
    const before = all[i - 1];
    return before === undefined || before.writer === part.writer || before.end < part.start;
  });
}

/** Where the tasks of a plan run. */
export interface Placement {
  readonly readers: readonly number[];
  readonly writers: readonly number[];
  readonly hogs: readonly number[];
  /** Tasks wait asleep, because another task may need their CPU. */
  readonly shared: boolean;
}

export interface PlanText {
  readonly placement: Placement;
  readonly nice: (own: number) => number;
  /** Paths of the files of the scenario, by index; null: shared memory without a file. */
  readonly files: readonly (string | null)[];
  readonly query: readonly boolean[];
  readonly burstNs: number;
  /** Passes per burst; the number of the scenario would end the burst early. */
  readonly passes: number;
  readonly textBytes: number;
  readonly foreignPermille: number;
}

/** The plan in the form that native/measure.c reads. */
export function planText(plan: MeasurePlan, how: PlanText): string {
  const { scenario } = plan;
  const out = [
    'plan',
    `duration ${how.burstNs}`,
    `text ${how.textBytes}`,
    `spin ${how.placement.shared ? 5000 : Number.MAX_SAFE_INTEGER}`,
    `foreign ${how.foreignPermille}`,
    ...how.files.filter((path) => path !== null).map((path) => `file ${path}`),
  ];
  for (let i = 0; i < plan.ranges.length; i += 2) {
    out.push(`range ${hex(plan.ranges[i]!)} ${hex(plan.ranges[i + 1]!)}`);
  }
  for (const line of vmaLines(plan, how.files)) out.push(line);
  for (const [i, writer] of plan.writers.entries()) {
    const { nice } = scenario.writers[i]!;
    const lines = writerLines(writer, how.placement.writers[i]!, how.nice(nice), how);
    for (const line of lines) out.push(line);
  }
  for (const [i, reader] of scenario.readers.entries()) {
    const kind = how.query[i] ? 'query' : 'maps';
    const [start] = drawn(plan.seed, ['reader', reader.name, 'start'], reader.startNs, 1);
    const cpu = how.placement.readers[i]!;
    out.push(
      `reader ${kind} ${reader.bufferBytes} ${how.passes} ${cpu} ${how.nice(reader.nice)} ${start}`,
    );
    for (const ns of thinks(plan.seed, reader)) out.push(`think ${ns}`);
  }
  out.push(...hogLines(plan, how));
  return `${out.join('\n')}\nend\n`;
}

/** Number of an open file in the plan, or -1. */
function fileNumber(file: number, files: PlanText['files']): number {
  if (file < 0 || file >= files.length || files[file] === null) return -1;
  return files.slice(0, file).filter((path) => path !== null).length;
}

function vmaLines({ scenario, writers }: MeasurePlan, files: PlanText['files']): string[] {
  const touched = writers[0]?.calls.touched;
  return Array.from(eachVma(scenario.vmas), (vma, i) => {
    const file = fileNumber(vma.file, files);
    const offset = file < 0 ? 0 : vma.offsetPages;
    const written = Number(touched?.[i] ?? vma.touched);
    const pages = vma.endPage - vma.startPage;
    return `vma ${hex(vma.startPage)} ${pages} ${vma.perms} ${file} ${offset} ${written}`;
  });
}

function writerLines(writer: PlannedWriter, cpu: number, nice: number, how: PlanText): string[] {
  const { calls, count, ending } = writer;
  const log = ending === 'loop' ? Math.min(Math.ceil(how.burstNs / CALL_NS_MIN), LOG_MAX) : count;
  const loop = { burst: 0, loop: 1, writer: 2 }[ending];
  const out = [`writer ${cpu} ${nice} ${loop} ${calls.startNs} ${log} ${count}`];
  for (let i = 0; i < count; i++) {
    out.push(`${callText(calls.calls[i]!, how.files)} ${calls.thinkNs(i)}`);
  }
  return out;
}

const MAY_MOVE = 1;
const FIXED = 2;
const DONT_UNMAP = 4;

function callText({ call, perms }: QuietCall, files: PlanText['files']): string {
  switch (call.call) {
    case 'munmap':
      return `munmap ${hex(call.start)} ${call.pages}`;
    case 'mprotect':
      return `mprotect ${hex(call.start)} ${call.pages} ${perms}`;
    case 'mmap': {
      const file = fileNumber(call.file, files);
      const pgoff = file < 0 ? 0 : call.pgoff;
      return `mmap ${hex(call.start)} ${call.pages} ${perms} ${file} ${pgoff} ${Number(call.touched)}`;
    }
    case 'mremap': {
      const flags =
        (call.mayMove ? MAY_MOVE : 0) |
        (call.to >= 0 ? FIXED : 0) |
        (call.dontUnmap ? DONT_UNMAP : 0);
      const to = call.to >= 0 ? hex(call.to) : '0';
      return `mremap ${hex(call.start)} ${call.pages} ${call.newPages} ${flags} ${to}`;
    }
    default:
      throw new Error(`${call.call} cannot be in a plan`);
  }
}

/** Think times; a constant one is listed once. */
function thinks(seed: string, { name, thinkNs }: ReaderSpec): number[] {
  if (thinkNs === 0) return [];
  return drawn(seed, ['reader', name, 'think'], thinkNs, typeof thinkNs === 'number' ? 1 : DRAWS);
}

function hogLines({ scenario, seed }: MeasurePlan, how: PlanText): string[] {
  const out: string[] = [];
  let at = 0;
  for (const [group, spec] of scenario.machine.hogs.entries()) {
    for (let i = 0; i < spec.count; i++) {
      const name = `hog${group}/${i}`;
      const fixed = (duration: Duration) => typeof duration === 'number';
      const count = fixed(spec.runNs) && fixed(spec.sleepNs) ? 1 : DRAWS;
      const run = drawn(seed, ['hog', name, 'run'], spec.runNs, count);
      const sleep = drawn(seed, ['hog', name, 'sleep'], spec.sleepNs, count);
      out.push(`hog ${how.placement.hogs[at++]!} ${how.nice(spec.nice)}`);
      for (let turn = 0; turn < count; turn++)
        out.push(`turn ${run[turn]!}`, `turn ${sleep[turn]!}`);
    }
  }
  return out;
}

/** Byte address of a page, without 0x. */
function hex(page: number): string {
  return page === 0 ? '0' : `${page.toString(16)}000`;
}
