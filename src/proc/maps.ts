/**
 * The printing loop of /proc/PID/maps: open, read() until it returns 0, close; m_start, m_next,
 * show_map and m_stop on a seq_file with its one-page buffer. The loop takes no lock; the hooks of
 * the strategy do.
 *
 * Rules that follow from seq_read_iter: a buffer holds at most size - 1 bytes; one read() makes at
 * most one buffer of fresh text; the record that did not fit the page is made again by the next
 * read(); with a small user buffer the rest of a page is returned later, when it may be stale; a
 * record longer than the buffer doubles it for the rest of the open file. Left out: lseek and
 * pread, the death of the target, signals.
 *
 * Source: v6.18 fs/seq_file.c seq_read_iter; fs/proc/task_mmu.c m_start, m_next, m_stop, show_map.
 */
import { assert } from '../base/assert.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_VMA, PAGE_SIZE } from '../mm/layout.ts';
import { loadVmaFlags, loadVmaNames, loadVmaRange, vmaIterSet } from '../mm/vma-walk.ts';
import { DONE, named, privateSteps } from '../sim/step.ts';
import { beginPass, closeFile, endPass, enterCall, readOn } from './pass.ts';
import type { Reader, ReaderStep, Strategy } from './reader.ts';
import { formatRecord } from './record.ts';
import { POS_END, POS_GATE, STOP_END, STOP_FULL, STOP_GROW, UNPROTECTED_VMA } from './strategy.ts';

const GATE_NAME_LENGTH = '[vsyscall]'.length;

/** The first step of a task that reads maps with this strategy, all of its passes. */
export function openMaps(s: Strategy): ReaderStep {
  const { lockVmaRange, getNextVma, putVma, unlockVmaRange } = s;
  const atPendingStart = s.resumeAt === 'pending-start';

  const procMapsOpen: ReaderStep = named('proc_maps_open', (k, r) => {
    if (r.counts.passesStarted === r.passes) return DONE;
    beginPass(k, r, redoPage);
    k.spend(Math.floor(k.costs.openClose / 2));
    r.ret = ksysRead;
    return s.openFile ?? ksysRead;
  });

  const ksysRead: ReaderStep = named('ksys_read', (k, r) => {
    enterCall(k, r);
    r.copiedBytes = 0;
    return seqReadIter;
  });

  // What an earlier read() left in the buffer goes first.
  const seqReadIter: ReaderStep = named('seq_read_iter', (k, r) => {
    if (r.countBytes > 0) {
      copyToUser(k, r);
      if (r.countBytes > 0) return readReturn;
    }
    return mStart;
  });

  const mStart: ReaderStep = named('m_start#1', (_k, r) => {
    r.countBytes = 0;
    r.fromBytes = 0;
    r.page.length = 0;
    r.filling = false;
    r.redoPos = r.pos;
    r.redoShownEnd = r.shownEnd;
    r.redoLineCount = r.lineCount;
    if (!r.begun) {
      r.begun = true;
      r.observer.passBegins(r);
    }
    if (r.pos === POS_END) return textComplete;
    r.ret = startAt;
    return lockVmaRange;
  });

  const startAt: ReaderStep = named('m_start#2', (k, r) => {
    if (r.pos === POS_GATE) return nextGate;
    vmaIterSet(k, r, atPendingStart ? r.pos : r.shownEnd);
    r.ret = gotVma;
    return getNextVma;
  });

  const mNext: ReaderStep = named('m_next', (_k, r) => {
    r.forgetRecord();
    r.ret = gotVma;
    return getNextVma;
  });

  const gotVma: ReaderStep = named('proc_get_vma', (k, r) => {
    if (r.found === NO_VMA) {
      r.endPage = r.pageIndex;
      if (s.endStays && !r.filling && !k.mm.gate) return stop(r, STOP_END);
      r.pos = POS_GATE;
      return nextGate;
    }
    r.pos = atPendingStart ? k.mm.vmas.vmStart[r.found]! : r.shownEnd;
    if (r.filling && r.page.length >= roomBytes(r)) {
      r.dropRecord();
      return stop(r, STOP_FULL);
    }
    return r.source === UNPROTECTED_VMA ? showRange : showMap;
  });

  // A VMA that nothing keeps still is read field by field.
  const showRange: ReaderStep = named('show_map_vma#1', (k, r) => {
    loadVmaRange(k, r);
    return showFlags;
  });
  const showFlags: ReaderStep = named('show_map_vma#2', (k, r) => {
    loadVmaFlags(k, r);
    return showNames;
  });
  const showNames: ReaderStep = named('show_map_vma#3', (k, r) => {
    loadVmaNames(k, r);
    // What is printed is what is pinned.
    r.copy.file = r.pinnedFile;
    r.copy.name = r.pinnedName;
    return showMap;
  });

  const showMap: ReaderStep = named('show_map', (k, r) => {
    const before = r.page.length;
    const nameLength = formatRecord(k, r);
    const base = r.copy.file === NO_FILE ? k.costs.formatAnon : k.costs.formatFile;
    k.spend(base + nameLength * k.costs.formatPathChar);
    r.ret = r.page.length >= r.sizeBytes ? overflowed : mNext;
    if (r.ret === overflowed) {
      r.counts.overflowLines++;
      r.page.length = before;
    } else {
      r.linePages[r.lineCount++] = r.pageIndex;
      r.shownEnd = r.copy.end;
      r.filling = true;
    }
    return putVma ?? r.ret;
  });

  // seq_has_overflowed: the record goes; a page that has nothing else needs a bigger buffer.
  const overflowed: ReaderStep = named('seq_has_overflowed', (_k, r) =>
    stop(r, r.filling ? STOP_FULL : STOP_GROW),
  );

  const nextGate: ReaderStep = named('get_gate_vma', (k, r) => {
    assert(r.pos === POS_GATE, 'maps: gate VMA out of turn');
    if (!k.mm.gate) return stop(r, STOP_END);
    if (r.filling && r.page.length >= roomBytes(r)) return stop(r, STOP_FULL);
    return showGate;
  });
  const showGate: ReaderStep = named('show_map', (k, r) => {
    k.spend(k.costs.formatAnon + GATE_NAME_LENGTH * k.costs.formatPathChar);
    if (r.page.length + k.mm.gateLine.length >= r.sizeBytes) {
      r.counts.overflowLines++;
      return stop(r, STOP_FULL);
    }
    r.page.append(k.mm.gateLine);
    r.filling = true;
    r.pos = POS_END;
    return stop(r, STOP_END);
  });

  const stop = (r: Reader, why: number): ReaderStep => {
    r.stopFor = why;
    r.ret = stopped;
    return unlockVmaRange;
  };

  const stopped: ReaderStep = named('m_stop', (k, r) => {
    r.forgetRecord();
    if (r.stopFor === STOP_GROW) {
      r.sizeBytes *= 2;
      return mStart;
    }
    r.countBytes = r.page.length;
    r.pageIndex++;
    if (r.countBytes === 0) return textComplete;
    copyToUser(k, r);
    return readReturn;
  });

  // The m_stop() of a read() that found nothing is the last one of the pass.
  const textComplete: ReaderStep = named('(text_complete)', (_k, r) => {
    if (r.copiedBytes === 0 && r.readsOnLeft === 0) r.observer.textComplete(r);
    return readReturn;
  });

  const redoPage: ReaderStep = named('(redo_page)', (_k, r) => {
    const gate = r.pos === POS_END ? 1 : 0; // shown in this page
    const lines = r.lineCount - r.redoLineCount + gate;
    r.counts.discardedRecords += lines;
    r.counts.discardedLines += lines;
    r.counts.discardedBytes += r.page.length;
    r.lineCount = r.redoLineCount;
    r.pos = r.redoPos;
    r.shownEnd = r.redoShownEnd;
    return mStart;
  });

  const readReturn: ReaderStep = named('(read_return)', (k, r) => {
    k.returnToUser();
    r.observer.readReturns(r, k.nowNs - r.readStartNs);
    if (r.copiedBytes > 0) {
      r.counts.reads++;
      return ksysRead;
    }
    if (r.readsOnLeft > 0) return readOn(k, r, ksysRead);
    return endPass(r, s, procMapsRelease);
  });

  const procMapsRelease = closeFile(procMapsOpen);

  privateSteps(procMapsOpen, ksysRead, seqReadIter, startAt, mNext, overflowed, nextGate, showGate);
  privateSteps(stopped, redoPage, readReturn, procMapsRelease);
  // Otherwise it reads vm_start of a VMA that may be changing.
  if (!atPendingStart) privateSteps(gotVma);
  return procMapsOpen;
}

function roomBytes(r: Reader): number {
  return r.bufferBytes - r.copiedBytes;
}

/** copy_to_iter: as much of the page as the user buffer takes. */
function copyToUser(k: Kernel, r: Reader): void {
  const n = Math.min(r.countBytes, roomBytes(r));
  if (n === 0) return;
  const from = r.fromBytes;
  k.spend(Math.ceil((k.costs.copyToUser * n) / PAGE_SIZE));
  r.observer.handedOut(r, from, from + n);
  r.counts.bytes += n;
  r.counts.lines += n === r.page.length ? linesOfPage(r) : newlines(r.page.bytes, from, from + n);
  r.countBytes -= n;
  r.fromBytes = from + n;
  r.copiedBytes += n;
}

/** Of a page that goes out whole; the gate line is not among the VMAs'. */
function linesOfPage(r: Reader): number {
  return r.lineCount - r.redoLineCount + (r.pos === POS_END ? 1 : 0);
}

function newlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i] === 10) count++;
  return count;
}
