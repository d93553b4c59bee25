/** CPU time of processes and their children; unknown on systems other than Linux. */
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for user space, whatever its own tick is. */
const TICKS_A_SECOND = 100;

/**
 * CPU time that this process took, and its children that have ended with theirs, in seconds; null
 * where nobody knows. Source: proc_pid_stat(5), fields 14 to 17.
 */
export function cpuSeconds() {
  if (process.platform !== 'linux') return null;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  return { own: (utime + stime) / TICKS_A_SECOND, children: (cutime + cstime) / TICKS_A_SECOND };
}
