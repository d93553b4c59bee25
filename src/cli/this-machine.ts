/** The properties of this machine that a measurement needs. */
import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { EXIT, UserError } from '../base/errors.ts';
import { type KernelBuild, type KernelFacts, kernelBuild, kernelFacts } from '../measure/kernel.ts';

/** @throws UserError where no Linux runs, or its processes are 32-bit */
export function thisKernel(): KernelFacts {
  if (platform() !== 'linux') {
    const hint = '--from DIR judges a recording made elsewhere';
    throw new UserError(`measure needs Linux (this is ${platform()}); ${hint}`, EXIT.io);
  }
  if (arch() !== 'x64' && arch() !== 'arm64') {
    throw new UserError(`measure supports 64-bit x86 and arm (this is ${arch()})`, EXIT.io);
  }
  return kernelFacts(release());
}

/** How the running kernel was built, where it says so. */
export function thisBuild(): KernelBuild {
  const commandLine = readOr('/proc/cmdline', '');
  try {
    return kernelBuild(gunzipSync(readFileSync('/proc/config.gz')).toString('latin1'), commandLine);
  } catch {
    return kernelBuild(readOr(`/boot/config-${release()}`, ''), commandLine);
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return otherwise;
  }
}

/** Numbers of the CPUs that this process may use, rising. */
export function allowedCpus(): number[] {
  const status = readFileSync('/proc/self/status', 'latin1');
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map(Number) as [number, number | undefined];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  });
}

const TEXT_BYTES_MAX = 192 * 2 ** 20;

/** Room for the texts of one reader in one burst: an eighth of the free memory at most. */
export function textRoom(readers: number): number {
  const meminfo = readFileSync('/proc/meminfo', 'latin1');
  const free = Number(/^MemAvailable:\s*(\d+)/m.exec(meminfo)?.[1] ?? 0) * 1024;
  return Math.min(TEXT_BYTES_MAX, Math.floor(free / 8 / Math.max(readers, 1)));
}
