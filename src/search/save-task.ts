/**
 * The tasks' part of a saved world: registers, next steps, what a writer is in the middle of.
 *
 * Steps, operations, calls and plans are interned: plans are settled when their section begins and
 * never change, so a number stands for each. Statistics are left out; so are failed attempts,
 * unless a limit is asked for (`failuresMax`), since they would keep a livelock from repeating.
 */
import { Interned } from '../base/intern.ts';
import type { Packer, Unpacker } from '../base/packed.ts';
import type { Kernel } from '../mm/kernel.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { Call, Plan } from '../mm/plan.ts';
import type { Reader } from '../proc/reader.ts';
import { StepTable } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { ResolvedOperation } from '../writers/source.ts';
import type { Turns } from '../writers/turns.ts';
import type { Writer } from '../writers/writer.ts';

const NOTHING = -1;

/** Room for what a writer's source saves. */
const WORDS = new Float64Array(4096);

/** What saved tasks refer to by number. Shared by all saves of one search. */
export class TaskTables {
  readonly steps = new StepTable();
  readonly operations = new Interned<ResolvedOperation>();
  readonly calls = new Interned<Call>();
  readonly plans = new Interned<Plan>();
  readonly #known = new Map<object, number>();

  /** The number of a thing that never changes: looked up by what it says the first time only. */
  idOf<T extends object>(table: Interned<T>, thing: T | null): number {
    if (thing === null) return NOTHING;
    let id = this.#known.get(thing);
    if (id === undefined) {
      id = table.idOf(JSON.stringify(thing), thing);
      this.#known.set(thing, id);
    }
    return id;
  }

  thingOf<T>(table: Interned<T>, id: number): T | null {
    return id === NOTHING ? null : table.thingOf(id);
  }
}

export interface SaveContext {
  readonly kernel: Kernel;
  readonly tables: TaskTables;
  /** Addresses are saved relative to this page. */
  readonly base: number;
  /** Failed attempts at one record are counted up to here. */
  readonly failuresMax: number;
}

function saveTask(t: Task, c: SaveContext, p: Packer): void {
  p.put(c.tables.steps.idOf(t.step));
}

function restoreTask(t: Task, c: SaveContext, u: Unpacker): void {
  t.step = c.tables.steps.stepOf(u.get()) as Task['step'];
}

export function saveReader(r: Reader, c: SaveContext, p: Packer): void {
  const { steps } = c.tables;
  saveTask(r, c, p);
  p.put(steps.idOf(r.ret));
  p.put(steps.idOf(r.redo));
  p.put(steps.idOf(r.retryAt));
  p.put(r.counts.passesStarted);
  p.put(flags(r));
  p.put(r.page.length);
  p.put(r.sizeBytes / 4096);
  p.put(r.countBytes);
  p.put(r.fromBytes);
  p.put(r.copiedBytes);
  putPosition(r.pos, c.base, p);
  putPosition(r.shownEnd, c.base, p);
  putPosition(r.redoPos, c.base, p);
  putPosition(r.redoShownEnd, c.base, p);
  p.put(r.stopFor);
  p.put(r.redoLineCount);
  p.put(r.pageIndex);
  p.put(r.endPage);
  p.put(r.source);
  p.put(r.pending);
  p.put(r.budgetUsed);
  p.put(Math.min(r.failedHere, c.failuresMax));
  p.put(r.lockedVma);
  p.put(r.pinnedFile);
  p.put(r.pinnedName);
  saveCopy(r, c.base, p);
  for (const name of r.strategy.locals ?? []) p.put(r.local[name]!);
  saveLines(r, c.base, p);
}

export function restoreReader(r: Reader, c: SaveContext, u: Unpacker): void {
  const { steps } = c.tables;
  restoreTask(r, c, u);
  r.ret = steps.stepOf(u.get()) as unknown as Reader['ret'];
  r.redo = steps.stepOf(u.get()) as unknown as Reader['ret'];
  r.retryAt = steps.stepOf(u.get()) as unknown as Reader['ret'];
  r.counts.passesStarted = u.get();
  r.passIndex = r.counts.passesStarted - 1;
  setFlags(r, u.get());
  r.page.length = u.get();
  r.page.reserve(0);
  r.sizeBytes = u.get() * 4096;
  r.countBytes = u.get();
  r.fromBytes = u.get();
  r.copiedBytes = u.get();
  r.pos = getPosition(c.base, u);
  r.shownEnd = getPosition(c.base, u);
  r.redoPos = getPosition(c.base, u);
  r.redoShownEnd = getPosition(c.base, u);
  r.stopFor = u.get();
  r.redoLineCount = u.get();
  r.pageIndex = u.get();
  r.endPage = u.get();
  r.source = u.get();
  r.pending = u.get();
  r.budgetUsed = u.get();
  r.failedHere = u.get();
  r.lockedVma = u.get();
  r.pinnedFile = u.get();
  r.pinnedName = u.get();
  restoreCopy(r, c.base, u);
  for (const name of r.strategy.locals ?? []) r.local[name] = u.get();
  restoreLines(r, c.base, u);
}

function flags(r: Reader): number {
  return (
    (r.inPass ? 1 : 0) +
    (r.begun ? 2 : 0) +
    (r.filling ? 4 : 0) +
    (r.mmapLocked ? 8 : 0) +
    (r.sampled ? 16 : 0) +
    (r.mustLock ? 32 : 0) +
    (r.copied ? 64 : 0)
  );
}

function setFlags(r: Reader, bits: number): void {
  r.inPass = (bits & 1) !== 0;
  r.begun = (bits & 2) !== 0;
  r.filling = (bits & 4) !== 0;
  r.mmapLocked = (bits & 8) !== 0;
  r.sampled = (bits & 16) !== 0;
  r.mustLock = (bits & 32) !== 0;
  r.copied = (bits & 64) !== 0;
}

/** A page, a sentinel (negative) or the beginning (0). */
function putPosition(page: number, base: number, p: Packer): void {
  p.put(page <= 0 ? page - 1 : page < base ? page : page - base);
  p.flag(page > 0 && page < base);
}

function getPosition(base: number, u: Unpacker): number {
  const value = u.get();
  if (u.flag()) return value;
  return value < 0 ? value + 1 : base + value;
}

function saveCopy(r: Reader, base: number, p: Packer): void {
  const { copy } = r;
  const empty = copy.start === 0 && copy.end === 0 && copy.flags === 0 && copy.pgoff === 0;
  p.flag(empty);
  if (!empty) {
    p.put(copy.start - base);
    p.put(copy.end - base);
    p.put(copy.flags);
    p.put(copy.pgoff - (copy.pgoff > base ? base : 0));
    p.flag(copy.pgoff > base);
  }
  p.put(copy.file);
  p.put(copy.name);
  p.put(copy.special);
}

function restoreCopy(r: Reader, base: number, u: Unpacker): void {
  const { copy } = r;
  const empty = u.flag();
  copy.start = empty ? 0 : base + u.get();
  copy.end = empty ? 0 : base + u.get();
  copy.flags = empty ? 0 : u.get();
  copy.pgoff = empty ? 0 : u.get();
  if (!empty && u.flag()) copy.pgoff += base;
  copy.file = u.get();
  copy.name = u.get();
  copy.special = u.get();
}

function saveLines(r: Reader, base: number, p: Packer): void {
  p.put(r.lineCount);
  for (let i = 0; i < r.lineCount; i++) {
    const at = i * LINE_FIELDS;
    p.put(r.lines[at]! - base);
    p.put(r.lines[at + 1]! - base);
    for (let field = 2; field < LINE_FIELDS; field++) p.put(r.lines[at + field]!);
    p.put(r.linePages[i]!);
  }
}

function restoreLines(r: Reader, base: number, u: Unpacker): void {
  const count = u.get();
  for (r.lineCount = 0; r.lineCount < count; r.lineCount++) {
    const at = r.nextLineAt();
    r.lines[at] = base + u.get();
    r.lines[at + 1] = base + u.get();
    for (let field = 2; field < LINE_FIELDS; field++) r.lines[at + field] = u.get();
    r.linePages[r.lineCount] = u.get();
  }
}

/** Whose turn it is in recorded traces: no writer's own. */
export function saveTurns(turns: readonly Turns[], p: Packer): void {
  for (const turn of turns) p.list(turn.saved());
}

export function restoreTurns(turns: readonly Turns[], u: Unpacker): void {
  const words: number[] = [];
  for (const turn of turns) {
    u.list(words);
    turn.restore(words);
  }
}

export function saveWriter(w: Writer, c: SaveContext, p: Packer): void {
  const { tables } = c;
  saveTask(w, c, p);
  p.put(tables.idOf(tables.operations, w.operation));
  p.put(tables.idOf(tables.calls, w.call));
  p.put(tables.idOf(tables.plans, w.plan));
  p.put(w.callsDone);
  p.put(w.errno === null ? 0 : 1);
  p.put(w.brkBefore - c.kernel.mm.startBrk);
  p.flag(w.downgraded);
  p.put(w.actIndex);
  p.list(w.freshSlots);
  const end = w.source.save(WORDS, 0);
  if (!w.limited) WORDS[0] = 0; // operations begun: nobody will ask how many
  p.put(end);
  for (let i = 0; i < end; i++) p.put(WORDS[i]!);
}

export function restoreWriter(w: Writer, c: SaveContext, u: Unpacker): void {
  const { tables } = c;
  restoreTask(w, c, u);
  w.operation = tables.thingOf(tables.operations, u.get());
  w.call = tables.thingOf(tables.calls, u.get());
  w.plan = tables.thingOf(tables.plans, u.get());
  w.callsDone = u.get();
  w.errno = u.get() === 0 ? null : (w.plan?.errno ?? 'EINVAL');
  w.brkBefore = c.kernel.mm.startBrk + u.get();
  w.downgraded = u.flag();
  w.actIndex = u.get();
  u.list(w.freshSlots);
  const end = u.get();
  for (let i = 0; i < end; i++) WORDS[i] = u.get();
  w.source.restore(WORDS, 0);
  if (w.plan !== null) w.actNs.length = w.plan.acts.length;
}
