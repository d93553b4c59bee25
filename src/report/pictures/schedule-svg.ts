/**
 * Draws the story of a pass: one step per row, in the column of its task, with time running down;
 * beside it the lines of the text, and the states that contain each line.
 *
 * A text is whole if and only if one column of beads is threaded from its first line to its last.
 * The picture thus shows the definition of tearing.
 */
import { readable } from '../../base/latin1.ts';
import { cross, cutAcross, hatched, type LegendItem, legend, paragraph } from '../../draw/marks.ts';
import { hue, SIZE } from '../../draw/palette.ts';
import {
  element,
  fitted,
  group,
  label,
  coordinate as n,
  type Picture,
  path,
  rect,
  textWidth,
} from '../../draw/svg.ts';
import type { PassStory, RunTrace } from '../../world/run-trace.ts';
import { sharedPrefix, shorten } from '../interleaving.ts';
import { chooseRows, type Fold, foldWords, type RowChoice, type Shown } from './choose-rows.ts';
import { type Division, divide, pieceOf, proofOf } from './division.ts';
import { lineName, queries, type Row, rowsOf } from './rows.ts';
import {
  cutSentence,
  findingTitle,
  passSentence,
  proofSentence,
  shortCut,
  timeWords,
} from './sentences.ts';

const WIDTH = 1280;
const MARGIN = 22;
const ROW = 19.5;
const TOP = 116;
const TIME_X = 60;
const WRITER_X = 78;
const WRITER_WIDTH = 234;
const STRIP_X = 320;
const STRIP_WIDTH = 28;
const READER_X = 358;
const READER_WIDTH = 252;
const MATRIX_X = 632;
const BEAD_STEP = 22;
/** Where numbers of states have two digits or more. */
const BEAD_STEP_WIDE = 30;
const STATES_MAX = 8;
const STATES_MAX_WIDE = 5;
const BEAD = 4;
/** Bold text is wider by so much. */
const BOLD = 1.08;

const SCHEDULE_PICTURE_ROWS = 40;

interface Layout {
  readonly trace: RunTrace;
  readonly story: PassStory;
  readonly division: Division;
  readonly shown: readonly Shown[];
  /** Indices into Division.states, in their order: the columns of the matrix. */
  readonly columns: readonly number[];
  /** Digits that all addresses of calls begin with. */
  readonly prefix: string;
  /** From one column of the matrix to the next. */
  readonly step: number;
  readonly textX: number;
}

export function schedulePicture(
  trace: RunTrace,
  story: PassStory,
  choice: Partial<RowChoice> = {},
): Picture {
  const division = divide(story);
  const shown = chooseRows(rowsOf(trace, story, division), story, division, {
    rows: choice.rows ?? SCHEDULE_PICTURE_ROWS,
    window: choice.window ?? null,
    around: choice.around ?? null,
  });
  const columns = columnsOf(division);
  const step = columns.some((state) => state > 9) ? BEAD_STEP_WIDE : BEAD_STEP;
  const textX = MATRIX_X + Math.max(columns.length, 2) * step + 14;
  const calls = shown.flatMap((row) => (row.kind === 'commit' ? [row] : []));
  const prefix = calls.every(hasRoom) ? '' : sharedPrefix(calls.map(({ text }) => text));
  const layout: Layout = { trace, story, division, shown, columns, prefix, step, textX };
  const bottom = TOP + shown.length * ROW + 8;
  const notes = explanation(layout, bottom);
  const title = findingTitle(story, division);
  return {
    width: WIDTH,
    height: bottom + notes.height,
    title,
    description: describe(layout),
    body: head(layout, title) + columnHeads(layout) + body(layout) + notes.body,
  };
}

/** The states that supply pieces, and some of those around them. */
function columnsOf({ states }: Division): number[] {
  const all = states.map((_, i) => i);
  const most = all.length > 10 ? STATES_MAX_WIDE : STATES_MAX;
  if (all.length <= most) return all;
  const chosen = new Set(all.filter((i) => states[i]!.hue !== null).slice(0, most));
  for (const i of all) if (chosen.size < most) chosen.add(i);
  return [...chosen].sort((a, b) => a - b);
}

function head({ trace, story }: Layout, title: string): string {
  const where = `${trace.scenario}: ${passSentence(trace, story)}`;
  return (
    label(MARGIN, 34, fitted(title, WIDTH - 2 * MARGIN, SIZE.title), 'h', title) +
    label(MARGIN, 56, fitted(where, WIDTH - 2 * MARGIN, SIZE.sub), 'sub', where)
  );
}

function columnHeads(layout: Layout): string {
  const { trace, story, columns, division, prefix, textX } = layout;
  const writers = trace.tasks.filter(({ kind }) => kind === 'writer');
  const [only] = writers;
  const left =
    writers.length === 1 ? `CPU ${only!.cpu} · ${only!.name}` : `${writers.length} writers`;
  const reader = trace.tasks[story.task]!;
  const y = 88;
  return [
    label(TIME_X, y, 'µs', 'c r'),
    label(WRITER_X, y, fitted(left, WRITER_WIDTH - 40, SIZE.head), 'col', left),
    label(WRITER_X, y + 15, prefix === '' ? 'writes' : `writes; addresses: ${prefix}…`, 'c'),
    label(STRIP_X + STRIP_WIDTH, y + 15, 'state', 'c r'),
    label(
      READER_X,
      y,
      fitted(`CPU ${reader.cpu} · ${reader.name}`, READER_WIDTH, SIZE.head),
      'col',
    ),
    label(READER_X, y + 15, queries(trace, story) ? 'queries' : 'reads', 'c'),
    label(beadX(layout, 0) - 6, y + 15, 'stands in', 'c'),
    ...columns.map((state, i) =>
      label(beadX(layout, i), y, `S${state}`, `lab mid ${hue(division.states[state]!.hue)}`),
    ),
    label(textX + 8, y, headOfText(layout), 'col'),
    label(textX + 8, y + 15, 'padding left out', 'c'),
  ].join('');
}

function headOfText({ trace, story }: Layout): string {
  return queries(trace, story) ? 'The text made of the answers' : 'The text that read() returned';
}

function beadX({ step }: Layout, column: number): number {
  return MATRIX_X + 10 + column * step;
}

function rowY(row: number): number {
  return TOP + row * ROW + ROW / 2;
}

function body(layout: Layout): string {
  return (
    strip(layout) +
    group('beads', matrix(layout)) +
    layout.shown.map((row, i) => rowMarkup(layout, row, i)).join('') +
    waits(layout)
  );
}

// --- who did what ---

/** Behind the reader's column the state in force, as far as rows tell. */
function strip({ division, shown, story }: Layout): string {
  let out = '';
  let state: number = division.stateOf[0] ?? 0;
  // Rows may begin in the middle of the pass.
  const first = shown.find((row) => 'atNs' in row);
  if (first !== undefined && 'atNs' in first) {
    const before = story.states.findLastIndex(({ atNs }) => atNs < first.atNs);
    if (before >= 0) state = division.stateOf[before]!;
  }
  let from = 0;
  let unsure = false;
  const close = (to: number): void => {
    if (to <= from) return;
    const y = TOP + from * ROW;
    const height = (to - from) * ROW;
    const cls = hue(division.states[state]!.hue);
    out += rect(READER_X - 10, y, READER_WIDTH + 18, height, `tint ${cls}`);
    out += rect(STRIP_X, y, STRIP_WIDTH, height, unsure ? `tint ${cls}` : `fill ${cls}`);
    if (!unsure && height >= ROW) {
      const middle = y + height / 2 + 4;
      out += rect(STRIP_X + 1.5, middle - 11, STRIP_WIDTH - 3, 15, 'bg');
      out += label(STRIP_X + STRIP_WIDTH / 2, middle, `S${state}`, 'b mid');
    }
    from = to;
  };
  shown.forEach((row, i) => {
    if (row.kind === 'commit' && row.state !== null) {
      close(i + 1);
      unsure = false;
      state = row.state;
    } else if (row.kind === 'fold' && row.state !== null) {
      close(i);
      unsure = row.states > 1;
      close(i + 1);
      unsure = false;
      state = row.state;
    }
  });
  close(shown.length);
  return out;
}

function rowMarkup(layout: Layout, row: Shown, i: number): string {
  const y = rowY(i);
  if (row.kind === 'cut') return cutMarkup(layout, row.number - 1, y);
  if (row.kind === 'fold') return foldMarkup(layout, row, y);
  const { story } = layout;
  const time = label(TIME_X, y + 4, timeWords(row.atNs - story.pass.startNs), 'c r');
  if (row.task !== story.task) return time + writerMarkup(layout, row, y, i);
  return (
    time + readerMarkup(layout, row, y) + (row.kind === 'record' ? lineMarkup(layout, row, y) : '')
  );
}

/** A call with its lengths in `64p` and the last part of its path. */
function compact(call: string): string {
  return call
    .replace(/ pages?\b/g, 'p')
    .replace('MAP_FIXED', 'FIXED')
    .replace(/\/[^, ]*\/(?=[^/])/g, '');
}

/** What the column of the writers has room for, in px. */
function writerRoom({ note }: Row): number {
  return WRITER_WIDTH - 12 - (note === '' ? 0 : textWidth(note, SIZE.small) + 10);
}

/** The call fits with its addresses whole. */
function hasRoom(row: Row): boolean {
  return textWidth(compact(row.text), SIZE.text) <= writerRoom(row);
}

function writerMarkup({ shown, division, prefix }: Layout, row: Row, y: number, i: number): string {
  const words = compact(shorten(row.text, prefix));
  const shownText = fitted(words, writerRoom(row), SIZE.text);
  let out = label(WRITER_X, y + 4, shownText, row.bad ? 'badt' : '', row.text);
  if (row.note !== '') out += label(STRIP_X - 20, y + 4, row.note, 'c r');
  if (row.kind === 'commit' && row.state !== null) {
    const cls = hue(division.states[row.state]!.hue);
    out += path(`M${WRITER_X} ${n(y + ROW / 2)}H${STRIP_X}`, `line ${cls}`);
    // The bar of the section: from its opening, if that has a row of its own.
    const opened = shown.findLastIndex((other, at) => at < i && other.kind === 'open');
    const commitBefore = shown.findLastIndex((other, at) => at < i && other.kind === 'commit');
    const fromRow = opened > commitBefore ? opened : i;
    const top = rowY(fromRow) - (fromRow === i ? 6 : 4);
    out += rect(STRIP_X - 9, top, 5, y + ROW / 2 - top, 'lock');
  }
  return out;
}

function readerMarkup({ division }: Layout, row: Row, y: number): string {
  const noteWidth = row.note === '' ? 0 : textWidth(row.note, SIZE.small) + 8;
  const x = READER_X + 16;
  const room = READER_WIDTH - 20 - noteWidth;
  const shownText = fitted(row.text, row.bad ? room / BOLD : room, SIZE.text);
  const mark = (): string => {
    if (row.kind === 'failed' || row.kind === 'fallback' || row.kind === 'lost') {
      return cross(READER_X + 4, y);
    }
    if (row.kind === 'record' && row.line !== null) {
      const state = division.states[division.readIn[row.line]!]!;
      return element('circle', {
        cx: READER_X + 4,
        cy: y,
        r: BEAD,
        class: `fill ${hue(state.hue)}`,
      });
    }
    if (row.kind === 'wait') return '';
    return element('circle', { cx: READER_X + 4, cy: y, r: 1.8, class: 'lock' });
  };
  const cls = row.bad ? 'badt' : row.kind === 'record' ? 'mu' : '';
  const note = row.note === '' ? '' : label(READER_X + READER_WIDTH + 2, y + 4, row.note, 'c r');
  return mark() + label(x, y + 4, shownText, cls, row.text) + note;
}

/** Hatches from where a task begins to wait to where it has what it waits for. */
function waits({ shown, story }: Layout): string {
  let out = '';
  shown.forEach((row, i) => {
    if (row.kind !== 'wait' || row.untilNs === null) return;
    let to = i;
    while (to + 1 < shown.length) {
      const next = shown[to + 1]!;
      if ('atNs' in next && next.atNs > row.untilNs) break;
      to++;
      if ('task' in next && next.task === row.task && next.kind !== 'wait') break;
    }
    const x = row.task === story.task ? READER_X - 1 : WRITER_X - 11;
    const width = row.task === story.task ? 10 : 8;
    const end = to > i ? rowY(to) - 8 : rowY(i) + 8;
    out += hatched(x, rowY(i) - 7, width, Math.max(end - rowY(i) + 7, 14), 'wait');
  });
  return out;
}

function foldMarkup(layout: Layout, fold: Fold, y: number): string {
  const { story, textX } = layout;
  const words = foldWords(fold);
  const time = label(TIME_X, y + 4, '⋮', 'c r');
  const text = fitted(words, READER_WIDTH - 20, SIZE.text);
  let out = time + label(READER_X + 16, y + 4, text, 'mu', words);
  const { firstLine, lastLine } = fold;
  if (firstLine !== null && lastLine !== null && firstLine < story.lines.length) {
    const piece = layout.division.pieces[pieceOf(layout.division, firstLine)];
    const cls = hue(stateHue(layout, piece?.state ?? null));
    const count = lastLine - firstLine + 1;
    const width = WIDTH - MARGIN - textX;
    out += rect(textX, y - ROW / 2, width, ROW, `tint ${cls}`);
    out += rect(textX, y - ROW / 2, 3.5, ROW, `fill ${cls}`);
    out += label(
      textX + 12,
      y + 4,
      `… ${count} more line${count === 1 ? '' : 's'}, to line ${lastLine + 1}`,
      'c',
    );
  }
  return out;
}

function stateHue({ division }: Layout, state: number | null): number | null {
  return state === null ? null : division.states[state]!.hue;
}

// --- the text and its states ---

function lineMarkup(layout: Layout, { line }: Row, y: number): string {
  if (line === null) return '';
  const { story, division, textX } = layout;
  const text = story.texts[story.lines[line]!.text]!;
  const piece = division.pieces[pieceOf(division, line)];
  const cls = hue(stateHue(layout, piece?.state ?? null));
  const width = WIDTH - MARGIN - textX;
  const only = onlyIn(layout, line);
  const noteWidth = only === '' ? 0 : textWidth(only, SIZE.small) + 12;
  const name = lineName(text);
  const fields = text.slice(0, text.length - name.length).trimEnd();
  const nameX = textX + 10 + textWidth(fields, SIZE.mono, true) + 10;
  const nameRoom = WIDTH - MARGIN - nameX - noteWidth - 4;
  const shownName = readable(name);
  return [
    rect(textX, y - ROW / 2, width, ROW, `tint ${cls}`),
    rect(textX, y - ROW / 2, 3.5, ROW, `fill ${cls}`),
    label(textX + 10, y + 3.5, fields, 'm'),
    name === '' || nameRoom < 30
      ? ''
      : label(nameX, y + 3.5, fitted(shownName, nameRoom, SIZE.mono, true), 'm', shownName),
    only === '' ? '' : label(WIDTH - MARGIN - 6, y + 4, only, 'c b r'),
  ].join('');
}

/** Only of lines that prove a cut: where they stand, or where they do not. */
function onlyIn({ division, story }: Layout, line: number): string {
  for (const cut of division.cuts) {
    const { above, below } = proofOf(division, story, cut);
    if (above !== line && below !== line) continue;
    const { text } = story.lines[line]!;
    const has = division.states.flatMap(({ at }, i) => (at.has(text) ? [`S${i}`] : []));
    if (has.length <= 1) return has.length === 0 ? 'in no state' : `only in ${has[0]}`;
    const other = division.pieces.find(({ from, to }) =>
      above === line ? from === cut.line : to === cut.line,
    );
    return `not in S${other?.state}`;
  }
  return '';
}

function cutMarkup(layout: Layout, index: number, y: number): string {
  const { division, story, prefix, textX } = layout;
  const cut = division.cuts[index]!;
  // Calls in the form of the writers' column.
  const spell = (call: string): string => compact(shorten(call, prefix));
  const sentence = cutSentence(division, story, index, spell);
  const width = WIDTH - MARGIN - textX - 20;
  const long = textWidth(sentence, SIZE.text) * BOLD > width;
  const short = (call: string): string => spell(call).replace(/,.*\)$/, '…)');
  const words = long ? shortCut(division, story, index, short) : sentence;
  return (
    cutAcross(MATRIX_X - 6, textX - 2, y, cut.inPage) +
    label(textX + 4, y + 4, fitted(words, width / BOLD, SIZE.text), 'badt', sentence)
  );
}

/** Beads where a line stands in a state, threads where the next one follows it there. */
function matrix(layout: Layout): string {
  const { shown, story, division, columns } = layout;
  const rows = shown.flatMap((row, i) =>
    row.kind === 'record' && row.line !== null
      ? [{ from: row.line, to: row.line, y: rowY(i) }]
      : row.kind === 'fold' && row.firstLine !== null && row.lastLine !== null
        ? [{ from: row.firstLine, to: row.lastLine, y: rowY(i) }]
        : [],
  );
  let threads = '';
  let beads = '';
  columns.forEach((index, column) => {
    const state = division.states[index]!;
    const x = beadX(layout, column);
    const cls = hue(state.hue);
    const place = (line: number): number => state.at.get(story.lines[line]!.text) ?? Number.NaN;
    const runs = (from: number, to: number): boolean => {
      for (let line = from; line < to; line++)
        if (place(line) + 1 !== place(line + 1)) return false;
      return true;
    };
    rows.forEach(({ from, to, y }, i) => {
      const next = rows[i + 1];
      const whole = from === to ? !Number.isNaN(place(from)) : runs(from, to);
      const supplies = (line: number): boolean =>
        division.pieces[pieceOf(division, line)]?.state === index;
      if (next !== undefined && next.from === to + 1 && whole && runs(to, next.from)) {
        const both = supplies(to) && supplies(next.from);
        threads += path(`M${n(x)} ${n(y)}V${n(next.y)}`, `line ${cls} ${both ? 'thick' : 'thin'}`);
      }
      const cx = x;
      if (!whole) beads += element('circle', { cx, cy: y, r: 1.6, class: 'none' });
      else if (supplies(from))
        beads += element('circle', { cx, cy: y, r: BEAD + 0.4, class: `fill ${cls}` });
      else beads += element('circle', { cx, cy: y, r: BEAD - 1, class: `ring ${cls}` });
    });
  });
  return threads + beads;
}

// --- words ---

function explanation(layout: Layout, y: number): { body: string; height: number } {
  const { division, story } = layout;
  const size = SIZE.small;
  const dot = (cls: string, r: number): string =>
    element('circle', { cx: 6, cy: -3.5, r, class: cls });
  const items: LegendItem[] = [
    {
      glyph: dot('fill k0', BEAD),
      width: 12,
      text: 'line of a piece; left: the state it was read in',
    },
    { glyph: dot('ring kg', 3), width: 12, text: 'the line is also in this state' },
    {
      glyph: path('M6 -10V3', 'line k0 thin'),
      width: 12,
      text: 'the next line follows it in this state',
    },
    { glyph: cross(6, -3.5), width: 12, text: 'failed attempt' },
    { glyph: hatched(2, -10, 8, 13, 'wait'), width: 12, text: 'waiting for mmap_lock' },
    { glyph: rect(4, -10, 5, 13, 'lock'), width: 12, text: 'write section (counter odd)' },
  ];
  const rows = legend(items, { x: MARGIN, y: y + 14, width: WIDTH - 2 * MARGIN, size });
  const at = { x: MARGIN, y: y + 14 + rows.height + 4, width: WIDTH - 2 * MARGIN, size: SIZE.sub };
  const text = paragraph(howToRead(division, story, layout), at, 'sub');
  return { body: rows.body + text.body, height: 14 + rows.height + text.height + 10 };
}

function howToRead(division: Division, story: PassStory, { columns }: Layout): string {
  const first = division.pieces[0]?.state ?? columns[0];
  const whole = story.pass.torn
    ? `Here none is: ${division.pieces.length} pieces are the fewest that cover it.`
    : 'Here one is.';
  const cuts = division.cuts
    .slice(0, 3)
    .map((_, i) => ` Cut ${i + 1}: ${proofSentence(division, story, i)}.`)
    .join('');
  const left = division.states.length - columns.length;
  const more =
    left > 0 ? ` ${left} more states, none of which supplies a piece, are left out.` : '';
  return (
    `How to read it: column S${first} is the text of state S${first}. A text is whole if one column is ` +
    `joined from the first line to the last without a break. ${whole}${cuts} ` +
    `A colour stands for a piece: states without a piece are grey.${more}`
  );
}

function describe(layout: Layout): string {
  const { trace, story, division } = layout;
  const cuts = division.cuts.map(
    (_, i) => `${cutSentence(division, story, i)}: ${proofSentence(division, story, i)}.`,
  );
  return [`${findingTitle(story, division)}.`, `${passSentence(trace, story)}.`, ...cuts].join(' ');
}
