/**
 * Makes a Scenario from a scenario file, or reports every fault in it.
 *
 * Each part (the frame, each item of `vmas`, each reader, writer and operation) is checked against
 * the schema by itself, and its valid rest is checked further, so that one fault does not hide
 * another. A fault that only follows from another fault is not reported.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { UserError } from '../../base/errors.ts';
import { basename } from '../../base/posix-path.ts';
import { printable } from '../../base/printable.ts';
import { expressionsOf } from '../../base/requiring.ts';
import type { Scenario, WriterSpec } from '../scenario.ts';
import { AddressSpace, type LaidOut } from './address-space.ts';
import { addRegion, type PlacedSpares, placeSpares, type Spares } from './churns.ts';
import { eraOf, pageSizeAsked } from './era.ts';
import { EnoughFaults, FaultList } from './faults.ts';
import { FileSpecs } from './files.ts';
import { fixedNs, type LoadEnv, type Loaded, type Loading, refuse } from './loading.ts';
import { loadYaml, parseSource, type Source, sourceOf } from './parse.ts';
import type { Path } from './place.ts';
import {
  ExplicitSchema,
  FromSchema,
  type ReaderArgs,
  ReaderSchema,
  type ScenarioArgs,
  ScenarioSchema,
  VmaEntrySchema,
  type WriterArgs,
  WriterSchema,
} from './schema.ts';
import { checkShape, withoutExtensions } from './shape.ts';
import { machineSpec, readerSpecs, TaskNames, writerSpecs } from './tasks.ts';
import { loadTraces, startBrkPage } from './traces.ts';

export type { Fault } from './faults.ts';
export { renderFaults } from './faults.ts';
export type { LoadEnv, Loaded } from './loading.ts';

/** Reads JSON without the YAML parser, unless its faults need their places. */
export async function loadText(path: string, bytes: Uint8Array, env: LoadEnv): Promise<Loaded> {
  const source = await sourceOf(path, bytes);
  const notes: string[] = [];
  const loaded = loadScenario(source, { ...env, note: (message) => void notes.push(message) });
  if (!loaded.ok && source.yaml === null) {
    return loadScenario({ ...source, yaml: await loadYaml() }, env);
  }
  for (const note of notes) env.note?.(note);
  return loaded;
}

/** @param source of a file: `faults` have places in it if it brings the YAML parser */
/** Ranges that all selectors of a file may have among them. */
const RANGES_MAX = 20_000_000;

export function loadScenario(source: Source, env: LoadEnv): Loaded {
  const faults = new FaultList();
  try {
    return loadInto(faults, source, env);
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
    return refused(faults);
  }
}

function loadInto(faults: FaultList, source: Source, env: LoadEnv): Loaded {
  const hash = sha256.create().update(source.bytes);
  const parsed = parseSource(source, faults);
  if (!parsed) return refused(faults);
  const top = withoutExtensions(parsed.value);
  const loading: Loading = {
    env,
    faults,
    places: parsed.places,
    files: new FileSpecs(),
    file: source.path,
    hash,
    texts: new Map(),
    rangesLeft: RANGES_MAX,
    pagesPerPage: 1,
  };
  const scenario = build(loading, top, scenarioName(source.path));
  if (!scenario || faults.count > 0) return refused(faults);
  const whole = { ...scenario, sha256: bytesToHex(hash.digest()) };
  return { ok: true, scenario: whole };
}

function refused(faults: FaultList): Loaded {
  return { ok: false, faults: faults.sorted(), dropped: faults.dropped };
}

/** Base name without its ending, as results show it. */
export function scenarioName(path: string): string {
  return path === '-' ? 'stdin' : printable(basename(path).replace(/\.(ya?ml|json)$/i, ''));
}

type Keyed = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Keyed {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list, or nothing where it is none (which the frame's schema reports). */
function itemsOf(top: Keyed, key: string): readonly unknown[] {
  const list = top[key];
  return Array.isArray(list) ? list : [];
}

/** The same with its lists emptied: their items are judged one by one. A seed may have any size. */
function frameOf(top: Keyed): Keyed {
  const frame: Record<string, unknown> = { ...top };
  if (typeof frame.seed === 'bigint') frame.seed = String(frame.seed);
  for (const key of ['vmas', 'readers', 'writers']) if (Array.isArray(top[key])) frame[key] = [];
  return frame;
}

/** The parts that the schema let pass, each with its place. */
interface Item<T> {
  readonly path: Path;
  readonly args: T;
  readonly raw: unknown;
}

/** null after faults that leave nothing to go on with; `sha256` is filled in at the end. */
function build(loading: Loading, top: unknown, name: string): Scenario | null {
  if (!isObject(top)) {
    refuse(loading, [], 'a scenario is a list of keys and values, the first "mapsim: 1"');
    return null;
  }
  const frame = checkShape(ScenarioSchema, frameOf(top), [], loading);
  checkPrototype(loading, top);
  const frameIsWhole = loading.faults.count === 0; // or a reader may hide behind a mistyped key
  const readers = readerItems(loading, top);
  const writers = writerItems(loading, top);
  const traces = loadTraces(loading, writers);
  const machine = frame?.machine ?? null;
  const asked = pageSizeAsked(machine);
  loading.pagesPerPage = asked || 1;
  const layOut = (): LaidOut => addressSpace(loading, top, writers, startBrkPage(traces));
  let space = layOut();
  if (asked === 0 && space.pagesPerPage > 1 && loading.faults.count === 0) {
    loading.pagesPerPage = space.pagesPerPage;
    space = layOut(); // what is given in pages is as much larger
  }
  const names = new TaskNames(loading);
  const context = { loading, space };
  const spares: Spares = new Map();
  const readerList = readers.flatMap(({ path, args }) =>
    readerSpecs(loading, path, args, names, machine),
  );
  const writerList = writers.flatMap(({ path, args, raw }) =>
    writerSpecs(context, path, { args, raw }, { names, machine, spares, traces }),
  );
  if (!frame) return null;
  if (frameIsWhole) checkEnd(loading, frame, top, writers);
  const placed = placeSpares(spares, space, loading.pagesPerPage);
  const era = eraOf(loading, space.eras, { machine, vmas: placed.vmas, writers: writerList });
  const scenario: Scenario = {
    ...frameSpec(loading, frame, name),
    ...spaceSpec(loading, space, placed),
    readers: readerList,
    writers: writerList.map((writer) => withSpares(writer, placed)),
    era,
  };
  if (loading.faults.count === 0) checkLoops(loading, scenario, names);
  return scenario;
}

/** The schema passes over it where it lets any key pass. */
function checkPrototype(loading: Loading, { machine }: Keyed): void {
  const costs = isObject(machine) ? machine.costs : null;
  if (!isObject(costs) || !Object.hasOwn(costs, '__proto__')) return;
  const at = loading.places.key(['machine', 'costs', '__proto__']);
  loading.faults.add(at, 'unknown cost "__proto__"');
}

function readerItems(loading: Loading, top: Keyed): Item<ReaderArgs>[] {
  const items: Item<ReaderArgs>[] = [];
  for (const [index, raw] of itemsOf(top, 'readers').entries()) {
    const path = ['readers', index];
    const args = checkShape(ReaderSchema, raw, path, loading);
    if (args) items.push({ path, args, raw });
  }
  return items;
}

/** Stands for a program whose operations are judged one by one. */
const SOME_PROGRAM: readonly unknown[] = [{ restore: true }];

function writerItems(loading: Loading, top: Keyed): Item<WriterArgs>[] {
  const items: Item<WriterArgs>[] = [];
  for (const [index, raw] of itemsOf(top, 'writers').entries()) {
    const path = ['writers', index];
    const operations = isObject(raw) ? itemsOf(raw, 'program') : [];
    const hollow = operations.length > 0 ? { ...(raw as Keyed), program: SOME_PROGRAM } : raw;
    const args = checkShape(WriterSchema, hollow, path, loading);
    if (args) items.push({ path, args, raw });
  }
  return items;
}

/** The branch of VmaEntrySchema that is meant: trying them in turn takes a hundred times longer. */
function schemaOfVma(raw: unknown) {
  if (!isObject(raw)) return VmaEntrySchema;
  return 'from' in raw ? FromSchema : ExplicitSchema;
}

function addressSpace(
  loading: Loading,
  top: Keyed,
  writers: readonly Item<WriterArgs>[],
  brkPage: number,
): LaidOut {
  const space = new AddressSpace(loading);
  if (top.vmas !== undefined && !Array.isArray(top.vmas)) space.isIncomplete();
  const items = itemsOf(top, 'vmas');
  for (const [index, raw] of items.entries()) {
    const path = ['vmas', index];
    const before = loading.faults.count;
    const entry = checkShape(schemaOfVma(raw), raw, path, loading);
    if (loading.faults.count > before) space.isIncomplete();
    if (entry !== null) space.add(entry, path);
  }
  for (const { path, args } of writers) addRegion(space, loading, path, args);
  const tagsWritten = new Set(items.map((item) => (isObject(item) ? item.tag : undefined)));
  return space.layOut(brkPage, tagsWritten);
}

function frameSpec(loading: Loading, frame: ScenarioArgs, name: string) {
  for (const key of ['failOn', 'require'] as const) {
    for (const [index, expression] of frame[key].entries()) {
      try {
        loading.env.failOn?.(expression);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refuse(loading, [key, index], `${key}: ${error.message}`);
      }
    }
  }
  const { duration } = frame;
  return {
    name,
    sha256: '',
    about: frame.about ?? null,
    seed: String(frame.seed),
    durationNs: duration === undefined ? null : fixedNs(loading, ['duration'], duration),
    machine: machineSpec(loading, ['machine'], frame.machine),
    failOn: expressionsOf(frame),
  };
}

function spaceSpec(loading: Loading, space: LaidOut, placed: PlacedSpares) {
  return {
    files: loading.files.files,
    vmas: placed.vmas,
    ranges: space.ranges,
    startBrkPage: space.startBrkPage,
    brkPage: space.brkPage,
    breakIsTold: space.breakIsTold,
    startStackPage: space.startStackPage,
    mmapBasePage: space.mmapBasePage,
    gate: space.gate,
  };
}

function withSpares(writer: WriterSpec, placed: PlacedSpares): WriterSpec {
  const { source } = writer;
  if (source.kind !== 'churn' || source.churn !== 'exact-mremap') return writer;
  return { ...writer, source: { ...source, spares: placed.startsFor(source.selector) } };
}

/** Without a reader something else has to end the run. */
function checkEnd(
  loading: Loading,
  frame: ScenarioArgs,
  top: Keyed,
  writers: readonly Item<WriterArgs>[],
): void {
  if (top.readers !== undefined && itemsOf(top, 'readers').length !== 0) return;
  if (frame.duration !== undefined || top.duration !== undefined) return;
  const endless = writers.find(({ args }) => args.ops === undefined && args.trace === undefined);
  const faulty = writers.length < itemsOf(top, 'writers').length;
  if (!endless && (faulty || writers.length > 0)) return;
  const message = 'nothing ends this run: it has no reader and no duration';
  if (endless) refuse(loading, [...endless.path, 'name'], `${message}, and this writer has no ops`);
  else loading.faults.add(loading.places.key(['mapsim']), message);
}

/** What depends on costs, and so on the caller. */
function checkLoops(loading: Loading, scenario: Scenario, names: TaskNames): void {
  for (const { name, error } of loading.env.zeroTimeLoop?.(scenario) ?? []) {
    const place = names.placeOf(name) ?? loading.places.value([]);
    loading.faults.add(place, error);
  }
}
