/**
 * The story of a pass as rows in the order of time, with one action of the reader or of a writer
 * per row. The text and the picture show the same rows.
 */
import { counted } from '../../base/counted.ts';
import { readable } from '../../base/latin1.ts';
import { CAUSES, type Cause } from '../../world/outcome.ts';
import { EVENT, OPEN, type PassStory, type RunTrace } from '../../world/run-trace.ts';
import type { Division } from './division.ts';

type RowKind =
  | 'read'
  | 'record'
  | 'failed'
  | 'wait'
  | 'lock'
  | 'unlock'
  | 'fallback'
  | 'lost'
  | 'open'
  | 'commit'
  | 'end';

export interface Row {
  readonly atNs: number;
  readonly task: number;
  readonly kind: RowKind;
  readonly text: string;
  /** A few words to its right. */
  readonly note: string;
  readonly bad: boolean;
  /** Of a record: its line; of a failed attempt: the line that it was at. */
  readonly line: number | null;
  /** Of a commit: index into Division.states. */
  readonly state: number | null;
  /** Of an open write section: when it ends; of a wait: when the lock is had. */
  readonly untilNs: number | null;
}

const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  sequence: 'counter moved',
  odd: 'counter odd',
  filePin: 'the file cannot be pinned',
  namePin: 'the name cannot be pinned',
  detached: 'the VMA was detached',
  locked: 'the VMA is write-locked',
  gap: 'there may be a VMA in the gap',
};

/** What an event is, without its being open. */
export function kindOf(trace: RunTrace, event: number): number {
  return trace.events.kind[event]! % OPEN;
}

export function isOpen(trace: RunTrace, event: number): boolean {
  return trace.events.kind[event]! >= OPEN;
}

/** A line of maps text in a few words: where it starts, and the last part of its name. */
function lineWords(line: string): string {
  const [start = ''] = line.split('-', 1);
  const name = readable(lineName(line)).replace(/^.*\/(?=[^/])/, '');
  return name === '' ? start : `${start} ${name}`;
}

/** The name of a line of maps text, without the padding. */
export function lineName(line: string): string {
  return /^(?:\S+ +){4}\S+ *(.*)$/.exec(line)?.[1] ?? '';
}

/** All rows of the pass, earliest first. */
export function rowsOf(trace: RunTrace, story: PassStory, division: Division): Row[] {
  const { events } = trace;
  const rows: { row: Row; order: number }[] = [];
  const from = Math.min(story.pass.startNs, story.beganNs);
  const to = story.pass.endNs;
  const attempts = new AttemptCount();
  const maker: Maker = { trace, story, division, attempts, holds: writeHolds(trace), reads: 0 };
  for (const event of inOrder(trace)) {
    const { task } = story;
    const kind = kindOf(trace, event);
    if (events.toNs[event]! < from || events.fromNs[event]! > to) continue;
    const own = events.task[event] === task;
    if (!own && trace.tasks[events.task[event]!]!.kind !== 'writer') continue;
    for (const row of own ? readerRows(maker, kind, event) : writerRows(maker, kind, event)) {
      if (row.atNs >= from && row.atNs <= to) rows.push({ row, order: rows.length });
    }
  }
  const gate = gateRow(story, rows);
  if (gate !== null) rows.push({ row: gate, order: rows.length });
  rows.push({ row: endRow(trace, story), order: rows.length });
  rows.sort((a, b) => a.row.atNs - b.row.atNs || a.order - b.order);
  return joined(rows.map(({ row }) => row));
}

interface Maker {
  readonly trace: RunTrace;
  readonly story: PassStory;
  readonly division: Division;
  readonly attempts: AttemptCount;
  /** Events in which mmap_lock is held for write, by time. */
  readonly holds: readonly number[];
  reads: number;
}

/** Events by the time at which they begin; the tracer has them by their ends. */
function inOrder({ events }: RunTrace): number[] {
  const order = Array.from({ length: events.count }, (_, i) => i);
  const endsFirst = (i: number): number => events.toNs[i]!;
  return order.sort((a, b) => endsFirst(a) - endsFirst(b) || a - b);
}

/** Failed attempts in a row at one line. */
class AttemptCount {
  #line = -1;
  #count = 0;

  failedAt(line: number): number {
    this.#count = line === this.#line ? this.#count + 1 : 1;
    this.#line = line;
    return this.#count;
  }
}

const PLAIN_ROW = { note: '', bad: false, line: null, state: null, untilNs: null } as const;

function readerRows(maker: Maker, kind: number, event: number): Row[] {
  const { trace, story } = maker;
  const { events } = trace;
  const [task, a, b, c] = [events.task, events.a, events.b, events.c].map((col) => col[event]!) as [
    number,
    number,
    number,
    number,
  ];
  const fromNs = events.fromNs[event]!;
  const toNs = events.toNs[event]!;
  const row = (atNs: number, kind: RowKind, text: string, more: Partial<Row> = {}): Row => ({
    ...PLAIN_ROW,
    atNs,
    task,
    kind,
    text,
    ...more,
  });
  switch (kind) {
    case EVENT.read:
      // A query makes one line, whose row says it.
      if (a !== story.pass.index || queries(trace, story)) return [];
      return [row(fromNs, 'read', `read() ${++maker.reads}`)];
    case EVENT.record: {
      if (b !== story.pass.index) return [];
      // A page that was thrown away had lines too: what stands in the text was printed last.
      const line = story.lines[a];
      const kept = line !== undefined && line.atNs === toNs;
      const text = kept ? lineWords(story.texts[line.text]!) : 'a line, discarded later';
      return [
        row(toNs, 'record', text, { line: kept ? a : null, note: kept ? `line ${a + 1}` : '' }),
      ];
    }
    case EVENT.failed: {
      const attempt = maker.attempts.failedAt(b);
      const text = `attempt ${attempt} fails: ${CAUSE_WORDS[CAUSES[a]!]}`;
      return [row(toNs, 'failed', text, { bad: true, line: b })];
    }
    case EVENT.waitRead:
      return [
        row(fromNs, 'wait', 'waits for mmap_lock', {
          note: holderWords(maker, fromNs),
          untilNs: toNs,
        }),
      ];
    case EVENT.holdRead:
      return [
        row(fromNs, 'lock', 'mmap_read_lock()'),
        ...(isOpen(trace, event) ? [] : [row(toNs, 'unlock', 'mmap_read_unlock()')]),
      ];
    case EVENT.fallback:
      return [row(fromNs, 'fallback', 'falls back to mmap_lock', { bad: true, line: b })];
    case EVENT.lost:
      return [
        row(fromNs, 'lost', `the page is discarded: ${counted(a, 'line')}`, {
          bad: true,
          line: c,
        }),
      ];
    default:
      return [];
  }
}

function writeHolds(trace: RunTrace): number[] {
  const { events } = trace;
  const holds: number[] = [];
  for (let i = 0; i < events.count; i++) if (kindOf(trace, i) === EVENT.holdWrite) holds.push(i);
  return holds.sort((a, b) => events.fromNs[a]! - events.fromNs[b]!);
}

/** Who holds mmap_lock for write at this time. */
function holderWords({ trace, holds }: Maker, atNs: number): string {
  const { events, tasks } = trace;
  let [low, high] = [0, holds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events.fromNs[holds[middle]!]! <= atNs) low = middle + 1;
    else high = middle;
  }
  const hold = holds[low - 1];
  if (hold === undefined || events.toNs[hold]! < atNs) return '';
  return tasks[events.task[hold]!]!.name;
}

function writerRows({ trace, story, division }: Maker, kind: number, event: number): Row[] {
  const { events, calls, tasks } = trace;
  const task = events.task[event]!;
  const fromNs = events.fromNs[event]!;
  const toNs = events.toNs[event]!;
  const many = tasks.filter((each) => each.kind === 'writer').length > 1;
  const who = many ? tasks[task]!.name : '';
  if (kind === EVENT.waitWrite) {
    const text = 'waits for mmap_lock';
    return [{ ...PLAIN_ROW, atNs: fromNs, task, kind: 'wait', text, note: who, untilNs: toNs }];
  }
  if (kind !== EVENT.section) return [];
  const number = events.a[event]!;
  const call = events.b[event]! < 0 ? 'hold' : calls[events.b[event]!]!;
  const opened: Row = {
    ...PLAIN_ROW,
    atNs: fromNs,
    task,
    kind: 'open',
    text: 'mmap_write_lock()',
    note: many ? who : isOpen(trace, event) ? 'seq odd' : `seq ${number * 2 - 1}`,
    untilNs: toNs,
  };
  if (isOpen(trace, event)) return [opened];
  const index = story.states.findIndex((state) => state.number === number);
  const state = index < 0 ? null : division.stateOf[index]!;
  const committed: Row = {
    ...PLAIN_ROW,
    atNs: toNs,
    task,
    kind: 'commit',
    text: call,
    note: many ? who : `seq ${number * 2}`,
    state,
  };
  return [opened, committed];
}

/** The gate line comes with the end of the list, which is no record. */
function gateRow({ lines, texts, task }: PassStory, rows: readonly { readonly row: Row }[]) {
  const line = lines.length - 1;
  const last = lines[line];
  if (last === undefined || !texts[last.text]!.endsWith(GATE_NAME)) return null;
  if (rows.some(({ row }) => row.kind === 'record' && row.line === line)) return null;
  const text = lineWords(texts[last.text]!);
  const row: Row = { ...PLAIN_ROW, atNs: last.atNs, task, kind: 'record', text, line, note: '' };
  return { ...row, note: `line ${line + 1}` };
}

const GATE_NAME = '[vsyscall]';

/** The pass is one of PROCMAP_QUERY calls, not of read(). */
export function queries({ tasks }: RunTrace, { task }: PassStory): boolean {
  return tasks[task]!.medium === 'query';
}

function endRow(trace: RunTrace, story: PassStory): Row {
  const { pass, task, lines } = story;
  const last = queries(trace, story) ? 'query: ENOENT, the end' : 'read() returns 0: the end';
  const done = pass.finished ? last : 'the run ends here';
  return {
    ...PLAIN_ROW,
    atNs: pass.endNs,
    task,
    kind: 'end',
    text: done,
    note: counted(lines.length, 'line'),
    bad: !pass.finished,
  };
}

/** A write section that nothing comes between is one row; so is a lock taken and let go. */
function joined(rows: readonly Row[]): Row[] {
  const out: Row[] = [];
  /** By task: when its last wait ends. */
  const waitsUntil = new Map<number, number | null>();
  for (const row of rows) {
    const last = out.at(-1);
    const same = last?.task === row.task;
    if (row.kind === 'wait') waitsUntil.set(row.task, row.untilNs);
    if (row.kind === 'commit' && same && last.kind === 'open') out[out.length - 1] = row;
    else if (row.kind === 'unlock' && same && last.kind === 'lock') {
      out[out.length - 1] = { ...last, text: 'mmap_read_lock(), _unlock()' };
    } else if (row.kind === 'lock' && waitsUntil.get(row.task) === row.atNs) {
      out.push({ ...row, text: 'has mmap_lock' });
    } else out.push(row);
  }
  return out;
}
