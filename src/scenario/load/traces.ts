/**
 * Writers that replay a log: the log is read, the files that it maps are found, each thread becomes
 * a writer.
 *
 * A log has paths, but no devices and inodes: these come from the maps texts of the scenario, first
 * the start text, then the texts of `filesFrom`. A file that no text knows prints 00:00 and inode
 * 0.
 */

import { UserError } from '../../base/errors.ts';
import type { Trace } from '../../trace/call.ts';
import type { FileSpec, TraceSpec, WriterProgram } from '../scenario.ts';
import { VMAS_MAX } from '../vma-list.ts';
import { type Loading, mapsTextOf, readReferred, refuse } from './loading.ts';
import { parseMapsText } from './maps-text.ts';
import type { Path } from './place.ts';
import { TRACE_KEYS, type WriterArgs } from './schema.ts';

/** By the path of the writer, as text. */
export type LoadedTraces = ReadonlyMap<string, Trace>;

interface WriterItem {
  readonly path: Path;
  readonly args: WriterArgs;
}

/** Before the address space is laid out: a trace may tell where the brk area begins. */
export function loadTraces(loading: Loading, writers: readonly WriterItem[]): LoadedTraces {
  const traces = new Map<string, Trace>();
  for (const { path, args } of writers) {
    if (args.trace === undefined) continue;
    const trace = loadTrace(loading, path, args);
    if (trace !== null) traces.set(keyOf(path), trace);
  }
  return traces;
}

/** The break before the first change, as the first trace that knows it says; or -1. */
export function startBrkPage(traces: LoadedTraces): number {
  for (const trace of traces.values()) if (trace.startBrkPage >= 0) return trace.startBrkPage;
  return -1;
}

function keyOf(path: Path): string {
  return path.join('/');
}

function loadTrace(loading: Loading, path: Path, args: WriterArgs): Trace | null {
  const names = typeof args.trace === 'string' ? [args.trace] : (args.trace ?? []);
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (const [index, name] of names.entries()) {
    const at = typeof args.trace === 'string' ? [...path, 'trace'] : [...path, 'trace', index];
    const read = readReferred(loading, at, name);
    if (read !== null) files.push({ name, bytes: read.bytes });
  }
  if (files.length < names.length) return null;
  const { from = null, until = null, process = null } = args;
  try {
    const { readTrace } = loading.env;
    if (readTrace === undefined) {
      refuse(loading, [...path, 'trace'], 'trace: logs cannot be read here');
      return null;
    }
    const trace = readTrace(files, { from, until, process });
    if (trace.calls.length === 0) {
      const hint = trace.notUnderstood[0];
      const why = hint === undefined ? null : `${hint.what}: line ${hint.line}`;
      refuse(loading, [...path, 'trace'], 'trace: the log has no memory call', why);
      return null;
    }
    const { notUnderstood } = trace;
    const count = notUnderstood.reduce((sum, remark) => sum + remark.count, 0);
    if (count > 0) {
      const more = notUnderstood.length > 1 ? `, and ${notUnderstood.length - 1} more kinds` : '';
      const { what, file, line } = notUnderstood[0]!;
      loading.env.note?.(
        `${file}: ${count} of ${trace.lines} lines were not fully understood ` +
          `(line ${line}: ${what}${more}); mapsim import lists them`,
      );
    }
    return trace;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refuse(loading, [...path, 'trace'], `trace: ${error.message}`);
    return null;
  }
}

/** Keys that a trace has alone, and those that it cannot have. */
export function checkTraceKeys(loading: Loading, path: Path, args: WriterArgs): void {
  if (args.trace === undefined) {
    for (const key of TRACE_KEYS) {
      if (args[key] === undefined) continue;
      loading.faults.add(loading.places.key([...path, key]), `${key}: needs trace:`);
    }
    return;
  }
  if (args.count > 1) refuse(loading, [...path, 'count'], 'count: a trace is replayed once');
  if (args.ops !== undefined) {
    refuse(
      loading,
      [...path, 'ops'],
      'ops: a trace ends with its last call',
      'use until: to end it earlier',
    );
  }
  for (const key of ['think', 'every'] as const) {
    if (args[key] === undefined) continue;
    refuse(
      loading,
      [...path, key],
      `${key}: a trace has its own times`,
      'use speed: to change them',
    );
  }
  if (typeof args.start === 'object') {
    refuse(loading, [...path, 'start'], 'start: the threads of a trace start at one fixed time');
  }
}

/** After the address space is laid out: its files are known. Null after a fault. */
export function traceSpec(
  loading: Loading,
  path: Path,
  args: WriterArgs,
  traces: LoadedTraces,
): TraceSpec | null {
  const trace = traces.get(keyOf(path));
  if (trace === undefined) return null;
  readFilesFrom(loading, path, args.filesFrom ?? []);
  const { files } = loading.files;
  const byPath = new Map<string, FileSpec>();
  for (const file of files) if (!byPath.has(file.path)) byPath.set(file.path, file);
  const ids = trace.paths.map((mapped) => {
    const known = byPath.get(mapped) ?? byPath.get(`${mapped} (deleted)`);
    const nowhere = { major: 0, minor: 0, inode: 0, open: 0 };
    return loading.files.intern({ ...(known ?? nowhere), path: mapped });
  });
  const speed = args.speed ?? 1;
  return {
    calls: trace.calls,
    threads: trace.threads,
    files: ids,
    speed: speed === 'max' || !trace.timed ? null : speed,
    touched: (args.touched ?? 'all') === 'all',
    originNs: trace.calls.reduce((least, call) => Math.min(least, call.startNs), Infinity),
  };
}

function readFilesFrom(loading: Loading, path: Path, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const at = [...path, 'filesFrom', index];
    const read = readReferred(loading, at, name);
    if (read === null) continue;
    parseMapsText(mapsTextOf(loading, name, read).text, {
      files: loading.files,
      touched: false,
      vmasMax: VMAS_MAX,
      fault: (_start, _end, message) => refuse(loading, at, `filesFrom: ${name}: ${message}`),
    });
  }
}

/** The writers of a trace: each thread's name, its number of calls, its part. */
export function threadsOf(
  trace: TraceSpec,
  name: string,
): Map<string, { ops: number; source: WriterProgram }> {
  const counts = new Map<number, number>();
  for (const { thread } of trace.calls) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  const alone = trace.threads.length === 1;
  return new Map(
    trace.threads.map((thread, slot) => [
      alone ? name : `${name}/${thread}`,
      { ops: counts.get(thread)!, source: { kind: 'trace', trace, slot } },
    ]),
  );
}
