/** The start and the end of a pass, for reads of maps and for PROCMAP_QUERY. */

import type { Kernel } from '../mm/kernel.ts';
import { PAGE_SIZE } from '../mm/layout.ts';
import { named, privateSteps } from '../sim/step.ts';
import type { Reader, ReaderStep, Strategy } from './reader.ts';

/** A fresh open file. @param redo where a page (or call) that is thrown away begins again */
export function beginPass(k: Kernel, r: Reader, redo: ReaderStep): void {
  r.reserveLines(k.mm.mapCount);
  r.counts.passesStarted++;
  r.passIndex++;
  r.calls = 0;
  r.readsOnLeft = r.readsOn;
  r.costFactor = r.times.costFactor(r.passIndex, 0);
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
  r.redo = redo;
}

/** A read() call, or an ioctl(), enters the kernel. */
export function enterCall(k: Kernel, r: Reader): void {
  r.readStartNs = k.nowNs;
  if (!r.inPass) {
    r.inPass = true;
    r.passStartNs = k.nowNs;
  }
  if (!k.host.timeless) r.costFactor = r.times.costFactor(r.passIndex, ++r.calls);
  k.spend(k.costs.syscall);
}

/** A call has met the end, and the reader will make it again. */
export function readOn(k: Kernel, r: Reader, call: ReaderStep): ReaderStep {
  r.readsOnLeft--;
  return k.sleep(r, r.times.readOnNs(), call);
}

/** The last call has returned. Goes on to `release`. */
export function endPass(r: Reader, s: Strategy, release: ReaderStep): ReaderStep {
  r.counts.passesFinished++;
  r.observer.passEnds(r);
  r.inPass = false;
  r.lineCount = 0;
  r.pageIndex = 0;
  r.endPage = 0;
  r.ret = release;
  return s.releaseFile ?? release;
}

/** close(), on the CPU to its end; then the reader thinks, and goes on to `open`. */
export function closeFile(open: ReaderStep): ReaderStep {
  const nextPass: ReaderStep = named('(next_pass)', (k, r) => {
    if (r.counts.passesStarted === r.passes) return open;
    return k.sleep(r, r.times.pauseNs(k.nowNs), open);
  });
  const procMapsRelease: ReaderStep = named('proc_map_release', (k, r) => {
    r.costFactor = r.times.costFactor(r.passIndex, 0);
    k.spend(k.costs.openClose - Math.floor(k.costs.openClose / 2));
    return nextPass;
  });
  privateSteps(nextPass);
  return procMapsRelease;
}
