/** Wall-clock time, for progress and --timing; node:perf_hooks takes 2 ms to load. */

/** Milliseconds since some moment. */
export function nowMs(): number {
  const [seconds, ns] = process.hrtime();
  return seconds * 1e3 + ns / 1e6;
}
