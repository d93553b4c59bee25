/**
 * `mapsim sweep`: runs a grid of scenarios, strategies and seeds. The record of a run is written as
 * soon as all records before it are written. A shard can be run by itself, and an interrupted sweep
 * can be continued.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Choice } from '../../base/choice.ts';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { PRNG } from '../../base/prng.ts';
import { VERSION } from '../../base/version.ts';
import type { RunSummary } from '../../compare/record.ts';
import { LIMITS } from '../../compare/result.ts';
import { parseSeeds } from '../../compare/seeds.ts';
import { DEFAULT_MAX_EVENTS } from '../../library/defaults.ts';
import { costsMark } from '../../mm/costs.ts';
import type { Strategies } from '../../readers/index.ts';
import {
  SWEEP_NDJSON,
  type SweepFormat,
  type SweepHeader,
  type SweepRecord,
  type SweepStream,
} from '../../report/sweep.ts';
import { type Grid, parseGrid } from '../../scenario/edit/sweep.ts';
import { renderFaults } from '../../scenario/load/faults.ts';
import { loadYaml, type Yaml } from '../../scenario/load/parse.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { readTrace } from '../../trace/read-trace.ts';
import { isDrawn } from '../../world/drawn.ts';
import { wantsAscii, wantsBars } from '../bars.ts';
import { type Batch, runBatch } from '../batch.ts';
import type { BatchRequest, RunUnit } from '../batch-unit.ts';
import type { CommandContext } from '../command.ts';
import { checkWritable } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { LiveFile } from '../live-file.ts';
import { loadBytes, readScenario } from '../load.ts';
import { listStrategies, withRepeat } from '../many.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { loadStrategies, type OwnFiles, ownFiles } from '../own-strategies.ts';
import { writePageOf } from '../page.ts';
import { inShard, parseShard, type Shard } from '../shard.ts';
import { scenarioFile } from '../shipped.ts';
import { differs, headerOf, sweepLines } from '../sweep-file.ts';
import { hasRoomForBars, recordOutputs } from '../sweep-outputs.ts';
import { endlessWarnings, lockstepNotes } from '../traps.ts';

/** Numbers of runs are kept in lists. */
const UNITS_MAX = 10_000_000;

/** Runs that are drawn without being asked to: all of them are kept until the end. */
const DRAWN_MAX = 20_000;

/** A sweep that has been found to make sense. */
interface Sweep {
  readonly grid: Grid;
  readonly scenarios: readonly Scenario[];
  readonly header: SweepHeader;
  readonly units: readonly RunUnit[];
  /** Those of this shard. */
  readonly chosen: readonly number[];
  readonly request: BatchRequest;
  readonly strategies: Strategies;
}

export async function sweep(
  path: string,
  given: OptionsOf<'sweep'>,
  context: CommandContext,
): Promise<number> {
  const shard = parseShard(given.shard, context.io.env);
  const prepared = await prepare(path, given, shard, context);
  if (typeof prepared === 'number') return prepared;
  const options = { ...given, bars: drawsBars(given, prepared.chosen.length, context) };
  const writer = new SweepWriter(prepared.header, prepared.chosen, options, context.io);
  const interrupt = new Interrupt(context.io, () => {});
  try {
    return await runSweep(path, prepared, options, { writer, interrupt, context });
  } finally {
    writer.close();
    interrupt.stopWatching();
  }
}

function drawsBars(options: OptionsOf<'sweep'>, runs: number, { io }: CommandContext): boolean {
  if (options.bars !== undefined) return options.bars;
  if (!wantsBars(options, io) || runs > DRAWN_MAX || options.resume === true) return false;
  return hasRoomForBars(recordOutputs(options, io).stdout);
}

async function runSweep(
  path: string,
  prepared: Sweep,
  options: OptionsOf<'sweep'>,
  means: { writer: SweepWriter; interrupt: Interrupt; context: CommandContext },
): Promise<number> {
  const { grid, scenarios, units, chosen, request, strategies } = prepared;
  const { writer, interrupt, context } = means;
  const left = chosen.slice(writer.kept);
  if (writer.kept > 0)
    context.messages.note(
      `${writer.kept} of ${counted(chosen.length, 'run')} ${writer.kept === 1 ? 'is' : 'are'} there`,
    );
  const jobs = options.jobs ?? availableParallelism();
  const batch: Batch = { scenarios, units, chosen: left, request, strategies, jobs };
  const repeat = (unit: number) => {
    const { seed } = units[unit]!;
    return { seed, argv: repeatArgv(path, options, { index: unit + 1, count: units.length }) };
  };
  const drawn = scenarios.map(isDrawn);
  const recordOf = (unit: number, run: RunSummary): SweepRecord => {
    const { scenario } = units[unit]!;
    return { unit, point: pointOf(grid, scenario), drawn: drawn[scenario]!, run };
  };
  const hooks = {
    interrupt,
    progress: options.quiet === true ? ('none' as const) : options.progress,
    release: (unit: number, { run }: { run: RunSummary }) => writer.record(recordOf(unit, run)),
    stop: () => writer.readerGone,
    drained: () => writer.drained(),
  };
  await withRepeat(context.bug, repeat, () => runBatch(batch, hooks, context));
  interrupt.endAtOnce();
  await writer.end();
  for (const name of writer.pages) await writePageOf(name, () => writer.collected, context);
  if (options.bars === true) await tellBars(writer, options, context);
  if (interrupt.caught !== null) {
    const goOn = options.output === undefined ? '' : '; --resume goes on from there';
    const done = `${writer.written} of ${counted(chosen.length, 'run')}`;
    context.messages.warning(`interrupted after ${done}${goOn}`);
    return interrupt.end();
  }
  const { stopped, faulty, written } = writer;
  if (faulty > 0)
    context.messages.warning(`a kernel fault ended ${faulty} of ${counted(written, 'run')}`);
  if (stopped > 0)
    context.messages.warning(`a limit stopped ${stopped} of ${counted(written, 'run')}`);
  if (faulty > 0) return EXIT.failed;
  return stopped > 0 ? EXIT.limit : EXIT.done;
}

async function tellBars(
  { collected, hasTables }: SweepWriter,
  options: OptionsOf<'sweep'>,
  { io }: CommandContext,
): Promise<void> {
  const { sparklinesText } = await import('../../report/pictures/sparklines.ts');
  const { readDocuments } = await import('../../report/page/documents.ts');
  const [read] = readDocuments(collected, 'the sweep');
  if (read?.kind !== 'sweep') return;
  const stdout = new Output(io.stdout, 'standard output');
  const bars = sparklinesText(read.document, wantsAscii(options, io));
  await stdout.write(hasTables ? `\n${bars}` : bars);
  await stdout.flush();
}

function pointOf(grid: Grid, point: number): Readonly<Record<string, unknown>> {
  const values = grid.valuesOf(point);
  return Object.fromEntries(grid.axes.map(({ path }, i) => [path, values[i]]));
}

/** The same sweep, one run of it. */
function repeatArgv(path: string, options: OptionsOf<'sweep'>, { index, count }: Shard): string[] {
  const { strategies, seeds, duration, maxEvents, allowCode } = options;
  return [
    ...['sweep', path],
    ...(strategies === undefined ? [] : [`--strategies=${strategies.join(',')}`]),
    ...(seeds === undefined ? [] : [`--seeds=${seeds}`]),
    ...(duration === undefined ? [] : [`--duration=${duration}`]),
    ...(maxEvents === undefined ? [] : [`--max-events=${maxEvents}`]),
    ...(allowCode === true ? ['--allow-code'] : []),
    `--shard=${index}/${count}`,
  ];
}

/** @returns an exit code where the grid cannot be run */
async function prepare(
  path: string,
  options: OptionsOf<'sweep'>,
  shard: Shard,
  context: CommandContext,
): Promise<Sweep | number> {
  const { io, messages } = context;
  const bytes = await readScenario(path, context);
  const yaml = await loadYaml();
  const parsed = parseGrid({ path: scenarioFile(path), bytes, yaml }, context.allowCode);
  if (!parsed.ok) {
    messages.raw(renderFaults(parsed.faults, { dropped: parsed.dropped }));
    return EXIT.usage;
  }
  const { grid } = parsed;
  const seedsText = options.seeds ?? grid.seeds;
  const seeds = seedsText === null ? null : parseSeeds(seedsText);
  const scenarios = loadPoints({ path: scenarioFile(path), grid, yaml }, context);
  if (typeof scenarios === 'number') return scenarios;
  const chosen = await chooseStrategies(path, grid, { options, scenarios, cwd: io.cwd });
  const { choices, names, own, strategies } = chosen;
  const notes = scenarios.flatMap((scenario) => lockstepNotes(scenario, choices !== null));
  for (const note of new Set(notes)) messages.note(note); // points may share it
  const limits = { choices, strategies, limited: options.duration !== undefined };
  for (const warning of endlessWarnings(scenarios, limits)) messages.warning(warning);
  const count = scenarios.length * (choices?.length ?? 1) * (seeds?.length ?? 1);
  if (count > UNITS_MAX) throw new UserError(`${counted(count, 'run')} are more than ${UNITS_MAX}`);
  const units = unitsOf(scenarios, choices, seeds);
  const hash = createHash('sha256').update(bytes);
  for (const { sha256 } of scenarios) hash.update(sha256);
  const { maxEvents = DEFAULT_MAX_EVENTS, duration: durationNs = null } = options;
  const header: SweepHeader = {
    tool: VERSION,
    prng: PRNG,
    costs: costsMark(),
    grid: { name: grid.name, sha256: hash.digest('hex') },
    axes: grid.axes,
    strategies: names,
    seeds,
    durationNs,
    maxEvents,
    units: units.length,
    shard: shard.count === 1 ? null : shard,
  };
  const request: BatchRequest = {
    maxEvents,
    durationNs,
    pools: false,
    own,
  };
  const own_ = units.map((_, i) => i).filter((i) => inShard(shard, i));
  return { grid, scenarios, header, units, chosen: own_, request, strategies };
}

/** Every point has to make sense before the first is run. */
function loadPoints(
  { path, grid, yaml }: { readonly path: string; readonly grid: Grid; readonly yaml: Yaml },
  context: CommandContext,
): Scenario[] | number {
  const { messages } = context;
  const scenarios: Scenario[] = [];
  for (let point = 0; point < grid.points; point++) {
    const loaded = loadBytes({ path, bytes: grid.sourceOf(point), yaml }, context, { readTrace });
    if (!loaded.ok) {
      const at = Object.entries(pointOf(grid, point)).map(
        ([key, v]) => `${key}=${JSON.stringify(v)}`,
      );
      messages.note(`this is the point ${at.join(', ')}`);
      return loaded.exitCode;
    }
    scenarios.push(loaded.scenario);
  }
  const expressions = scenarios[0]!.failOn.length;
  if (expressions > 0) {
    messages.warning(`${path}: failOn is not judged by sweep: see compare --fail-on`);
  }
  return scenarios;
}

interface ChosenStrategies {
  readonly choices: readonly Choice[] | null;
  readonly names: readonly string[] | null;
  readonly strategies: Strategies;
  readonly own: OwnFiles;
}

/** Those of the command line, else of the grid, else each reader's own. */
async function chooseStrategies(
  path: string,
  grid: Grid,
  given: { options: OptionsOf<'sweep'>; scenarios: readonly Scenario[]; cwd: string },
): Promise<ChosenStrategies> {
  const { options, scenarios, cwd } = given;
  const beside = path === '-' ? cwd : resolve(cwd, dirname(scenarioFile(path)));
  const directory = options.strategies === undefined ? beside : cwd;
  const texts = options.strategies ?? grid.strategies;
  if (texts !== null) return listStrategies(texts, directory);
  const readers = scenarios.flatMap((scenario) => scenario.readers);
  const own = ownFiles(
    readers.map(({ strategy }) => strategy),
    directory,
  );
  return { choices: null, names: null, own, strategies: await loadStrategies(own) };
}

/** By point, then strategy, then seed: the order of the output. */
function unitsOf(
  scenarios: readonly Scenario[],
  strategies: readonly Choice[] | null,
  seeds: readonly string[] | null,
): RunUnit[] {
  return scenarios.flatMap(({ seed: own }, scenario) =>
    (strategies ?? [null]).flatMap((strategy) =>
      (seeds ?? [own]).map((seed): RunUnit => ({ scenario, strategy, seed })),
    ),
  );
}

// --- Where the records of a sweep go as they come, and what of them is there already.

interface Target {
  readonly stream: SweepStream;
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** What a file has of a sweep that was broken off. */
interface Kept {
  /** Bytes up to the end of its last whole record. */
  readonly bytes: number;
  readonly records: number;
  readonly stopped: number;
  readonly faulty: number;
}

const NOTHING: Kept = { bytes: 0, records: 0, stopped: 0, faulty: 0 };

export class SweepWriter {
  readonly #targets: Target[] = [];
  readonly #stdout: Output | null;
  readonly #expected: number;
  #chain: Promise<void> = Promise.resolve();
  /** Pages of HTML to be made of the records when all are there. */
  readonly pages: readonly string[];
  /** NDJSON, for pages and bars. */
  readonly #collected: string[] = [];
  /** Records that were there before. */
  readonly kept: number;
  /** Records in the output, those kept included. */
  written: number;
  /** Runs among them that a limit stopped. */
  stopped: number;
  /** Runs among them that a fault of the kernel ended. */
  faulty: number;

  constructor(header: SweepHeader, chosen: readonly number[], options: OptionsOf<'sweep'>, io: Io) {
    const names = options.output ?? [];
    this.pages = names.filter((name) => /\.html$/i.test(name));
    if (this.pages.length > 0 && options.resume === true) {
      throw new UserError('--resume continues a file of records; mapsim report makes a page of it');
    }
    if (options.bars === true && options.resume === true) {
      throw new UserError(
        '--resume goes on with records, and --bars draws whole sweeps; mapsim report draws the file',
      );
    }
    const { files: outputs, stdout } = recordOutputs(options, io);
    if (options.bars === true && !hasRoomForBars(stdout)) {
      throw new UserError(
        `--bars stand under tables of text; standard output has ${stdout!.name}: write it to a file with -o`,
      );
    }
    if (options.resume === true && stdout !== null) {
      throw new UserError(
        outputs.length === 0
          ? '--resume goes on with one file: give one -o FILE.ndjson'
          : '--resume continues a file of records; mapsim merge makes tables of it',
      );
    }
    const kept = options.resume === true ? keptOf(outputs, header, chosen, io.cwd) : NOTHING;
    this.kept = kept.records;
    this.written = kept.records;
    this.stopped = kept.stopped;
    this.faulty = kept.faulty;
    this.#expected = chosen.length;
    this.#stdout = stdout === null ? null : new Output(io.stdout, 'standard output');
    for (const page of this.pages) checkWritable(page, io.cwd);
    for (const { name, format } of outputs) {
      const file = new LiveFile(name, io.cwd, kept.bytes);
      const target = { write: (text: string) => file.write(text), close: () => file.close() };
      this.#targets.push({ stream: format.begin(header), ...target });
    }
    if (this.pages.length > 0 || options.bars === true) {
      const write = (text: string) => void this.#collected.push(text);
      this.#targets.push({ stream: SWEEP_NDJSON.begin(header), write, close: () => {} });
    }
    if (this.#stdout !== null) {
      const write = this.#writing(this.#stdout);
      this.#targets.push({ stream: stdout!.begin(header), write, close: () => {} });
    }
    if (kept.bytes === 0) this.#write((stream) => stream.head);
  }

  #writing(stdout: Output): Target['write'] {
    return (text) => {
      if (text === '') return; // tables come at the end
      this.#chain = this.#chain.then(() => stdout.write(text)).then(() => stdout.flush());
      this.#chain.catch(() => {}); // told by end()
    };
  }

  get collected(): string {
    return this.#collected.join('');
  }

  /** Standard output has them. */
  get hasTables(): boolean {
    return this.#stdout !== null;
  }

  /** Nobody reads standard output any more: there is no use in going on. */
  get readerGone(): boolean {
    return this.#stdout?.closed === true;
  }

  record(record: SweepRecord): void {
    this.written++;
    if (isLimit(record.run.ended)) this.stopped++;
    if (record.run.ended === 'kernel-fault') this.faulty++;
    this.#write((stream) => stream.record(record));
  }

  /** Resolves when what was written so far has been taken. */
  drained(): Promise<void> {
    return this.#chain;
  }

  /** Resolves when all has been taken. */
  async end(): Promise<void> {
    const footer = { units: this.written, complete: this.written === this.#expected };
    this.#write((stream) => stream.footer(footer));
    await this.#chain;
  }

  close(): void {
    for (const { close } of this.#targets) close();
  }

  #write(render: (stream: SweepStream) => string): void {
    for (const { stream, write } of this.#targets) write(render(stream));
  }
}

function keptOf(
  outputs: readonly { readonly name: string; readonly format: SweepFormat }[],
  header: SweepHeader,
  chosen: readonly number[],
  cwd: string,
): Kept {
  const [only, ...more] = outputs;
  if (only === undefined || more.length > 0 || only.format.name !== 'ndjson') {
    throw new UserError('--resume goes on with one file: give one -o FILE.ndjson');
  }
  const { name } = only;
  if (!existsSync(resolve(cwd, name))) return NOTHING;
  let kept = NOTHING;
  for (const line of sweepLines(name, cwd)) {
    if (kept.bytes === 0) {
      if (!line.whole) return NOTHING; // killed before its first line was written
      const fault =
        differs(headerOf(name, line), header) ?? otherShard(headerOf(name, line), header);
      if (fault !== null) throw new UserError(`${name} is of another sweep: ${fault}`);
      kept = { ...NOTHING, bytes: line.end };
      continue;
    }
    const { type, unit, ended } = line.record ?? {};
    if (!line.whole || type !== 'run' || unit !== chosen[kept.records]) break;
    kept = {
      bytes: line.end,
      records: kept.records + 1,
      stopped: kept.stopped + (isLimit(ended) ? 1 : 0),
      faulty: kept.faulty + (ended === 'kernel-fault' ? 1 : 0),
    };
  }
  return kept;
}

function isLimit(ended: unknown): boolean {
  return LIMITS.some((limit) => limit === ended);
}

function otherShard(a: SweepHeader, b: SweepHeader): string | null {
  const [inFile, asked] = [a.shard, b.shard].map((shard) => shardText(shard));
  return inFile === asked ? null : `it is ${inFile}, and ${asked} is asked for`;
}

function shardText(shard: SweepHeader['shard']): string {
  return shard === null ? 'the whole' : `shard ${shard.index}/${shard.count}`;
}
