/**
 * mmap(2): a new range merges with its neighbours or becomes a new VMA. MAP_FIXED first cuts and
 * detaches what is there; one store then overwrites it, so that the tree never shows a hole.
 *
 * Left out: address hints, MAP_FIXED_NOREPLACE, limits on memory, drivers with an mmap hook.
 * Source: v6.18 mm/mmap.c do_mmap, mm/vma.c mmap_region, __mmap_region.
 */
import { Draft } from '../mm/draft.ts';
import {
  type Layout,
  NO_ANON_VMA,
  NO_FILE,
  NO_NAME,
  NO_SPECIAL,
  NO_VMA,
  VM_ACCOUNT,
  VM_NORESERVE,
  VM_SHARED,
  VM_WRITE,
  type VmaRecord,
} from '../mm/layout.ts';
import { anonVmaPrepare, type Proposal } from '../mm/merge.ts';
import { MAX_MAP_COUNT } from '../mm/mm-struct.ts';
import { ACT, type Call, type CallOf, type Errno, type Plan } from '../mm/plan.ts';
import {
  clearPtes,
  freeDetached,
  gatherMunmapVmas,
  insertNew,
  mergeNewRange,
} from '../mm/vma-change.ts';
import type { CallKind, Done } from './call-kind.ts';
import { getUnmappedArea } from './get-unmapped-area.ts';
import { mapBack, oldParts } from './restore.ts';

export const mmapCall: CallKind<'mmap'> = {
  plan: planMmap,
  usualCost: () => 'mmap',
  costNow: classifyMmap,
  undo: undoMmap,
};

/** The whole call. The arguments are looked at with the lock held. */
function planMmap(layout: Layout, call: CallOf<'mmap'>): Plan {
  const draft = new Draft(layout);
  draft.act(ACT.lookup);
  const start = chooseStart(layout, call);
  if (typeof start === 'string') {
    return draft.finish({ errno: start, cost: 'mmap', result: -1 });
  }
  const cost = classifyMmap(layout, call);
  const vma = mmapRegion(draft, proposal(call, start));
  if (typeof vma === 'string') return draft.finish({ errno: vma, cost, result: -1 });
  if (call.touched && (call.flags & VM_WRITE) !== 0) touch(draft, vma);
  return draft.finish({ errno: null, cost, result: start });
}

/** What is there already has to be unmapped first. */
function classifyMmap(layout: Layout, { start, pages }: CallOf<'mmap'>): 'mmap' | 'mmapOver' {
  const first = start < 0 ? NO_VMA : layout.findVma(start);
  if (first === NO_VMA) return 'mmap';
  return layout.record(first).start < start + pages ? 'mmapOver' : 'mmap';
}

function chooseStart(layout: Layout, call: CallOf<'mmap'>): number | Errno {
  if (call.pages <= 0) return 'EINVAL';
  if (layout.mapCount > MAX_MAP_COUNT || call.pages > layout.taskSize) return 'ENOMEM';
  if (call.start >= 0) return call.start > layout.taskSize - call.pages ? 'ENOMEM' : call.start;
  const place = getUnmappedArea(layout, call.pages, call.file);
  return place < 0 ? 'ENOMEM' : place;
}

/** Anonymous memory has its address as offset; private memory that is writable is accounted. */
function proposal(call: CallOf<'mmap'>, start: number): Proposal {
  const accounted = (call.flags & (VM_SHARED | VM_WRITE | VM_NORESERVE)) === VM_WRITE;
  return {
    start,
    end: start + call.pages,
    flags: accounted ? call.flags | VM_ACCOUNT : call.flags,
    pgoff: call.file === NO_FILE ? start : call.pgoff,
    file: call.file,
    name: NO_NAME,
    anonVma: NO_ANON_VMA,
    special: NO_SPECIAL,
  };
}

/** __mmap_region() */
function mmapRegion(draft: Draft, range: Proposal): VmaRecord | Errno {
  const detached = gatherMunmapVmas(draft, range.start, range.end);
  if (typeof detached === 'string') return detached;
  if (detached.length > 0) clearPtes(draft, detached);
  const prev = draft.before(range.start);
  const next = draft.find(range.end);
  const merged = mergeNewRange(draft, { range, prev, next, copied: false });
  const vma = merged ?? insertNew(draft, range, 'vm_area_alloc');
  freeDetached(draft, detached);
  return vma;
}

/**
 * The first write to the VMA, which the program makes before anyone else can look. Memory that may
 * not be written to stays untouched.
 */
function touch(draft: Draft, vma: VmaRecord): void {
  const anonVma = anonVmaPrepare(draft.layout, vma, draft.prev(vma), draft.next(vma));
  draft.setAnonVma(vma, anonVma, '__anon_vma_prepare');
}

/** munmap where nothing had been, mmap FIXED of what had. */
function undoMmap({ pages }: CallOf<'mmap'>, done: Done): Call[] {
  const calls: Call[] = [];
  const { result } = done.plan;
  let at = result;
  const unmapTo = (end: number): void => {
    if (at < end) calls.push({ call: 'munmap', start: at, pages: end - at });
  };
  for (const old of oldParts(done.plan, result, pages)) {
    unmapTo(old.start);
    calls.push(...mapBack(done, old));
    at = old.end;
  }
  unmapTo(result + pages);
  return calls;
}
