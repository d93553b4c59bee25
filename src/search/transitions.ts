/**
 * A cache of the effects of steps, shared by all states that agree in the data that a step reads.
 *
 * A step of a task reads and changes the shared data and the data of its task, so its effect on
 * these is a function of (task, choices, these data). Its effect on another task (it may be woken,
 * or its cursor may be left on a dead leaf) is a function of this effect and of the data of that
 * task that others can change. The data of the oracle about a pass matter only to the steps that
 * begin or end the pass. All of these are numbers of a state (states.ts), so a state can be built
 * from known parts without a kernel. If an effect is not in the cache, the world is restored, the
 * step runs, and its effect is stored.
 *
 * The cache is exact, because the numbers are exact, and no result depends on its content. It is
 * emptied when it has reached its limit. (LTSmin calls this transition caching: Blom, van de Pol,
 * Weber, CAV 2010.)
 */
import { PlainData } from '../base/plain-data.ts';
import { RowInterner } from '../base/row-interner.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { News } from '../oracle/small-world.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import { FINISHED, isOnDeadLeaf, statusOf } from '../state/regions.ts';
import type { FinishedText, SearchWorld } from './search-world.ts';
import { MOVED_SECTIONS, NOTICED_BY_NOBODY, type States, WOKE, WROTE } from './states.ts';

/** What a transition can bring to light. Plain data. */
export type Event =
  | { readonly kind: 'text'; readonly text: FinishedText }
  /** Attempts at the record where the reader stands: those that failed, and the retry under way. */
  | { readonly kind: 'attempts'; readonly reader: number; readonly attempts: number }
  /** A record (or page) is out, after so many retries and fallbacks. */
  | {
      readonly kind: 'settled';
      readonly reader: number;
      readonly retries: number;
      readonly fallbacks: number;
    }
  | { readonly kind: 'fault'; readonly fault: Pick<KernelFault, 'kind' | 'message'> }
  | { readonly kind: 'deadlock' };

const NOTHING_SETTLED = { retries: 0, fallbacks: 0 };

/** No other combination of choices is left to try. */
export const NO_VIA = -1;
/** In place of a transition: the task cannot go on. */
export const CANNOT = -1;

/** What the oracle knows of the task's pass does not matter, and stays. */
const ANY_PASS = -1;
const NO_NEWS = -1;

/** Numbers that a transition is known by: via, what is common, the task, its pass or ANY_PASS. */
const KNOWN = 4;

/** Behind them: what became of the two and of the pass, … */
const SHARED = KNOWN;
const OWN = KNOWN + 1;
const PASS = KNOWN + 2;
/** … the next combination of choices, what passes are told, flags. */
const NEXT = KNOWN + 3;
const NEWS = KNOWN + 4;
const FLAGS = KNOWN + 5;
const STRIDE = KNOWN + 6;

/** Of effects and of what passes were told, what became of it, behind what it is known by. */
const EFFECT = 3;
const HEARD = 2;

/** Flags: first what others can notice (states.ts). */
const NOTICED = WROTE | WOKE | MOVED_SECTIONS;
const SLEEPS = 8;
const FAULT = 16;
const HAS_EVENTS = 32;
/** The reader that took the step got a record (or page). */
const PROGRESS = 64;
/** No transition: it depends on the pass. */
const ASKS_PASS = 128;

/** So many effects take about as much memory as a transition. */
const EFFECTS_A_TRANSITION = 3;

const NONE: readonly never[] = [];

/** What came of a transition. What is left out is none. */
interface Came {
  readonly flags: number;
  readonly shared?: number;
  readonly own?: number;
  readonly pass?: number;
  readonly next?: number;
  readonly news?: number;
}

export class Transitions {
  readonly #world: SearchWorld;
  readonly #states: States;
  /** Tasks that count for the end: all readers, or without any all writers. */
  readonly #ending: number;
  /** Tasks with their choices, by number. That of a task without choices is the task's own. */
  readonly #vias: ScheduleItem[] = [];
  readonly #viaIds = new Map<string, number>();
  /** By row number the transition. */
  readonly #known = new RowInterner(KNOWN, STRIDE - KNOWN);
  readonly #key = new Int32Array(KNOWN);
  readonly #events = new Map<number, readonly Event[]>();
  readonly #choices = new Map<number, readonly number[]>();
  /** Transition, other task, its view: by row number its view afterwards. */
  readonly #effects = new RowInterner(EFFECT, 1);
  readonly #effect = new Int32Array(EFFECT);
  /** What passes were told, a pass: by row number the pass afterwards. */
  readonly #news = new PlainData<readonly News[]>();
  readonly #heard = new RowInterner(HEARD, 1);
  readonly #hearing = new Int32Array(HEARD);

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#states = world.states;
    const { readers, writers } = world.world;
    this.#ending = readers.length || writers.length;
    for (let task = 0; task < readers.length + writers.length; task++) {
      this.viaId({ task, choices: [] });
    }
  }

  viaOf(id: number): ScheduleItem {
    return this.#vias[id]!;
  }

  viaId(via: ScheduleItem): number {
    const key = [via.task, ...via.choices].join();
    let id = this.#viaIds.get(key);
    if (id === undefined) {
      id = this.#vias.push(via) - 1;
      this.#viaIds.set(key, id);
    }
    return id;
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    return this.#known.bytes + this.#effects.bytes + this.#heard.bytes;
  }

  /**
   * Forgets everything if it knows more than so many transitions, effects as a third of one each.
   * Numbers of transitions are void then.
   */
  trim(most: number): void {
    if (this.#known.count + this.#effects.count / EFFECTS_A_TRANSITION <= most) return;
    this.#known.clear();
    this.#effects.clear();
    this.#events.clear();
    this.#choices.clear();
  }

  /** The same as single steps, from this state on. Leaves the world at the end of the path. */
  scheduleOf(initial: Int32Array, path: readonly number[]): Schedule {
    const world = this.#world;
    world.restore(initial);
    const items: ScheduleItem[] = [];
    for (const via of path) {
      const { task, choices } = this.viaOf(via);
      try {
        world.run(task, choices, items);
      } catch (error) {
        if (!(error instanceof KernelFault)) throw error;
        items.push({ task, choices });
        return items;
      }
    }
    return items;
  }

  // --- Transitions ---

  /** All that count for the end have come to theirs in the state that begins at `states[at]`. */
  isOver(states: Int32Array, at: number): boolean {
    let task = 0;
    while (task < this.#ending && this.#isFinished(states, at, task)) task++;
    return task === this.#ending;
  }

  /** The task can never go on. */
  #isFinished(states: Int32Array, at: number, task: number): boolean {
    return statusOf(this.#states.viewWord(task, states[at + 1 + task]!)) === FINISHED;
  }

  /** What the task would do first, or CANNOT. */
  firstOf(states: Int32Array, at: number, task: number): number {
    if (this.#isFinished(states, at, task)) return CANNOT;
    const transition = this.of(states, at, task);
    return this.#has(transition, SLEEPS) ? CANNOT : transition;
  }

  /** The number of the transition when `via` is taken in the state that begins at `states[at]`. */
  of(states: Int32Array, at: number, via: number): number {
    const key = this.#key;
    const { task } = this.#vias[via]!;
    key[0] = via;
    key[1] = states[at]!;
    key[2] = states[at + 1 + task]!;
    key[3] = ANY_PASS;
    let known = this.#known.find(key);
    if (known >= 0 && this.#has(known, ASKS_PASS)) {
      key[3] = states[at + this.#states.passesAt + task]!;
      known = this.#known.find(key);
    }
    return known >= 0 ? known : this.#run(states, at, via);
  }

  /** It ends in a fault of the kernel: there is no state after it. */
  isFault(transition: number): boolean {
    return this.#has(transition, FAULT);
  }

  /** The reader that took the step got a record (or page). */
  isProgress(transition: number): boolean {
    return this.#has(transition, PROGRESS);
  }

  /** The task's next combination of choices, or NO_VIA. */
  nextVia(transition: number): number {
    return this.#known.rows[transition * STRIDE + NEXT]!;
  }

  /** It may have some. */
  hasEvents(transition: number): boolean {
    return this.#has(transition, HAS_EVENTS);
  }

  eventsOf(transition: number): readonly Event[] {
    return this.#events.get(transition) ?? NONE;
  }

  /** The same; from now on it has none. */
  takeEvents(transition: number): readonly Event[] {
    const events = this.eventsOf(transition);
    this.#events.delete(transition);
    return events;
  }

  /** Of how many the step has chosen one, each time that it chose. */
  choicesOf(transition: number): readonly number[] {
    return this.#choices.get(transition) ?? NONE;
  }

  #has(transition: number, flags: number): boolean {
    return (this.#known.rows[transition * STRIDE + FLAGS]! & flags) !== 0;
  }

  /** Writes the state that follows into `into`. `transition` is one of the same state. */
  follow(states: Int32Array, at: number, transition: number, into: Int32Array): void {
    const { passesAt, width } = this.#states;
    const known = this.#known.rows;
    const row = transition * STRIDE;
    const { task } = this.#vias[known[row]!]!;
    for (let i = 1; i < width; i++) into[i] = states[at + i]!;
    into[0] = known[row + SHARED]!;
    into[1 + task] = known[row + OWN]!;
    const pass = known[row + PASS]!;
    if (pass !== ANY_PASS) into[passesAt + task] = pass;
    const noticed = known[row + FLAGS]! & NOTICED;
    if (noticed !== NOTICED_BY_NOBODY) {
      for (let other = 0; other < passesAt - 1; other++) {
        if (other !== task) this.#affect(states, at, transition, noticed, other, into);
      }
    }
    const news = known[row + NEWS]!;
    if (news === NO_NEWS) return;
    for (let i = passesAt; i < width; i++) {
      if (i !== passesAt + task) into[i] = this.#passAfter(into[i]!, news);
    }
  }

  // --- What becomes of others ---

  /**
   * A task that wakes another may wake anybody. Of what is written, readers' cursors, samples and
   * VMAs in hand depend; on sections that begin or end, a cursor whose leaf is dead.
   */
  #isAffected(noticed: number, task: number, own: number): boolean {
    if ((noticed & WOKE) !== 0) return true;
    if (task >= this.#world.world.readers.length) return false;
    return (noticed & WROTE) !== 0 || isOnDeadLeaf(this.#states.viewWord(task, own));
  }

  #affect(
    states: Int32Array,
    at: number,
    transition: number,
    noticed: number,
    other: number,
    into: Int32Array,
  ): void {
    const own = states[at + 1 + other]!;
    if (!this.#isAffected(noticed, other, own)) return;
    const view = this.#states.viewOf(other, own);
    let effect = this.#effects.find(this.#effectRow(transition, other, view));
    if (effect < 0) {
      this.#runAgain(states, at, transition);
      effect = this.#effects.find(this.#effectRow(transition, other, view));
    }
    const after = this.#effects.rows[effect * (EFFECT + 1) + EFFECT]!;
    if (after !== view) into[1 + other] = this.#states.withView(other, own, after);
  }

  #effectRow(transition: number, other: number, view: number): Int32Array {
    const row = this.#effect;
    row[0] = transition;
    row[1] = other;
    row[2] = view;
    return row;
  }

  /** Takes the step for what it does to others. */
  #runAgain(states: Int32Array, at: number, transition: number): void {
    const { task, choices } = this.viaOf(this.#known.rows[transition * STRIDE]!);
    this.#states.restoreFor(task, states, at);
    this.#world.run(task, choices);
    if (task >= this.#world.world.readers.length) this.#states.noteWriter(task);
    this.#keepEffects(states, at, transition);
  }

  /** Of the transition that the world has just made. */
  #keepEffects(states: Int32Array, at: number, transition: number): void {
    const { passesAt } = this.#states;
    const row = transition * STRIDE;
    const noticed = this.#known.rows[row + FLAGS]! & NOTICED;
    const { task } = this.viaOf(this.#known.rows[row]!);
    if (noticed === NOTICED_BY_NOBODY) return;
    for (let other = 0; other < passesAt - 1; other++) {
      const own = states[at + 1 + other]!;
      if (other === task || !this.#isAffected(noticed, other, own)) continue;
      const view = this.#states.viewOf(other, own);
      const effect = this.#effects.idOf(this.#effectRow(transition, other, view));
      this.#effects.rows[effect * (EFFECT + 1) + EFFECT] = this.#states.saveView(other);
    }
  }

  /** What the oracle knows of a pass after it was told this. */
  #passAfter(pass: number, news: number): number {
    this.#hearing[0] = news;
    this.#hearing[1] = pass;
    const before = this.#heard.count;
    const row = this.#heard.idOf(this.#hearing);
    const after = row * (HEARD + 1) + HEARD;
    if (row === before) {
      this.#heard.rows[after] = this.#states.passAfter(pass, this.#news.thingOf(news)!);
    }
    return this.#heard.rows[after]!;
  }

  // --- Taking the step ---

  #run(states: Int32Array, at: number, via: number): number {
    const world = this.#world;
    const { task, choices } = this.viaOf(via);
    this.#states.restoreFor(task, states, at);
    if (!world.canRun(task)) return this.#keep(states, at, via, ANY_PASS, { flags: SLEEPS });
    let next: number[] | null;
    try {
      next = world.run(task, choices);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      const { kind, message } = error;
      const transition = this.#keep(states, at, via, ANY_PASS, { flags: FAULT | HAS_EVENTS });
      this.#events.set(transition, [{ kind: 'fault', fault: { kind, message } }]);
      return transition;
    }
    return this.#keepRun(states, at, via, next);
  }

  /** What the run just made has come to. */
  #keepRun(states: Int32Array, at: number, via: number, next: readonly number[] | null): number {
    const world = this.#world;
    const numbers = this.#states;
    const { task } = this.viaOf(via);
    if (task >= world.world.readers.length) numbers.noteWriter(task);
    const events = this.#eventsNow(task);
    const shared = numbers.saveShared(task, states[at]!);
    const wrote = numbers.isWrittenAlike(shared, states[at]!) ? NOTICED_BY_NOBODY : WROTE;
    const has = (events.length > 0 ? HAS_EVENTS : 0) | (world.progressed ? PROGRESS : 0);
    const { judged, oracle } = world;
    if (judged) this.#keep(states, at, via, ANY_PASS, { flags: ASKS_PASS });
    const pass = judged ? states[at + numbers.passesAt + task]! : ANY_PASS;
    const transition = this.#keep(states, at, via, pass, {
      flags: world.noticed | wrote | has,
      shared,
      own: numbers.saveOwn(task),
      pass: judged ? numbers.savePass(task) : ANY_PASS,
      next: next === null ? NO_VIA : this.viaId({ task, choices: next }),
      news: oracle.news.length === 0 ? NO_NEWS : this.#news.idOf([...oracle.news]),
    });
    if (events.length > 0) this.#events.set(transition, events);
    if (world.chosenOf.length > 0) this.#choices.set(transition, world.chosenOf);
    this.#keepEffects(states, at, transition);
    return transition;
  }

  #keep(states: Int32Array, at: number, via: number, pass: number, came: Came): number {
    const key = this.#key;
    key[0] = via;
    key[1] = states[at]!;
    key[2] = states[at + 1 + this.viaOf(via).task]!;
    key[3] = pass;
    const transition = this.#known.idOf(key);
    const { rows } = this.#known;
    const row = transition * STRIDE;
    rows[row + SHARED] = came.shared ?? 0;
    rows[row + OWN] = came.own ?? 0;
    rows[row + PASS] = came.pass ?? ANY_PASS;
    rows[row + NEXT] = came.next ?? NO_VIA;
    rows[row + NEWS] = came.news ?? NO_NEWS;
    rows[row + FLAGS] = came.flags;
    return transition;
  }

  /** Of the step just taken. Other readers' attempts were told when they made them. */
  #eventsNow(task: number): readonly Event[] {
    const { finished, world } = this.#world;
    const reader = world.readers[task];
    const tried = reader !== undefined && reader.failedHere > 0;
    const settled = reader?.settledAfter ?? NOTHING_SETTLED;
    const late = settled.retries > 0 || settled.fallbacks > 0;
    if (!tried && !late && finished.length === 0) return NONE;
    const events: Event[] = finished.map((text) => ({ kind: 'text', text }));
    if (tried) events.push({ kind: 'attempts', reader: task, attempts: reader.attemptsHere });
    if (late && reader !== undefined) {
      events.push({ kind: 'settled', reader: task, ...settled });
      Object.assign(reader.settledAfter, NOTHING_SETTLED);
    }
    return events;
  }
}
