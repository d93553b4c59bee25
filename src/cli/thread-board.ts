/**
 * Memory shared by a worker thread and the thread that started it. Both can access it at any time,
 * even while the worker is busy and receives no messages.
 */
export interface ThreadBoard {
  /** Two integers: the unit that the thread is at, and whether it is to wrap up. */
  readonly shared: Int32Array;
}

const UNIT = 0;
const WRAPS_UP = 1;

export function newBoard(): ThreadBoard {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  shared[UNIT] = -1;
  return { shared };
}

/** Said by the thread, so that its death can be laid at the unit's door. */
export function isAt({ shared }: ThreadBoard, unit: number): void {
  Atomics.store(shared, UNIT, unit);
}

/** Negative before the first one. */
export function unitOf({ shared }: ThreadBoard): number {
  return Atomics.load(shared, UNIT);
}

/** Said to the thread: begin nothing more, hand over what there is. */
export function tellToWrapUp({ shared }: ThreadBoard): void {
  Atomics.store(shared, WRAPS_UP, 1);
}

export function isToWrapUp({ shared }: ThreadBoard): boolean {
  return Atomics.load(shared, WRAPS_UP) !== 0;
}
