/**
 * The columns of a shared state (shared-state.ts), and sets of them: what steps look at and change.
 * A set is a number with a bit for each column.
 */

export const TREE = 0;
/** What the oracle knows of the committed state in force. */
export const COMMITTED = 1;
/** The rest that only writers change: sizes, mm->brk, names, whose turn it is in traces. */
export const MM = 2;
/** mm_lock_seq: 1 while it is odd. */
export const COUNTER = 3;
/** Which writers are finished. */
export const DONE = 4;
export const MMAP_LOCK = 5;
/** Who waits for the readers of a VMA to leave. */
export const DRAIN = 6;
/** To files and names. */
export const REFERENCES = 7;
export const RCU = 8;
/** VMAs without columns of their own: fields, and vm_refcnt. */
export const OTHER_VMAS = 9;
export const OTHER_COUNTS = 10;
/** The fields of VMA i stand at FIRST_VMA + 2i, its vm_refcnt behind them. */
export const FIRST_VMA = 11;

/** Sets of columns are numbers of 31 bits. */
export const SLOTS_MAX = 10;
/** VMAs that writers may add before they share a column. */
export const SPARE_SLOTS = 3;

/** In the column of the fields of a VMA. */
export const FREE_SLOT = -1;
export const UNUSED_SLOT = -2;

/** No portion: the kernel holds something else than what any number stands for. */
export const NOTHING = -3;

/** Sets of columns. */
export const THE_TREE = 1 << TREE;
export const WHAT_IS_COMMITTED = 1 << COMMITTED;
export const THE_MM = 1 << MM;
export const THE_COUNTER = 1 << COUNTER;
export const WHO_IS_DONE = 1 << DONE;
export const THE_MMAP_LOCK = 1 << MMAP_LOCK;
export const THE_DRAIN = 1 << DRAIN;
export const THE_REFERENCES = 1 << REFERENCES;
export const THE_RCU = 1 << RCU;
export const NOTHING_SHARED = 0;
export const ALL_SHARED = 2 ** 31 - 1;

/** What a step must touch to change what is kept of another task: wake it, or free a leaf. */
export const REACHES_OTHERS = THE_MMAP_LOCK | THE_DRAIN | THE_RCU;
