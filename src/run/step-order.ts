/**
 * Converts the steps of a timed run to a schedule for a world without time that gives the same
 * text: omits steps that exist only because of time, and adds steps that only a search has.
 *
 * It omits the steps of waiting tasks: falling asleep, the end of spinning, the second attempt of a
 * writer that was woken. When a task gets mmap_lock from another task, the schedule has a step
 * `(waited)`. A task that has to wait although no holder conflicts (it is behind others in the
 * queue, or the lock is being handed off) would not wait in a search: its step comes when it has
 * the lock. Under `fifo` a search hands the lock over like a timed run.
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
