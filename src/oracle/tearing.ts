/**
 * The judgement on a finished pass: could one state have printed this text, and if not, what is
 * wrong with it?
 *
 * First the text is compared with the live layout. If no write section has touched a VMA or its
 * neighbourhood since the pass began, the VMA and its successor are the same in every state of the
 * pass. Where the text agrees, nothing more has to be checked; without writers this is the whole
 * text. Only the remaining pairs of lines are looked up in the history.
 */

import { LINE_FIELDS, LINE_START } from '../mm/line.ts';
import { liveVmaOf, sameBody, sameLine, standsLive } from './committed.ts';
import { Divider } from './division.ts';
import { countGaps, type HoleLogs } from './gaps.ts';
import type { History } from './history.ts';
import { BEGIN, END, type LineTable } from './line-table.ts';
import type { LiveLayout } from './live.ts';
import { countDisorder } from './order.ts';
import { EVERYWHERE, NOWHERE, PassStates, UNCHANGED } from './pass-states.ts';
import type { Section } from './section.ts';
import type { TouchedVmas } from './touched.ts';
import { type CutLine, cutCounts, NOT_TORN, type Verdict } from './verdict.ts';

/** What a pass has printed. */
export interface PassText {
  /** LINE_FIELDS numbers for each line; the gate line is not among them. */
  readonly lines: Float64Array;
  /** The page of each line: pages are numbered as they were begun. */
  readonly pageOf: Int32Array;
  readonly count: number;
  /** The page in which the end of the list was found. */
  readonly endPage: number;
  /** Whether the gate line follows. */
  readonly gate: boolean;
}

/** What the judge looks at; kept by the Oracle. */
interface Evidence {
  readonly live: LiveLayout;
  readonly table: LineTable;
  readonly history: History;
  readonly touched: TouchedVmas;
  readonly holes: HoleLogs;
}

/** A pair that the live layout could not settle. */
const OPEN = -4;

export class Judge {
  readonly #evidence: Evidence;
  readonly #states = new PassStates();
  readonly #divider = new Divider();
  readonly #line = new Float64Array(LINE_FIELDS);
  /** For each item but the last: how it and the next one stand in the states of the pass. */
  #standing = new Int32Array(64);
  /** The lines of the live layout, once it was asked twice for the whole of them. */
  #stood: Float64Array | null = null;
  #stoodOnce = false;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  /** The live layout is about to change. */
  layoutChanges(): void {
    this.#stood = null;
    this.#stoodOnce = false;
  }

  /** @param began when the pass began @param section the write section that is open now, if any */
  judge(text: PassText, began: number, section: Section | null): Verdict {
    if (section === null && !this.#evidence.touched.anySince(began) && this.#stands(text)) {
      return NOT_TORN;
    }
    if (this.#standing.length <= text.count) this.#standing = new Int32Array((text.count + 1) * 2);
    if (this.#standsEverywhere(text, began, section)) return NOT_TORN;
    this.#lookUp(text, began, section);
    const cutLines = this.#divider.divide(this.#standing, text, this.#states);
    if (cutLines.length === 0) return NOT_TORN;
    return this.#describe(text, cutLines, began, section);
  }

  /**
   * Whether this is the text of the live layout, while no section is open. What was found to be is
   * remembered until something changes, so that passes of quiet times cost a comparison of numbers.
   */
  #stands({ lines, count }: PassText): boolean {
    const length = count * LINE_FIELDS;
    if (this.#stood !== null && startsWith(lines, length, this.#stood)) return true;
    if (!this.#evidence.live.prints(lines, count)) return false;
    if (this.#stoodOnce) this.#stood = lines.slice(0, length);
    this.#stoodOnce = true;
    return true;
  }

  /** Holds the text against the live layout; leaves OPEN in #standing what that does not settle. */
  #standsEverywhere(text: PassText, began: number, section: Section | null): boolean {
    const { live, touched } = this.#evidence;
    const { lines, count: n } = text;
    const standing = this.#standing;
    const line = this.#line;
    let all = true;
    let next = live.firstAtOrAfter(0);
    // Whether the item and what follows it were left alone since the pass began.
    let alone =
      !touched.beginSince(began) && !(section?.concerns(Number.NEGATIVE_INFINITY) ?? false);
    for (let i = 0; i < n; i++) {
      const at = i * LINE_FIELDS;
      let id = next;
      if (id >= 0) live.readLine(id, line);
      const follows = id >= 0 && sameLine(lines, at, line);
      if (follows && alone) {
        standing[i] = EVERYWHERE;
      } else {
        standing[i] = alone ? NOWHERE : OPEN;
        all = false;
      }
      if (!follows) {
        id = liveVmaOf(live, lines, at, line);
        if (id >= 0 && !sameLine(lines, at, line)) id = -1;
      }
      alone =
        id >= 0 &&
        !touched.since(id, began) &&
        (section === null || !section.concerns(lines[at + LINE_START]!));
      next = id >= 0 ? live.next(id) : -1;
    }
    standing[n] = alone ? (next < 0 ? EVERYWHERE : NOWHERE) : OPEN;
    return all && standing[n] === EVERYWHERE;
  }

  /** Settles the pairs that are OPEN by the history. */
  #lookUp(text: PassText, began: number, section: Section | null): void {
    const { table, history } = this.#evidence;
    const states = this.#states;
    const standing = this.#standing;
    const openEdge = section === null ? [] : section.edge(table);
    states.begin(history, table, began);
    let known = -1; // the item whose id is `second`
    let second = 0;
    for (let item = 0; item <= text.count; item++) {
      if (standing[item] !== OPEN) continue;
      const first = known === item ? second : this.#idOf(text, item);
      second = this.#idOf(text, item + 1);
      known = item + 1;
      if (first >= 0 && second >= 0) standing[item] = states.ask(first, second);
      else standing[item] = UNCHANGED;
    }
    states.look(section, openEdge);
    for (let item = 0; item <= text.count; item++) {
      if (standing[item]! >= 0) standing[item] = states.settle(standing[item]!);
      if (standing[item] === UNCHANGED) {
        standing[item] = this.#standsInForce(text, item, section) ? EVERYWHERE : NOWHERE;
      }
    }
  }

  /**
   * Whether a pair that no difference mentions, nor the open section, stands in the state in force.
   */
  #standsInForce(text: PassText, item: number, section: Section | null): boolean {
    const start =
      item === 0 ? Number.NEGATIVE_INFINITY : text.lines[(item - 1) * LINE_FIELDS + LINE_START]!;
    if (section?.concerns(start)) return false;
    return standsLive(this.#evidence.live, text.lines, text.count, item);
  }

  #idOf(text: PassText, item: number): number {
    if (item === 0) return BEGIN;
    if (item > text.count) return END;
    return this.#evidence.table.find(text.lines, (item - 1) * LINE_FIELDS);
  }

  #describe(
    text: PassText,
    cutLines: readonly CutLine[],
    began: number,
    section: Section | null,
  ): Verdict {
    const { live, holes } = this.#evidence;
    const { lines, count: n } = text;
    return {
      ...cutCounts(cutLines),
      ...this.#countStrangers(text, section),
      ...countDisorder(lines, n, text.gate),
      ...countGaps({ live, section, holes, began, lines, n, standing: this.#standing }),
    };
  }

  /** Lines that stand in no state: by their name alone (stale), or by what they map (alien). */
  #countStrangers(text: PassText, section: Section | null) {
    const standing = this.#standing;
    const strangers: number[] = [];
    for (let i = 0; i < text.count; i++) {
      if (standing[i] !== NOWHERE || standing[i + 1] !== NOWHERE) continue;
      const id = this.#idOf(text, i + 1);
      if (id >= 0 && this.#states.mentions(id)) continue;
      if (!this.#liveIs(sameLine, text, i, section)) strangers.push(i);
    }
    let staleNames = 0;
    if (strangers.length > 0) {
      const mentioned = this.#mentionedByStart();
      for (const i of strangers) {
        const candidates = mentioned.get(text.lines[i * LINE_FIELDS + LINE_START]!) ?? [];
        if (
          this.#liveIs(sameBody, text, i, section) ||
          candidates.some((id) => this.#hasBody(id, text.lines, i * LINE_FIELDS))
        ) {
          staleNames++;
        }
      }
    }
    return { alienLines: strangers.length - staleNames, staleNames };
  }

  /** Whether the VMA at the start of line i is that line, where the live layout is in force. */
  #liveIs(same: typeof sameLine, text: PassText, i: number, section: Section | null): boolean {
    const at = i * LINE_FIELDS;
    if (section?.concerns(text.lines[at + LINE_START]!)) return false;
    const id = liveVmaOf(this.#evidence.live, text.lines, at, this.#line);
    return id >= 0 && same(text.lines, at, this.#line);
  }

  #mentionedByStart(): Map<number, number[]> {
    const byStart = new Map<number, number[]>();
    for (const id of this.#states.seen) {
      if (id === BEGIN || id === END) continue;
      const start = this.#evidence.table.field(id, LINE_START);
      const ids = byStart.get(start);
      if (ids === undefined) byStart.set(start, [id]);
      else ids.push(id);
    }
    return byStart;
  }

  #hasBody(id: number, lines: Float64Array, at: number): boolean {
    for (let f = 0; f < LINE_FIELDS; f++) {
      this.#line[f] = this.#evidence.table.field(id, f);
    }
    return sameBody(lines, at, this.#line);
  }
}

/** Whether the first `length` numbers are those of `other`. */
function startsWith(lines: Float64Array, length: number, other: Float64Array): boolean {
  if (length !== other.length) return false;
  for (let i = 0; i < length; i++) if (lines[i] !== other[i]) return false;
  return true;
}
