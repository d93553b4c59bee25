/**
 * The fields that every task has: its identity, its next step, and what it waits for.
 *
 * `step` is the step to take next (or to continue with when the task is woken). The counters that
 * locks keep for a task are here too, so that lock code does not depend on readers or writers.
 */
import { type AnyStep, PARKED } from './step.ts';

export const WANTS_NOTHING = 0;
export const WANTS_READ = 1;
export const WANTS_WRITE = 2;

/** Who a task is. */
export type TaskParts = Pick<Task, 'id' | 'name' | 'cpu' | 'nice'>;

export abstract class Task {
  readonly id: number;
  readonly name: string;
  /** CPU that it is pinned to; tasks without one have a CPU of their own. */
  readonly cpu: number;
  readonly nice: number;
  step: AnyStep;
  /** What its steps cost is multiplied by this. */
  costFactor = 1;
  /** It never enters the kernel: always to be preempted. */
  userTask = false;

  // --- mmap_lock ---
  /** When it asked for mmap_lock. */
  lockAskedNs = 0;
  /** When it went to sleep on it. */
  lockQueuedNs = 0;
  /** Since when it holds mmap_lock for read. */
  readLockSinceNs = 0;
  /** It was woken to try again (rwsem), rather than handed the lock. */
  lockWoken = false;
  /** It waits for the lock under the `any` policy: WANTS_READ, WANTS_WRITE or WANTS_NOTHING. */
  lockWants = WANTS_NOTHING;
  /** Where it goes once it has the lock that it spins on or was woken for. */
  lockResume: AnyStep = PARKED;
  /** Where it goes when it is woken before it has fallen asleep, or after. */
  sleepResume: AnyStep = PARKED;
  mmapReadLocks = 0;
  readLockWaitNs = 0;
  readLockHoldNs = 0;
  writeLockWaitNs = 0;
  /** Waiting for VMA readers to leave. */
  drainWaitNs = 0;
  drainSinceNs = 0;

  /** The VMA that it holds read-locked, or -1. */
  lockedVma = -1;

  // --- RCU ---
  rcuSection = 0;
  rcuSinceNs = 0;
  rcuSectionMaxNs = 0;

  // --- cache lines: version of each that this task's CPU has seen ---
  seenLockLine = 0;
  seenSeqLine = 0;

  constructor(id: number, name: string, cpu: number, nice: number) {
    this.id = id;
    this.name = name;
    this.cpu = cpu;
    this.nice = nice;
    this.step = PARKED;
  }
}
