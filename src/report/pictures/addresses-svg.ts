/**
 * Draws memory over time while one reader walks through it: a block is a VMA while it does not
 * change, the path is the reader, a bracket is one line.
 *
 * The address axis is ordinal, with the borders that occur: ranges that change are drawn large,
 * ranges that do not change are folded to stripes.
 */
import { readable } from '../../base/latin1.ts';
import { cross, cutDown, type LegendItem, legend, paragraph } from '../../draw/marks.ts';
import { hue, SIZE } from '../../draw/palette.ts';
import { linearScale } from '../../draw/scales.ts';
import {
  cut,
  element,
  escapeXml,
  fitted,
  group,
  label,
  coordinate as n,
  type Picture,
  path,
  rect,
} from '../../draw/svg.ts';
import { EVENT, type PassStory, type RunTrace } from '../../world/run-trace.ts';
import { type Division, divide } from './division.ts';
import { isOpen, kindOf, lineName } from './rows.ts';
import { durationWords, findingTitle, passSentence, timeWords } from './sentences.ts';

const WIDTH = 1280;
const MARGIN = 22;
const LEFT = 196;
const RIGHT = WIDTH - MARGIN;
const TOP = 118;
/** Heights of a range that changes, of one beside it, of one that stays, of a hole. */
const HOT = 26;
const NEAR = 14;
const STILL = 5;
const HOLE = 2;
/** Ranges that change; more are drawn smaller. */
const HOT_ROOM = 620;
/** Ranges that stay; more are drawn smaller. */
const STILL_ROOM = 320;
const TOOLTIPS_MAX = 300;
/** Steps of the path, and crosses, that are closer than that are one. */
const STEP_MIN = 0.8;
const CROSSES_APART = 5;

export function addressesPicture(trace: RunTrace, story: PassStory): Picture {
  const division = divide(story);
  const axis = new AddressAxis(story);
  const { startNs, endNs } = story.pass;
  const x = linearScale([0, endNs - startNs], [LEFT, RIGHT], { ticks: 8 });
  const at = (ns: number): number => x(Math.min(Math.max(ns - startNs, 0), endNs - startNs));
  const draw: Drawing = { trace, story, division, axis, at };
  const bottom = TOP + axis.height + 6;
  const ticks = x.ticks
    .map((tick) => {
      const text = `${timeWords(tick).replace(/\.?0+$/, '')}${tick === 0 ? ' µs' : ''}`;
      return (
        path(`M${n(x(tick))} ${TOP}V${n(bottom)}`, 'rule') +
        label(x(tick), bottom + 16, text, 'c mid')
      );
    })
    .join('');
  const title = story.pass.torn
    ? `Where the reader was when memory changed: ${story.pass.tearing.overlaps > 0 ? 'an overlap' : 'a torn text'}`
    : 'Where the reader was when memory changed';
  const where = `${trace.scenario}: ${passSentence(trace, story)}; ${durationWords(endNs - startNs)}`;
  const notes = explanation(bottom + 34);
  return {
    width: WIDTH,
    height: bottom + 34 + notes.height,
    title,
    description: `${findingTitle(story, division)}. ${where}. States in force: ${division.states.length}; lines printed: ${story.lines.length}.`,
    body:
      label(MARGIN, 34, fitted(title, WIDTH - 2 * MARGIN, SIZE.title), 'h', title) +
      label(MARGIN, 56, fitted(where, WIDTH - 2 * MARGIN, SIZE.sub), 'sub', where) +
      ticks +
      sections(draw, bottom) +
      blocks(draw) +
      stateLabels(draw) +
      borders(draw) +
      readerPath(draw, bottom) +
      notes.body,
  };
}

interface Drawing {
  readonly trace: RunTrace;
  readonly story: PassStory;
  readonly division: Division;
  readonly axis: AddressAxis;
  readonly at: (ns: number) => number;
}

/** First and last address of a line of maps text. */
function rangeOf(line: string): readonly [bigint, bigint] {
  const [from = '0', to = '0'] = line.slice(0, line.indexOf(' ')).split('-');
  return [BigInt(`0x${from}`), BigInt(`0x${to}`)];
}

class AddressAxis {
  /** By text: indices of its borders. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly borders: readonly bigint[];
  readonly hot: readonly boolean[];
  readonly #tops: number[] = [];

  constructor(story: PassStory) {
    const used = new Set(story.lines.map(({ text }) => text));
    for (const { lines } of story.states) for (const line of lines) used.add(line);
    const pairs = story.texts.map((text, i) => (used.has(i) ? rangeOf(text) : null));
    const all = new Set(pairs.flatMap((pair) => pair ?? []));
    this.borders = [...all].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const index = new Map(this.borders.map((border, i) => [border, i]));
    this.ranges = pairs.map((pair) =>
      pair === null ? [0, 0] : [index.get(pair[0])!, index.get(pair[1])!],
    );
    const count = this.borders.length - 1;
    const cells = story.states.map(({ lines }) => this.#cellsOf(lines, count));
    const [first] = cells;
    const printed = new Int32Array(count);
    for (const { text } of story.lines) {
      const [a, b] = this.ranges[text]!;
      for (let cell = a; cell < b; cell++) printed[cell]!++;
    }
    this.hot = Array.from(
      { length: count },
      (_, cell) => printed[cell]! > 1 || cells.some((other) => other[cell] !== first![cell]),
    );
    this.#place(count, first ?? new Int32Array(0));
  }

  /** Top of a border, lowest address uppermost, as in the text. */
  y(border: number): number {
    return TOP + this.#tops[border]!;
  }

  get height(): number {
    return this.#tops.at(-1) ?? 0;
  }

  #cellsOf(lines: readonly number[], count: number): Int32Array {
    const cells = new Int32Array(count).fill(-1);
    for (const line of lines) {
      const [a, b] = this.ranges[line]!;
      cells.fill(line, a, b);
    }
    return cells;
  }

  #place(count: number, first: Int32Array): void {
    const hotCount = this.hot.filter(Boolean).length;
    const hot = Math.min(HOT, Math.max(HOT_ROOM / Math.max(hotCount, 1), 6));
    const near = (cell: number): boolean =>
      this.hot[cell - 1] === true || this.hot[cell + 1] === true;
    const plain = Array.from(
      { length: count },
      (_, cell) => !this.hot[cell] && !near(cell) && first[cell] !== -1,
    );
    const still = Math.min(STILL, STILL_ROOM / Math.max(plain.filter(Boolean).length, 1));
    let top = 0;
    this.#tops.push(0);
    for (let cell = 0; cell < count; cell++) {
      if (this.hot[cell]) top += hot;
      else if (near(cell)) top += Math.min(NEAR, hot);
      else top += plain[cell] ? still : Math.min(HOLE, still);
      this.#tops.push(top);
    }
  }
}

/** One block for each line of a state for as long as it stands; neighbours in time are one. */
function blocks({ story, division, axis, at }: Drawing): string {
  const still: Place[] = [];
  const changing: Block[] = [];
  const open = new Map<number, { from: number; hue: number | null }>();
  const close = (line: number, toNs: number): void => {
    const began = open.get(line)!;
    open.delete(line);
    const [a, b] = axis.ranges[line]!;
    const [x0, x1] = [at(began.from), at(toNs)];
    const [y0, y1] = [axis.y(a), axis.y(b)];
    const own = axis.hot.slice(a, b).some(Boolean);
    const [width, height] = [Math.max(x1 - x0 - 0.6, 0.4), Math.max(y1 - y0 - 0.8, 0.5)];
    if (own) changing.push({ x: x0, y: y0, width, height, colour: began.hue, line });
    else still.push({ x: x0, y: y0, width, height });
  };
  story.states.forEach((state, i) => {
    const { hue: colour } = division.states[division.stateOf[i]!]!;
    const atNs = Math.max(state.atNs, story.pass.startNs);
    const now = new Set(state.lines);
    const hot = (line: number): boolean => {
      const [a, b] = axis.ranges[line]!;
      return axis.hot.slice(a, b).some(Boolean);
    };
    for (const [line, { hue: before }] of [...open]) {
      if (!now.has(line) || (hot(line) && before !== colour)) close(line, atNs);
    }
    const from = i === 0 ? story.pass.startNs : atNs;
    for (const line of now) if (!open.has(line)) open.set(line, { from, hue: colour });
  });
  for (const line of [...open.keys()]) close(line, story.pass.endNs);
  return path(stillBlocks(still), 'soft') + group('vmas', changingBlocks(changing, story));
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Those that are too low to be told apart are one. */
function stillBlocks(blocks: readonly Place[]): string {
  let d = '';
  let open: Place | null = null;
  const close = (): void => {
    if (open === null) return;
    const { x, y, width, height } = open;
    d += `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h-${n(width)}z`;
  };
  for (const block of [...blocks].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const last = open as Place | null;
    const same = last !== null && last.x === block.x && last.width === block.width;
    if (same && block.height < 1 && block.y - last.y - last.height < 0.6) {
      open = { ...last, height: block.y + block.height - last.y };
    } else {
      close();
      open = block;
    }
  }
  close();
  return d;
}

interface Block extends Place {
  readonly colour: number | null;
  readonly line: number;
}

/** Each with what it is in a tooltip, as long as there are not too many. */
function changingBlocks(blocks: readonly Block[], story: PassStory): string {
  if (blocks.length <= TOOLTIPS_MAX) {
    return blocks
      .map(({ colour, line, ...place }) => {
        const title = element('title', {}, escapeXml(cut(readable(story.texts[line]!))));
        return element('rect', { ...place, class: `strong ${hue(colour)}` }, title);
      })
      .join('');
  }
  const paths = new Map<string, string>();
  for (const { x, y, width, height, colour } of blocks) {
    if (width < 0.5 && height < 0.7) continue;
    const d = `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h-${n(width)}z`;
    paths.set(hue(colour), `${paths.get(hue(colour)) ?? ''}${d}`);
  }
  return [...paths].map(([cls, d]) => path(d, `strong ${cls}`)).join('');
}

/** Write sections as bars above, with the states that they make. */
function sections({ trace, story, at }: Drawing, bottom: number): string {
  const { events } = trace;
  let bars = '';
  let shade = '';
  let free = 0;
  for (let i = 0; i < events.count; i++) {
    if (kindOf(trace, i) !== EVENT.section) continue;
    if (events.toNs[i]! < story.pass.startNs || events.fromNs[i]! > story.pass.endNs) continue;
    const [x0, x1] = [at(events.fromNs[i]!), at(events.toNs[i]!)];
    if (x0 < free) continue;
    const width = Math.max(x1 - x0, 0.6);
    free = x1 + 0.4;
    bars += `M${n(x0)} ${TOP - 12}h${n(width)}v4h-${n(width)}z`;
    if (!isOpen(trace, i)) shade += `M${n(x0)} ${TOP - 8}h${n(width)}V${n(bottom)}h-${n(width)}z`;
  }
  return path(shade, 'soft') + path(bars, 'lock');
}

/** As many labels of states as have room. */
function stateLabels({ story, division, at }: Drawing): string {
  let out = '';
  let free = LEFT - 20;
  story.states.forEach((state, i) => {
    const x = Math.max(at(state.atNs), LEFT);
    const index = division.stateOf[i]!;
    const text = `S${index}`;
    const { hue: colour } = division.states[index]!;
    if (x < free || x > RIGHT - 20) return;
    out += label(x + 1, TOP - 18, text, `lab ${hue(colour)}`);
    free = x + text.length * 9 + 6;
  });
  return out;
}

/** Addresses of what changes, where there is room. */
function borders({ story, axis }: Drawing): string {
  let out = '';
  let free = TOP - 20;
  const names = new Map<number, string>();
  for (const { lines } of story.states) {
    for (const line of lines) {
      const [a] = axis.ranges[line]!;
      const name = readable(lineName(story.texts[line]!)).replace(/^.*\/(?=[^/])/, '');
      if (name !== '' && !names.has(a)) names.set(a, name);
    }
  }
  axis.hot.forEach((isHot, cell) => {
    const y = axis.y(cell);
    if (!isHot || y < free) return;
    const address = axis.borders[cell]!.toString(16).padStart(8, '0');
    const name = names.get(cell);
    const text = name === undefined ? address : `${name} ${address}`;
    out += label(LEFT - 8, y + 8, fitted(text, LEFT - MARGIN - 10, SIZE.small), 'c r', text);
    free = y + 15;
  });
  return out;
}

/** The reader: down the range of each line at its time, then on to the next. */
function readerPath({ trace, story, axis, at }: Drawing, bottom: number): string {
  const { events } = trace;
  let d = '';
  let [lastX, lastY] = [Number.NEGATIVE_INFINITY, 0];
  story.lines.forEach(({ text, atNs }, i) => {
    const [a, b] = axis.ranges[text]!;
    const [x, y0, y1] = [at(atNs), axis.y(a), axis.y(b)];
    const small = Math.abs(x - lastX) < STEP_MIN && Math.abs(y1 - lastY) < STEP_MIN && y0 >= lastY;
    if (small && i < story.lines.length - 1) return;
    d += `${d === '' ? 'M' : 'L'}${n(x)} ${n(y0)}V${n(y1)}`;
    [lastX, lastY] = [x, y1];
  });
  let marks = '';
  let lastCross = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < events.count; i++) {
    if (events.task[i] !== story.task) continue;
    if (events.fromNs[i]! < story.pass.startNs || events.toNs[i]! > story.pass.endNs) continue;
    const x = at(events.toNs[i]!);
    if (events.kind[i] === EVENT.failed && x - lastCross >= CROSSES_APART) {
      lastCross = x;
      marks += cross(x, bottom - 2, 3);
    }
    if (events.kind[i] === EVENT.cut && events.b[i] === story.pass.index) {
      marks += cutDown(at(events.fromNs[i]!), TOP - 4, bottom - 8, events.c[i] === 1);
    }
  }
  return path(d, 'halo') + path(d, 'inkl') + marks;
}

function explanation(y: number): { body: string; height: number } {
  const items: LegendItem[] = [
    {
      glyph: rect(0, -10, 16, 13, 'strong k0'),
      width: 16,
      text: 'VMA that changes, in the colour of its piece (grey: in no piece)',
    },
    { glyph: rect(0, -10, 16, 13, 'soft'), width: 16, text: 'memory that stays' },
    { glyph: path('M3 -10v6h6v6', 'inkl'), width: 12, text: 'the reader, one stroke per line' },
    { glyph: rect(0, -7, 16, 4, 'lock'), width: 16, text: 'write section' },
    { glyph: cutDown(6, -9, 4, true), width: 12, text: 'cut' },
    { glyph: cross(6, -3.5), width: 12, text: 'failed attempt' },
  ];
  const rows = legend(items, { x: MARGIN, y, width: WIDTH - 2 * MARGIN, size: SIZE.small });
  const at = { x: MARGIN, y: y + rows.height + 4, width: WIDTH - 2 * MARGIN, size: SIZE.sub };
  const text = paragraph(
    'How to read it: down is a higher address, as in the text; right is later. Each line is correct for its own moment. ' +
      'Where the path goes up, lines overlap. Where a block starts or ends behind the path, the text keeps an old mapping or misses a new one.',
    at,
    'sub',
  );
  return { body: rows.body + text.body, height: rows.height + text.height + 10 };
}
