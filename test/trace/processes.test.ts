import { describe, expect, test } from 'vitest';
import { counts, traceOf } from './support.ts';

const unmap = (thread: number) => `${thread}  munmap(0x${thread}000, 4096) = 0`;
const THREAD = 'flags=CLONE_VM|CLONE_FS|CLONE_THREAD';

/** Threads whose calls are kept, in order. */
function kept(lines: readonly string[], process: number | null = null): number[] {
  return traceOf(lines, { process })
    .calls.filter((call) => call.syscall === 'munmap')
    .map((call) => call.thread);
}

describe('one address space', () => {
  test('belongs to a process and its threads, not to forked children and theirs', () => {
    const lines = [
      unmap(1),
      `1  clone3({${THREAD}, stack=0x7f00}, 88) = 2`,
      `1  clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 3`,
      `3  clone(child_stack=0x7f00, ${THREAD}) = 4`,
      unmap(2),
      unmap(3),
      unmap(4),
    ];
    expect(kept(lines)).toEqual([1, 2]);
    expect(kept(lines, 3)).toEqual([3, 4]);
  });

  test('is not a child’s even where its first lines come before its number is told', () => {
    expect(
      kept([unmap(1), '1  fork( <unfinished ...>', unmap(3), '1  <... fork resumed>) = 3']),
    ).toEqual([1]);
  });

  test('takes in threads that were there before the log began', () => {
    expect(kept([unmap(1), unmap(2)])).toEqual([1, 2]);
  });

  test('is shared with a vforked child until that calls execve', () => {
    const lines = [
      unmap(1),
      '1  vfork() = 3',
      unmap(3),
      '3  execve("/bin/true", ["true"], 0x7ffe /* 3 vars */) = 0',
      unmap(3),
      unmap(1),
    ];
    expect(kept(lines)).toEqual([1, 3, 1]);
  });

  test('is a new one after execve: only what comes later counts', () => {
    const lines = [
      unmap(1),
      '1  execve("/bin/true", ["true"], 0x7ffe) = 0',
      '1  brk(NULL) = 0x5000',
      unmap(1),
    ];
    const trace = traceOf(lines);
    expect(trace.calls.map((call) => call.syscall)).toEqual(['brk', 'munmap']);
    expect(trace.startBrkPage).toBe(5);
    expect(counts(trace.leftOut)).toEqual({ 'calls before the process called execve': 1 });
  });

  test('is the same after an execve that failed', () => {
    const failed = '1  execve("/x", ["x"], 0x7ffe) = -1 ENOENT (No such file or directory)';
    expect(kept([unmap(1), failed, unmap(1)])).toEqual([1, 1]);
  });
});
