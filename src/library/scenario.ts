/**
 * Loads scenarios for the library: a text becomes a checked scenario, or an error with all faults.
 */
import { UserError } from '../base/errors.ts';
import { type Fault, FaultList, renderFaults } from '../scenario/load/faults.ts';
import { parseSource, type Source } from '../scenario/load/parse.ts';
import { loadScenario } from '../scenario/load/validate.ts';
import * as yaml from '../scenario/load/yaml-text.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readTrace } from '../trace/read-trace.ts';
import { bytesOf } from './given.ts';
import { loadEnvOf } from './load-env.ts';

export interface LoadOptions {
  /**
   * Path of the scenario, for messages and results; the file need not exist. The name of the
   * scenario is its base name without the extension. Files that the scenario names are relative to
   * its folder.
   */
  readonly name: string;
  /**
   * Reads a file that the scenario refers to: a capture (`from:`) or a trace. Without `readFile`
   * such a scenario is an error.
   * @param path relative to the working directory, like `name`
   * @returns the bytes of the file, or its text, which is encoded as UTF-8
   * @throws any error with the reason why the file cannot be read; it becomes a fault of the
   * scenario
   */
  readonly readFile?: (path: string) => Uint8Array | string;
}

/** The text is not a scenario. `message` shows every fault with its line, like the command. */
export class ScenarioError extends UserError {
  override readonly name = 'ScenarioError';
  /** The faults in the order of the text; lines and columns count from 1. */
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], dropped: number) {
    super(renderFaults(faults, { dropped }).trimEnd());
    this.faults = faults;
  }
}

/** A checked scenario. It is immutable and can be run any number of times. */
export class LoadedScenario {
  /** The `name` of LoadOptions. */
  readonly path: string;
  /** Base name of the path without its extension. */
  readonly name: string;
  readonly about: string | null;
  /** SHA-256 of the scenario and of every file that it refers to, in hexadecimal digits. */
  readonly sha256: string;
  /** The default seed of a run. */
  readonly seed: string;
  /** Duration in simulated ns; null: a run ends when its readers have made their passes. */
  readonly durationNs: number | null;
  /** Names of the tasks; `count: 3` makes NAME/0 to NAME/2. */
  readonly readers: readonly string[];
  readonly writers: readonly string[];
  /** Notes that are no faults, such as lines of a trace that were not understood. */
  readonly notes: readonly string[];
  /** @internal */
  readonly data: Scenario;
  /** @internal The text as data, before checks and defaults. */
  readonly raw: () => Readonly<Record<string, unknown>>;

  /** @internal */
  constructor(source: Source, data: Scenario, notes: readonly string[]) {
    this.path = source.path;
    this.name = data.name;
    this.about = data.about;
    this.sha256 = data.sha256;
    this.seed = data.seed;
    this.durationNs = data.durationNs;
    this.readers = data.readers.map(({ name }) => name);
    this.writers = data.writers.map(({ name }) => name);
    this.notes = notes;
    this.data = data;
    this.raw = () => {
      const value = parseSource(source, new FaultList())?.value;
      return typeof value === 'object' && value !== null ? { ...value } : {};
    };
  }
}

/**
 * Parses and checks a scenario in YAML or JSON.
 * @param text the scenario as text or as bytes (UTF-8); `sha256` is computed from the bytes
 * @throws ScenarioError with every fault of the text, its line and column
 */
export function load(text: string | Uint8Array, options: LoadOptions): LoadedScenario {
  if (typeof options?.name !== 'string') throw new UserError('load: the scenario needs a name');
  const source: Source = { path: options.name, bytes: bytesOf(text), yaml };
  const notes: string[] = [];
  const env = loadEnvOf({
    readFile: (path) => fileOf(path, options),
    note: (message) => void notes.push(message),
    allowCode: false,
    readTrace,
  });
  const result = loadScenario(source, env);
  if (!result.ok) throw new ScenarioError(result.faults, result.dropped);
  return new LoadedScenario(source, result.scenario, notes);
}

function fileOf(path: string, { readFile }: LoadOptions): Uint8Array {
  if (readFile === undefined) {
    throw new UserError(`cannot read ${path}: load() has no readFile`);
  }
  try {
    return bytesOf(readFile(path));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${path}: ${reason}`);
  }
}
