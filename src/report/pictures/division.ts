/**
 * Chooses the state of each line of a text: a division into pieces with as few cuts as the oracle
 * counts.
 *
 * Of the divisions with the fewest cuts inside a page, and of these with the fewest between pages,
 * it takes the one in which most lines belong to the state that they were read in, then the one
 * with the earliest cuts. States with the same text are one, S0, S1, … in order of appearance.
 */
import type { PassStory } from '../../world/run-trace.ts';

/** One text that was in force during the pass. */
interface ShownState {
  /** Indices into PassStory.states of those that have this text. */
  readonly members: readonly number[];
  /** Indices into PassStory.texts. */
  readonly lines: readonly number[];
  /** By text of a line: where it stands. */
  readonly at: ReadonlyMap<number, number>;
  /** Which piece it supplies first, or null. */
  readonly hue: number | null;
}

interface Piece {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Index into Division.states; null: a line that is in no state. */
  readonly state: number | null;
}

interface Cut {
  /** It lies before this line; the number of lines: after the last one. */
  readonly line: number;
  readonly inPage: boolean;
}

export interface Division {
  readonly states: readonly ShownState[];
  readonly pieces: readonly Piece[];
  readonly cuts: readonly Cut[];
  /** By index into PassStory.states: which of `states` it is. */
  readonly stateOf: readonly number[];
  /** By line: the state that it was read in. */
  readonly readIn: readonly number[];
}

/** Above any number of lines and of cuts between pages. */
const IN_PAGE = 2 ** 40;
const AT_PAGE = 2 ** 20;
const BEGIN = -1;
const END = -2;

export function divide(story: PassStory): Division {
  const { texts, stateOf } = distinct(story);
  const states = texts.map(({ members, lines }) => ({
    members,
    lines,
    at: new Map(lines.map((line, i) => [line, i])),
  }));
  const byNumber = new Map(story.states.map(({ number }, i) => [number, stateOf[i]!]));
  const readIn = story.lines.map(({ readIn: number }) => byNumber.get(number) ?? 0);
  const path = cheapest(story, states, readIn);
  const divided = piecesOf(story, path);
  const { pieces } = divided;
  // Of a pass that the end of the run cut off nothing is judged.
  const cuts = story.pass.finished ? divided.cuts : [];
  const order = [...new Set(pieces.flatMap(({ state }) => state ?? []))];
  return {
    states: states.map((state, i) => ({
      ...state,
      hue: order.includes(i) ? order.indexOf(i) : null,
    })),
    pieces,
    cuts,
    stateOf,
    readIn,
  };
}

function distinct({ states }: PassStory): {
  readonly texts: readonly { members: number[]; lines: readonly number[] }[];
  readonly stateOf: readonly number[];
} {
  const texts: { members: number[]; lines: readonly number[] }[] = [];
  const known = new Map<string, number>();
  const stateOf = states.map(({ lines }, i) => {
    const key = lines.join();
    const index = known.get(key) ?? texts.length;
    if (index === texts.length) {
      known.set(key, index);
      texts.push({ members: [], lines });
    }
    texts[index]!.members.push(i);
    return index;
  });
  return { texts, stateOf };
}

/**
 * For each item (the begin of the text, its lines, its end) the state of its piece, and whether a
 * cut lies before the item. The state after the last one is that of lines in no state.
 */
interface Path {
  readonly states: Int32Array;
  readonly cutBefore: Uint8Array;
}

type Candidate = Pick<ShownState, 'lines' | 'at'>;

function cheapest(story: PassStory, states: readonly Candidate[], readIn: readonly number[]): Path {
  const items = [BEGIN, ...story.lines.map(({ text }) => text), END];
  const count = states.length;
  const nowhere = count;
  const place = (item: number, state: number): number => {
    const { at, lines } = states[state]!;
    if (item === BEGIN) return -1;
    return item === END ? lines.length : (at.get(item) ?? Number.NaN);
  };
  const strange = items.map((item) => item >= 0 && states.every(({ at }) => !at.has(item)));
  let cost = new Float64Array(count + 1).fill(0);
  cost[nowhere] = Number.POSITIVE_INFINITY;
  const from: Int32Array[] = [];
  const cuts: Uint8Array[] = [];
  for (let i = 1; i < items.length; i++) {
    const cutCost = pageOf(story, i - 1) === pageOf(story, i) ? IN_PAGE : AT_PAGE;
    let best = 0;
    for (let s = 1; s <= count; s++) if (cost[s]! < cost[best]!) best = s;
    const next = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    const back = new Int32Array(count + 1);
    const cut = new Uint8Array(count + 1);
    for (let s = 0; s <= count; s++) {
      if (s === nowhere ? !strange[i] : Number.isNaN(place(items[i]!, s))) continue;
      const follows = s !== nowhere && place(items[i - 1]!, s) + 1 === place(items[i]!, s);
      const off = i <= readIn.length && readIn[i - 1] !== s ? 1 : 0;
      const stays = follows ? cost[s]! : Number.POSITIVE_INFINITY;
      const cuts_ = cost[best]! + cutCost;
      // At equal cost a piece is continued, so the cut is earlier.
      const stay = stays <= cuts_;
      next[s] = (stay ? stays : cuts_) + off;
      back[s] = stay ? s : best;
      cut[s] = stay ? 0 : 1;
    }
    cost = next;
    from.push(back);
    cuts.push(cut);
  }
  const chosen = new Int32Array(items.length);
  const cutBefore = new Uint8Array(items.length);
  let state = 0;
  for (let s = 1; s <= count; s++) if (cost[s]! < cost[state]!) state = s;
  for (let i = items.length - 1; i >= 0; i--) {
    chosen[i] = state;
    if (i === 0) break;
    cutBefore[i] = cuts[i - 1]![state]!;
    state = from[i - 1]![state]!;
  }
  return { states: chosen, cutBefore };
}

/** As the oracle has it: the begin is in the page of the first line, the end in the last page. */
function pageOf({ lines, endPage }: PassStory, item: number): number {
  if (item > lines.length || lines.length === 0) return endPage;
  return lines[Math.max(item - 1, 0)]!.page;
}

function piecesOf(story: PassStory, { states, cutBefore }: Path): { pieces: Piece[]; cuts: Cut[] } {
  const count = story.lines.length;
  const pieces: Piece[] = [];
  const cuts: Cut[] = [];
  const known = new Set(story.states.flatMap(({ lines }) => lines));
  let from = 0;
  const close = (to: number): void => {
    if (to === from) return;
    const strange = !known.has(story.lines[from]!.text);
    pieces.push({ from, to, state: strange ? null : states[from + 1]! });
    from = to;
  };
  for (let item = 1; item <= count + 1; item++) {
    if (cutBefore[item] === 0) continue;
    const line = item - 1;
    cuts.push({ line, inPage: pageOf(story, item - 1) === pageOf(story, item) });
    close(line);
  }
  close(count);
  return { pieces, cuts };
}

/** Number of the piece that a line belongs to. */
export function pieceOf({ pieces }: Division, line: number): number {
  return pieces.findIndex(({ from, to }) => from <= line && line < to);
}

/** The line nearest the cut, on each side, that shows the two pieces to be of different states. */
interface Proof {
  /** A line above that is not in the state below, or null. */
  readonly above: number | null;
  /** A line below that is not in the state above, or null. */
  readonly below: number | null;
}

export function proofOf(division: Division, story: PassStory, cut: Cut): Proof {
  const { pieces, states } = division;
  const above = pieces.find(({ to }) => to === cut.line);
  const below = pieces.find(({ from }) => from === cut.line);
  const lacks = (state: number | null | undefined, line: number): boolean =>
    state == null || !states[state]!.at.has(story.lines[line]!.text);
  let up: number | null = null;
  if (above !== undefined) {
    for (let line = above.to - 1; line >= above.from && up === null; line--) {
      if (below !== undefined && lacks(below.state, line)) up = line;
    }
  }
  let down: number | null = null;
  if (below !== undefined) {
    for (let line = below.from; line < below.to && down === null; line++) {
      if (above !== undefined && lacks(above.state, line)) down = line;
    }
  }
  return { above: up, below: down };
}

/** The operations that lead from one piece's state to the other's: those of the later state. */
export function operationsBetween(
  division: Division,
  story: PassStory,
  cut: Cut,
): readonly { readonly task: number; readonly call: string }[] {
  const { pieces, states } = division;
  const above = pieces.find(({ to }) => to === cut.line)?.state;
  const below = pieces.find(({ from }) => from === cut.line)?.state;
  if (above == null || below == null) return [];
  const [a, b] = [states[above]!.members[0]!, states[below]!.members];
  // The nearest time at which the other state was in force, later if there is one.
  const later = b.find((member) => member > a);
  const [low, high] =
    later === undefined ? [b.at(-1)!, a] : [lastBefore(states[above]!.members, later), later];
  return story.states.slice(low + 1, high + 1).flatMap(({ by }) => by ?? []);
}

function lastBefore(members: readonly number[], later: number): number {
  return members.reduce((last, member) => (member < later ? member : last), members[0]!);
}
