/**
 * The oracle of searches: the same definitions, for worlds small enough to keep whole texts, with
 * all that it knows of a pass in three numbers that are saved with the world.
 *
 * Texts of states, sets of texts and sets of mapped pages are interned; a pass is the set of states
 * in force since its first m_start, the pages mapped in all of them, and those mapped in every tree
 * state. Judging a text is remembered by what it depends on.
 */
import { empty } from '../base/empty.ts';
import { Interned } from '../base/intern.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { MmObserver } from '../mm/observer.ts';
import { countDisorder } from './order.ts';
import type { PassText } from './tearing.ts';
import type { CutLine, Verdict } from './verdict.ts';

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
  /** Text and pages of the committed state in force. */
  text: number;
  mapped: number;
  readonly passes: SmallPass[];
  /** What it was told of the address space, until somebody empties it. */
  readonly news: News[] = [];
  /** How often it was told of the address space, and of a pass: who asks twice sees if it was. */
  changes = 0;
  uses = 0;

  /** @param readers passes are told apart by the reader's number, 0 … readers - 1 */
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

  /** The texts of the states of a set, each as lines of numbers: for reports. */
  statesOf(set: number): readonly Text[] {
    return this.#sets.thingOf(set).map((id) => this.#texts.thingOf(id));
  }

  #judge(pass: SmallPass, text: PassText): Verdict {
    const items = ['begin', ...linesOf(text.lines, text.count), 'end'];
    const states = this.statesOf(pass.states).map((lines) => ['begin', ...lines, 'end']);
    const cutLines = divide(items, states, text);
    const cutsInPage = cutLines.filter((cut) => cut.inPage).length;
    const printed = items.slice(1, -1);
    const known = new Set(states.flat());
    const bodies = new Set(states.flat().map(bodyOf));
    const strange = printed.filter((line) => !known.has(line));
    const alienLines = strange.filter((line) => !bodies.has(bodyOf(line))).length;
    return {
      torn: cutLines.length > 0,
      cuts: cutLines.length,
      cutsAtPage: cutLines.length - cutsInPage,
      cutsInPage,
      alienLines,
      staleNames: strange.length - alienLines,
      ...countDisorder(text.lines, text.count, text.gate),
      ...this.#gaps(pass, text),
      cutLines,
    };
  }

  /** Maximal ranges that were mapped in every state of the pass and are not printed. */
  #gaps(pass: SmallPass, text: PassText): { falseGaps: number; transientGaps: number } {
    const printed: [number, number][] = [];
    for (let i = 0; i < text.count; i++) {
      const start = text.lines[i * LINE_FIELDS]!;
      const end = text.lines[i * LINE_FIELDS + 1]!;
      if (start < end) printed.push([start, end]);
    }
    const gaps = subtract(this.#maps.thingOf(pass.committed), printed);
    const trees = this.#maps.thingOf(pass.trees);
    let falseGaps = 0;
    for (let i = 0; i < gaps.length; i += 2) {
      if (covers(trees, gaps[i]!, gaps[i + 1]!)) falseGaps++;
    }
    return { falseGaps, transientGaps: gaps.length / 2 - falseGaps };
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

function linesOf(numbers: ArrayLike<number>, count: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const fields: number[] = [];
    for (let f = 0; f < LINE_FIELDS; f++) fields.push(numbers[i * LINE_FIELDS + f]!);
    lines.push(fields.join('/'));
  }
  return lines;
}

/** All of a line but its name. */
function bodyOf(line: string): string {
  return line.slice(0, line.lastIndexOf('/'));
}

/** The division with the fewest cuts in pages, then at pages, by trying every last piece. */
function divide(items: Text, states: readonly Text[], text: PassText): CutLine[] {
  const pageOf = (item: number): number => {
    if (item > text.count || text.count === 0) return text.endPage;
    return text.pageOf[Math.max(item - 1, 0)]!;
  };
  const isPiece = (from: number, to: number): boolean =>
    from === to ||
    states.some((state) =>
      state.some((_, at) => {
        for (let i = from; i <= to; i++) if (state[at + i - from] !== items[i]) return false;
        return true;
      }),
    );
  const best: { inPage: number; atPage: number; from: number }[] = [];
  for (let to = 0; to < items.length; to++) {
    for (let from = to; from >= 0 && isPiece(from, to); from--) {
      const before = from === 0 ? { inPage: 0, atPage: 0 } : best[from - 1]!;
      const same = from > 0 && pageOf(from - 1) === pageOf(from);
      const inPage = before.inPage + (same ? 1 : 0);
      const atPage = before.atPage + (from > 0 && !same ? 1 : 0);
      const old = best[to];
      const better = !old || inPage < old.inPage || (inPage === old.inPage && atPage < old.atPage);
      if (better) best[to] = { inPage, atPage, from };
    }
  }
  const cuts: CutLine[] = [];
  for (let item = best[items.length - 1]!.from; item > 0; item = best[item - 1]!.from) {
    cuts.push({ line: item - 1, inPage: pageOf(item - 1) === pageOf(item) });
  }
  return cuts.reverse();
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

function subtract(ranges: readonly number[], holes: [number, number][]): number[] {
  let left = [...ranges];
  for (const [start, end] of holes) {
    const next: number[] = [];
    for (let i = 0; i < left.length; i += 2) {
      if (left[i]! < Math.min(start, left[i + 1]!))
        next.push(left[i]!, Math.min(start, left[i + 1]!));
      if (Math.max(end, left[i]!) < left[i + 1]!) next.push(Math.max(end, left[i]!), left[i + 1]!);
    }
    left = next;
  }
  return left;
}

function covers(ranges: readonly number[], start: number, end: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! <= start && end <= ranges[i + 1]!) return true;
  }
  return false;
}
