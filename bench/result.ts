/** A run of the suite as JSON, and its comparison with another run. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { type Figure, nameOf, type Skipped } from './figure.ts';
import { type Judged, minimumOf } from './targets.ts';

export const SCHEMA = 'mapsim/bench@1';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Processes that were running or waiting to, over the minute before the run. */
  readonly load: number;
}

export interface Result {
  readonly schema: typeof SCHEMA;
  readonly machine: Machine;
  readonly runs: number;
  readonly figures: readonly Figure[];
  readonly targets: readonly Judged[];
  readonly skipped: readonly Skipped[];
  /** Against another result. */
  readonly compared?: readonly Compared[];
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(1)),
  };
}

export interface Compared {
  readonly name: string;
  readonly before: number;
  readonly now: number;
  /** Below 1: it costs less now. */
  readonly ratio: number;
}

/** Figures that both runs have, by their minima, in the order of the newer one. */
export function compare(before: Result, now: Result): Compared[] {
  const old = new Map(before.figures.map((figure) => [nameOf(figure), minimumOf(figure)]));
  return now.figures.flatMap((figure) => {
    const name = nameOf(figure);
    const was = old.get(name);
    if (was === undefined) return [];
    const is = minimumOf(figure);
    return [{ name, before: was, now: is, ratio: Number((is / was).toPrecision(3)) }];
  });
}

/** @throws with what is wrong with it */
export function parseResult(text: string): Result {
  const value = JSON.parse(text) as Partial<Result> | null;
  if (value?.schema !== SCHEMA || !Array.isArray(value.figures)) {
    throw new Error(`it is no result of this suite (schema ${SCHEMA})`);
  }
  return value as Result;
}

/** One figure a line, so that a new baseline can be read as a diff. */
export function resultText({ figures, ...rest }: Result): string {
  const lines = figures.map((figure) => `    ${JSON.stringify(figure)}`);
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "figures": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
