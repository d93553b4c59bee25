/** Reads /proc/PID/maps, or says why it cannot be read. */
import { readFileSync } from 'node:fs';
import { EXIT, UserError } from '../base/errors.ts';

export function procMaps(pid: number): string {
  return `/proc/${pid}/maps`;
}

/** The text as it is now. @throws UserError that explains what is missing */
export function readProcMaps(pid: number): Buffer {
  const path = procMaps(pid);
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${why(error as NodeJS.ErrnoException)}`, EXIT.io);
  }
  if (text.length > 0) return text;
  throw new UserError(
    `${path} is empty: this is a kernel thread, or a process that has ended (a zombie)`,
    EXIT.io,
  );
}

function why(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ESRCH':
      return 'no such process';
    case 'EACCES':
    case 'EPERM':
      return (
        'permission denied. The kernel asks for ptrace access in the mode for reading: be the ' +
        'same user as the process, or root (CAP_SYS_PTRACE); a process that changed its user or ' +
        'is not dumpable is closed to its own user, too'
      );
    default:
      return error.message;
  }
}
