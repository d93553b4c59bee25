/**
 * The oracle of searches: the same definitions, for worlds small enough to store whole texts. Its
 * data about a pass are three numbers that are saved with the world.
 *
 * Texts of states, sets of texts and sets of mapped pages are interned; a pass is the set of states
 * in force since its first m_start, the pages mapped in all of them, and those mapped in every tree
 * state. Verdicts are cached by the data on which they depend.
 */
import { empty } from '../base/grow.ts';
import { Interned } from '../base/intern.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { MmObserver } from '../mm/observer.ts';
import { type DividedStates, Divider } from './division.ts';
import { EVERYWHERE, NOWHERE } from './pass-states.ts';
import type { PassText } from './tearing.ts';
import { linesOf, markGaps, markLines, type PassView } from './text-marks.ts';
import { cutCounts, TEXT_COUNTS, type TextCount, type Verdict } from './verdict.ts';

/** What the small oracle reads of the kernel. */
export interface SmallLayout {
  /** The lines of the tree as it is now, LINE_FIELDS numbers each, rising. */
  readLines(into: number[]): void;
  /** Ranges of the tree as it is now: start, end, start, end, …; joined where they touch. */
  readMapped(into: number[]): void;
}

/** A pass in flight. All numbers of interned things; -1 while there is none. */
export interface SmallPass {
  states: number;
  committed: number;
  trees: number;
}

/** What passes in flight must know: a state of the tree, or a committed one. Interned things. */
export type News = { readonly tree: number } | { readonly text: number; readonly mapped: number };

type Text = readonly string[];

export class SmallOracle implements MmObserver {
  readonly #layout: SmallLayout;
  readonly #texts = new Interned<Text>();
  readonly #sets = new Interned<readonly number[]>();
  readonly #maps = new Interned<readonly number[]>();
  readonly #verdicts = new Map<string, Verdict>();
  readonly #scratch: number[] = [];
  readonly #divider = new Divider();
  /** Text and pages of the committed state in force. */
  text: number;
  mapped: number;
  readonly passes: SmallPass[];
  /** The reported events of the address space, until they are cleared. */
  readonly news: News[] = [];
  /** Numbers of reported changes of the address space, and of reported events of passes. */
  changes = 0;
  uses = 0;

  /** @param readers number of readers; a pass is identified by its reader, 0 … readers - 1 */
  constructor(layout: SmallLayout, readers: number) {
    this.#layout = layout;
    this.passes = Array.from({ length: readers }, () => ({ states: -1, committed: -1, trees: -1 }));
    this.text = this.#readText();
    this.mapped = this.#readMapped();
  }

  sectionPlanned(): void {}

  treeStored(): void {
    this.#tell({ tree: this.#readMapped() });
  }

  treeCleared(): void {
    this.#tell({ tree: this.#readMapped() });
  }

  sectionCommitted(): void {
    this.text = this.#readText();
    this.mapped = this.#readMapped();
    this.#tell({ text: this.text, mapped: this.mapped });
  }

  #tell(news: News): void {
    this.changes++;
    this.news.push(news);
    for (const pass of this.passes) this.hear(pass, news);
  }

  /** A pass in flight takes note. */
  hear(pass: SmallPass, news: News): void {
    if (pass.states < 0) return;
    if ('tree' in news) {
      pass.trees = this.#intersect(pass.trees, news.tree);
      return;
    }
    pass.states = this.#with(pass.states, news.text);
    pass.committed = this.#intersect(pass.committed, news.mapped);
  }

  passBegins(reader: number): void {
    this.uses++;
    const pass = this.passes[reader]!;
    pass.states = this.#sets.idOf(`${this.text}`, [this.text]);
    pass.committed = this.mapped;
    pass.trees = this.#readMapped();
  }

  /** Ends the pass and judges its text. */
  judge(reader: number, text: PassText): Verdict {
    this.uses++;
    const pass = this.passes[reader]!;
    const lines = text.lines.subarray(0, text.count * LINE_FIELDS);
    const pages = text.pageOf.subarray(0, text.count);
    const key = [lines, pages, text.endPage, text.gate, pass.states, pass.committed, pass.trees];
    const known = key.join(';');
    let verdict = this.#verdicts.get(known);
    if (verdict === undefined) {
      verdict = this.#judge(pass, text);
      this.#verdicts.set(known, verdict);
    }
    pass.states = -1;
    pass.committed = -1;
    pass.trees = -1;
    return verdict;
  }

  /** Numbers of the texts in a set of states, in the order in which they first occurred. */
  textsOf(set: number): readonly number[] {
    return this.#sets.thingOf(set);
  }

  /** Lines of a text, each its numbers joined by slashes. */
  linesOf(text: number): readonly string[] {
    return this.#texts.thingOf(text);
  }

  /** Ranges of a set of mapped pages: start, end, start, end, … */
  rangesOf(mapped: number): readonly number[] {
    return this.#maps.thingOf(mapped);
  }

  /** What a pass saw, spelled out. */
  viewOf({ states, committed, trees }: SmallPass): PassView {
    return {
      states: this.#sets.thingOf(states).map((id) => this.#texts.thingOf(id)),
      committed: this.#maps.thingOf(committed),
      trees: this.#maps.thingOf(trees),
    };
  }

  #judge(pass: SmallPass, text: PassText): Verdict {
    const { lines, count, gate } = text;
    const view = this.viewOf(pass);
    const { standing, states } = standingOf(linesOf(lines, count), view.states);
    const cuts = cutCounts(this.#divider.divide(standing, text, states));
    const counts = Object.fromEntries(TEXT_COUNTS.map((key) => [key, 0]));
    for (const { faults } of markLines(lines, count, gate, view.states)) {
      for (const fault of faults) counts[fault]!++;
    }
    for (const { kind } of markGaps(lines, count, view)) counts[kind]!++;
    return { ...(counts as Record<TextCount, number>), ...cuts };
  }

  #readText(): number {
    const lines = this.#scratch;
    empty(lines);
    this.#layout.readLines(lines);
    const text = linesOf(lines, lines.length / LINE_FIELDS);
    return this.#texts.idOf(text.join(' '), text);
  }

  #readMapped(): number {
    const ranges = this.#scratch;
    empty(ranges);
    this.#layout.readMapped(ranges);
    return this.#maps.idOf(ranges.join(), [...ranges]);
  }

  #with(set: number, text: number): number {
    const members = this.#sets.thingOf(set);
    if (members.includes(text)) return set;
    const wider = [...members, text].sort((a, b) => a - b);
    return this.#sets.idOf(wider.join(), wider);
  }

  #intersect(a: number, b: number): number {
    if (a === b) return a;
    const both = intersect(this.#maps.thingOf(a), this.#maps.thingOf(b));
    return this.#maps.idOf(both.join(), both);
  }
}

/** How each item of a text and the next one stand in the states, for the Divider. */
function standingOf(
  lines: Text,
  texts: readonly Text[],
): { standing: Int32Array; states: DividedStates } {
  const items = ['begin', ...lines, 'end'];
  const pairs = texts.map((text) => {
    const all = ['begin', ...text, 'end'];
    return new Set(all.slice(1).map((line, i) => `${all[i]} ${line}`));
  });
  const absent = items.slice(1).map((line, i) => {
    const pair = `${items[i]} ${line}`;
    return pairs.flatMap((had, state) => (had.has(pair) ? [] : [state, state + 1]));
  });
  const standing = Int32Array.from(absent, ({ length }, i) => {
    if (length === 0) return EVERYWHERE;
    return length === 2 * texts.length ? NOWHERE : i;
  });
  return { standing, states: { count: texts.length, absent: (pair) => absent[pair]! } };
}

function intersect(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const start = Math.max(a[i]!, b[j]!);
    const end = Math.min(a[i + 1]!, b[j + 1]!);
    if (start < end) both.push(start, end);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return both;
}
