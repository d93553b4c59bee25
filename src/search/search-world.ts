/**
 * A world without time: any task that can take a step may be the next. Searches and replays drive
 * it.
 *
 * Think times, starts, costs, CPUs and nice have no effect; `hold` keeps its section open for one
 * step. The lock has the policy `any` (see any-lock.ts) if the scenario says rwsem, and `fifo` if
 * it says fifo. A step with a choice (which VMA a writer picks) gets its choices from the caller.
 */
import type { Choice } from '../base/choice.ts';
import { empty } from '../base/grow.ts';
import { anyCanTake, anyTake } from '../mm/any-lock.ts';
import { type Kernel, TIMELESS } from '../mm/kernel.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import { SmallOracle } from '../oracle/small-world.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { formatText } from '../proc/format.ts';
import type { PassObserver, Reader } from '../proc/reader.ts';
import type { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScheduleItem } from '../sim/schedule.ts';
import { DONE, isClaimed, isPrivate, PARKED, stepName } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import { ASLEEP, FINISHED, RUNNABLE } from '../state/regions.ts';
import { buildWorld } from '../world/build.ts';
import type { World } from '../world/world.ts';
import { GivenChoices, nextChoices } from './given-choices.ts';
import { PrivateCheck } from './private-check.ts';
import { MOVED_SECTIONS, NOTICED_BY_NOBODY, States, WOKE } from './states.ts';

/** What a sleeper does that gets mmap_lock: no step of its own. */
export const WAITED = '(waited)';

/** Steps that touch nothing shared (`private`) are taken together with the step before them. */
export type Reduction = 'none' | 'private';

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

interface SearchOptions {
  readonly strategy: Choice | null;
  readonly strategies: Strategies;
  readonly reduce: Reduction;
  /** Count failed attempts at one record up to here (they are part of the state). */
  readonly failuresMax: number;
  /** Check private steps of built-in strategies, too: see private-check.ts. */
  readonly checkAll?: boolean;
}

export class SearchWorld {
  readonly world: World;
  readonly kernel: Kernel;
  readonly oracle: SmallOracle;
  readonly tasks: readonly Task[];
  readonly states: States;
  readonly #mergePrivate: boolean;
  /** Some reader looks at the lock words of VMAs. */
  readonly #vmaLocks: boolean;
  /** Of readers' private steps: all of them, or those that nobody has tested. */
  readonly privateCheck: PrivateCheck;
  readonly #checkAll: boolean;
  readonly #chance = new GivenChoices();
  readonly #status: Uint8Array;

  // --- What the last transition did ---

  /** Of how many it chose one, each time that it chose. */
  chosenOf: readonly number[] = [];
  /** Texts that it completed. */
  readonly finished: FinishedText[] = [];
  /** Its reader got a record (or page). */
  progressed = false;
  /** What others can notice of it, but for what it wrote: see states.ts. */
  noticed = NOTICED_BY_NOBODY;
  /** It began a pass or ended one. */
  judged = false;

  constructor(scenario: Scenario, options: SearchOptions) {
    let oracle: SmallOracle | undefined;
    this.world = buildWorld(scenario, {
      strategy: options.strategy,
      seed: '0',
      onOperation: null,
      strategies: options.strategies,
      host: {
        ...TIMELESS,
        wakeUp: (task) => {
          this.#status[task.id] = RUNNABLE;
          this.noticed |= WOKE;
        },
      },
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
    this.#mergePrivate = options.reduce === 'private';
    this.#vmaLocks = this.world.readers.some((r) => r.strategy.vmaLocks === true);
    this.#status = new Uint8Array(this.tasks.length);
    for (const hog of this.world.hogs) this.#status[hog.id] = FINISHED;
    this.kernel.rcu.graceNs = 0;
    this.states = new States({
      world: this.world,
      oracle: this.oracle,
      status: this.#status,
      failuresMax: options.failuresMax,
    });
    this.privateCheck = new PrivateCheck(this.states, this.world.readers.length);
    this.#checkAll = options.checkAll === true;
  }

  // --- Transitions ---

  /** The task waits for another task. */
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
   * @param items each step is added to these, if there are any
   */
  run(
    task: number,
    choices: readonly number[],
    items: ScheduleItem[] | null = null,
  ): number[] | null {
    this.#begin(choices);
    const { kernel, oracle } = this;
    const { rcu } = kernel;
    const { sections } = rcu;
    const open = rcu.open.length;
    const { uses } = oracle;
    const reader = this.world.readers[task];
    const accepted = reader?.acceptedCount;
    const t = this.tasks[task]!;
    do {
      const from = this.#chance.made.length;
      const checked = reader !== undefined && this.#isToCheck(t);
      const { step } = t;
      if (checked) this.privateCheck.before(task);
      this.#step(t);
      if (checked) this.privateCheck.after(task, step, reader.strategy.name);
      if (items !== null) items.push(this.#itemSince(task, from));
    } while (this.#status[task] === RUNNABLE && this.#isUnseen(task));
    // Each section that begins has a new number.
    if (rcu.sections !== sections || rcu.open.length !== open) this.noticed |= MOVED_SECTIONS;
    this.judged = oracle.uses !== uses;
    this.progressed = reader?.acceptedCount !== accepted;
    const { made, of } = this.#chance;
    this.chosenOf = [...of];
    return nextChoices(made, of);
  }

  /** One step, exactly. Returns it with the choices that it made. */
  runItem(item: ScheduleItem): ScheduleItem {
    this.#begin(item.choices);
    this.#step(this.tasks[item.task]!);
    return this.#itemSince(item.task, 0);
  }

  #begin(choices: readonly number[]): void {
    empty(this.finished);
    empty(this.oracle.news);
    this.noticed = NOTICED_BY_NOBODY;
    this.#chance.reset(choices);
  }

  /** The task's next step does the same whenever it is taken, and so to everybody else. */
  #isUnseen(task: number): boolean {
    if (!this.#mergePrivate) return false;
    const { step } = this.tasks[task]!;
    return isPrivate(step, this.#vmaLocks);
  }

  #isToCheck({ id, step }: Task): boolean {
    if (!this.#mergePrivate || this.#status[id] !== RUNNABLE) return false;
    return isClaimed(step) || (this.#checkAll && isPrivate(step));
  }

  /** Name of the step that the task takes next. */
  nameOf(task: number): string {
    return this.#status[task] === ASLEEP ? WAITED : stepName(this.tasks[task]!);
  }

  #step(t: Task): void {
    this.states.moves(t.id);
    if (this.#status[t.id] === ASLEEP) {
      anyTake(this.kernel, t);
      this.#status[t.id] = RUNNABLE;
      return;
    }
    const next = t.step(this.kernel, t);
    this.kernel.takeSpent(t);
    if (next === PARKED) this.#status[t.id] = ASLEEP;
    else if (next === DONE) this.#status[t.id] = FINISHED;
    else t.step = next;
  }

  /** The step just taken, with its choices: those made since there were so many. */
  #itemSince(task: number, from: number): ScheduleItem {
    return { task, choices: this.#chance.made.slice(from) };
  }

  // --- Saving ---

  /** The world as a few numbers: see States. The array is overwritten by the next call. */
  save(): Int32Array {
    return this.states.save();
  }

  restore(states: Int32Array, at = 0): void {
    this.states.restore(states, at);
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
      text: formatText(lines, r.lineCount, kernel, gate ? kernel.mm.gateLine : null),
      verdict: this.oracle.judge(r.id, printed),
    };
  }
}
