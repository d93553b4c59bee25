/** Runs one writer on an ArrayLayout: its operations one after the other, without a clock. */

import { permsOf } from '../../src/mm/perms.ts';
import type {
  FileSpec,
  Operation,
  Scenario,
  Selector,
  WriterSpec,
} from '../../src/scenario/scenario.ts';
import { vmaList } from '../../src/scenario/vma-list.ts';
import { type Chance, SeededChance } from '../../src/writers/chance.ts';
import { planCall } from '../../src/writers/index.ts';
import {
  type NextOperation,
  OperationSource,
  type ResolvedOperation,
  type WriterWorld,
} from '../../src/writers/source.ts';
import { applyPlan } from './apply-plan.ts';
import { type ArrayLayout, FIRST_ANON_SHMEM } from './array-layout.ts';

/** A scenario whose vmas and ranges are those of the layout. */
export function scenarioOf(layout: ArrayLayout, files: readonly FileSpec[] = []): Scenario {
  const vmas = vmaList(
    layout.vmas.map((vma) => ({
      startPage: vma.start,
      endPage: vma.end,
      perms: permsOf(vma.flags),
      file: vma.file,
      offsetPages: vma.file < 0 ? 0 : vma.pgoff,
      anonName: null,
      special: null,
      touched: vma.anonVma > 0,
    })),
  );
  return {
    name: 'test',
    sha256: '',
    about: null,
    seed: '0',
    durationNs: null,
    machine: {
      cpus: null,
      rwsem: 'fifo',
      preempt: 'full',
      hz: 250,
      costs: { preset: 'zero', overrides: {} },
      jitter: 0,
      hogs: [],
    },
    files,
    vmas,
    ranges: vmas,
    startBrkPage: layout.startBrk,
    breakIsTold: true,
    brkPage: layout.brk,
    startStackPage: layout.startStack,
    mmapBasePage: layout.mmapBase,
    gate: false,
    era: {
      taskSizePages: 2 ** 35 - 1,
      pagesPerPage: 1,
      nameColumn: 73,
      anonOffsets: false,
      gateLine: null,
    },
    readers: [],
    writers: [],
    failOn: [],
  };
}

export function allOf(layout: ArrayLayout, pick: Selector['pick'] = 'first'): Selector {
  return { ranges: layout.vmas.map((_, i) => i), pick };
}

export function writerSpec(
  source: WriterSpec['source'],
  more: Partial<WriterSpec> = {},
): WriterSpec {
  return {
    name: 'w',
    startNs: 0,
    thinkNs: 0,
    everyNs: null,
    ops: null,
    source,
    cpu: null,
    nice: 0,
    ...more,
  };
}

export function program(...operations: Operation[]): WriterSpec['source'] {
  return { kind: 'program', program: operations };
}

export class WriterBench {
  readonly layout: ArrayLayout;
  readonly source: OperationSource;
  readonly chance: Chance;
  #files = FIRST_ANON_SHMEM;

  constructor(
    layout: ArrayLayout,
    spec: WriterSpec,
    given: { seed?: string; chance?: Chance } = {},
  ) {
    this.layout = layout;
    this.chance = given.chance ?? new SeededChance(given.seed ?? '0', spec.name);
    const files: FileSpec[] = [0, 1].map((i) => ({
      path: `/lib/${i}`,
      major: 8,
      minor: 1,
      inode: i,
      open: 0,
    }));
    const world = { chance: this.chance, world: this.#world() };
    this.source = new OperationSource(spec, scenarioOf(layout, files), world);
  }

  #world(): WriterWorld {
    return {
      nameId: (text) => this.layout.names.push(text) - 1,
      nameText: (name) => this.layout.names[name]!,
      sharedAnonFile: () => this.#files++,
      isAnonShmem: (file) => this.layout.isAnonShmem(file),
      brkPage: () => this.layout.brk,
    };
  }

  /** The next operation with all its calls carried out; its errno. */
  step(): { next: NextOperation | null; errno: string | null; calls: string[] } {
    const next = this.source.next();
    const calls: string[] = [];
    let errno: string | null = null;
    if (next?.kind === 'calls') {
      for (let call = this.source.nextCall(); call !== null; call = this.source.nextCall()) {
        const plan = planCall(this.layout, call);
        applyPlan(this.layout, plan);
        this.source.callDone(plan);
        calls.push(call.call);
        errno = plan.errno;
      }
    }
    return { next, errno, calls };
  }

  /** The next n operations, pauses left out, as `operation {arguments}`. */
  log(n: number): string[] {
    const lines: string[] = [];
    while (lines.length < n) {
      const { next } = this.step();
      if (next === null) break;
      if (next.kind !== 'pause') lines.push(lineOf(next));
    }
    return lines;
  }
}

/** `munmap at=0x2000 pages=1` */
export function lineOf(operation: ResolvedOperation): string {
  const args = Object.entries(operation.arguments).map(([key, value]) => ` ${key}=${value}`);
  return operation.operation + args.join('');
}
