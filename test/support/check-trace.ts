/**
 * The rules of Perfetto's JSON importer, written again: which events it drops, moves or counts as
 * errors.
 *
 * Source: perfetto, src/trace_processor/importers/json, storage/stats.h (slice_drop_…,
 * slice_spill_overlapping_complete_event, flow_no_enclosing_slice).
 */
interface TraceEvent {
  readonly ph?: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly name?: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: string;
  readonly bp?: string;
  readonly id?: number | string;
  readonly args?: Readonly<Record<string, unknown>>;
}

type Stack = { fromNs: number; toNs: number; name: string }[];

const ns = (us: number): number => Math.round(us * 1000);

/** What is wrong with a trace; empty if nothing is. */
export function traceFaults(text: string): string[] {
  const { traceEvents } = JSON.parse(text) as { traceEvents?: readonly TraceEvent[] };
  if (!Array.isArray(traceEvents)) return ['no traceEvents'];
  const checker = new Checker();
  traceEvents.forEach((event: TraceEvent, i) => checker.take(event, i));
  return checker.end();
}

class Checker {
  readonly #faults: string[] = [];
  readonly #stacks = new Map<string, Stack>();
  readonly #named = new Set<string>();
  readonly #pidOf = new Map<number, number>();
  readonly #flows = new Map<string, number>();
  #lastNs = -1;
  #lastOrder = 0;

  take(event: TraceEvent, index: number): void {
    const { ph = '', pid, tid, name = '' } = event;
    const say = (fault: string): void => {
      this.#faults.push(`event ${index} ${ph} ${name}: ${fault}`);
    };
    if (!/^[XiCMsf]$/.test(ph)) {
      say('phase is ignored');
      return;
    }
    if (!Number.isInteger(pid) || !Number.isInteger(tid)) {
      say('pid and tid are integers');
      return;
    }
    if (pid === 0 || tid === 0) {
      say('0 is the idle thread');
      return;
    }
    if ((this.#pidOf.get(tid!) ?? pid) !== pid) say('the thread is in another process');
    this.#pidOf.set(tid!, pid!);
    if (name === '') say('no name');
    const key = `${pid}/${tid}`;
    if (ph === 'M') {
      if (name === 'thread_name') this.#named.add(key);
      return;
    }
    if (typeof event.ts !== 'number' || !(event.ts >= 0)) {
      say('no ts');
      return;
    }
    if (Math.abs(event.ts * 1000 - ns(event.ts)) > 1e-4) say('ts is finer than 1 ns');
    if (!this.#named.has(key)) say('the thread has no name');
    const atNs = ns(event.ts);
    const order = 'CXisf'.indexOf(ph) < 2 ? 'CX'.indexOf(ph) : ph === 'i' ? 2 : 3;
    if (atNs < this.#lastNs) say('not in the order of time');
    if (atNs === this.#lastNs && order < this.#lastOrder) say('not in the order of kinds');
    this.#lastNs = atNs;
    this.#lastOrder = order;
    const stack = this.#openAt(key, atNs);
    if (ph === 'X') this.#slice(event, atNs, stack, say);
    if (ph === 'C' && !Object.values(event.args ?? {}).every((v) => Number.isFinite(v))) {
      say('args of a counter are numbers');
    }
    if (ph === 's' || ph === 'f') this.#flow(event, stack, say);
  }

  end(): string[] {
    for (const [key, ends] of this.#flows) {
      if (ends === 0) this.#faults.push(`flow ${key} never ends`);
    }
    return this.#faults;
  }

  #openAt(key: string, atNs: number): Stack {
    const stack = this.#stacks.get(key) ?? [];
    this.#stacks.set(key, stack);
    while (stack.length > 0 && stack.at(-1)!.toNs <= atNs) stack.pop();
    return stack;
  }

  #slice(event: TraceEvent, fromNs: number, stack: Stack, say: (fault: string) => void): void {
    if (!(typeof event.dur === 'number' && event.dur >= 0)) {
      say('no dur');
      return;
    }
    const toNs = fromNs + ns(event.dur);
    const outer = stack.at(-1);
    if (outer !== undefined && toNs > outer.toNs) say(`overlaps "${outer.name}" without nesting`);
    else if (toNs > fromNs) stack.push({ fromNs, toNs, name: event.name ?? '' });
  }

  #flow(event: TraceEvent, stack: Stack, say: (fault: string) => void): void {
    if (!Number.isInteger(event.id)) {
      say('the id of a flow is a number');
      return;
    }
    const key = `${event.cat}|${event.name}|${event.id}`;
    if (event.ph === 's') {
      if (this.#flows.has(key)) say('flow id used twice');
      this.#flows.set(key, 0);
    } else if (this.#flows.has(key)) this.#flows.set(key, this.#flows.get(key)! + 1);
    else say('the flow has no start with this category, name and id');
    if (event.ph === 'f' && event.bp !== 'e') say('the end of a flow is bound to the next slice');
    if (stack.length === 0) say('no slice is open on this thread');
  }
}
