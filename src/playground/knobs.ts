/**
 * The sliders: the value of a scenario for each slider, and the change of the text when it is
 * moved. The page always runs the text, so the command line can run the same.
 */
import { mostOf } from '../base/extremes.ts';
import { parseDuration, parseSize } from '../scenario/units.ts';

export const KNOBS = ['pause', 'vmas', 'buffer', 'cpus'] as const;
export type Knob = (typeof KNOBS)[number];

/** A value in the scenario's own units; null: the scenario has no such thing. */
export type Knobs = Readonly<Record<Knob, number | null>>;

export interface Edit {
  readonly knob: Knob;
  readonly value: number;
}

type Path = readonly (string | number)[];
export type Change = readonly [path: Path, value: unknown];

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function items(tree: Tree, key: string): readonly Tree[] {
  const list = tree[key];
  return Array.isArray(list) ? list.map((item) => (isTree(item) ? item : {})) : [];
}

/** The mean of a duration, in ns. */
function meanNs(think: unknown): number | null {
  if (think === undefined) return 0;
  if (typeof think === 'number' || typeof think === 'string') {
    const ns = parseDuration(think);
    return typeof ns === 'number' ? ns : null;
  }
  if (!isTree(think)) return null;
  if (think.exp !== undefined) return meanNs(think.exp);
  if (!Array.isArray(think.uniform)) return null;
  const [least, most] = think.uniform.map(meanNs);
  return least == null || most == null ? null : (least + most) / 2;
}

/** As scenarios and the command line have it. */
export function durationText(ns: number): string {
  if (ns % 1e6 === 0 && ns > 0) return `${ns / 1e6}ms`;
  return ns % 1e3 === 0 && ns > 0 ? `${ns / 1e3}us` : `${ns}ns`;
}

/** The first writer that thinks between its operations. */
function pausingWriter(tree: Tree): number {
  return items(tree, 'writers').findIndex((w) => w.every === undefined && w.trace === undefined);
}

/** The range with most copies. */
function repeatedRange(tree: Tree): number {
  const counts = items(tree, 'vmas').map(({ repeat }) => (typeof repeat === 'number' ? repeat : 0));
  const most = Math.max(0, mostOf(counts));
  return most === 0 ? -1 : counts.indexOf(most);
}

/** @param tree the scenario as data */
export function knobsOf(tree: unknown): Knobs {
  if (!isTree(tree)) return { pause: null, vmas: null, buffer: null, cpus: null };
  const writer = pausingWriter(tree);
  const range = repeatedRange(tree);
  const [reader] = items(tree, 'readers');
  const count = ({ count: n = 1 }: Tree): number => (typeof n === 'number' ? n : 1);
  const tasks = [...items(tree, 'readers'), ...items(tree, 'writers')];
  const all = tasks.reduce((sum, task) => sum + count(task), 0);
  const cpus = isTree(tree.machine) ? tree.machine.cpus : undefined;
  const buffer = reader?.buffer ?? '64k';
  return {
    pause: writer < 0 ? null : meanNs(items(tree, 'writers')[writer]!.think),
    vmas: range < 0 ? null : Number(items(tree, 'vmas')[range]!.repeat),
    buffer:
      reader !== undefined && (typeof buffer === 'number' || typeof buffer === 'string')
        ? parseSize(buffer)
        : null,
    cpus: typeof cpus === 'number' ? cpus : all > 0 ? all : null,
  };
}

/** What a slider changes in the scenario. */
export function changesFor(tree: unknown, { knob, value }: Edit): readonly Change[] {
  if (!isTree(tree)) return [];
  switch (knob) {
    case 'pause': {
      const index = pausingWriter(tree);
      if (index < 0) return [];
      const { think } = items(tree, 'writers')[index]!;
      const drawn = isTree(think);
      if (drawn && think.exp !== undefined) {
        return [[['writers', index, 'think', 'exp'], durationText(value)]];
      }
      if (drawn)
        return [
          [
            ['writers', index, 'think', 'uniform'],
            [0, durationText(2 * value)],
          ],
        ];
      return [[['writers', index, 'think'], durationText(value)]];
    }
    case 'vmas': {
      const index = repeatedRange(tree);
      return index < 0 ? [] : [[['vmas', index, 'repeat'], value]];
    }
    case 'buffer': {
      const text = value % 1024 === 0 ? `${value / 1024}k` : value;
      return items(tree, 'readers').map((_, i) => [['readers', i, 'buffer'], text] as const);
    }
    case 'cpus':
      return [[['machine', 'cpus'], value]];
  }
}

/** The N of the families in a list of strategies; null: it has none. */
export function limitOf(strategies: string): number | null {
  const found = FAMILY.exec(strategies);
  return found === null ? null : Number(found[2]);
}

/** The list with another N in all of its families. */
export function withLimit(strategies: string, n: number): string {
  return strategies.replace(new RegExp(FAMILY, 'g'), (_, family: string) => `${family}${n}`);
}

const FAMILY = /(?<![\w-])(rcu-retry|rcu-page)([0-9]+)(?![0-9.])/;
