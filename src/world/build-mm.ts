/**
 * Builds the address space at the start of a scenario: VMA slots, the tree, files, names, brk.
 *
 * Neighbours that could have merged but are separate in the text must have been written to
 * separately: each gets its own anon_vma.
 */

import { drawShifted } from '../base/log-normal.ts';
import { RandomStream } from '../base/prng.ts';
import { type CostValue, costsOf, drawnCostsOf } from '../mm/costs.ts';
import { type Host, Kernel, type WakeCosts } from '../mm/kernel.ts';
import {
  NO_ANON_VMA,
  NO_FILE,
  NO_NAME,
  NO_SPECIAL,
  VM_ACCOUNT,
  VM_EXEC,
  VM_GROWSDOWN,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type VmaRecord,
} from '../mm/layout.ts';
import { joins } from '../mm/merge.ts';
import type { MmStruct } from '../mm/mm-struct.ts';
import { MmLockSeq } from '../mm/mm-struct.ts';
import { NO_OBSERVER } from '../mm/observer.ts';
import { Rcu } from '../mm/rcu.ts';
import { FileTable, NameTable } from '../mm/references.ts';
import { type LockPolicy, MmapLock } from '../mm/rw-semaphore.ts';
import { TextTable } from '../mm/text-table.ts';
import { VmaArena } from '../mm/vma.ts';
import { VmaTree } from '../mm/vma-tree.ts';
import { SHMEM_PATH } from '../scenario/load/maps-line.ts';
import type { FileSpec, Scenario } from '../scenario/scenario.ts';
import type { VmaSpec } from '../scenario/vma-list.ts';
import { eachVma } from '../scenario/vma-list.ts';
import { MmLayout } from './mm-layout.ts';
import { quietBreak } from './quiet-break.ts';

/** vm_flags of four letters as maps prints them; VM_ACCOUNT as mmap would have set it. */
function flagsOf(perms: string): number {
  const shared = perms[3] === 's';
  const write = perms[1] === 'w';
  return (
    (perms[0] === 'r' ? VM_READ : 0) |
    (write ? VM_WRITE : 0) |
    (perms[2] === 'x' ? VM_EXEC : 0) |
    (shared ? VM_SHARED : 0) |
    (write && !shared ? VM_ACCOUNT : 0)
  );
}

/** `maj:min inode` as printed. */
function deviceText(file: FileSpec): string {
  const hex = (n: number): string => n.toString(16).padStart(2, '0');
  return `${hex(file.major)}:${hex(file.minor)} ${file.inode}`;
}

export function buildKernel(
  scenario: Scenario,
  lockPolicy: LockPolicy,
  host: Host,
  seed = '0',
): Kernel {
  const breakPage = scenario.breakIsTold ? null : quietBreak(scenario);
  const mm: MmStruct = {
    vmas: new VmaArena(),
    tree: new VmaTree(),
    mmapLock: new MmapLock(lockPolicy),
    mmLockSeq: new MmLockSeq(),
    mapCount: scenario.vmas.length,
    startBrk: breakPage ?? scenario.startBrkPage,
    brk: breakPage ?? scenario.brkPage,
    startStack: scenario.startStackPage,
    mmapBase: scenario.mmapBasePage,
    gate: scenario.gate,
    gateLine: gateBytes(scenario),
    taskSize: scenario.era.taskSizePages,
    pagesPerPage: scenario.era.pagesPerPage,
    anonOffsets: scenario.era.anonOffsets,
    nextAnonVma: NO_ANON_VMA + 1,
  };
  const parts = {
    mm,
    rcu: new Rcu(),
    files: new FileTable(),
    names: new NameTable(),
    deviceTexts: new TextTable('00:00 0'),
    nameTexts: new TextTable(''),
    nameColumn: scenario.era.nameColumn,
    costs: costsOf(scenario.machine.costs.preset, scenario.machine.costs.overrides),
    wakeCosts: wakeCosts(scenario, seed),
    observer: NO_OBSERVER,
    jiffyNs: Math.round(1e9 / scenario.machine.hz),
  };
  const kernel = new Kernel(parts, host);
  for (const file of scenario.files) {
    kernel.files.add(
      kernel.deviceTexts.idOf(deviceText(file)),
      kernel.nameTexts.idOf(file.path),
      file.path === SHMEM_PATH,
    );
  }
  loadVmas(kernel, scenario);
  deferFrees(kernel);
  return kernel;
}

function wakeCosts({ machine }: Scenario, seed: string): WakeCosts {
  const { preset, overrides } = machine.costs;
  const { wakeup, wakeupSend, interrupt } = drawnCostsOf(preset, overrides);
  const everyNs = costsOf(preset, overrides).interruptEvery;
  const moments = new RandomStream(seed, ['machine', 'interrupts']);
  const source = (name: string, cost: CostValue): (() => number) => {
    if (typeof cost === 'number') return () => cost;
    const stream = new RandomStream(seed, ['machine', name]);
    return () => {
      costs.drawn++;
      return drawShifted(cost, stream);
    };
  };
  const costs = {
    wakeupNs: source('wakeup', wakeup),
    wakeupSendNs: source('wakeupSend', wakeupSend),
    interruptNs: source('interrupt', interrupt),
    untilInterruptNs: () => Math.max(Math.round(-everyNs * Math.log(moments.unit())), 1),
    drawn: 0,
  };
  return costs;
}

function loadVmas(k: Kernel, scenario: Scenario): void {
  const { vmas, tree } = k.mm;
  const layout = new MmLayout(k);
  vmas.reserve(scenario.vmas.length);
  const starts: number[] = [];
  const ends: number[] = [];
  const ids: number[] = [];
  let previous: VmaRecord | null = null;
  for (const spec of eachVma(scenario.vmas)) {
    const record = recordOf(k, spec, scenario.startStackPage);
    if (previous !== null && joins(layout, previous, record)) {
      touchApart(k, previous);
      touchApart(k, record);
      if (previous.anonVma !== NO_ANON_VMA) {
        vmas.anonVma[previous.id] = previous.anonVma;
        vmas.vmFlags[previous.id] = previous.flags;
      }
    }
    record.id = vmas.alloc(record);
    vmas.vmRefcnt[record.id] = 1; // attached
    if (record.file !== NO_FILE) k.files.get(record.file);
    if (record.special !== NO_SPECIAL) k.specials.get(record.special);
    starts.push(record.start);
    ends.push(record.end);
    ids.push(record.id);
    previous = record;
  }
  tree.bulkLoad(starts, ends, ids);
}

function gateBytes({ era }: Scenario): Uint8Array {
  const text = era.gateLine === null ? '' : `${era.gateLine}\n`;
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function touchApart(k: Kernel, record: VmaRecord): void {
  if (record.anonVma !== NO_ANON_VMA || (record.flags & VM_SHARED) !== 0) return;
  record.anonVma = k.mm.nextAnonVma++;
  record.flags |= VM_ACCOUNT; // it was writable once
}

function recordOf(k: Kernel, spec: VmaSpec, startStack: number): VmaRecord {
  const stack = spec.startPage <= startStack && startStack < spec.endPage;
  const flags = flagsOf(spec.perms);
  const shared = (flags & VM_SHARED) !== 0;
  // Memory of its own that was written to was writable once, and stays accounted.
  const account = spec.touched && !shared && spec.file < 0 ? VM_ACCOUNT : 0;
  const isAnonymous = spec.file < 0 && spec.special === null;
  const name = spec.anonName === null ? NO_NAME : k.names.alloc(k.nameTexts.idOf(spec.anonName));
  return {
    id: -1,
    start: spec.startPage,
    end: spec.endPage,
    flags: flags | account | (stack ? VM_GROWSDOWN : 0),
    pgoff: isAnonymous && spec.offsetPages === 0 ? spec.startPage : spec.offsetPages,
    file: spec.file < 0 ? NO_FILE : spec.file,
    name,
    anonVma: spec.touched && !shared ? k.mm.nextAnonVma++ : NO_ANON_VMA,
    special: spec.special === null ? NO_SPECIAL : k.nameTexts.idOf(spec.special),
  };
}

/** Tree nodes and names wait for a grace period. */
function deferFrees(k: Kernel): void {
  const { tree } = k.mm;
  tree.onLeafDead = (leaf) => k.rcu.defer(tree.freeLater, leaf, k.nowNs);
  k.names.onDead = (name) => k.rcu.defer(k.names.freeLater, name, k.nowNs);
  tree.onLeafFreed = (leaf) => k.noteFree?.(`node ${leaf}`);
  k.specials.onFreed = (special) => k.noteFree?.(`special ${special}`);
  k.rcu.graceNs = k.costs.rcuGrace;
}
