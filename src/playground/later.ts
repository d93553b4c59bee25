/**
 * The code that the worker needs only after the first counts: the search with its scheduler,
 * pictures and statistics. It is a separate block in the page, which the worker requests.
 */
export { Scheduler } from './scheduler.ts';
export { intervals, lanes, tornText } from './side-by-side.ts';
