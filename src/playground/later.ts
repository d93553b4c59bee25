/**
 * What the worker needs only after the first counts: the search with its scheduler, pictures and
 * statistics. A block of its own in the page, which the worker asks for.
 */
export { Scheduler } from './scheduler.ts';
export { intervals, lanes, tornText } from './side-by-side.ts';
