/**
 * Runs one writer alone, one system call after the other, without a clock: its calls with all
 * arguments resolved, its think times, and the lines after each call.
 *
 * The calls are those of a timed run with the same seed, because the random numbers of a writer do
 * not depend on other tasks.
 */

import { ByteBuffer } from '../base/byte-buffer.ts';
import { latin1Of } from '../base/latin1.ts';
import { RandomStream } from '../base/prng.ts';
import { TIMELESS } from '../mm/kernel.ts';
import { NO_ANON_VMA, type VmaRecord } from '../mm/layout.ts';
import { LINE_FIELDS, lineOf } from '../mm/line.ts';
import { permsOf } from '../mm/perms.ts';
import type { Call, Plan } from '../mm/plan.ts';
import { formatLine } from '../proc/format.ts';
import type { PassObserver } from '../proc/reader.ts';
import { Strategies } from '../readers/index.ts';
import type { Duration, Scenario, WriterSpec } from '../scenario/scenario.ts';
import { DONE, PARKED } from '../sim/step.ts';
import { drawDuration } from '../writers/chance.ts';
import type { Writer } from '../writers/writer.ts';
import { buildWorld } from './build.ts';
import type { World } from './world.ts';

/** Lines that a call has replaced; all with their newline. */
export interface LineChange {
  /** Lines below this page stay before it. */
  readonly fromPage: number;
  readonly removed: number;
  readonly added: readonly string[];
}

export interface QuietCall {
  readonly call: Call;
  /** Of mmap and mprotect, as maps prints them; else empty. */
  readonly perms: string;
  readonly errno: string | null;
  /** The first call of an operation. */
  readonly first: boolean;
  /** Thought between the call before it and this one, ns. */
  readonly thoughtNs: number;
  readonly changes: readonly LineChange[];
}

const SILENT: PassObserver = {
  passBegins() {},
  textComplete() {},
  passEnds() {},
  handedOut() {},
  readReturns() {},
};

export class QuietCalls {
  readonly #world: World;
  readonly #writer: Writer;
  readonly #line = new Float64Array(LINE_FIELDS);
  readonly #out = new ByteBuffer();
  #thoughtNs = 0;
  #changes: LineChange[] = [];
  /** When the first operation comes, ns. */
  readonly startNs: number;
  /**
   * For each VMA of the scenario whether it has an anon_vma: it was written to, or has to be kept
   * apart from a neighbour.
   */
  readonly touched: readonly boolean[];

  constructor(scenario: Scenario, writer: WriterSpec, seed: string) {
    const machine = {
      ...scenario.machine,
      cpus: null,
      costs: { preset: 'zero', overrides: {} },
      hogs: [],
    };
    const alone = { ...writer, cpu: null };
    this.#world = buildWorld(
      { ...scenario, machine, readers: [], writers: [alone] },
      {
        strategy: null,
        strategies: new Strategies(),
        seed,
        onOperation: null,
        host: {
          ...TIMELESS,
          timeless: false,
          wakeUp: (_task, delayNs) => {
            this.#thoughtNs += delayNs;
          },
        },
        watch: () => SILENT,
      },
    );
    this.#writer = this.#world.writers[0]!;
    this.startNs = this.#world.startNs(this.#writer);
    const { kernel } = this.#world;
    const { tree, vmas } = kernel.mm;
    this.touched = Array.from(scenario.vmas.startPage.subarray(0, scenario.vmas.length), (page) => {
      return vmas.anonVma[tree.findVma(page)] !== NO_ANON_VMA;
    });
    kernel.observer = {
      sectionPlanned: (plan) => this.#note(plan),
      treeStored() {},
      treeCleared() {},
      sectionCommitted() {},
    };
  }

  /** Every line as it stands now. */
  lines(): string[] {
    const lines: string[] = [];
    const { tree, vmas, brk } = this.#world.kernel.mm;
    tree.forEach((_start, _end, id) => lines.push(this.#text(vmas.record(id), brk)));
    return lines;
  }

  /** Makes the next call; null when the writer has done all its operations. */
  next(): QuietCall | null {
    const w = this.#writer;
    const { kernel } = this.#world;
    for (let call: Call | null = null, first = false, thoughtNs = 0; ; ) {
      const step = w.step(kernel, w);
      kernel.takeSpent(w);
      if (step === DONE) return null;
      if (step !== PARKED) w.step = step;
      if (call === null && w.call !== null) {
        call = w.call;
        first = w.callsDone === 0;
        thoughtNs = this.#thoughtNs;
        this.#thoughtNs = 0;
      } else if (call !== null && w.call === null) {
        const changes = this.#changes;
        this.#changes = [];
        return { call, perms: permsIn(call), errno: w.errno, first, thoughtNs, changes };
      }
    }
  }

  #note(plan: Plan): void {
    for (const { before, after } of plan.windows) {
      const fromPage = Math.min(before[0]?.start ?? Infinity, after[0]?.start ?? Infinity);
      const added = after.map((record) => this.#text(record, plan.brk));
      this.#changes.push({ fromPage, removed: before.length, added });
    }
  }

  #text(record: VmaRecord, brk: number): string {
    const { kernel } = this.#world;
    lineOf(kernel, record, brk, this.#line, 0);
    this.#out.length = 0;
    formatLine(this.#out, this.#line, 0, kernel);
    return latin1Of(this.#out.bytes.subarray(0, this.#out.length));
  }
}

function permsIn(call: Call): string {
  if (call.call === 'mmap') return permsOf(call.flags);
  return call.call === 'mprotect' ? permsOf(call.prot) : '';
}

/** The first `count` durations that a task of this kind draws for this purpose. */
export function drawn(
  seed: string,
  path: readonly [kind: 'reader' | 'hog', name: string, purpose: string],
  duration: Duration,
  count: number,
): number[] {
  const stream = new RandomStream(seed, [...path]);
  return Array.from({ length: count }, () => drawDuration(duration, stream));
}
