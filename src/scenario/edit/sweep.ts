/**
 * A grid: a scenario with a key `sweep:`, which says what of it takes which values.
 *
 *     sweep:
 *       writers[0].think: [1us, 10us, 100us]
 *       vmas[0].repeat: {from: 100, to: 10000, factor: 10}
 *       strategies: [mmap-lock, rcu-retry3]
 *       seeds: 20
 *
 * Every point of the grid is the text of the scenario with the values put in the places of those
 * that stand there: so a point is checked like any scenario, and its faults have places in the
 * file.
 */

import { isMap, isNode, parseDocument } from 'yaml';
import { isOwnFile } from '../../base/choice.ts';
import { EnoughFaults, type Fault, FaultList, show } from '../load/faults.ts';
import { type Places, parseSource, type Source } from '../load/parse.ts';
import type { Path } from '../load/place.ts';
import { CODE_HINT, codeRefused } from '../load/strategy-file.ts';
import { scenarioName } from '../load/validate.ts';
import { YAML_CHARS_MAX } from '../load/yaml-text.ts';
import { parseDuration } from '../units.ts';

interface Axis {
  /** As written: `writers[0].think`. */
  readonly path: string;
  readonly values: readonly unknown[];
}

export interface Grid {
  readonly name: string;
  /** In the order in which they are written; the last one changes first. */
  readonly axes: readonly Axis[];
  /** As written; null: none. */
  readonly strategies: readonly string[] | null;
  /** As `--seeds` would say it; null: none. */
  readonly seeds: string | null;
  /** Number of points: all combinations. */
  readonly points: number;
  /** The values of a point, one for each axis. */
  valuesOf(point: number): readonly unknown[];
  /** The scenario of a point. */
  sourceOf(point: number): Uint8Array;
}

type GridResult =
  | { readonly ok: true; readonly grid: Grid }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly dropped: number };

/** Each point is a scenario in memory. */
const POINTS_MAX = 10_000;

/** @param allowCode whether `strategies:` may name programs */
export function parseGrid(source: Source, allowCode = false): GridResult {
  const faults = new FaultList();
  let grid: Grid | null = null;
  try {
    grid = readGrid(source, faults, allowCode);
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
  }
  if (grid === null || faults.count > 0) {
    return { ok: false, faults: faults.sorted(), dropped: faults.dropped };
  }
  return { ok: true, grid };
}

function readGrid(source: Source, faults: FaultList, allowCode: boolean): Grid | null {
  const parsed = parseSource(source, faults);
  if (parsed === null) return null;
  const { text } = parsed.source;
  if (text.length > YAML_CHARS_MAX) {
    faults.add(parsed.places.value([]), 'a grid of more than 4 MiB', 'put VMAs into a maps text');
    return null;
  }
  const reader = new GridReader(text, parsed.places, { faults, allowCode });
  return reader.read(parsed.value, scenarioName(source.path));
}

/** A stretch of the text and what stands there instead, by the axis. */
interface Slot {
  readonly start: number;
  readonly end: number;
  readonly axis: number;
}

class GridReader {
  readonly #text: string;
  readonly #places: Places;
  readonly #faults: FaultList;
  readonly #allowCode: boolean;
  readonly #document: ReturnType<typeof parseDocument>;

  constructor(
    text: string,
    places: Places,
    { faults, allowCode }: { faults: FaultList; allowCode: boolean },
  ) {
    this.#text = text;
    this.#places = places;
    this.#faults = faults;
    this.#allowCode = allowCode;
    this.#document = parseDocument(text, {
      version: '1.2',
      intAsBigInt: true,
      uniqueKeys: false, // parseSource has looked
    });
  }

  read(value: unknown, name: string): Grid | null {
    const sweep = isObject(value) ? value.sweep : undefined;
    if (!isObject(sweep)) {
      const hint = 'sweep: {"writers[0].think": [1us, 10us]}';
      this.#refuse(
        sweep === undefined ? [] : ['sweep'],
        'a grid needs a key sweep: with lists of values',
        hint,
      );
      return null;
    }
    const axes: Axis[] = [];
    const slots: Slot[] = [];
    for (const [path, written] of Object.entries(sweep)) {
      if (path === 'strategies' || path === 'seeds') continue;
      const values = this.#values(path, written);
      const slot = this.#slot(path, axes.length);
      if (values === null || slot === null) continue;
      axes.push({ path, values });
      slots.push(slot);
    }
    this.#checkOverlaps(axes, slots);
    const points = axes.reduce((product, { values }) => product * values.length, 1);
    if (points > POINTS_MAX) {
      this.#refuse(['sweep'], `the grid has more than ${POINTS_MAX} points`);
    }
    const strategies = this.#strategies(sweep.strategies);
    const seeds = this.#seeds(sweep.seeds);
    const text = this.#text;
    const hidden = this.#keyOfSweep();
    const valuesOf = (point: number) => combination(axes, point);
    const sourceOf = (point: number) => filledIn(text, hidden, slots, valuesOf(point));
    return { name, axes, strategies, seeds, points, valuesOf, sourceOf };
  }

  #refuse(path: Path, message: string, hint: string | null = null): void {
    this.#faults.add(this.#places.value(path), message, hint);
  }

  #values(path: string, written: unknown): readonly unknown[] | null {
    const at = ['sweep', path];
    const values = Array.isArray(written) ? written : rangeOf(written);
    if (!Array.isArray(values)) {
      this.#refuse(at, `${path}: ${values}`);
      return null;
    }
    const texts = values.map(valueText);
    const twice = texts.findIndex((text, i) => texts.indexOf(text) < i);
    if (values.length === 0) this.#refuse(at, `${path}: a list of at least one value is needed`);
    else if (twice >= 0) this.#refuse(at, `${path}: ${show(values[twice])} is given twice`);
    else return values;
    return null;
  }

  /** Where the value stands that is to be replaced. */
  #slot(path: string, axis: number): Slot | null {
    const steps = stepsOf(path);
    const node = steps === null ? null : this.#document.getIn(steps, true);
    if (isNode(node) && node.range && node.range[1] > node.range[0]) {
      // A block ends behind its line break, which must stay.
      const whole = this.#text.slice(node.range[0], node.range[1]);
      return { start: node.range[0], end: node.range[0] + whole.trimEnd().length, axis };
    }
    const message =
      steps === null
        ? `"${path}" is neither a path such as writers[0].think, nor strategies, nor seeds`
        : `the scenario has no ${path}: add it to the scenario, with any value`;
    this.#faults.add(this.#places.key(['sweep', path]), message);
    return null;
  }

  #checkOverlaps(axes: readonly Axis[], slots: readonly Slot[]): void {
    for (const [i, { start, end }] of slots.entries()) {
      const other = slots.findIndex((slot, j) => j < i && slot.start < end && start < slot.end);
      if (other < 0) continue;
      const path = axes[i]!.path;
      const message = `one of ${path} and ${axes[other]!.path} contains the other`;
      this.#faults.add(this.#places.key(['sweep', path]), message);
    }
  }

  #strategies(written: unknown): readonly string[] | null {
    if (written === undefined) return null;
    if (Array.isArray(written) && written.length > 0) {
      if (written.every((item) => typeof item === 'string')) {
        for (const [i, item] of this.#allowCode ? [] : written.entries()) {
          const program = item.split(',').find(isOwnFile);
          if (program === undefined) continue;
          this.#refuse(['sweep', 'strategies', i], codeRefused(program), CODE_HINT);
        }
        return written;
      }
    }
    this.#refuse(['sweep', 'strategies'], 'strategies: a list of names is needed');
    return null;
  }

  #seeds(written: unknown): string | null {
    if (written === undefined) return null;
    if (typeof written === 'number' || typeof written === 'string') return String(written);
    if (Array.isArray(written) && written.length > 0 && written.every(isSeed)) {
      const [only] = written; // which, being a number, would be taken for a count
      const alone = written.length === 1 && /^[0-9]+$/.test(String(only));
      return alone ? `${only}..${only}` : written.join(',');
    }
    this.#refuse(['sweep', 'seeds'], 'seeds: a count, a range such as 5..24, or a list is needed');
    return null;
  }

  #keyOfSweep(): { readonly start: number; readonly end: number } {
    const { contents } = this.#document;
    for (const { key } of isMap(contents) ? contents.items : []) {
      if (isNode(key) && key.range && String(key) === 'sweep') {
        return { start: key.range[0], end: key.range[1] };
      }
    }
    return { start: 0, end: 0 };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSeed(value: unknown): boolean {
  return Number.isSafeInteger(value) || (typeof value === 'string' && !/[,]/.test(value));
}

/** `a.b[0].c` as keys and indices. */
function stepsOf(path: string): Path | null {
  if (!/^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*|\[\d{1,7}\])*$/.test(path)) return null;
  const words = path.match(/[\w-]+/g) ?? [];
  return words.map((word) => (/^\d+$/.test(word) ? Number(word) : word));
}

const RANGE = 'a list of values, or {from, to, step} or {from, to, factor}, is needed';

/** The values of a range, or what is wrong with it. */
function rangeOf(written: unknown): readonly number[] | string {
  if (!isObject(written)) return RANGE;
  const { from, to, step, factor, ...rest } = written;
  if (Object.keys(rest).length > 0 || (step === undefined) === (factor === undefined)) return RANGE;
  const [first, last] = [numberOf(from), numberOf(to)];
  const by = step === undefined ? factor : numberOf(step);
  if (first === null || last === null || typeof by !== 'number') return RANGE;
  if (step === undefined ? by <= 1 || first <= 0 : by <= 0) {
    return step === undefined
      ? 'a factor has to be above 1, and its first value above 0'
      : 'a step has to be above 0';
  }
  const times = isDuration(from);
  const values: number[] = [];
  for (let i = 0; values.length <= POINTS_MAX; i++) {
    const value = step === undefined ? first * by ** i : first + i * by;
    if (value > last * (1 + 1e-9)) break;
    values.push(times ? Math.round(value) : Number(value.toPrecision(12)));
  }
  return values;
}

function isDuration(value: unknown): value is string {
  return typeof value === 'string' && typeof parseDuration(value) === 'number';
}

/** Durations in ns. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (!isDuration(value)) return null;
  const ns = parseDuration(value);
  return typeof ns === 'number' ? ns : null;
}

/** On one line, so that lines of the file keep their numbers. JSON is YAML too. */
function valueText(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}

function combination(axes: readonly Axis[], point: number): readonly unknown[] {
  let left = point;
  const values = new Array<unknown>(axes.length);
  for (let i = axes.length - 1; i >= 0; i--) {
    const choices = axes[i]!.values;
    values[i] = choices[left % choices.length];
    left = Math.floor(left / choices.length);
  }
  return values;
}

/** Keys that begin with `x-` are nobody's: so sweep: is not in the way. */
function filledIn(
  text: string,
  hidden: { readonly start: number; readonly end: number },
  slots: readonly Slot[],
  values: readonly unknown[],
): Uint8Array {
  const edits = slots.map(({ start, end, axis }) => ({ start, end, put: valueText(values[axis]) }));
  edits.push({ ...hidden, put: '"x-sweep"' });
  edits.sort((a, b) => a.start - b.start);
  let whole = '';
  let from = 0;
  for (const { start, end, put } of edits) {
    whole += text.slice(from, start) + put;
    from = end;
  }
  return new TextEncoder().encode(whole + text.slice(from));
}
