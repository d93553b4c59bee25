/**
 * Reading /proc/PID/maps: open, read() until one returns nothing, close; m_start, m_next, show_map and
 * m_stop through a seq_file with its one-page buffer. Takes no lock itself: the strategy's hooks do.
 *
 * Rules that follow from seq_read_iter: a buffer holds at most size - 1 bytes; one read() makes at most
 * one buffer of fresh text; the record that ended the page is made again by the next read(); with a
 * small user buffer the tail of a page is handed out later, stale by then; a record longer than the
 * buffer doubles it for the rest of the open file.
 * Left out: lseek and pread, the death of the target, signals.
 *
 * Source: v6.18 fs/seq_file.c seq_read_iter; fs/proc/task_mmu.c m_start, m_next, m_stop, show_map.
 */
import { assert } from '../base/assert.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_VMA } from '../mm/layout.ts';
import { LINE_NAME, lineOf } from '../mm/line.ts';
import { loadVma, loadVmaFlags, loadVmaNames, loadVmaRange, vmaIterSet } from '../mm/vma-walk.ts';
import { DONE } from '../sim/step.ts';
import { formatLine, GATE_LINE } from './format.ts';
import { POS_END, POS_GATE, type Reader } from './reader.ts';
import {
  LIVE_VMA,
  type ReaderStep,
  type SeqStrategy,
  STOP_END,
  STOP_FULL,
  STOP_GROW,
  UNPROTECTED_VMA,
} from './strategy.ts';

/** seq_file allocates this much at first. */
const PAGE_SIZE = 4096;

const GATE_BYTES = Uint8Array.from(GATE_LINE, (char) => char.charCodeAt(0));
const GATE_NAME_LENGTH = '[vsyscall]'.length;

/** The first step of a task that reads maps with this strategy, all of its passes. */
export function openMaps(s: SeqStrategy): ReaderStep {
  const procMapsOpen: ReaderStep = (k, r) => {
    if (r.counts.passesStarted === r.passes) return DONE as unknown as ReaderStep;
    beginPass(r);
    k.spend(Math.floor(k.costs.openClose / 2));
    r.ret = ksysRead;
    return s.openFile ?? ksysRead;
  };

  const ksysRead: ReaderStep = (k, r) => {
    r.readStartNs = k.nowNs;
    if (!r.inPass) {
      r.inPass = true;
      r.passStartNs = k.nowNs;
    }
    r.copiedBytes = 0;
    k.spend(k.costs.syscall);
    return seqReadIter;
  };

  // What an earlier read() left in the buffer goes first.
  const seqReadIter: ReaderStep = (k, r) => {
    if (r.countBytes > 0) {
      copyToUser(k, r);
      if (r.countBytes > 0) return readReturn;
    }
    return mStart;
  };

  const mStart: ReaderStep = (_k, r) => {
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
    return s.lockVmaRange;
  };

  const startAt: ReaderStep = (k, r) => {
    if (r.pos === POS_GATE) return nextGate;
    vmaIterSet(k, r, s.resumeAt === 'pending-start' ? r.pos : r.shownEnd);
    r.ret = gotVma;
    return s.getNextVma;
  };

  const mNext: ReaderStep = (_k, r) => {
    r.ret = gotVma;
    return s.getNextVma;
  };

  const gotVma: ReaderStep = (k, r) => {
    if (r.found === NO_VMA) {
      r.pos = POS_GATE;
      r.endPage = r.pageIndex;
      return nextGate;
    }
    r.pos = s.resumeAt === 'pending-start' ? k.mm.vmas.vmStart[r.found]! : r.shownEnd;
    if (r.filling && r.page.length >= roomBytes(r)) {
      r.dropRecord();
      return stop(r, STOP_FULL);
    }
    return r.source === UNPROTECTED_VMA ? showRange : showMap;
  };

  // A VMA that nothing keeps still is read field by field.
  const showRange: ReaderStep = (k, r) => {
    loadVmaRange(k, r);
    return showFlags;
  };
  const showFlags: ReaderStep = (k, r) => {
    loadVmaFlags(k, r);
    return showNames;
  };
  const showNames: ReaderStep = (k, r) => {
    loadVmaNames(k, r);
    // What is printed is what is pinned.
    r.copy.file = r.pinnedFile;
    r.copy.name = r.pinnedName;
    return showMap;
  };

  const showMap: ReaderStep = (k, r) => {
    if (r.source === LIVE_VMA) loadVma(k, r);
    const at = r.nextLineAt();
    lineOf(k, r.copy, k.mm.brk, r.lines, at);
    spendFormat(k, r.lines[at + LINE_NAME]!, r.copy.file !== NO_FILE);
    const before = r.page.length;
    formatLine(r.page, r.lines, at, { devices: k.deviceTexts, names: k.nameTexts });
    r.copied = false;
    r.ret = r.page.length >= r.sizeBytes ? overflowed : mNext;
    if (r.ret === overflowed) {
      r.counts.overflowLines++;
      r.page.length = before;
    } else {
      r.linePages[r.lineCount++] = r.pageIndex;
      r.shownEnd = r.copy.end;
      r.filling = true;
    }
    return s.putVma ?? r.ret;
  };

  // seq_has_overflowed: the record goes; a page that has nothing else needs a bigger buffer.
  const overflowed: ReaderStep = (_k, r) => stop(r, r.filling ? STOP_FULL : STOP_GROW);

  const nextGate: ReaderStep = (k, r) => {
    assert(r.pos === POS_GATE, 'maps: gate VMA out of turn');
    if (!k.mm.gate) return stop(r, STOP_END);
    if (r.filling && r.page.length >= roomBytes(r)) return stop(r, STOP_FULL);
    return showGate;
  };
  const showGate: ReaderStep = (k, r) => {
    k.spend(k.costs.formatAnon + GATE_NAME_LENGTH * k.costs.formatPathChar);
    if (r.page.length + GATE_BYTES.length >= r.sizeBytes) {
      r.counts.overflowLines++;
      return stop(r, STOP_FULL);
    }
    r.page.append(GATE_BYTES);
    r.filling = true;
    r.pos = POS_END;
    return stop(r, STOP_END);
  };

  const stop = (r: Reader, why: number): ReaderStep => {
    r.stopFor = why;
    r.ret = stopped;
    return s.unlockVmaRange;
  };

  const stopped: ReaderStep = (k, r) => {
    if (r.stopFor === STOP_GROW) {
      r.sizeBytes *= 2;
      return mStart;
    }
    r.countBytes = r.page.length;
    r.pageIndex++;
    if (r.countBytes === 0) return textComplete;
    copyToUser(k, r);
    return readReturn;
  };

  // The m_stop() of a read() that found nothing is the last one of the pass.
  const textComplete: ReaderStep = (_k, r) => {
    if (r.copiedBytes === 0) r.observer.textComplete(r);
    return readReturn;
  };

  const redoPage: ReaderStep = (_k, r) => {
    const lines = r.lineCount - r.redoLineCount;
    r.counts.discardedRecords += lines;
    r.counts.discardedLines += lines;
    r.counts.discardedBytes += r.page.length;
    r.lineCount = r.redoLineCount;
    r.pos = r.redoPos;
    r.shownEnd = r.redoShownEnd;
    return mStart;
  };

  const readReturn: ReaderStep = (k, r) => {
    r.observer.readReturns(r, k.nowNs - r.readStartNs);
    if (r.copiedBytes > 0) {
      r.counts.reads++;
      return ksysRead;
    }
    r.counts.passesFinished++;
    r.observer.passEnds(r);
    r.inPass = false;
    r.ret = procMapsRelease;
    return s.releaseFile ?? procMapsRelease;
  };

  const procMapsRelease: ReaderStep = (k, r) => {
    k.spend(k.costs.openClose - Math.floor(k.costs.openClose / 2));
    if (r.counts.passesStarted === r.passes) return procMapsOpen;
    return k.sleep(r, r.times.thinkNs(), procMapsOpen);
  };

  const beginPass = (r: Reader): void => {
    r.counts.passesStarted++;
    r.passIndex++;
    r.begun = false;
    r.sizeBytes = PAGE_SIZE;
    r.countBytes = 0;
    r.fromBytes = 0;
    r.pos = 0;
    r.shownEnd = 0;
    r.lineCount = 0;
    r.pageIndex = 0;
    r.failedHere = 0;
    r.budgetUsed = 0;
    r.redo = redoPage;
  };

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
  r.counts.lines += newlines(r.page.bytes, from, from + n);
  r.countBytes -= n;
  r.fromBytes = from + n;
  r.copiedBytes += n;
}

function newlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i] === 10) count++;
  return count;
}

function spendFormat(k: Kernel, nameText: number, file: boolean): void {
  const base = file ? k.costs.formatFile : k.costs.formatAnon;
  const chars = nameText === 0 ? 0 : k.nameTexts.bytesOf(nameText).length;
  k.spend(base + chars * k.costs.formatPathChar);
}
