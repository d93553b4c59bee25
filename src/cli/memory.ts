/**
 * The memory limit of a search: --max-memory, or a share of the memory that the system, a container
 * or `ulimit -v` leaves.
 */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/** Of what there is, unless --max-memory says more. */
const SHARE = 0.8;

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `2G`, `512MiB`, `1000000`: bytes. */
export function memorySize(text: string): number {
  const match = /^([0-9]{1,15})([kmg]?)(?:i?b)?$/i.exec(text);
  const bytes = match === null ? 0 : Number(match[1]) * UNITS[match[2]!.toLowerCase()]!;
  if (bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  throw new InvalidArgumentError('It is a size such as 512M or 8G (1 or more).');
}

/** Bytes of memory that this process may come to. @param given by --max-memory */
export function memoryMax(given: number | undefined): number {
  if (given !== undefined) return given;
  const used = process.memoryUsage.rss();
  return used + SHARE * Math.min(process.availableMemory(), addressSpaceLeft());
}

/** Linux says so; elsewhere it is taken for unlimited. */
function addressSpaceLeft(): number {
  try {
    const limit = /^Max address space +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    const size = /^VmSize:\s+([0-9]+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (limit === null || size === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, Number(limit[1]) - Number(size[1]) * 1024);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
