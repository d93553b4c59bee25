/**
 * The record of a timed run: each step with its task and time, the options of the run, and how it
 * ended. In a replay (recorded-cpus.ts) the record decides which task runs when, instead of CPUs
 * and costs; locks, address space and strategy come from the scenario.
 *
 * As text: NDJSON. A head; for each step `[task, ns, "name"]`; where tasks share CPUs, also
 * `[task, ns, "+cpu"]` and `"-cpu"` when one gets or loses its CPU; how the run ended.
 */

import { UserError } from '../base/errors.ts';
import { jsonOf } from '../base/printable.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Outcome } from '../world/outcome.ts';
import type { PassSelection } from '../world/pass-watch.ts';
import type { RunListener } from './timed-driver.ts';

export const RECORD_SCHEMA = 'mapsim/record@1';

/** Names of steps were once those of our functions. */
const EARLIER_NAME = /^[a-z]+[A-Z]/;

/** In place of a step's name. */
export const GETS_CPU = '+cpu';
const LOSES_CPU = '-cpu';

/** How the run was asked for. */
interface RecordHead {
  readonly scenario: Pick<Scenario, 'name' | 'sha256'>;
  /** In place of the readers' own, or null. */
  readonly strategy: string | null;
  readonly seed: string;
  /** In place of the scenario's, or null. */
  readonly durationNs: number | null;
  /** The passes that it showed. */
  readonly passes: PassSelection;
  /** Expressions beside those of the scenario. */
  readonly failOn: readonly string[];
}

/** A step, or a task that gets or loses its CPU. */
export interface RecordItem {
  readonly task: number;
  readonly atNs: number;
  readonly name: string;
}

interface RecordEnd extends Pick<Outcome, 'ended' | 'livelock'> {
  readonly steps: number;
}

export interface RunRecord {
  readonly head: RecordHead;
  readonly items: readonly RecordItem[];
  readonly end: RecordEnd;
}

/** Writes a record, line by line. */
export class Recorder implements RunListener {
  readonly #write: (text: string) => void;
  /** As JSON. */
  readonly #names = new Map<string, string>();
  #steps = 0;

  constructor(head: RecordHead, write: (text: string) => void) {
    this.#write = write;
    this.#line({ schema: RECORD_SCHEMA, ...head });
  }

  readonly step = (task: Task, atNs: number): void => {
    const name = stepName(task);
    let json = this.#names.get(name);
    if (json === undefined) {
      json = JSON.stringify(name);
      this.#names.set(name, json);
    }
    this.#steps++;
    this.#write(`[${task.id},${atNs},${json}]\n`);
  };

  readonly cpu = ({ id }: Task, atNs: number, has: boolean): void => {
    this.#line([id, atNs, has ? GETS_CPU : LOSES_CPU]);
  };

  end({ ended, livelock }: Pick<Outcome, 'ended' | 'livelock'>): void {
    this.#line({ ended, livelock, steps: this.#steps });
  }

  #line(value: unknown): void {
    this.#write(`${jsonOf(value)}\n`);
  }
}

/** Whether a file begins like a record. */
export function isRecord(text: string): boolean {
  return text.startsWith(`{"schema":"${RECORD_SCHEMA}"`);
}

/** @param file as the user wrote it */
export function otherScenario(file: string): string {
  return `${file} was recorded with another scenario, or with another version of this scenario`;
}

/** @param file as the user wrote it @throws UserError with the line that is damaged */
export function parseRecord(text: string, file: string): RunRecord {
  const lines = text.split('\n');
  const rest = lines.pop();
  const values = lines.map((line, i) => parseLine(line, `${file}:${i + 1}`));
  const head = values[0] as RecordHead;
  const end = values.at(-1) as RecordEnd;
  if (rest !== '' || values.length < 2 || typeof end.ended !== 'string') {
    throw new UserError(
      `${file}: the record has no end: it was cut short, or is longer than 257 MiB`,
    );
  }
  const names = new Map<string, string>();
  const items = values.slice(1, -1).map((value, i) => itemOf(value, names, `${file}:${i + 2}`));
  if (EARLIER_NAME.test(items.find(isStep)?.name ?? '')) {
    throw new UserError(
      `${file}: a record of an earlier mapsim, whose steps have other names; ` +
        'record the run again with run --record',
    );
  }
  const steps = items.filter(isStep).length;
  if (steps !== end.steps) {
    throw new UserError(`${file}: the record has ${steps} steps, and should have ${end.steps}`);
  }
  return { head, items, end };
}

export function isStep({ name }: RecordItem): boolean {
  return name !== GETS_CPU && name !== LOSES_CPU;
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UserError(`${where}: this is no JSON: the record is damaged`);
  }
}

/** @param names that have been seen, so that each is kept once */
function itemOf(value: unknown, names: Map<string, string>, where: string): RecordItem {
  const [task, atNs, name] = Array.isArray(value) ? (value as unknown[]) : [];
  const numbers = Number.isSafeInteger(task) && Number.isSafeInteger(atNs);
  if (!numbers || typeof name !== 'string') {
    throw new UserError(`${where}: this is no step, [task, ns, "name"]: the record is damaged`);
  }
  if (!names.has(name)) names.set(name, name);
  return { task: task as number, atNs: atNs as number, name: names.get(name)! };
}
