/**
 * Describes the effect of a step in words, from the world before and after it: first shared state
 * (the counter, mmap_lock, VMAs, the tree), then the fields of a reader. A step without such an
 * effect has no description.
 */
import { LINE_FIELDS } from '../mm/line.ts';
import { permsOf } from '../mm/perms.ts';
import { NO_TASK } from '../mm/rw-semaphore.ts';
import { VMA_LOCK_OFFSET } from '../mm/vma-lock.ts';
import { formatText } from '../proc/format.ts';
import type { Reader } from '../proc/reader.ts';
import { CAUSES } from '../proc/strategy.ts';
import { addressOf, callOf, fileOf, nameOf, rangeOf } from '../world/spelling.ts';
import type { Writer } from '../writers/writer.ts';
import type { Probe, ReaderView, VmaView, WorldView } from './probe.ts';

/** What stood where the task was before the step that a view cannot tell afterwards. */
interface Before {
  readonly view: WorldView;
  /** Calls that the task, a writer, had begun and finished. */
  readonly call: Writer['call'];
  readonly plan: Writer['plan'];
}

export function stepEffects(probe: Probe, before: Before, task: number): string[] {
  const effects: string[] = [];
  const after = probe.look();
  const say = (text: string): void => {
    effects.push(text);
  };
  const { readers, writers } = probe.world.world;
  const reader = readers[task];
  const writer = writers[task - readers.length];
  if (writer !== undefined) callEffects(probe, before, writer, say);
  lockEffects(before.view, after, task, say);
  vmaEffects(probe, before.view, after, say);
  treeEffects(probe, after, say);
  if (before.view.brk !== after.brk) say(`mm->brk := ${addressOf(after.brk)}`);
  if (reader !== undefined) readerEffects(probe, before.view, { after, reader }, say);
  sleepEffects(probe, before.view, after, task, say);
  return effects;
}

type Say = (text: string) => void;

function callEffects(probe: Probe, before: Before, writer: Writer, say: Say): void {
  const { kernel } = probe.world;
  if (before.call === null && writer.call !== null) say(callOf(kernel, writer.call));
  if (before.call !== null && writer.call === null) {
    const errno = before.plan?.errno ?? null;
    say(errno === null ? `${before.call.call} returns` : `${before.call.call}: ${errno}`);
  }
}

function lockEffects(before: WorldView, after: WorldView, task: number, say: Say): void {
  if (before.seq !== after.seq) say(`mm_lock_seq ${before.seq} -> ${after.seq}`);
  // With fifo a task that releases the lock hands it over to sleeping tasks.
  const handedOver = after.asleep.filter((asleep, id) => before.asleep[id] === true && !asleep);
  const readers = after.readerCount - before.readerCount - handedOver.length;
  if (before.writerId !== after.writerId) {
    if (after.writerId === task) say('mmap_lock held for write');
    else if (readers > 0) say('mmap_lock downgraded to read');
    else say('mmap_lock released');
  } else if (after.readerCount > before.readerCount) {
    say('mmap_lock held for read');
  } else if (after.readerCount < before.readerCount) {
    say('mmap_lock released');
  }
  if (before.rcu[task] !== after.rcu[task]) {
    say(after.rcu[task] === true ? 'rcu_read_lock' : 'rcu_read_unlock');
  }
}

/** A VMA by the range that it had before the step. */
function vmaName({ start, end }: VmaView): string {
  return `vma ${rangeOf(start, end)}`;
}

function vmaEffects(probe: Probe, before: WorldView, after: WorldView, say: Say): void {
  after.vmas.forEach((vma, id) => {
    const old = before.vmas[id];
    if (old === undefined || (old.free && !vma.free)) {
      if (!vma.free) say(`${vmaName(vma)} ${permsOf(vma.flags)} allocated`);
      return;
    }
    if (vma.free) {
      if (!old.free) say(`${vmaName(old)} freed`);
      return;
    }
    const changes = fieldChanges(probe, old, vma);
    if (changes.length > 0) say(`${vmaName(old)}: ${changes.join(', ')}`);
  });
}

function fieldChanges(probe: Probe, old: VmaView, vma: VmaView): string[] {
  const { kernel } = probe.world;
  const changes: string[] = [];
  if (old.start !== vma.start) changes.push(`vm_start := ${addressOf(vma.start)}`);
  if (old.end !== vma.end) changes.push(`vm_end := ${addressOf(vma.end)}`);
  if (old.pgoff !== vma.pgoff) changes.push(`vm_pgoff := 0x${vma.pgoff.toString(16)}`);
  if (old.flags !== vma.flags) changes.push(`vm_flags := ${permsOf(vma.flags)}`);
  if (old.file !== vma.file) changes.push(`vm_file := ${fileOf(kernel, vma.file)}`);
  if (old.name !== vma.name) changes.push(`anon_name := ${nameOf(kernel, vma.name)}`);
  if (old.refcnt !== vma.refcnt) changes.push(refcntChange(old.refcnt, vma.refcnt));
  if (old.lockSeq !== vma.lockSeq) changes.push(`vm_lock_seq := ${vma.lockSeq}`);
  return changes;
}

function refcntChange(old: number, now: number): string {
  const text = (count: number): string =>
    count >= VMA_LOCK_OFFSET ? `VMA_LOCK_OFFSET+${count - VMA_LOCK_OFFSET}` : String(count);
  return `vm_refcnt ${text(old)} -> ${text(now)}`;
}

/** The whole range that was stored, whatever of it was there before. */
function treeEffects({ stored }: Probe, after: WorldView, say: Say): void {
  if (stored === null) return;
  const range = `tree ${rangeOf(stored.start, stored.end)}`;
  const entry = after.tree.find(([start, end]) => start <= stored.start && stored.start < end);
  say(entry === undefined ? `${range}: empty` : `${range}: ${vmaName(after.vmas[entry[2]]!)}`);
}

function readerEffects(
  probe: Probe,
  before: WorldView,
  { after, reader }: { after: WorldView; reader: Reader },
  say: Say,
): void {
  const { world } = probe;
  const old = before.readers[reader.id]!;
  const now = after.readers[reader.id]!;
  if (probe.walked) {
    const vma = after.vmas[now.found];
    say(vma === undefined ? 'finds no more VMA' : `finds ${vmaName(vma)}`);
  }
  const prints = now.lineCount > old.lineCount;
  if (!prints) copyEffects(probe, old, now, say);
  pinEffects(probe, old, now, say);
  if (probe.seqReads > 0) counterEffects(old, now, probe.seq, say);
  CAUSES.forEach((cause, i) => {
    if (now.failed[i]! > old.failed[i]!) say(`fails: ${cause}`);
  });
  if (now.overflows > old.overflows) say('the line does not fit into the page');
  if (prints) {
    const line = reader.lines.subarray(old.lineCount * LINE_FIELDS);
    say(`prints ${formatText(line, 1, world.kernel, null).trimEnd()}`);
  } else if (now.lineCount < old.lineCount && now.lineCount > 0) {
    say(`lines discarded: ${old.lineCount - now.lineCount}`);
  }
}

/** The reader has looked at the counter: to sample it, or to compare it with its sample. */
function counterEffects(old: ReaderView, now: ReaderView, seq: number, say: Say): void {
  if (now.sample !== old.sample) say(`samples mm_lock_seq: ${seq}`);
  else if (old.sample < 0) say(`mm_lock_seq is ${seq}`);
  else say(`mm_lock_seq is ${seq}, sample ${old.sample}`);
}

function copyEffects({ world }: Probe, old: ReaderView, now: ReaderView, say: Say): void {
  if (now.copy.every((value) => value === 0 || value === -1)) return; // forgotten
  const [start, end, flags, pgoff, file, name] = now.copy as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (start !== old.copy[0] || end !== old.copy[1]) say(`reads ${rangeOf(start, end)}`);
  if (flags !== old.copy[2] || pgoff !== old.copy[3]) say(`reads ${permsOf(flags)}`);
  if (file !== old.copy[4]) say(`reads vm_file ${fileOf(world.kernel, file)}`);
  if (name !== old.copy[5]) say(`reads anon_name ${nameOf(world.kernel, name)}`);
}

function pinEffects({ world }: Probe, old: ReaderView, now: ReaderView, say: Say): void {
  const { kernel } = world;
  if (now.pinnedFile >= 0 && old.pinnedFile < 0) say(`pins ${fileOf(kernel, now.pinnedFile)}`);
  if (now.pinnedFile < 0 && old.pinnedFile >= 0) say('unpins the file');
  if (now.pinnedName >= 0 && old.pinnedName < 0) say(`pins ${nameOf(kernel, now.pinnedName)}`);
  if (now.pinnedName < 0 && old.pinnedName >= 0) say('unpins the name');
}

function sleepEffects(
  probe: Probe,
  before: WorldView,
  after: WorldView,
  task: number,
  say: Say,
): void {
  const { world } = probe;
  after.asleep.forEach((asleep, id) => {
    if (asleep === before.asleep[id]) return;
    if (id === task) {
      if (!asleep) return; // it has what it waited for, which has been said
      const drains = world.kernel.vmaWriterWait.taskId === task;
      say(drains ? "sleeps until the VMA's readers have left" : 'sleeps, waits for mmap_lock');
      return;
    }
    say(`wakes ${world.tasks[id]!.name}`);
  });
  // With fifo the lock is handed over to a sleeper.
  if (after.writerId !== NO_TASK && after.writerId !== before.writerId && after.writerId !== task) {
    say(`mmap_lock handed to ${world.tasks[after.writerId]!.name}`);
  }
}
