/**
 * A pass made of PROCMAP_QUERY calls: each asks for the VMA that covers or follows the end of the
 * last one, until there is none. The gate VMA is never returned. The text has the answers in the
 * format of maps, as a tool would print them, with one page per call.
 *
 * Left out: filters by permission, build ids, the buffer for the name (it is large enough).
 * Source: v6.18 fs/proc/task_mmu.c do_procmap_query, query_matching_vma.
 */
import { NO_VMA } from '../mm/layout.ts';
import { vmaIterSet } from '../mm/vma-walk.ts';
import { DONE, named, privateSteps } from '../sim/step.ts';
import { beginPass, closeFile, endPass, enterCall, readOn } from './pass.ts';
import type { ReaderStep, Strategy } from './reader.ts';
import { formatRecord } from './record.ts';
import { STOP_END, STOP_FULL } from './strategy.ts';

/** d_path alone, without seq_file's escaping: 2 ns for each character measured, against 12. */
const PATH_CHARS_PER_FORMATTED = 6;

/** The first step of a task that walks an address space by queries, all of its passes. */
export function queryMaps(s: Strategy): ReaderStep {
  const procMapsOpen: ReaderStep = named('proc_maps_open', (k, r) => {
    if (r.counts.passesStarted === r.passes) return DONE;
    beginPass(k, r, redoQuery);
    k.spend(Math.floor(k.costs.openClose / 2));
    r.ret = ksysIoctl;
    return s.openFile ?? ksysIoctl;
  });

  const ksysIoctl: ReaderStep = named('procfs_procmap_ioctl', (k, r) => {
    enterCall(k, r);
    return queryStart;
  });

  const queryStart: ReaderStep = named('do_procmap_query#1', (_k, r) => {
    r.page.length = 0;
    r.copiedBytes = 0;
    if (!r.begun) {
      r.begun = true;
      r.observer.passBegins(r);
    }
    r.ret = startAt;
    return s.lockVmaRange;
  });

  const redoQuery: ReaderStep = named('(redo_query)', () => queryStart);

  const startAt: ReaderStep = named('query_matching_vma#1', (k, r) => {
    vmaIterSet(k, r, r.shownEnd);
    r.ret = gotVma;
    return s.getNextVma;
  });

  const gotVma: ReaderStep = named('query_matching_vma#2', (_k, r) => {
    if (r.found !== NO_VMA) return copyFields;
    r.endPage = r.pageIndex;
    r.stopFor = STOP_END;
    r.ret = stopped;
    return s.unlockVmaRange;
  });

  const copyFields: ReaderStep = named('do_procmap_query#2', (k, r) => {
    const nameLength = formatRecord(k, r);
    const perChar = k.costs.formatPathChar / PATH_CHARS_PER_FORMATTED;
    k.spend(k.costs.queryCall + Math.round(nameLength * perChar));
    r.linePages[r.lineCount++] = r.pageIndex;
    r.shownEnd = r.copy.end;
    r.stopFor = STOP_FULL;
    r.ret = put;
    return s.putVma ?? put;
  });
  const put: ReaderStep = named('do_procmap_query#3', (_k, r) => {
    r.ret = stopped;
    return s.unlockVmaRange;
  });

  const stopped: ReaderStep = named('do_procmap_query#4', (_k, r) => {
    r.forgetRecord();
    r.pageIndex++;
    if (r.stopFor === STOP_END) {
      if (r.readsOnLeft === 0) r.observer.textComplete(r);
      return ioctlReturn;
    }
    r.observer.handedOut(r, 0, r.page.length);
    r.counts.bytes += r.page.length;
    r.counts.lines++;
    r.counts.reads++;
    return ioctlReturn;
  });

  const ioctlReturn: ReaderStep = named('(ioctl_return)', (k, r) => {
    k.returnToUser();
    r.observer.readReturns(r, k.nowNs - r.readStartNs);
    if (r.stopFor !== STOP_END) return ksysIoctl;
    if (r.readsOnLeft > 0) return readOn(k, r, ksysIoctl);
    return endPass(r, s, procMapsRelease);
  });

  const procMapsRelease = closeFile(procMapsOpen);
  privateSteps(procMapsOpen, ksysIoctl, redoQuery, startAt, put, ioctlReturn, procMapsRelease);
  // stopped: the judgement on the text depends on when it is complete.
  return procMapsOpen;
}
