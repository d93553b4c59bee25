/**
 * Finds the threads of a log that share one address space.
 *
 * A log with -f also has children. A thread belongs to the process if every clone on the way from
 * its first thread had CLONE_VM; threads whose creation is not in the log existed before it, and
 * belong to the process unless the log shows another process for them: the process number that perf
 * prints, the result of getpid(), an execve of their own. The calls of a vforked child count until
 * it calls execve. When the process itself calls execve, it has a new address space: only what
 * comes after the last such call is replayed.
 *
 * This is decided at the end of the log, because a child's first lines may come before the line
 * with its number. Left out: thread numbers that are reused within one log.
 */
import { integer } from './arguments.ts';
import type { RawCall } from './raw-call.ts';

const CLONE_VM = 0x100n;
const CLONE_VFORK = 0x4000n;
const CLONE_THREAD = 0x10000n;

interface Birth {
  readonly parent: number;
  readonly sharesMemory: boolean;
  /** It shares memory without being a thread: execve takes it away. */
  readonly own: boolean;
}

/** What a log tells of threads whose births it does not show. */
interface Kin {
  readonly threads: Set<number>;
  /** The process that a thread is said to belong to. */
  readonly processes: Map<number, number>;
  /** The name of its program. */
  readonly names: Map<number, string>;
}

export class Processes {
  readonly #births = new Map<number, Birth>();
  /** For each thread how many calls there were when it last called execve. */
  readonly #execs = new Map<number, number>();
  readonly #kin: Kin = { threads: new Set(), processes: new Map(), names: new Map() };
  #first = -1;

  /** Every thread that does something, in the order of the log. */
  seen({ thread, comm, process }: RawCall): void {
    if (this.#first < 0) this.#first = thread;
    const { threads, processes, names } = this.#kin;
    threads.add(thread);
    if (process !== undefined) processes.set(thread, process).set(process, process);
    else if (comm !== undefined && !names.has(thread)) names.set(thread, comm);
  }

  /**
   * Notes clone, fork and execve. @param calls calls of the log so far
   * @returns whether it was a fork that copies the caller's address space
   */
  note(call: RawCall, calls: number): boolean {
    if (call.errno !== null) return false;
    if (call.syscall === 'execve' || call.syscall === 'execveat') {
      this.#execs.set(call.thread, calls);
      this.#kin.processes.set(call.thread, call.thread);
      return false;
    }
    if (call.syscall === 'getpid') {
      const process = Number(integer(call.result) ?? 0n);
      // Inside a container it is a number that the log does not know.
      if (this.#kin.threads.has(process)) this.#kin.processes.set(call.thread, process);
      return false;
    }
    const flags = cloneFlags(call);
    if (flags === null) return false;
    const child = Number(integer(call.result) ?? 0n);
    if (child <= 0) return false;
    const sharesMemory = (flags & CLONE_VM) !== 0n;
    const own = (flags & CLONE_THREAD) === 0n;
    this.#births.set(child, { parent: call.thread, sharesMemory, own });
    return !sharesMemory;
  }

  /** Whether something in the log is said to be of this process. */
  knows(process: number): boolean {
    const { threads, processes } = this.#kin;
    return threads.has(process) || processes.has(process);
  }

  /** Another one for what a thread did before and after it called execve. */
  epochOf(thread: number): number {
    return this.#execs.get(thread) ?? 0;
  }

  /** The process whose calls are replayed. @param wanted its number, or null for the first one */
  judge(wanted: number | null): Membership {
    const first = this.#kin.processes.get(this.#first) ?? this.#first;
    return new Membership(this.#births, this.#execs, wanted ?? first, this.#kin);
  }
}

export class Membership {
  readonly #births: ReadonlyMap<number, Birth>;
  readonly #execs: ReadonlyMap<number, number>;
  readonly main: number;
  readonly #kin: Kin;
  readonly #known = new Map<number, boolean>();
  /** Calls before this index belong to the address space before execve. */
  readonly firstCall: number;

  constructor(
    births: ReadonlyMap<number, Birth>,
    execs: ReadonlyMap<number, number>,
    main: number,
    kin: Kin,
  ) {
    this.#births = births;
    this.#execs = execs;
    this.main = main;
    this.#kin = kin;
    let first = 0;
    for (const [thread, at] of execs) {
      if (!this.#leavesAlone(thread) && this.has(thread)) first = Math.max(first, at);
    }
    this.firstCall = first;
  }

  /** Whether the thread shares the address space of the process. */
  has(thread: number): boolean {
    const way: number[] = [];
    let at = thread;
    let belongs = this.#known.get(at);
    while (belongs === undefined) {
      way.push(at);
      this.#known.set(at, false); // a ring of births is no way to the process
      const birth = this.#births.get(at);
      if (at === this.main) belongs = true;
      else if (birth === undefined) belongs = this.#root(at);
      else if (!birth.sharesMemory) belongs = false;
      else {
        at = birth.parent;
        belongs = this.#known.get(at);
      }
    }
    for (const passed of way) this.#known.set(passed, belongs);
    return belongs;
  }

  /** Whether this call (its index in the log) acts on the address space. */
  acts(thread: number, index: number): boolean {
    if (!this.has(thread)) return false;
    const exec = this.#leavesAlone(thread) ? this.#execs.get(thread) : undefined;
    return exec === undefined || index < exec;
  }

  /** Whether the calls are those of a program from its first one on. */
  get startsWithExec(): boolean {
    return [...this.#execs.keys()].some((thread) => !this.#leavesAlone(thread) && this.has(thread));
  }

  /** @param threads of all calls about memory */
  processes(threads: readonly number[]): { process: number; calls: number }[] {
    const calls = new Map<number, number>();
    for (const thread of threads) {
      const process = this.has(thread) ? this.main : this.#processOf(thread);
      calls.set(process, (calls.get(process) ?? 0) + 1);
    }
    return [...calls].map(([process, count]) => ({ process, calls: count }));
  }

  /** The first thread of its address space. */
  #processOf(thread: number): number {
    const { processes, names } = this.#kin;
    const passed = new Set<number>();
    let at = thread;
    for (let birth = this.#births.get(at); birth?.sharesMemory && !passed.has(at); ) {
      passed.add(at);
      at = birth.parent;
      birth = this.#births.get(at);
    }
    if (this.#births.has(at)) return at;
    const told = processes.get(at);
    if (told !== undefined) return told;
    const own = names.get(at);
    for (const [other, name] of names) if (name === own) return other;
    return at;
  }

  /** Threads of unknown birth belong to such a process, if the log does not say otherwise. */
  #root(thread: number): boolean {
    if (this.#births.has(this.main)) return false;
    const { processes, names } = this.#kin;
    const process = processes.get(thread);
    if (process === this.main) return true;
    return (
      !differ(processes.get(this.main), process) && !differ(names.get(this.main), names.get(thread))
    );
  }

  /** A vforked child that calls execve leaves its parent's memory as it is. */
  #leavesAlone(thread: number): boolean {
    return thread !== this.main && this.#births.get(thread)?.own === true;
  }
}

/** Both are known, and not the same. */
function differ<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Flags of a call that makes a thread or a process; null for other calls. */
function cloneFlags(call: RawCall): bigint | null {
  switch (call.syscall) {
    case 'fork':
      return 0n;
    case 'vfork':
      return CLONE_VM | CLONE_VFORK;
    case 'clone':
    case 'clone3':
      return flagsIn(call.args);
    default:
      return null;
  }
}

const FLAG_WORDS: readonly (readonly [RegExp, bigint])[] = [
  [/\b(CLONE_)?VM\b/, CLONE_VM],
  [/\b(CLONE_)?VFORK\b/, CLONE_VFORK],
  [/\b(CLONE_)?THREAD\b/, CLONE_THREAD],
];

/** `flags=CLONE_VM|…`, `{flags=…}`, `VM|FS|…`, `0x1200011`. perf shows no flags of clone3. */
function flagsIn(args: readonly string[]): bigint {
  const text = args.find((arg) => /flags=/.test(arg)) ?? args[0] ?? '';
  const value = integer(text.replace(/^.*flags=/, ''));
  if (value !== null && value < 2n ** 40n) return value;
  if (value !== null) return CLONE_VM | CLONE_THREAD; // the address of clone3's arguments
  let flags = 0n;
  for (const [word, bit] of FLAG_WORDS) if (word.test(text)) flags |= bit;
  return flags;
}
