/**
 * Draws one pass under several strategies against the same writers, one below the other on one time
 * axis: which task waited, which held mmap_lock, what was discarded, where the text was cut.
 */

import { counted } from '../../base/counted.ts';
import { mostOf } from '../../base/extremes.ts';
import { cross, cutDown, hatched, type LegendItem, legend, paragraph } from '../../draw/marks.ts';
import { hue, SIZE } from '../../draw/palette.ts';
import { linearScale, type Scale } from '../../draw/scales.ts';
import { fitted, label, coordinate as n, type Picture, path, rect } from '../../draw/svg.ts';
import { EVENT, type PassStory, type RunTrace } from '../../world/run-trace.ts';
import { type Division, divide, pieceOf } from './division.ts';
import { isOpen, kindOf } from './rows.ts';
import { attemptsOf, durationWords, listed } from './sentences.ts';

const WIDTH = 1280;
const MARGIN = 22;
const LANES_X = 268;
const LANES_RIGHT = 884;
const TOP = 104;
const LANE = 26;
const BLOCK_GAP = 14;
/** Lanes of writers below a reader: of those with a call; of the others it says how many. */
const WRITERS_MAX = 3;
/** More lines than that are drawn as one run for each piece. */
const LINES_MAX = 300;
const SPANS_APART = 0.7;
const CROSSES_APART = 5;
const TICKS_APART = 2;

/** Writers' calls as they would have come with no reader there: task and time of each. */
type Undisturbed = readonly { readonly writer: string; readonly atNs: number }[];

export interface Lane {
  readonly trace: RunTrace;
  readonly story: PassStory;
}

/** @param firstNs no more of each pass is drawn, though all of it is counted */
export function lanesPicture(
  lanes: readonly Lane[],
  undisturbed: Undisturbed | null,
  firstNs = Number.POSITIVE_INFINITY,
): Picture {
  const whole = mostOf(lanes.map(({ story: { pass } }) => pass.endNs - pass.startNs));
  const longest = Math.min(whole, firstNs);
  const x = linearScale([0, longest], [LANES_X, LANES_RIGHT], { ticks: 8 });
  const blocks = lanes.map((lane) => new Block(lane, { x, firstNs }, undisturbed));
  const writers = shownWriters(blocks);
  let y = TOP;
  const parts: string[] = [];
  for (const block of blocks) {
    parts.push(block.markup(y, writers));
    y += (1 + writers.tasks.length) * LANE + (writers.others === '' ? 0 : 12) + BLOCK_GAP;
    parts.push(path(`M${MARGIN} ${n(y - BLOCK_GAP / 2 - 1)}H${WIDTH - MARGIN}`, 'rule'));
  }
  const axis = timeAxis(x, longest, y - BLOCK_GAP / 2);
  const notes = explanation(blocks, y, undisturbed !== null && lanes[0]?.story.pass.index === 0);
  const [first] = lanes;
  const title = titleOf(blocks);
  const part = whole > firstNs ? `, its first ${durationWords(firstNs)}` : '';
  const where = `${first!.trace.scenario}, seed ${first!.trace.seed}: pass ${first!.story.pass.index} of ${first!.story.pass.reader}${part} under ${lanes.length === 1 ? 'one strategy' : `${lanes.length} strategies`}; the writers want the same calls in every row`;
  return {
    width: WIDTH,
    height: y + notes.height,
    title,
    description: `${title}. ${where}. ${blocks.map((block) => block.sentence).join(' ')}`,
    body:
      label(MARGIN, 34, fitted(title, WIDTH - 2 * MARGIN, SIZE.title), 'h', title) +
      label(MARGIN, 56, fitted(where, WIDTH - 2 * MARGIN, SIZE.sub), 'sub', where) +
      axis +
      columnHeads() +
      parts.join('') +
      notes.body,
  };
}

interface ShownWriters {
  readonly tasks: readonly number[];
  /** A sentence on the writers that are not shown. */
  readonly others: string;
}

/** The same in every block: those that have or want the lock in one of them. */
function shownWriters(blocks: readonly Block[]): ShownWriters {
  const all = [...blocks[0]!.trace.tasks.entries()].flatMap(([task, { kind }]) =>
    kind === 'writer' ? [task] : [],
  );
  const busy = all.filter((task) => blocks.some((block) => block.isBusy(task)));
  const tasks = busy.length === 0 ? all.slice(0, 1) : busy.slice(0, WRITERS_MAX);
  const more = Math.max(busy.length - tasks.length, 0);
  const idle = all.length - tasks.length - more;
  const others = [
    more === 0 ? '' : `and ${counted(more, 'more writer')}`,
    idle === 0 ? '' : `${idle} without a call`,
  ];
  return { tasks, others: others.filter((text) => text !== '').join(', ') };
}

function titleOf(blocks: readonly Block[]): string {
  const torn = blocks.filter(({ story }) => story.pass.torn).map(({ strategy }) => strategy);
  const [only] = blocks;
  if (blocks.length === 1) {
    const { finished, torn } = only!.story.pass;
    const text = finished
      ? `a ${torn ? 'torn' : 'whole'} text`
      : 'a text cut off by the end of the run';
    return `${only!.strategy}: ${text}, ${durationWords(only!.passNs)}`;
  }
  const readers = `The same writers, ${blocks.length} readers`;
  if (torn.length === 0) return `${readers}: no text is torn`;
  return torn.length <= 3
    ? `${readers}: torn under ${listed(torn)}`
    : `${readers}: torn under ${torn.length} of them`;
}

function timeAxis(x: Scale, longestNs: number, bottom: number): string {
  const unit = longestNs >= 2e6 ? ([1e6, 'ms'] as const) : ([1e3, 'µs'] as const);
  return x.ticks
    .map((tick, i) => {
      const text = `${Number((tick / unit[0]).toPrecision(4))}${i === 0 ? ` ${unit[1]}` : ''}`;
      return (
        path(`M${n(x(tick))} ${TOP - 8}V${n(bottom)}`, 'rule') +
        label(x(tick), TOP - 13, text, 'c mid')
      );
    })
    .join('');
}

/** Right borders of the columns of counts, and their heads. */
const COLUMNS = [
  { x: 942, head: 'pass', below: '' },
  { x: 994, head: 'failed', below: 'attempts' },
  { x: 1058, head: 'fallbacks', below: '' },
  { x: 1128, head: 'discarded', below: 'lines' },
  { x: 1216, head: 'writers wait', below: 'at most' },
  { x: 1256, head: 'cuts', below: '' },
] as const;

function columnHeads(): string {
  return COLUMNS.map(
    ({ x, head, below }) =>
      label(x, TOP - 26, head, 'c b r') + (below === '' ? '' : label(x, TOP - 13, below, 'c r')),
  ).join('');
}

/** Stretches of time on the axis, rising; what lies closer than a pixel is one. */
class Spans {
  readonly #spans: [number, number][] = [];

  add(from: number, to: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && from - last[1] < SPANS_APART) last[1] = Math.max(last[1], to);
    else this.#spans.push([from, to]);
  }

  map(draw: (from: number, width: number) => string): string[] {
    return this.#spans.map(([from, to]) => draw(from, Math.max(to - from, 0.8)));
  }
}

/** An event of a trace: its kind, its number, from and to on the axis. */
interface DrawnEvent {
  readonly kind: number;
  readonly event: number;
  readonly from: number;
  readonly to: number;
}

/** The lanes of one strategy, and its counts. */
class Block {
  readonly trace: RunTrace;
  readonly story: PassStory;
  readonly strategy: string;
  readonly #division: Division;
  readonly #x: Scale;
  /** So much of the pass is drawn. */
  readonly #shownNs: number;
  readonly #undisturbed: Undisturbed | null;

  constructor(
    { trace, story }: Lane,
    { x, firstNs }: { readonly x: Scale; readonly firstNs: number },
    undisturbed: Undisturbed | null,
  ) {
    this.trace = trace;
    this.story = story;
    this.strategy = trace.tasks[story.task]!.strategy ?? '';
    this.#division = divide(story);
    this.#x = x;
    this.#shownNs = Math.min(this.passNs, firstNs);
    this.#undisturbed = story.pass.index === 0 ? undisturbed : null;
  }

  get passNs(): number {
    return this.story.pass.endNs - this.story.pass.startNs;
  }

  isBusy(writer: number): boolean {
    for (const { kind } of this.#drawn(writer)) {
      if (kind === EVENT.waitWrite || kind === EVENT.holdWrite) return true;
    }
    return false;
  }

  get sentence(): string {
    const { cuts } = this.story.pass.tearing;
    const counts = this.#counts();
    return `${this.strategy}: ${durationWords(this.passNs)}, ${counted(counts.failed, 'failed attempt')}, ${counted(counts.fallbacks, 'fallback')}, ${counted(counts.discarded, 'line')} discarded, writers wait ${durationWords(counts.writerWaitNs)} at most, ${cuts === 0 ? 'no cut' : counted(cuts, 'cut')}.`;
  }

  markup(y: number, writers: ShownWriters): string {
    const { tasks } = this.trace;
    const reader = tasks[this.story.task]!;
    const name = (text: string, at: number): string =>
      label(LANES_X - 10, at + 4, fitted(text, 78, SIZE.small), 'c r', text);
    const middle = y + LANE / 2;
    let out =
      label(MARGIN, middle + 4, fitted(this.strategy, 158, SIZE.head), 'col', this.strategy) +
      name(reader.name, middle) +
      this.#readerLane(middle);
    writers.tasks.forEach((task, i) => {
      const at = middle + (i + 1) * LANE;
      out += name(tasks[task]!.name, at) + this.#writerLane(task, at);
    });
    if (writers.others !== '') {
      const at = y + (1 + writers.tasks.length) * LANE + 4;
      out += label(LANES_X - 10, at, writers.others, 'c r');
    }
    return out + this.#countCells(middle);
  }

  #at(ns: number): number {
    return this.#x(Math.min(Math.max(ns - this.story.pass.startNs, 0), this.#shownNs));
  }

  /** Events of a task that touch what is drawn. */
  *#drawn(task: number): Iterable<DrawnEvent> {
    const endNs = this.story.pass.startNs + this.#shownNs;
    for (const one of this.#events(task)) {
      if (this.trace.events.fromNs[one.event]! <= endNs) yield one;
    }
  }

  /** Events of a task that touch the pass. */
  *#events(task: number): Iterable<DrawnEvent> {
    const { events } = this.trace;
    const { startNs, endNs } = this.story.pass;
    for (let i = 0; i < events.count; i++) {
      if (events.task[i] !== task) continue;
      if (events.toNs[i]! < startNs || events.fromNs[i]! > endNs) continue;
      const [from, to] = [this.#at(events.fromNs[i]!), this.#at(events.toNs[i]!)];
      yield { kind: kindOf(this.trace, i), event: i, from, to };
    }
  }

  #readerLane(y: number): string {
    const { story } = this;
    const { events } = this.trace;
    const boxes = new Map<string, string>();
    const box = (cls: string, from: number, to: number): void => {
      const width = Math.max(to - from - 0.4, 0.4);
      boxes.set(cls, `${boxes.get(cls) ?? ''}M${n(from)} ${n(y - 9)}h${n(width)}v16h-${n(width)}z`);
    };
    const single = story.lines.length <= LINES_MAX;
    let run = null as { cls: string; from: number; to: number } | null;
    const flush = (): void => {
      if (run !== null) box(run.cls, run.from, run.to);
      run = null;
    };
    const [lost, waits, holds] = [new Spans(), new Spans(), new Spans()];
    /** By line: where the making of it begins. */
    const begins = new Map<number, number>();
    let lastCross = Number.NEGATIVE_INFINITY;
    let over = '';
    for (const { kind, event, from, to } of this.#drawn(story.task)) {
      if (kind === EVENT.record) {
        const cls = this.#lineClass(event);
        if (cls === null) continue;
        begins.set(events.a[event]!, from);
        if (single) box(cls, from, to);
        else if (run?.cls === cls) run.to = to;
        else {
          flush();
          run = { cls, from, to };
        }
        continue;
      }
      flush();
      if (kind === EVENT.failed) {
        lost.add(from, to);
        if ((from + to) / 2 - lastCross >= CROSSES_APART) {
          lastCross = (from + to) / 2;
          over += cross(lastCross, y - 13, 2.8);
        }
      } else if (kind === EVENT.waitRead) waits.add(from, to);
      else if (kind === EVENT.holdRead) holds.add(from, to);
      else if (kind === EVENT.cut) {
        // Between two pieces: the line behind it is of the second one.
        const at = begins.get(events.a[event]!) ?? this.#at(events.fromNs[event]!);
        over += cutDown(at - 0.2, y - 10, y + 9, events.c[event] === 1);
      }
    }
    flush();
    const end = this.#at(story.pass.endNs);
    const base = path(`M${n(this.#at(story.pass.startNs))} ${n(y)}H${n(end)}`, 'rule');
    const isWhole = this.#shownNs === this.passNs;
    const stop = isWhole ? path(`M${n(end)} ${n(y - 10)}v20`, 'inkl') : '';
    const fills = [...boxes].map(([cls, d]) => path(d, `fill ${cls}`)).join('');
    const under = [
      ...lost.map((from, width) => hatched(from, y - 9, width, 16, 'lost')),
      ...waits.map((from, width) => hatched(from, y - 5, width, 10, 'wait')),
      ...holds.map((from, width) => rect(from, y + 8.5, width, 3, 'lock')),
    ];
    return base + under.join('') + fills + stop + over;
  }

  /** Of a line of the text its piece; of one that was thrown away none. */
  #lineClass(event: number): string | null {
    const { events } = this.trace;
    const line = events.a[event]!;
    const kept = this.story.lines[line];
    if (events.b[event] !== this.story.pass.index || kept?.atNs !== events.toNs[event]) return null;
    const state = this.#division.pieces[pieceOf(this.#division, line)]?.state ?? null;
    return hue(state === null ? null : this.#division.states[state]!.hue);
  }

  #writerLane(task: number, y: number): string {
    const [waits, holds] = [new Spans(), new Spans()];
    for (const { kind, from, to } of this.#drawn(task)) {
      if (kind === EVENT.waitWrite) waits.add(from, to);
      if (kind === EVENT.holdWrite) holds.add(from, to);
    }
    const out = [
      ...waits.map((from, width) => hatched(from, y - 5, width, 10, 'wait')),
      ...holds.map((from, width) => rect(from, y - 5, width, 10, 'lock')),
    ].join('');
    const { name } = this.trace.tasks[task]!;
    const { startNs } = this.story.pass;
    const endNs = startNs + this.#shownNs;
    let ticks = '';
    let lastTick = Number.NEGATIVE_INFINITY;
    for (const { writer, atNs } of this.#undisturbed ?? []) {
      if (writer !== name || atNs < startNs || atNs > endNs) continue;
      if (this.#at(atNs) - lastTick < TICKS_APART) continue;
      lastTick = this.#at(atNs);
      ticks += `M${n(this.#at(atNs))} ${n(y + 7)}v4`;
    }
    return out + (ticks === '' ? '' : path(ticks, 'inkl'));
  }

  #counts() {
    const { events } = this.trace;
    const { failed, fallbacks } = attemptsOf(this.trace, this.story);
    let discarded = 0;
    let writerWaitNs = 0;
    let goesOn = false;
    for (const { kind, event } of this.#events(this.story.task)) {
      if (kind === EVENT.lost) discarded += events.a[event]!;
    }
    for (const task of this.trace.tasks.keys()) {
      if (this.trace.tasks[task]!.kind !== 'writer') continue;
      for (const { kind, event } of this.#events(task)) {
        if (kind !== EVENT.waitWrite) continue;
        const fromNs = events.fromNs[event]!;
        const open = isOpen(this.trace, event);
        const toNs = open ? this.story.pass.endNs : events.toNs[event]!;
        if (toNs - fromNs <= writerWaitNs) continue;
        writerWaitNs = toNs - fromNs;
        goesOn = open;
      }
    }
    return { failed, fallbacks, discarded, writerWaitNs, goesOn };
  }

  #countCells(y: number): string {
    const { failed, fallbacks, discarded, writerWaitNs, goesOn } = this.#counts();
    const { cuts } = this.story.pass.tearing;
    const cells: readonly (readonly [string, string])[] = [
      [durationWords(this.passNs), 'b r'],
      count(failed),
      count(fallbacks),
      count(discarded),
      writerWaitNs === 0
        ? ['·', 'mu r']
        : [`${goesOn ? '≥ ' : ''}${durationWords(writerWaitNs)}`, 'b r'],
      cuts === 0 ? ['none', 'mu r'] : [String(cuts), 'badt r'],
    ];
    return cells.map(([text, cls], i) => label(COLUMNS[i]!.x, y + 4, text, cls)).join('');
  }
}

function count(value: number): readonly [string, string] {
  return value === 0 ? ['·', 'mu r'] : [String(value), 'b r'];
}

function explanation(
  blocks: readonly Block[],
  y: number,
  ticks: boolean,
): { body: string; height: number } {
  const box = (cls: string): string => rect(0, -10, 16, 13, cls);
  const items: LegendItem[] = [
    {
      glyph: rect(0, -10, 7, 13, 'fill k0') + rect(8, -10, 7, 13, 'fill k1'),
      width: 16,
      text: 'printed lines, a colour for each piece',
    },
    { glyph: cutDown(6, -9, 4, true), width: 12, text: 'cut (dashed: between pages)' },
    { glyph: hatched(0, -10, 16, 13, 'lost'), width: 16, text: 'failed attempt' },
    { glyph: hatched(0, -8, 16, 10, 'wait'), width: 16, text: 'waits for mmap_lock' },
    { glyph: rect(0, -4, 16, 3, 'lock'), width: 16, text: 'reader holds mmap_lock' },
    { glyph: box('lock'), width: 16, text: 'held for write' },
    ...(ticks
      ? [
          {
            glyph: path('M5 -7v6', 'inkl'),
            width: 10,
            text: 'where the call would start without a reader',
          },
        ]
      : []),
  ];
  const rows = legend(items, { x: MARGIN, y: y + 14, width: WIDTH - 2 * MARGIN, size: SIZE.small });
  const how =
    'How to read it: one colour from end to end is a whole text. Grey hatch under a writer is what the reader cost it' +
    `${ticks ? ': the distance from a tick to its dark block grows with it' : ''}. ` +
    `${blocks.length > 1 ? 'Held locks give whole pages and delay writers; checks do not delay writers but discard work.' : ''}`;
  const at = { x: MARGIN, y: y + 14 + rows.height + 4, width: WIDTH - 2 * MARGIN, size: SIZE.sub };
  const text = paragraph(how.trim(), at, 'sub');
  return { body: rows.body + text.body, height: 14 + rows.height + text.height + 10 };
}
