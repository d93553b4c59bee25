/**
 * The order of a timed run's steps as a schedule for a world without time, in which the same text
 * comes out: what only time brings about is left out, and what a search takes as a step of its own
 * is put in.
 *
 * Left out are the steps of those who wait: falling asleep, the end of spinning, the second try of
 * a writer that was woken. A task that another lets in gets mmap_lock in a step `(waited)`, at that
 * moment. A task that has to wait for mmap_lock though nobody stands in its way (behind others, or
 * since the lock is handed off) would not wait in a search: its step comes when it has the lock.
 * Under `fifo` a search hands the lock over as a timed run does.
 */
import { isStepOfWaiting, waitsForNobody } from '../mm/rwsem.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import type { Task } from '../sim/task.ts';
import type { World } from '../world/world.ts';
import type { RunListener } from './timed-driver.ts';

const NO_CHOICES: readonly number[] = [];

export class StepOrder implements RunListener {
  readonly #items: ScheduleItem[] = [];
  #world!: World;
  /** By task: how often it has had mmap_lock for read. */
  #readLocks: number[] = [];
  #writerId = -1;
  /** By task: a step that is put off until it has mmap_lock. */
  #putOff: (ScheduleItem | null)[] = [];
  /** The step under way: whose, and whether it is one of waiting. */
  #by: Task | null = null;
  #waits = false;
  #choices: number[] = [];

  readonly begins = (world: World): void => {
    this.#world = world;
    this.#readLocks = world.tasks.map(() => 0);
    this.#putOff = world.tasks.map(() => null);
    for (const chance of world.chances) {
      chance.heard = (choice, of) => {
        if (of > 1) this.#choices.push(choice); // of one there is nothing to choose
      };
    }
  };

  readonly step = (task: Task): void => {
    this.#settle();
    this.#by = task;
    this.#waits = isStepOfWaiting(task);
  };

  readonly cpu = (): void => {};

  /** When the run is over. */
  schedule(): Schedule {
    this.#settle();
    this.#by = null;
    return this.#items;
  }

  /** What the step did that is over now. */
  #settle(): void {
    const by = this.#by;
    if (by === null) return;
    const choices = this.#choices.length === 0 ? NO_CHOICES : this.#choices.splice(0);
    const { kernel } = this.#world;
    const { policy } = kernel.mm.mmapLock;
    // A hog has no steps in a search.
    const known = this.#world.isReader(by) || this.#world.isWriter(by);
    if (known && !this.#waits) {
      const item = { task: by.id, choices };
      if (policy !== 'fifo' && waitsForNobody(kernel, by)) this.#putOff[by.id] = item;
      else this.#items.push(item);
    }
    this.#grants(by, policy !== 'fifo');
  }

  /** Who has mmap_lock now and had not: each that was let in takes a step. */
  #grants(by: Task, asSteps: boolean): void {
    const { tasks } = this.#world;
    const { writerId } = this.#world.kernel.mm.mmapLock;
    const letIn = (id: number): void => {
      if (!asSteps || (id === by.id && !this.#waits)) return;
      this.#items.push(this.#putOff[id] ?? { task: id, choices: NO_CHOICES });
      this.#putOff[id] = null;
    };
    tasks.forEach(({ id, mmapReadLocks }) => {
      if (mmapReadLocks === this.#readLocks[id]) return;
      this.#readLocks[id] = mmapReadLocks;
      letIn(id);
    });
    if (writerId !== this.#writerId && writerId >= 0) letIn(writerId);
    this.#writerId = writerId;
  }
}
