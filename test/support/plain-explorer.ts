/**
 * A plain search without optimizations: breadth first, with each state a copy of all fields, found
 * by reflection. It uses nothing of src/search/, only the steps of the model, and the search of
 * src/search/ is compared with it.
 *
 * Two states are the same if all fields are equal, except those that LEFT_OUT and FORMS name. A new
 * field counts until LEFT_OUT or FORMS gives a reason why it does not.
 */

import { createHash } from 'node:crypto';
import { type Choice, ownChoice } from '../../src/base/choice.ts';
import { type Kernel, TIMELESS } from '../../src/mm/kernel.ts';
import type { VmaArena } from '../../src/mm/vma.ts';
import type { SmallOracle } from '../../src/oracle/small-world.ts';
import type { Reader, Strategy } from '../../src/proc/reader.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Task } from '../../src/sim/task.ts';
import type { World } from '../../src/world/world.ts';
import { type OpenModel, openModel } from './open-model.ts';

export interface PlainResult {
  readonly states: number;
  readonly transitions: number;
  readonly deadlocks: number;
  /** Sorted: reader, text, and whether it is torn. */
  readonly texts: readonly string[];
  /** Sorted: kind and message. */
  readonly faults: readonly string[];
  /** False: there are more states than it may look at. */
  readonly complete: boolean;
}

export interface PlainOptions {
  readonly strategy: string | null;
  readonly reduce: 'none' | 'private';
  readonly statesMax: number;
  /** Attempts are told apart up to here. */
  readonly failuresMax?: number;
  /** A strategy made with the open model's parts, in place of the named one. */
  readonly own?: (model: OpenModel) => Strategy;
}

const RUNNABLE = 0;
const ASLEEP = 1;
const FINISHED = 2;

type Fields = Record<string, unknown>;
type Put = (value: number) => void;

const STATISTICS = 'counted for the report; no step asks';
const TIMES = 'a time or a cost; there is no time in a search';
const LINES = 'cache lines; they cost time and nothing else';
const FOLLOWS = 'follows from the rest';
const FORM = 'see FORMS';

/** Fields that do not count, by class, each with the reason. */
const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Task: {
    mmapReadLocks: STATISTICS,
    rcuSection: 'Rcu.open says whose sections are open, in which order',
    seenLockLine: LINES,
    seenSeqLine: LINES,
  },
  Reader: {
    counts: FORM,
    acceptedCount: STATISTICS,
    failedByCause: STATISTICS,
    keptLines: 'how far a search has numbered its lines; no step asks',
    attempts: STATISTICS,
    failedHere: FORM,
    settledAfter: 'what a search has not heard of yet; it asks after each step, and no step does',
    itLeaf: FORM,
    itGen: FORM,
    itSlot: FORM,
    itPage: FORM,
    lines: FORM,
    linePages: FORM,
    seqSample: FORM,
  },
  ByteBuffer: {
    bytes: 'what is printed is judged by the numbers of its lines',
    view: 'likewise',
  },
  Writer: {
    opsDone: STATISTICS,
    errors: STATISTICS,
    opNs: STATISTICS,
    lockWaitNs: STATISTICS,
    drainNs: STATISTICS,
    actNs: TIMES,
    errno: FORM,
  },
  OperationSource: { private_count: 'FORMS: how many there were is asked with a limit only' },
  GivenChoices: { given: 'of the step under way', made: 'likewise', of: 'likewise' },
  Kernel: { specials: FOLLOWS, inUserMode: TIMES, nowNs: TIMES, observer: FORM, host: FORM },
  MmLockSeq: { value: FORM, line: LINES, lineCpu: LINES },
  MmapLock: { line: LINES, lineCpu: LINES },
  MmStruct: { nextAnonVma: 'which number comes next tells nobody anything' },
  VmaWriterWait: { vma: FORM, target: FORM },
  WaitQueue: { private_ring: FORM, private_head: FORM },
  VmaTree: {
    ends: FORM,
    vmas: FORM,
    starts: FOLLOWS,
    counts: FORM,
    states: 'of the leaves of live readers: see their cursors',
    gens: 'likewise',
    leavesUsed: 'which leaf is made next tells nobody anything',
    freeLeaves: 'likewise',
    directory: FORM,
    private_hint: 'where the next lookup begins to look',
    private_newEnds: 'scratch: each store begins by emptying it',
    private_newVmas: 'likewise',
    private_newCount: 'likewise',
    lastWalk: TIMES,
  },
  Rcu: { sections: FORM, open: FORM, deferred: FORM, private_done: FORM },
  VmaArena: { vmRefcntCpu: LINES },
};

/** Tables that only grow: what they hold is as good as its number. */
const ONLY_GROW = new Set(['Interned', 'TextTable', 'Texts']);

const classOf = (o: object): string => Object.getPrototypeOf(o)?.constructor?.name ?? 'Object';
const isPlain = (o: object): boolean => Array.isArray(o) || classOf(o) === 'Object';

export async function explorePlainly(
  scenario: Scenario,
  options: PlainOptions,
): Promise<PlainResult> {
  return new PlainExplorer(await openModel(), scenario, options).explore();
}

function choiceOf({ readers }: OpenModel, { strategy, own }: PlainOptions): Choice {
  return own === undefined ? readers.chooseStrategy(strategy!) : ownChoice(strategy!);
}

class PlainExplorer {
  readonly #model: OpenModel;
  readonly #options: PlainOptions;
  readonly #world: World;
  readonly #k: Kernel;
  readonly #status: Uint8Array;
  readonly #oracle: SmallOracle;
  /** Objects that no step changes. */
  readonly #constant = new Set<object>();
  readonly #ids = new Map<unknown, number>();
  #choices: { given: readonly number[]; made: number[]; of: number[] } = choicesOf([]);
  #texts = new Set<string>();
  #words = new Float64Array(1 << 16);
  #length = 0;

  constructor(model: OpenModel, scenario: Scenario, options: PlainOptions) {
    this.#model = model;
    this.#options = options;
    let oracle: SmallOracle | undefined;
    const own = options.own?.(model);
    this.#world = model.world.buildWorld(scenario, {
      strategy: options.strategy === null ? null : choiceOf(model, options),
      seed: '0',
      onOperation: null,
      strategies: new model.readers.Strategies(
        new Map(own === undefined ? [] : [[options.strategy ?? '', own]]),
      ),
      host: {
        ...TIMELESS,
        wakeUp: (task) => {
          this.#status[task.id] = RUNNABLE;
        },
      },
      lockPolicy: scenario.machine.rwsem === 'fifo' ? 'fifo' : 'any',
      chance: { below: (n) => this.#choose(n), duration: () => 0 },
      watch: (kernel, layout) => {
        oracle = new model.oracle.SmallOracle(layout, scenario.readers.length);
        kernel.observer = oracle;
        return {
          passBegins: (r) => oracle!.passBegins(r.id),
          textComplete: (r) => this.#textComplete(r),
          passEnds: () => {},
          handedOut: () => {},
          readReturns: () => {},
        };
      },
    });
    this.#oracle = oracle!;
    this.#k = this.#world.kernel;
    this.#status = new Uint8Array(this.#world.tasks.length);
    for (const hog of this.#world.hogs) this.#status[hog.id] = FINISHED;
    this.#k.rcu.graceNs = 0;
    this.#isConstant(scenario);
    this.#isConstant(this.#k.costs);
    for (const r of this.#world.readers) this.#isConstant(r.strategy);
  }

  #isConstant(o: object): void {
    if (this.#constant.has(o)) return;
    this.#constant.add(o);
    for (const value of Object.values(o)) {
      if (typeof value === 'object' && value !== null) this.#isConstant(value);
    }
  }

  // --- Breadth first ---

  explore(): PlainResult {
    const { tasks } = this.#world;
    const { KernelFault } = this.#model.fault;
    const seen = new Set<string>([this.#key()]);
    const faults = new Set<string>();
    let level = [this.#copy()];
    let transitions = 0;
    let deadlocks = 0;
    while (level.length > 0 && seen.size <= this.#options.statesMax) {
      const next: Copy[] = [];
      for (const state of level) {
        restore(state);
        if (this.#isOver()) continue;
        const able = tasks.filter((task) => this.#canRun(task));
        if (able.length === 0) deadlocks++;
        let moved = false;
        for (const task of able) {
          for (let given: readonly number[] | null = []; given !== null; ) {
            if (moved) restore(state);
            moved = true;
            transitions++;
            try {
              given = this.#run(task, given);
            } catch (error) {
              if (!(error instanceof KernelFault)) throw error;
              faults.add(`${error.kind}: ${error.message}`);
              break;
            }
            const key = this.#key();
            if (seen.has(key)) continue;
            seen.add(key);
            next.push(this.#copy());
          }
        }
      }
      level = next;
    }
    return {
      states: seen.size,
      transitions,
      deadlocks,
      texts: [...this.#texts].sort(),
      faults: [...faults].sort(),
      complete: level.length === 0,
    };
  }

  #isOver(): boolean {
    const { readers, writers } = this.#world;
    const ending: readonly Task[] = readers.length > 0 ? readers : writers;
    return ending.every(({ id }) => this.#status[id] === FINISHED);
  }

  #canRun(task: Task): boolean {
    const status = this.#status[task.id];
    return (
      status === RUNNABLE || (status === ASLEEP && this.#model.anyLock.anyCanTake(this.#k, task))
    );
  }

  /** A step, and the private ones after it. @returns the next combination of choices, or null */
  #run(task: Task, given: readonly number[]): number[] | null {
    this.#choices = choicesOf(given);
    do this.#step(task);
    while (this.#status[task.id] === RUNNABLE && this.#isPrivate(task));
    const { made, of } = this.#choices;
    for (let i = made.length - 1; i >= 0; i--) {
      if (made[i]! + 1 < of[i]!) return [...made.slice(0, i), made[i]! + 1];
    }
    return null;
  }

  #isPrivate(task: Task): boolean {
    if (this.#options.reduce === 'none') return false;
    const looks = this.#world.readers.some((r) => r.strategy.vmaLocks === true);
    return this.#model.step.isPrivate(task.step, looks);
  }

  #step(task: Task): void {
    if (this.#status[task.id] === ASLEEP) {
      this.#model.anyLock.anyTake(this.#k, task);
      this.#status[task.id] = RUNNABLE;
      return;
    }
    const next = task.step(this.#k, task);
    this.#k.takeSpent(task);
    if (next === this.#model.step.PARKED) this.#status[task.id] = ASLEEP;
    else if (next === this.#model.step.DONE) this.#status[task.id] = FINISHED;
    else task.step = next;
  }

  #choose(n: number): number {
    if (n === 1) return 0;
    const { given, made, of } = this.#choices;
    made.push(given[made.length] ?? 0);
    of.push(n);
    return made.at(-1)!;
  }

  #textComplete(r: Reader): void {
    const lines = r.lines.slice(0, r.lineCount * 6);
    const pageOf = r.linePages.slice(0, r.lineCount);
    const gate = this.#k.mm.gate && r.strategy.medium === 'seq';
    const printed = { lines, pageOf, count: r.lineCount, endPage: r.endPage, gate };
    const { torn } = this.#oracle.judge(r.id, printed);
    this.#texts.add(`${r.name} ${lines.join()} ${torn ? 'torn' : 'intact'}`);
  }

  // --- Every field ---

  /** Every object that a step can change, with what is in it. */
  #copy(): Copy {
    const copy: Copy = new Map();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || copy.has(value)) return;
      if (this.#constant.has(value) || ONLY_GROW.has(classOf(value))) return;
      if (value instanceof DataView) return;
      if (value === this.#oracle) {
        // Its tables only grow; what it is told of is read at once.
        copy.set(value, { ...value });
        visit(this.#oracle.passes);
      } else if (ArrayBuffer.isView(value)) {
        copy.set(value, (value as Float64Array).slice());
      } else if (classOf(value) !== 'Samples' && !(value instanceof Map)) {
        copy.set(value, Array.isArray(value) ? [...value] : { ...value });
        for (const inner of Object.values(value)) visit(inner);
      }
    };
    for (const root of [this.#k, this.#status, ...this.#world.tasks]) visit(root);
    return copy;
  }

  #key(): string {
    this.#length = 0;
    const seen = new Set<object>();
    this.#readers().forEach((r) => this.#readerForm(r));
    this.#vmaForm();
    for (const root of [this.#k, this.#status, ...this.#world.tasks]) this.#put(root, seen);
    const bytes = new Uint8Array(this.#words.buffer, 0, this.#length * 8);
    return createHash('sha1').update(bytes).digest('base64');
  }

  #word: Put = (value) => {
    if (this.#length === this.#words.length) {
      const words = new Float64Array(this.#length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    this.#words[this.#length++] = value;
  };

  /** A function, a text or an object that never changes. */
  #idOf(thing: unknown): number {
    let id = this.#ids.get(thing);
    if (id === undefined) this.#ids.set(thing, (id = this.#ids.size));
    return id;
  }

  #put(value: unknown, seen: Set<object>): void {
    if (typeof value === 'number' || typeof value === 'boolean') {
      this.#word(Number(value));
    } else if (typeof value !== 'object' || value === null || this.#constant.has(value)) {
      this.#word(this.#idOf(value));
    } else if (ONLY_GROW.has(classOf(value)) || seen.has(value)) {
      this.#word(this.#idOf(classOf(value)));
    } else if (ArrayBuffer.isView(value)) {
      const words = value as Float64Array;
      for (let i = 0; i < words.length; i++) this.#word(words[i]!);
    } else {
      this.#putFields(value as Fields, seen);
    }
  }

  #putFields(o: Fields, seen: Set<object>): void {
    if (!isPlain(o)) seen.add(o);
    else this.#word(Object.keys(o).length);
    const name = this.#nameOf(o);
    const skip = LEFT_OUT[name];
    const isTask = name === 'Reader' || name === 'Writer' || name === 'Hog';
    for (const key of Object.keys(o)) {
      if (name === 'VmaArena' && ArrayBuffer.isView(o[key])) continue; // see #vmaForm
      if (skip?.[key] !== undefined || (isTask && LEFT_OUT.Task![key] !== undefined)) continue;
      this.#put(o[key], seen);
    }
    this.#form(name, o);
  }

  /** mm_struct is a plain object. */
  #nameOf(o: object): string {
    return o === this.#k.mm ? 'MmStruct' : classOf(o);
  }

  // --- Fields that count for what they are compared with, or for their order ---

  #form(name: string, o: Fields): void {
    const word = this.#word;
    const { mm, rcu, names } = this.#k;
    if (name === 'MmLockSeq') word(mm.mmLockSeq.value % 2);
    if (name === 'VmaWriterWait' && this.#k.vmaWriterWait.taskId >= 0) {
      word(this.#k.vmaWriterWait.vma);
      word(this.#k.vmaWriterWait.target);
    }
    if (name === 'WaitQueue') {
      const queue = o as unknown as { size: number; at(index: number): number };
      for (let i = 0; i < queue.size; i++) word(queue.at(i));
    }
    if (name === 'Writer') word(o.errno === null ? 0 : 1);
    if (name === 'OperationSource') {
      const writer = this.#world.writers.find(({ source }) => (source as unknown) === o)!;
      if (writer.limited) word(o.private_count as number);
    }
    if (name === 'Kernel') {
      word(this.#oracle.text);
      word(this.#oracle.mapped);
      for (const pass of this.#oracle.passes) for (const n of Object.values(pass)) word(n);
    }
    if (name === 'VmaTree') {
      const { tree } = mm;
      for (const leaf of tree.directory.subarray(0, tree.leafCount)) {
        word(tree.counts[leaf]!);
        for (let slot = leaf * 16; slot < leaf * 16 + tree.counts[leaf]!; slot++) {
          word(tree.ends[slot]!);
          word(tree.vmas[slot]!);
        }
      }
    }
    if (name === 'Rcu') {
      for (const section of rcu.open) {
        word(this.#world.tasks.findIndex((task) => task.rcuSection === section));
      }
      word(-1);
      for (const { free, id, section } of rcu.waiting) {
        if (free !== names.freeLater) continue; // leaves: see the cursors
        word(rcu.open.filter((one) => one <= section).length);
        word(id);
      }
    }
  }

  #readers(): readonly Reader[] {
    return this.#world.readers;
  }

  #readerForm(r: Reader): void {
    const word = this.#word;
    const { mm, rcu, names } = this.#k;
    const { tree, vmas } = mm;
    word(r.counts.passesStarted);
    word(Math.min(r.failedHere, this.#options.failuresMax ?? 1));
    word(r.seqSample === mm.mmLockSeq.value ? 1 : 0);
    for (const n of r.lines.subarray(0, r.lineCount * 6)) word(n);
    for (const n of r.linePages.subarray(0, r.lineCount)) word(n);
    if (r.itLeaf < 0) word(r.itPage);
    else if (tree.gens[r.itLeaf] !== r.itGen) word(-2);
    else if (tree.isLive(r.itLeaf)) {
      word(-3);
      word(tree.directory.indexOf(r.itLeaf));
      word(r.itSlot);
      word(r.itPage);
    } else {
      const freed = rcu.waiting.find(({ id, free }) => id === r.itLeaf && free !== names.freeLater);
      word(-4);
      word(r.itPage);
      word(rcu.open.filter((section) => freed !== undefined && section <= freed.section).length);
    }
    // What a reader still sees of a VMA that is free.
    if (r.found < 0 || !isFree(vmas, r.found)) return;
    for (const [name, column] of columnsOf(vmas)) {
      if (name === 'vmLockSeq') word(column[r.found] === mm.mmLockSeq.value ? 1 : 0);
      else if (name !== 'anonVma') word(column[r.found]!);
    }
  }

  /** Of free slots only who holds them can see anything. */
  #vmaForm(): void {
    const word = this.#word;
    const { vmas, mmLockSeq } = this.#k.mm;
    // Numbers of anon_vmas are no more than names, but for a plan that uses them.
    const inPlan = this.#world.writers.some(
      ({ plan, actIndex }) => plan !== null && actIndex * 4 < plan.acts.length,
    );
    const anonVmas = [-1];
    const columns = columnsOf(vmas);
    for (let id = 0; id < vmas.used; id++) {
      word(vmas.vmRefcnt[id]!);
      if (isFree(vmas, id)) continue;
      for (const [name, column] of columns) {
        if (name === 'vmLockSeq') word(column[id] === mmLockSeq.value ? 1 : 0);
        else if (name === 'anonVma' && !inPlan) {
          if (!anonVmas.includes(column[id]!)) anonVmas.push(column[id]!);
          word(anonVmas.indexOf(column[id]!));
        } else word(column[id]!);
      }
    }
  }
}

type Column = Float64Array | Int32Array;

/** Fields of VMAs; all of it that is an array with a place for each slot. */
function columnsOf(vmas: VmaArena): [string, Column][] {
  return Object.entries(vmas).filter(
    (entry): entry is [string, Column] =>
      ArrayBuffer.isView(entry[1]) && LEFT_OUT.VmaArena![entry[0]] === undefined,
  );
}

const isFree = (vmas: VmaArena, id: number): boolean => vmas.vmStart[id] === 0xffff888100000 + id;

function choicesOf(given: readonly number[]) {
  return { given, made: [] as number[], of: [] as number[] };
}

type Copy = Map<object, unknown>;

function restore(copy: Copy): void {
  for (const [object, content] of copy) {
    if (ArrayBuffer.isView(object)) {
      (object as Float64Array).set(content as Float64Array);
    } else if (Array.isArray(object)) {
      object.splice(0, object.length, ...(content as unknown[]));
    } else {
      const fields = object as Fields;
      for (const key of Object.keys(fields)) if (!(key in (content as Fields))) delete fields[key];
      Object.assign(object, content);
    }
  }
}
