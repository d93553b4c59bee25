/**
 * A world without time: any task that can take a step may be the next. Searches and replays drive
 * it.
 *
 * Think times, starts, costs, CPUs and nice do not count; `hold` keeps its section open for a step.
 * The lock is `any` (see any-lock.ts) where the scenario says rwsem, and strictly `fifo` where it
 * says so. A step that may choose (which VMA a writer picks) is given its choices from outside.
 */
import { ByteInterner } from '../base/byte-interner.ts';
import { Packer, Unpacker } from '../base/packed.ts';
import { VMA_LOCK_STEPS } from '../mm/act.ts';
import { anyCanTake, anyTake } from '../mm/any-lock.ts';
import type { Kernel } from '../mm/kernel.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import { SmallOracle } from '../oracle/small-world.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { formatText } from '../proc/format.ts';
import type { PassObserver, Reader } from '../proc/reader.ts';
import type { Strategy } from '../proc/strategy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScheduleItem } from '../sim/schedule.ts';
import { DONE, isPrivate, PARKED, stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { buildWorld } from './build.ts';
import { nextChoices, Odometer } from './odometer.ts';
import { restoreAddressSpace, restoreLocks, saveAddressSpace, saveLocks } from './save-kernel.ts';
import type { SaveContext } from './save-task.ts';
import { restoreReader, restoreWriter, saveReader, saveWriter, TaskTables } from './save-task.ts';
import { restoreReaderViews, saveReaderViews } from './save-views.ts';
import type { World } from './world.ts';

type RunStep = (kernel: Kernel, task: Task) => RunStep;

/** Places of the portions in a state; the tasks' come after. */
const SPACE = 0;
const LOCKS = 1;
const VIEWS = 2;
const PORTIONS = 3;

/** A task's status times this, plus what it wants of the lock. */
const STATUS_UNIT = 4;

const RUNNABLE = 0;
const ASLEEP = 1;
const FINISHED = 2;

/** A text that a pass has printed, with the judgement on it. */
export interface FinishedText {
  readonly reader: number;
  readonly readerName: string;
  /** Lines as numbers and the page of each, for comparison and display. */
  readonly lines: Float64Array;
  readonly pages: Int32Array;
  readonly text: string;
  readonly verdict: Verdict;
}

export interface SearchOptions {
  readonly strategy: string | null;
  readonly makeStrategy: (text: string) => Strategy;
  /** Steps that nobody else can see are taken at once. */
  readonly mergePrivate: boolean;
  /** Count failed attempts at one record up to here (they are part of the state). */
  readonly failuresMax: number;
}

export class SearchWorld {
  readonly world: World;
  readonly kernel: Kernel;
  readonly oracle: SmallOracle;
  readonly tasks: readonly Task[];
  readonly #mergePrivate: boolean;
  /** Some reader looks at the lock words of VMAs. */
  readonly #vmaLocks: boolean;
  readonly #chance = new Odometer();
  readonly #context: SaveContext;
  readonly #packer = new Packer();
  readonly #unpacker = new Unpacker();
  readonly #status: Uint8Array;
  /** Portions of states by their bytes. */
  readonly #portions = new ByteInterner();
  /** Portions of the world as it was saved or restored last. */
  readonly #current: Int32Array;
  /** By task: it has taken a step since. And: some writer has. */
  readonly #moved: Uint8Array;
  #spaceChanged = true;
  /** The address space is as it was restored: its leaves are numbered by their places. */
  #spaceRestored = false;
  /** What the last transition did, item by item. */
  readonly trail: ScheduleItem[] = [];
  /** Texts that the last transition completed. */
  readonly finished: FinishedText[] = [];
  /** Readers that got a record (or page) in the last transition, by number. */
  readonly progressed: boolean[] = [];

  constructor(scenario: Scenario, options: SearchOptions) {
    let oracle: SmallOracle | undefined;
    this.world = buildWorld(scenario, {
      strategy: options.strategy,
      seed: '0',
      onOperation: null,
      makeStrategy: options.makeStrategy,
      lockPolicy: scenario.machine.rwsem === 'fifo' ? 'fifo' : 'any',
      chance: this.#chance,
      watch: (kernel, layout) => {
        oracle = new SmallOracle(layout, scenario.readers.length);
        kernel.observer = oracle;
        return this.#watch();
      },
    });
    this.oracle = oracle!;
    this.kernel = this.world.kernel;
    this.tasks = this.world.tasks;
    this.#mergePrivate = options.mergePrivate;
    this.#vmaLocks = this.world.readers.some((r) => r.strategy.vmaLocks === true);
    this.#status = new Uint8Array(this.tasks.length);
    this.#current = new Int32Array(this.stateWidth);
    this.#moved = new Uint8Array(this.tasks.length).fill(1);
    for (const hog of this.world.hogs) this.#status[hog.id] = FINISHED;
    this.kernel.timeless = true;
    this.kernel.rcu.graceNs = 0;
    this.kernel.wakeUp = (task) => {
      this.#status[task.id] = RUNNABLE;
    };
    this.#context = {
      kernel: this.kernel,
      tables: new TaskTables(),
      base: (scenario.vmas[0]?.startPage ?? 1) - 1,
      failuresMax: options.failuresMax,
    };
    for (const r of this.world.readers) {
      const { accepted } = r;
      r.accepted = () => {
        this.progressed[r.id] = true;
        accepted.call(r);
      };
    }
  }

  // --- Transitions ---

  /** Choices that nobody has given are drawn from now on: for random walks. */
  drawChoices(draw: (n: number) => number): void {
    this.#chance.draw = draw;
  }

  /** It waits for somebody. */
  isAsleep(task: number): boolean {
    return this.#status[task] === ASLEEP;
  }

  canRun(task: number): boolean {
    if (this.#status[task] === RUNNABLE) return true;
    return this.#status[task] === ASLEEP && anyCanTake(this.kernel, this.tasks[task]!);
  }

  /** Every reader has finished its passes; or there are none and every writer is done. */
  isOver(): boolean {
    const { readers, writers } = this.world;
    const tasks = readers.length > 0 ? readers : writers;
    return tasks.every((task) => this.#status[task.id] === FINISHED);
  }

  /**
   * The task takes a step, and the steps that nobody else can see after it. Returns the choices
   * after the given ones that it could have made otherwise: the next combination to try, or null.
   */
  run(task: number, choices: readonly number[]): number[] | null {
    this.trail.length = 0;
    this.finished.length = 0;
    this.progressed.length = 0;
    const made: number[] = [];
    const of: number[] = [];
    let rest = choices;
    do {
      this.#step(this.tasks[task]!, rest);
      made.push(...this.#chance.made);
      of.push(...this.#chance.of);
      rest = choices.slice(made.length);
    } while (this.#mergePrivate && this.#status[task] === RUNNABLE && this.#isPrivate(task));
    return nextChoices(made, of);
  }

  /** One item of a schedule, exactly. */
  runItem(item: ScheduleItem): void {
    this.trail.length = 0;
    this.finished.length = 0;
    this.progressed.length = 0;
    this.#step(this.tasks[item.task]!, item.choices);
  }

  #isPrivate(task: number): boolean {
    const step = this.#nextOf(task);
    return isPrivate(step) || (!this.#vmaLocks && VMA_LOCK_STEPS.has(step));
  }

  #nextOf(task: number): Task['step'] {
    return this.tasks[task]!.step;
  }

  /** Name of the step that the task takes next; of a sleeper, what it waits for. */
  nameOf(task: number): string {
    return this.#status[task] === ASLEEP ? 'mmap_lock' : stepName(this.#nextOf(task));
  }

  #step(t: Task, choices: readonly number[]): void {
    this.#moved[t.id] = 1;
    if (t.id >= this.world.readers.length) {
      this.#spaceChanged = true;
      this.#spaceRestored = false;
    }
    this.#chance.reset(choices);
    if (this.#status[t.id] === ASLEEP) {
      anyTake(this.kernel, t);
      this.#status[t.id] = RUNNABLE;
    } else {
      const next = (t.step as RunStep)(this.kernel, t);
      this.kernel.takeSpent();
      if (next === (PARKED as unknown)) this.#status[t.id] = ASLEEP;
      else if (next === (DONE as unknown)) this.#status[t.id] = FINISHED;
      else t.step = next;
    }
    this.trail.push({ task: t.id, choices: [...this.#chance.made] });
  }

  // --- Saving ---

  /** Numbers that make a state: one for each portion, see save(). */
  get stateWidth(): number {
    return PORTIONS + this.world.readers.length + this.world.writers.length;
  }

  /**
   * The world as a few numbers: equal numbers, equal futures. Each stands for a portion of the
   * world:
   * address space, locks, what readers remember of them, each task. A portion is packed again only
   * if a task has moved that can change it. The array is overwritten by the next call.
   */
  save(): Int32Array {
    const p = this.#packer;
    const c = this.#context;
    const { readers, writers } = this.world;
    const ids = this.#current;
    if (this.#spaceChanged) {
      p.reset();
      saveAddressSpace(this.kernel, c.base, p);
      ids[SPACE] = this.#portions.idOf(p.bytes, p.length);
    }
    p.reset();
    for (let i = 0; i < readers.length + writers.length; i++) {
      p.put(this.#status[i]! * STATUS_UNIT + this.tasks[i]!.lockWants);
    }
    this.#saveOracle(p);
    saveLocks(this.kernel, p);
    ids[LOCKS] = this.#portions.idOf(p.bytes, p.length);
    p.reset();
    saveReaderViews(this.kernel, readers, c.base, p);
    ids[VIEWS] = this.#portions.idOf(p.bytes, p.length);
    for (const r of readers) {
      if (this.#moved[r.id] === 0) continue;
      p.reset();
      saveReader(r, c, p);
      ids[PORTIONS + r.id] = this.#portions.idOf(p.bytes, p.length);
    }
    for (const w of writers) {
      if (this.#moved[w.id] === 0) continue;
      p.reset();
      saveWriter(w, c, p);
      ids[PORTIONS + w.id] = this.#portions.idOf(p.bytes, p.length);
    }
    this.#moved.fill(0);
    this.#spaceChanged = false;
    return ids;
  }

  /** Portions that are as they should be already stay. */
  restore(states: Int32Array, at = 0): void {
    const c = this.#context;
    const { readers, writers } = this.world;
    const ids = this.#current;
    const moved = this.#moved;
    if (!this.#spaceRestored || ids[SPACE] !== states[at + SPACE]) {
      restoreAddressSpace(this.kernel, c.base, this.#portion(states[at + SPACE]!));
      this.#spaceRestored = true;
    }
    const u = this.#portion(states[at + LOCKS]!);
    for (let i = 0; i < readers.length + writers.length; i++) {
      const status = u.get();
      this.#status[i] = Math.floor(status / STATUS_UNIT);
      this.tasks[i]!.lockWants = status % STATUS_UNIT;
    }
    this.#restoreOracle(u);
    restoreLocks(this.kernel, u);
    for (const r of readers) {
      const id = states[at + PORTIONS + r.id]!;
      if (moved[r.id] === 1 || ids[PORTIONS + r.id] !== id) restoreReader(r, c, this.#portion(id));
    }
    for (const w of writers) {
      const id = states[at + PORTIONS + w.id]!;
      if (moved[w.id] === 1 || ids[PORTIONS + w.id] !== id) restoreWriter(w, c, this.#portion(id));
    }
    restoreReaderViews(this.kernel, readers, c.base, this.#portion(states[at + VIEWS]!));
    for (let i = 0; i < ids.length; i++) ids[i] = states[at + i]!;
    moved.fill(0);
    this.#spaceChanged = false;
  }

  #portion(id: number): Unpacker {
    this.#unpacker.reset(this.#portions.bytes, this.#portions.at(id));
    return this.#unpacker;
  }

  #saveOracle(p: Packer): void {
    p.put(this.oracle.text);
    p.put(this.oracle.mapped);
    for (const pass of this.oracle.passes) {
      p.put(pass.states);
      p.put(pass.committed);
      p.put(pass.trees);
    }
  }

  #restoreOracle(u: Unpacker): void {
    this.oracle.text = u.get();
    this.oracle.mapped = u.get();
    for (const pass of this.oracle.passes) {
      pass.states = u.get();
      pass.committed = u.get();
      pass.trees = u.get();
    }
  }

  // --- Watching ---

  #watch(): PassObserver {
    return {
      passBegins: (r) => this.oracle.passBegins(r.id),
      textComplete: (r) => this.finished.push(this.#finishedText(r)),
      passEnds: () => {},
      handedOut: () => {},
      readReturns: () => {},
    };
  }

  #finishedText(r: Reader): FinishedText {
    const { kernel } = this;
    const gate = kernel.mm.gate && r.strategy.medium === 'seq';
    const lines = r.lines.slice(0, r.lineCount * LINE_FIELDS);
    const pages = r.linePages.slice(0, r.lineCount);
    const printed = { lines, pageOf: pages, count: r.lineCount, endPage: r.endPage, gate };
    return {
      reader: r.id,
      readerName: r.name,
      lines,
      pages,
      text: formatText(lines, r.lineCount, kernel, gate),
      verdict: this.oracle.judge(r.id, printed),
    };
  }
}
