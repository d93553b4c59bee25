/**
 * Finds the threads of a log that share one address space.
 *
 * A log with -f also has child processes. A thread belongs to the process if every clone on the way
 * from its first thread had CLONE_VM. A thread whose creation is not in the log existed before it,
 * and belongs to the process unless the log shows another process for it: the process number that
 * perf prints, the result of getpid(), an execve of the thread. The calls of a vforked child count
 * until it calls execve. If the process itself calls execve, it has a new address space: only the
 * calls after the last execve are replayed.
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
  /** It shares memory without being a thread, until it calls execve. */
  readonly own: boolean;
}

/** What a log shows about threads whose creation is not in it. */
interface Kin {
  readonly threads: Set<number>;
  /** The process of each thread, if the log names it. */
  readonly processes: Map<number, number>;
  /** The name of the program of each thread. */
  readonly names: Map<number, string>;
}

export class Processes {
  readonly #births = new Map<number, Birth>();
  /** For each thread the number of calls before its last execve. */
  readonly #execs = new Map<number, number>();
  readonly #kin: Kin = { threads: new Set(), processes: new Map(), names: new Map() };
  #first = -1;

  /** Every thread with a call, in the order of the log. */
  seen({ thread, comm, process }: RawCall): void {
    if (this.#first < 0) this.#first = thread;
    const { threads, processes, names } = this.#kin;
    threads.add(thread);
    if (process !== undefined) processes.set(thread, process).set(process, process);
    else if (comm !== undefined && !names.has(thread)) names.set(thread, comm);
  }

  /**
   * Takes note of clone, fork and execve. @param calls number of calls so far
   * @returns whether the call is a fork that copies the caller's address space
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
      // Inside a container the result is a number that is not in the log.
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

  /** Whether the log names this process. */
  knows(process: number): boolean {
    const { threads, processes } = this.#kin;
    return threads.has(process) || processes.has(process);
  }

  /** A number that changes when the thread calls execve. */
  epochOf(thread: number): number {
    return this.#execs.get(thread) ?? 0;
  }

  /** Selects the process to replay. @param wanted its number, or null for the first process */
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
      this.#known.set(at, false); // a cycle of creations does not lead to the process
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

  /** Whether the call with this index in the log acts on the address space. */
  acts(thread: number, index: number): boolean {
    if (!this.has(thread)) return false;
    const exec = this.#leavesAlone(thread) ? this.#execs.get(thread) : undefined;
    return exec === undefined || index < exec;
  }

  /** Whether the calls begin with the start of a program. */
  get startsWithExec(): boolean {
    return [...this.#execs.keys()].some((thread) => !this.#leavesAlone(thread) && this.has(thread));
  }

  /** @param threads the thread of each memory call */
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

  /**
   * Whether threads of unknown creation belong to this process unless the log names another one.
   */
  #root(thread: number): boolean {
    if (this.#births.has(this.main)) return false;
    const { processes, names } = this.#kin;
    const process = processes.get(thread);
    if (process === this.main) return true;
    return (
      !differ(processes.get(this.main), process) && !differ(names.get(this.main), names.get(thread))
    );
  }

  /** Whether this is a vforked child that calls execve, and so leaves its parent's memory alone. */
  #leavesAlone(thread: number): boolean {
    return thread !== this.main && this.#births.get(thread)?.own === true;
  }
}

/** Whether both are known and differ. */
function differ<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** The flags of a call that makes a thread or a process; null for other calls. */
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

/**
 * Forms: `flags=CLONE_VM|…`, `{flags=…}`, `VM|FS|…`, `0x1200011`. perf prints no flags of clone3.
 */
function flagsIn(args: readonly string[]): bigint {
  const text = args.find((arg) => /flags=/.test(arg)) ?? args[0] ?? '';
  const value = integer(text.replace(/^.*flags=/, ''));
  if (value !== null && value < 2n ** 40n) return value;
  if (value !== null) return CLONE_VM | CLONE_THREAD; // the address of clone3's arguments
  let flags = 0n;
  for (const [word, bit] of FLAG_WORDS) if (word.test(text)) flags |= bit;
  return flags;
}
