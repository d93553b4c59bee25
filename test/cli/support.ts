/** A world outside for commands: streams that remember, a directory of its own, fake runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { InStream, Io, Signal } from '../../src/cli/io.ts';
import type { RunProgress, SlicedRun } from '../../src/cli/sliced-run.ts';
import { main } from '../../src/cli/start.ts';
import type { RunRequest } from '../../src/run/timed.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { OperationRecord, Outcome } from '../../src/world/outcome.ts';
import { anOutcome } from '../report/outcomes.ts';

/** Keeps what is written; can be a terminal, can refuse. */
export class Sink extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly chunks: Buffer[] = [];
  /** Error code of every write from now on. */
  failWith: string | null = null;

  constructor(isTTY = false, columns = 80) {
    super({ decodeStrings: true });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.failWith !== null) {
      done(Object.assign(new Error(`write ${this.failWith}`), { code: this.failWith }));
      return;
    }
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

export interface World {
  readonly stdin?: string | Uint8Array;
  readonly stdinIsTTY?: boolean;
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  readonly env?: Io['env'];
  readonly cwd?: string;
  readonly startRun?: Io['startRun'];
  readonly onSignal?: Io['onSignal'];
  readonly die?: Io['die'];
}

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function aDirectory(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'mapsim-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

export function anIo(world: World = {}): Io & { stdout: Sink; stderr: Sink } {
  const stdin = Object.assign(Readable.from(world.stdin === undefined ? [] : [world.stdin]), {
    isTTY: world.stdinIsTTY ?? false,
  }) as InStream;
  return {
    stdin,
    stdout: world.stdout ?? new Sink(),
    stderr: world.stderr ?? new Sink(),
    env: world.env ?? {},
    cwd: world.cwd ?? '/nonexistent',
    ...(world.startRun === undefined ? {} : { startRun: world.startRun }),
    ...(world.onSignal === undefined ? {} : { onSignal: world.onSignal }),
    ...(world.die === undefined ? {} : { die: world.die }),
  };
}

/** Runs mapsim in this process. */
export async function mapsim(argv: readonly string[], world: World = {}): Promise<Said> {
  const io = anIo(world);
  const code = await main(argv, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** Ends after `slices` calls of advance(); remembers how it was started and stopped. */
export class FakeRun implements SlicedRun {
  readonly scenario: Scenario;
  readonly request: RunRequest;
  interrupted = false;
  advances = 0;
  /** Called at each advance(), with its number from 1. */
  onAdvance: (count: number) => void = () => {};
  readonly #slices: number;
  readonly #result: Partial<Outcome>;

  constructor(
    scenario: Scenario,
    request: RunRequest,
    parts: { slices?: number; outcome?: Partial<Outcome>; operations?: OperationRecord[] },
  ) {
    this.scenario = scenario;
    this.request = request;
    this.#slices = parts.slices ?? 1;
    this.#result = parts.outcome ?? {};
    for (const record of parts.operations ?? []) request.onOperation?.(record);
  }

  advance(): boolean {
    this.advances++;
    this.onAdvance(this.advances);
    return this.advances >= this.#slices;
  }

  progress(): RunProgress {
    return { events: this.advances, simulatedNs: 0, fraction: null };
  }

  interrupt(): void {
    this.interrupted = true;
  }

  outcome(): Outcome {
    const stopped = this.interrupted ? { complete: false, ended: 'interrupted' as const } : {};
    return anOutcome({ seed: this.request.seed ?? '?', ...this.#result, ...stopped });
  }
}

/** Starts fake runs and keeps them for a look afterwards. */
export function fakeRuns(parts: ConstructorParameters<typeof FakeRun>[2] = {}) {
  const runs: FakeRun[] = [];
  const startRun = (scenario: Scenario, request: RunRequest): FakeRun => {
    const run = new FakeRun(scenario, request, parts);
    runs.push(run);
    return run;
  };
  return { runs, startRun };
}

/** Signals on demand. */
export function fakeSignals() {
  const handlers = new Set<(signal: Signal) => void>();
  const deaths: Signal[] = [];
  return {
    deaths,
    watched: () => handlers.size > 0,
    send(signal: Signal) {
      for (const handler of [...handlers]) handler(signal);
    },
    onSignal(handler: (signal: Signal) => void) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    die: (signal: Signal) => void deaths.push(signal),
  };
}
