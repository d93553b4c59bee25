/** A world: the kernel and the tasks in it. Built from a scenario by build.ts. */
import type { Kernel } from '../mm/kernel.ts';
import type { Plan } from '../mm/plan.ts';
import type { Reader } from '../proc/reader.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Task } from '../sim/task.ts';
import type { SeededChance } from '../writers/chance.ts';
import type { RecordedOrder } from '../writers/recorded-order.ts';
import type { Writer } from '../writers/writer.ts';
import type { Hog } from './hog.ts';

type WorldParts = Pick<
  World,
  | 'scenario'
  | 'seed'
  | 'kernel'
  | 'readers'
  | 'writers'
  | 'hogs'
  | 'chances'
  | 'recordedOrders'
  | 'costsVary'
> & {
  /** By task id. */
  readonly startNs: readonly number[];
};

export class World {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly kernel: Kernel;
  readonly readers: readonly Reader[];
  readonly writers: readonly Writer[];
  readonly hogs: readonly Hog[];
  /** The random streams of the writers; none if a search or a replay decides. */
  readonly chances: readonly SeededChance[];
  /** In what order the threads of recorded traces make their calls. */
  readonly recordedOrders: readonly RecordedOrder[];
  /** Readers, then writers, then hogs; a task's id is its index. */
  readonly tasks: readonly Task[];
  /** Each read() call and each operation has costs of its own. */
  readonly costsVary: boolean;
  readonly #startNs: readonly number[];

  constructor(parts: WorldParts) {
    this.scenario = parts.scenario;
    this.seed = parts.seed;
    this.kernel = parts.kernel;
    this.readers = parts.readers;
    this.writers = parts.writers;
    this.hogs = parts.hogs;
    this.chances = parts.chances;
    this.recordedOrders = parts.recordedOrders;
    this.costsVary = parts.costsVary;
    this.tasks = [...parts.readers, ...parts.writers, ...parts.hogs];
    this.#startNs = parts.startNs;
    this.kernel.tasks = this.tasks;
    this.kernel.host.boots(this.kernel);
  }

  /** The plan of the write section that is open, if any, and mm->brk (page) before it. */
  openSection(): { readonly plan: Plan; readonly brkBefore: number } | null {
    if (this.kernel.mm.mmLockSeq.value % 2 === 0) return null;
    const writer = this.writers.find((w) => w.id === this.kernel.mm.mmapLock.writerId);
    if (writer?.plan == null) return null;
    return { plan: writer.plan, brkBefore: writer.brkBefore };
  }

  isReader(task: Task): boolean {
    return task.id < this.readers.length;
  }

  isWriter(task: Task): boolean {
    return !this.isReader(task) && task.id < this.readers.length + this.writers.length;
  }

  /** When the task takes its first step. */
  startNs(task: Task): number {
    return this.#startNs[task.id]!;
  }
}
