/**
 * A trace as Trace Event JSON, which the Perfetto UI opens.
 *
 * Holds of mmap_lock overlap records, and VMA locks overlap holds, so they do not nest in one
 * thread: each reader has four threads, each writer two. Requirements of the importer: times in
 * microseconds with at most three decimals; slices of a thread nest; at equal times counters, then
 * slices with the longest first, then instants, then flows; a flow ends inside a slice, not on its
 * border. Names are a closed set, because colours come from names. Numbers are in args; states also
 * have a letter, because digits do not change a colour.
 */
import { jsonOf } from '../../base/printable.ts';
import { CAUSES } from '../../world/outcome.ts';
import { EVENT, type RunTrace } from '../../world/run-trace.ts';
import { isOpen, kindOf } from './rows.ts';

const TASKS = 1;
const MEMORY = 2;
const TEXTS = 3;
const CPUS = 4;
/** Threads of the process MEMORY. */
const STATE = 21;
const HELD = 22;
const COUNTERS = 30;
const FIRST_CPU = 100;
/** Of the pieces of each reader. */
const FIRST_TEXT = 1_000_000;
/** Threads of a task: its number times ten from here on, and these. */
const FIRST_TASK = 1000;
/** From one run of several to the next. */
const BLOCK_PIDS = 10;
const BLOCK_TIDS = 2_000_000;
const BLOCK_FLOWS = 10_000_000;
const MAIN = 0;
const LOCK = 1;
const RCU = 2;
const VMA = 3;

type Args = Readonly<Record<string, string | number | boolean>>;

interface Slice {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly fromNs: number;
  readonly toNs: number;
  readonly args: Args;
}

interface Event {
  readonly atNs: number;
  /** At equal times: counters, slices, instants, flows. */
  readonly order: number;
  readonly lengthNs: number;
  readonly json: object;
}

/**
 * The document in pieces; the same traces, the same bytes.
 * @param traces runs of one scenario: each has a block of processes, named after its strategy where
 *   there are several
 */
export function* perfettoJson(traces: readonly RunTrace[]): Iterable<string> {
  const writers = traces.map((trace, block) => new PerfettoWriter(trace, block));
  for (const writer of writers) writer.read();
  yield '{"traceEvents":[\n';
  let first = true;
  const line = (json: object): string => {
    const text = `${first ? '' : ',\n'}${jsonOf(json)}`;
    first = false;
    return text;
  };
  for (const writer of writers) {
    for (const json of writer.names(writers.length > 1)) yield line(json);
  }
  for (const { json } of inOrder(writers.flatMap(({ events }) => events))) yield line(json);
  const { scenario, seed } = traces[0]!;
  const strategy = traces.map((trace) => trace.strategy).join(',');
  yield `\n],"otherData":${jsonOf({ tool: 'mapsim', scenario, strategy, seed })}}\n`;
}

function inOrder(events: Event[]): readonly Event[] {
  return events.sort((x, y) => x.atNs - y.atNs || x.order - y.order || y.lengthNs - x.lengthNs);
}

class PerfettoWriter {
  readonly #trace: RunTrace;
  /** Numbers of its processes, threads and flows begin behind those of the blocks before it. */
  readonly #block: number;
  readonly events: Event[] = [];
  readonly #threads = new Map<string, { pid: number; tid: number; name: string }>();
  /** By thread: slices that flows may touch. */
  readonly #slices = new Map<number, Slice[]>();
  #flows = 0;

  constructor(trace: RunTrace, block: number) {
    this.#trace = trace;
    this.#block = block;
    this.#flows = block * BLOCK_FLOWS;
  }

  read(): void {
    const { events, tasks, calls } = this.#trace;
    for (let i = 0; i < events.count; i++) {
      const task = events.task[i]!;
      const [a, b, c] = [events.a[i]!, events.b[i]!, events.c[i]!];
      const [fromNs, toNs] = [events.fromNs[i]!, events.toNs[i]!];
      const open = isOpen(this.#trace, i) ? { open: true } : {};
      const on = (lane: number, name: string, args: Args = {}): void =>
        this.#slice({
          pid: TASKS,
          tid: tidOf(task, lane),
          name,
          fromNs,
          toNs,
          args: { ...args, ...open },
        });
      switch (kindOf(this.#trace, i)) {
        case EVENT.pass:
          on(MAIN, 'pass', { pass: a, lines: b });
          break;
        case EVENT.read:
          on(MAIN, 'read()', { pass: a });
          break;
        case EVENT.record:
          on(MAIN, 'record', { line: a + 1, pass: b, state: c });
          this.#counter(TEXTS, `lines of ${tasks[task]!.name}`, 'printed', toNs, a + 1);
          break;
        case EVENT.failed:
          on(MAIN, 'attempt failed', { cause: CAUSES[a]!, line: b + 1, state: c });
          break;
        case EVENT.waitRead:
          on(LOCK, 'wait: mmap_lock read', { ns: toNs - fromNs });
          break;
        case EVENT.waitWrite:
          on(LOCK, 'wait: mmap_lock write', { ns: toNs - fromNs });
          break;
        case EVENT.holdRead:
          on(LOCK, 'hold: mmap_lock read', { ns: toNs - fromNs });
          break;
        case EVENT.holdWrite:
          on(LOCK, 'hold: mmap_lock write', { ns: toNs - fromNs });
          this.#slice({ pid: MEMORY, tid: HELD, name: tasks[task]!.name, fromNs, toNs, args: {} });
          break;
        case EVENT.rcu:
          on(RCU, 'rcu read section');
          break;
        case EVENT.vmaLock:
          on(VMA, 'hold: vma lock');
          break;
        case EVENT.call:
          on(MAIN, callName(calls[a]!), { call: calls[a]! });
          break;
        case EVENT.section:
          on(MAIN, 'write section', { state: a, ...(b < 0 ? {} : { call: calls[b]! }) });
          if (isOpen(this.#trace, i)) break;
          this.#counter(MEMORY, 'mm_lock_seq', 'value', fromNs, a * 2 - 1);
          this.#counter(MEMORY, 'mm_lock_seq', 'value', toNs, a * 2);
          this.#counter(MEMORY, 'VMAs', 'count', toNs, c);
          break;
        case EVENT.drain:
          on(MAIN, 'drain readers');
          break;
        case EVENT.cpu:
          this.#slice({
            pid: CPUS,
            tid: FIRST_CPU + a,
            name: tasks[task]!.name,
            fromNs,
            toNs,
            args: {},
          });
          break;
        case EVENT.fallback:
          this.#instant(tidOf(task, MAIN), TASKS, 'fallback', fromNs, { pass: a, line: b + 1 });
          break;
        case EVENT.lost:
          this.#instant(tidOf(task, MAIN), TASKS, 'page thrown away', fromNs, {
            lines: a,
            pass: b,
          });
          break;
        case EVENT.cut:
          this.#instant(FIRST_TEXT + task, TEXTS, c === 1 ? 'cut in page' : 'cut at page', fromNs, {
            line: a + 1,
            pass: b,
          });
          break;
      }
    }
    this.#states();
    this.#waiters();
    this.#pieces();
    this.#causes();
  }

  // --- tracks that follow from several events ---

  /** Which state is in force: from the end of the section that made it to the end of the next. */
  #states(): void {
    const { events, calls, toNs: endNs } = this.#trace;
    const sections: { number: number; atNs: number; call: string }[] = [];
    for (let i = 0; i < events.count; i++) {
      if (events.kind[i] !== EVENT.section) continue;
      const call = events.b[i]! < 0 ? 'hold' : calls[events.b[i]!]!;
      sections.push({ number: events.a[i]!, atNs: events.toNs[i]!, call });
    }
    sections.forEach(({ number, atNs, call }, i) => {
      const toNs = sections[i + 1]?.atNs ?? Math.max(endNs, atNs);
      const name = `${'abcdefgh'[number % 8]} state`;
      const args = { state: number, after: call };
      this.#slice({ pid: MEMORY, tid: STATE, name, fromNs: atNs, toNs, args });
    });
  }

  /** How many wait for mmap_lock. */
  #waiters(): void {
    const { events } = this.#trace;
    const changes: { atNs: number; by: number }[] = [];
    for (let i = 0; i < events.count; i++) {
      const kind = kindOf(this.#trace, i);
      if (kind !== EVENT.waitRead && kind !== EVENT.waitWrite) continue;
      changes.push({ atNs: events.fromNs[i]!, by: 1 });
      if (!isOpen(this.#trace, i)) changes.push({ atNs: events.toNs[i]!, by: -1 });
    }
    changes.sort((a, b) => a.atNs - b.atNs || a.by - b.by);
    let waiters = 0;
    changes.forEach(({ atNs, by }, i) => {
      waiters += by;
      if (changes[i + 1]?.atNs !== atNs)
        this.#counter(MEMORY, 'mmap_lock', 'waiters', atNs, waiters);
    });
  }

  /** Each pass of each reader, divided at its cuts. */
  #pieces(): void {
    const { events } = this.#trace;
    const cuts = new Map<string, { line: number; atNs: number }[]>();
    for (let i = 0; i < events.count; i++) {
      if (events.kind[i] !== EVENT.cut) continue;
      const key = `${events.task[i]} ${events.b[i]}`;
      const list = cuts.get(key) ?? [];
      list.push({ line: events.a[i]!, atNs: events.fromNs[i]! });
      cuts.set(key, list);
    }
    for (let i = 0; i < events.count; i++) {
      if (events.kind[i] !== EVENT.pass) continue;
      const task = events.task[i]!;
      const own = cuts.get(`${task} ${events.a[i]}`) ?? [];
      const bounds = [
        { line: 0, atNs: events.fromNs[i]! },
        ...own,
        { line: events.b[i]!, atNs: events.toNs[i]! },
      ];
      for (let part = 0; part + 1 < bounds.length; part++) {
        const [from, to] = [bounds[part]!, bounds[part + 1]!];
        const name = own.length === 0 ? 'whole text' : `${'abcdefgh'[part % 8]} piece`;
        const args = { pass: events.a[i]!, lines: `${from.line + 1}-${to.line}` };
        this.#slice({
          pid: TEXTS,
          tid: FIRST_TEXT + task,
          name,
          fromNs: from.atNs,
          toNs: to.atNs,
          args,
        });
      }
    }
  }

  /** Arrows: from a release to the one that it let in, from a section to the attempt it broke. */
  #causes(): void {
    const { events } = this.#trace;
    const sections = new Map<number, Slice>();
    for (const list of this.#slices.values()) {
      for (const slice of list) {
        if (slice.name === 'write section') sections.set(Number(slice.args.state), slice);
      }
    }
    for (let i = 0; i < events.count; i++) {
      const task = events.task[i]!;
      const toNs = events.toNs[i]!;
      if (events.kind[i] === EVENT.failed) {
        const section = sections.get(events.c[i]!);
        const attempt = this.#sliceAt(tidOf(task, MAIN), toNs - 1, 'attempt failed');
        if (section !== undefined && attempt !== null && section.fromNs <= toNs - 1) {
          const fromNs = Math.min(section.toNs - 1, toNs - 1);
          this.#flow('made to fail', section, Math.max(fromNs, section.fromNs), attempt, toNs - 1);
        }
      } else if (events.kind[i] === EVENT.waitRead || events.kind[i] === EVENT.waitWrite) {
        const by = events.a[i]!;
        if (by < 0) continue;
        const name =
          events.kind[i] === EVENT.waitRead ? 'wait: mmap_lock read' : 'wait: mmap_lock write';
        const held = this.#sliceAt(tidOf(by, LOCK), toNs - 1, 'hold: mmap_lock');
        const waited = this.#sliceAt(tidOf(task, LOCK), toNs - 1, name);
        if (held !== null && waited !== null) this.#flow('wakes', held, toNs - 1, waited, toNs - 1);
      }
    }
  }

  #sliceAt(tid: number, atNs: number, name: string): Slice | null {
    const list = this.#slices.get(tid) ?? [];
    let [low, high] = [0, list.length];
    // Slices of a thread are written as they end.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.toNs <= atNs) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < Math.min(low + 8, list.length); i++) {
      const slice = list[i]!;
      if (slice.fromNs <= atNs && slice.name.startsWith(name)) return slice;
    }
    return null;
  }

  // --- events ---

  #slice(slice: Slice): void {
    const { pid, tid, name, fromNs, toNs, args } = slice;
    this.#use(pid, tid);
    if (pid === TASKS) {
      const list = this.#slices.get(tid) ?? [];
      list.push(slice);
      this.#slices.set(tid, list);
    }
    const times = { ts: micros(fromNs), dur: micros(toNs) - micros(fromNs) };
    const dur = Number(times.dur.toFixed(3));
    this.events.push({
      atNs: fromNs,
      order: 1,
      lengthNs: toNs - fromNs,
      json: { ph: 'X', ...this.#place(pid, tid), name, ts: times.ts, dur, args },
    });
  }

  #instant(tid: number, pid: number, name: string, atNs: number, args: Args): void {
    this.#use(pid, tid);
    const json = { ph: 'i', s: 't', ...this.#place(pid, tid), name, ts: micros(atNs), args };
    this.events.push({ atNs, order: 2, lengthNs: 0, json });
  }

  #counter(pid: number, name: string, key: string, atNs: number, value: number): void {
    this.#use(pid, COUNTERS + pid);
    const json = {
      ph: 'C',
      ...this.#place(pid, COUNTERS + pid),
      name,
      ts: micros(atNs),
      args: { [key]: value },
    };
    this.events.push({ atNs, order: 0, lengthNs: 0, json });
  }

  #flow(name: string, from: Slice, fromNs: number, to: Slice, toNs: number): void {
    const id = ++this.#flows;
    const common = { cat: 'cause', name, id };
    const [from_, to_] = [from, to].map(({ tid }) => this.#place(TASKS, tid));
    const start = { ph: 's', ...common, ...from_, ts: micros(fromNs) };
    const end = { ph: 'f', bp: 'e', ...common, ...to_, ts: micros(toNs) };
    this.events.push({ atNs: fromNs, order: 3, lengthNs: 0, json: start });
    this.events.push({ atNs: toNs, order: 4, lengthNs: 0, json: end });
  }

  // --- names ---

  #use(pid: number, tid: number): void {
    const key = `${pid}/${tid}`;
    if (!this.#threads.has(key))
      this.#threads.set(key, { pid, tid, name: this.#threadName(pid, tid) });
  }

  #threadName(pid: number, tid: number): string {
    const { tasks } = this.#trace;
    if (pid === CPUS) return `CPU ${tid - FIRST_CPU}`;
    if (pid === TEXTS)
      return tid >= FIRST_TEXT ? `pieces of ${tasks[tid - FIRST_TEXT]!.name}` : 'counters';
    if (pid === MEMORY) {
      if (tid === STATE) return 'state in force';
      return tid === HELD ? 'mmap_lock held for write' : 'counters';
    }
    const { name, kind, cpu } = tasks[Math.floor((tid - FIRST_TASK) / 10)]!;
    const lanes = [
      `CPU ${cpu} ${kind} ${name}`,
      `${name}: mmap_lock`,
      `${name}: RCU`,
      `${name}: VMA lock`,
    ];
    return lanes[tid % 10]!;
  }

  /** In the file: no number is that of another block. */
  #place(pid: number, tid: number): { readonly pid: number; readonly tid: number } {
    return { pid: this.#block * BLOCK_PIDS + pid, tid: this.#block * BLOCK_TIDS + tid };
  }

  /** @param several the names of processes begin with the strategy */
  *names(several: boolean): Iterable<object> {
    const group = several ? `${this.#trace.strategy}: ` : '';
    const processes = [
      [TASKS, 'tasks'],
      [MEMORY, 'address space'],
      [TEXTS, 'texts'],
      [CPUS, 'CPUs'],
    ] as const;
    const threads = [...this.#threads.values()].sort((a, b) => a.pid - b.pid || a.tid - b.tid);
    for (const [pid, name] of processes) {
      const own = threads.filter((thread) => thread.pid === pid);
      if (own.length === 0) continue;
      const first = this.#place(pid, own[0]!.tid);
      yield { ph: 'M', ...first, name: 'process_name', args: { name: group + name } };
      const sort = { sort_index: first.pid };
      yield { ph: 'M', ...first, name: 'process_sort_index', args: sort };
      for (const { tid, name: thread } of own) {
        const place = this.#place(pid, tid);
        yield { ph: 'M', ...place, name: 'thread_name', args: { name: thread } };
        yield { ph: 'M', ...place, name: 'thread_sort_index', args: { sort_index: place.tid } };
      }
    }
  }
}

/** Neither 0 nor shared: the same number is used in no other process. */
function tidOf(task: number, lane: number): number {
  return FIRST_TASK + task * 10 + lane;
}

function micros(ns: number): number {
  return ns / 1000;
}

/** `mprotect`; the whole call stands in args. */
function callName(call: string): string {
  return /^[a-z_]+/.exec(call)?.[0] ?? 'call';
}
