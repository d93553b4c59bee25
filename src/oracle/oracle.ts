/**
 * The oracle watches the address space and the texts of readers, and judges each text. It never
 * influences a task.
 *
 * The kernel model reports each write section when it is planned (mmap_lock is held, nothing has
 * changed yet), each store to the tree, and the end of the section. A reader's pass is reported at
 * its first m_start and judged at its last m_stop. While no pass is running, nothing is stored.
 *
 * Left out: which steps the reader took. Only the text is judged.
 */
import { assert } from '../base/assert.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { Plan, PlanWindow } from '../mm/plan.ts';
import { windowLines } from './edge.ts';
import { History } from './history.ts';
import { LineTable } from './line-table.ts';
import type { LiveLayout } from './live.ts';
import { RangeLog } from './ranges.ts';
import { Section } from './section.ts';
import { Judge, type PassText } from './tearing.ts';
import { TouchedVmas } from './touched.ts';
import type { Verdict } from './verdict.ts';

export type { LiveLayout } from './live.ts';
export type { PassText } from './tearing.ts';
export type { CutLine, Verdict } from './verdict.ts';

/** Names a pass in flight. */
export type PassToken = number;

interface OracleLimits {
  /** Distinct states (and ranges that came and went) that may be kept at once. */
  readonly states: number;
  /** Numbers in the differences between them. */
  readonly words: number;
}

const ORACLE_LIMITS: OracleLimits = { states: 2 ** 21, words: 2 ** 26 };

export class Oracle {
  readonly #live: LiveLayout;
  readonly #limits: OracleLimits;
  readonly #table = new LineTable();
  readonly #history = new History(this.#table);
  readonly #touched = new TouchedVmas();
  readonly #holes = { committed: new RangeLog(), intermediate: new RangeLog() };
  readonly #judge: Judge;
  /** Passes in flight, by the time when they began, rising. */
  readonly #passes = new Set<PassToken>();
  #section: Section | null = null;
  #sectionLines = new Float64Array(LINE_FIELDS * 16);
  #clock = 0;

  constructor(live: LiveLayout, limits: OracleLimits = ORACLE_LIMITS) {
    this.#live = live;
    this.#limits = limits;
    this.#judge = new Judge({
      live,
      table: this.#table,
      history: this.#history,
      touched: this.#touched,
      holes: this.#holes,
    });
  }

  /** A task holds mmap_lock for write, has opened the sequence section and changed nothing yet. */
  sectionPlanned(plan: Plan): void {
    assert(this.#section === null, 'oracle: a write section inside another');
    this.#judge.layoutChanges();
    this.#sectionLines = windowLines(plan, this.#live, this.#sectionLines);
    this.#section = new Section(plan.windows, this.#sectionLines);
  }

  /** One store of a VMA over pages [start, end) of the tree. */
  treeStored(start: number, end: number): void {
    assert(this.#section !== null, 'oracle: a tree store outside a write section');
    const log = this.#passes.size > 0 ? this.#holes.intermediate : null;
    this.#section.treeStored(start, end, log, ++this.#clock);
  }

  /** One store of nothing over pages [start, end) of the tree. */
  treeCleared(start: number, end: number): void {
    assert(this.#section !== null, 'oracle: a tree store outside a write section');
    this.#section.treeCleared(start, end);
  }

  /** The sequence section ends (unlock or downgrade): all its changes are made. */
  sectionCommitted(): void {
    const section = this.#section;
    assert(section !== null, 'oracle: the end of a write section that is not open');
    this.#section = null;
    if (this.#passes.size === 0 || section.windows.length === 0) return;
    const stamp = ++this.#clock;
    this.#touched.committed(section.windows, this.#live, stamp);
    for (const window of section.windows) this.#noteMapped(window, stamp);
    this.#history.commit(section.edge(this.#table), stamp);
    this.#history.retainLines();
  }

  /** A pass is at its first m_start. */
  passBegins(): PassToken {
    const token = ++this.#clock;
    this.#passes.add(token);
    return token;
  }

  /** The pass will never be judged. */
  passGivenUp(token: PassToken): void {
    this.#passEnds(token);
  }

  /** The pass is at its last m_stop and has printed this text. */
  judge(token: PassToken, text: PassText): Verdict {
    assert(this.#passes.has(token), 'oracle: judges a pass that is not in flight');
    const verdict = this.#judge.judge(text, token, this.#section);
    this.#passEnds(token);
    return verdict;
  }

  /** True when more states are kept than the run should go on with. */
  historyFull(): boolean {
    const ranges = this.#holes.committed.length + this.#holes.intermediate.length;
    return (
      this.#history.states + ranges >= this.#limits.states ||
      this.#history.words >= this.#limits.words
    );
  }

  /** What is kept, for tests and benchmarks. */
  get kept(): { readonly states: number; readonly ranges: number; readonly lines: number } {
    const ranges = this.#holes.committed.length + this.#holes.intermediate.length;
    return { states: this.#history.states, ranges, lines: this.#table.count };
  }

  /** Logs the pages of `after` that `before` has not. Both rise, so one look at each will do. */
  #noteMapped({ before, after }: PlanWindow, stamp: number): void {
    let at = 0;
    for (const { start, end } of after) {
      let from = start;
      while (from < end) {
        while (at < before.length && before[at]!.end <= from) at++;
        const oldStart = at < before.length ? before[at]!.start : end;
        if (oldStart > from) this.#holes.committed.note(from, Math.min(oldStart, end), stamp);
        from = oldStart < end ? before[at]!.end : end;
      }
    }
  }

  #passEnds(token: PassToken): void {
    assert(this.#passes.delete(token), 'oracle: the end of a pass that is not in flight');
    const { value: oldest } = this.#passes.values().next();
    if (oldest === undefined) {
      this.#history.clear();
      this.#holes.committed.clear();
      this.#holes.intermediate.clear();
      this.#section?.forgetLines();
    } else if (oldest > token) {
      this.#history.trim(oldest);
      this.#holes.committed.trim(oldest);
      this.#holes.intermediate.trim(oldest);
    }
  }
}
