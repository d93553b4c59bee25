/**
 * One pass of a run as a JSON document of a report: the data from which its pictures are made. It
 * has only the events that pictures show. Each state is stored as its difference to the state
 * before it.
 */
import {
  EVENT,
  OPEN,
  type PassStory,
  type RunTrace,
  type StoryState,
} from '../../world/run-trace.ts';

export const PASS_SCHEMA = 'mapsim/pass@1';

const VIEWS = ['schedule', 'lanes', 'addresses'] as const;
export type DrawnView = (typeof VIEWS)[number];

type Column = 'kind' | 'task' | 'fromNs' | 'toNs' | 'a' | 'b' | 'c';
const COLUMNS: readonly Column[] = ['kind', 'task', 'fromNs', 'toNs', 'a', 'b', 'c'];

interface StateDocument extends Pick<StoryState, 'number' | 'atNs' | 'by'> {
  /** So many lines of the state before it, from the first one that differs on, … */
  readonly from: number;
  readonly cut: number;
  /** … are these now. */
  readonly lines: readonly number[];
}

export interface PassDocument extends Omit<RunTrace, 'events' | 'story'> {
  readonly schema: string;
  readonly tool: string;
  readonly heading: string;
  readonly views: readonly DrawnView[];
  readonly events: Readonly<Record<Column, readonly number[]>>;
  readonly story: Omit<PassStory, 'states' | 'lines' | 'pass'> & {
    readonly pass: Omit<PassStory['pass'], 'text' | 'cuts'>;
    readonly states: readonly StateDocument[];
    /** In parallel. */
    readonly lines: Readonly<Record<'text' | 'atNs' | 'readIn' | 'page', readonly number[]>>;
  };
}

/** No picture shows them. */
const HIDDEN: ReadonlySet<number> = new Set([
  EVENT.pass,
  EVENT.rcu,
  EVENT.vmaLock,
  EVENT.call,
  EVENT.drain,
  EVENT.cpu,
]);

export function passDocument(
  { events, story, ...trace }: RunTrace & { readonly story: PassStory },
  head: Pick<PassDocument, 'tool' | 'heading' | 'views'>,
): PassDocument {
  const shown: number[] = [];
  for (let i = 0; i < events.count; i++) if (!HIDDEN.has(events.kind[i]! % OPEN)) shown.push(i);
  const column = (name: Column): number[] => shown.map((i) => events[name][i]!);
  const { text: _, cuts: __, ...pass } = story.pass;
  const { lines } = story;
  return {
    schema: PASS_SCHEMA,
    ...head,
    ...trace,
    events: {
      ...{ kind: column('kind'), task: column('task') },
      ...{ fromNs: column('fromNs'), toNs: column('toNs') },
      ...{ a: column('a'), b: column('b'), c: column('c') },
    },
    story: {
      ...story,
      pass,
      states: story.states.map((state, i) =>
        stateDocument(state, story.states[i - 1]?.lines ?? []),
      ),
      lines: {
        text: lines.map(({ text }) => text),
        atNs: lines.map(({ atNs }) => atNs),
        readIn: lines.map(({ readIn }) => readIn),
        page: lines.map(({ page }) => page),
      },
    },
  };
}

function stateDocument(
  { lines, number, atNs, by }: StoryState,
  before: readonly number[],
): StateDocument {
  const least = Math.min(lines.length, before.length);
  let from = 0;
  while (from < least && lines[from] === before[from]) from++;
  let same = 0;
  while (same < least - from && lines.at(-1 - same) === before.at(-1 - same)) same++;
  const cut = before.length - same - from;
  return { number, atNs, by, from, cut, lines: lines.slice(from, lines.length - same) };
}

/** The trace of the document, as far as pictures show it. @throws if it is damaged */
export function passTrace(document: PassDocument): RunTrace & { readonly story: PassStory } {
  const { schema: _, tool: __, heading: ___, views: ____, events, story, ...trace } = document;
  const count = events.kind.length;
  if (COLUMNS.some((name) => events[name].length !== count)) throw new Error('columns differ');
  const { text, atNs, readIn, page } = story.lines;
  const texts = story.texts.length;
  const states: StoryState[] = [];
  for (const { from, cut, lines, ...state } of story.states) {
    const before = states.at(-1)?.lines ?? [];
    states.push({
      ...state,
      lines: [...before.slice(0, from), ...lines, ...before.slice(from + cut)],
    });
  }
  const known = (line: number): boolean => Number.isInteger(line) && line >= 0 && line < texts;
  if (!text.every(known) || !states.every(({ lines }) => lines.every(known))) {
    throw new Error('a line has no text');
  }
  const { kind, task, fromNs, toNs, a, b, c } = events;
  return {
    ...trace,
    events: {
      count,
      kind: Uint8Array.from(kind),
      task: Uint16Array.from(task),
      fromNs: Float64Array.from(fromNs),
      toNs: Float64Array.from(toNs),
      a: Int32Array.from(a),
      b: Int32Array.from(b),
      c: Int32Array.from(c),
    },
    story: {
      ...story,
      pass: { ...story.pass, text: new Uint8Array(0), cuts: [] },
      states,
      lines: text.map((line, i) => ({
        text: line,
        atNs: atNs[i]!,
        readIn: readIn[i]!,
        page: page[i]!,
      })),
    },
  };
}
