/** Defaults that the commands and the library share. */

/** Most events of a run. */
export const DEFAULT_MAX_EVENTS = 1_000_000_000;
/** Most states of a search. */
export const DEFAULT_MAX_STATES = 5_000_000;
export const DEFAULT_STRATEGIES = 'mmap-lock,rcu-retry3,rcu-page3,vma-lock';
/** Number of seeds, in the form of --seeds. */
export const DEFAULT_SEEDS = '20';
