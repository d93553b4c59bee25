/**
 * A move by mremap: the destination is emptied, the VMA copied there (or a neighbour of the
 * destination grown over it), page tables moved, and the source unmapped or, with MREMAP_DONTUNMAP,
 * left in place.
 *
 * Source: v6.18 mm/mremap.c mremap_to, prep_move_vma, move_vma, copy_vma_and_data,
 * unmap_source_vma, dontunmap_complete; mm/vma.c copy_vma.
 */
import type { Draft } from '../mm/draft.ts';
import { NO_ANON_VMA, NO_FILE, NO_SPECIAL, VM_ACCOUNT, type VmaRecord } from '../mm/layout.ts';
import type { Proposal } from '../mm/merge.ts';
import { MAX_MAP_COUNT } from '../mm/mm-struct.ts';
import { ACT, ACT_FIELDS, type Errno } from '../mm/plan.ts';
import { insertNew, mergeNewRange, unmapRange } from '../mm/vma-change.ts';

/** What the rest of the call works on: one VMA's part of what the caller named. */
export interface Remap {
  readonly start: number;
  /** Pages before and after. */
  readonly oldPages: number;
  readonly newPages: number;
  /** Where MREMAP_FIXED puts it, or -1. */
  readonly to: number;
  readonly mayMove: boolean;
  readonly dontUnmap: boolean;
}

/** The destination is empty from one act to another. */
interface Hole {
  readonly from: number;
  /** The store that fills the destination again, or the end of the call if that never came. */
  until(): number;
}

/** Unmaps the destination with mmap_lock kept. Null if nothing was there. */
export function unmapDestination(draft: Draft, to: number, pages: number): Hole | Errno | null {
  const before = draft.actCount;
  const errno = unmapRange(draft, to, to + pages, 'keep');
  if (errno !== null) return errno;
  const cleared = findAct(draft, ACT.treeClear, before);
  if (cleared < 0) return null;
  return {
    from: cleared + 1,
    until: () => {
      const stored = findStoreOver(draft, to, cleared + 1);
      return stored < 0 ? draft.actCount : stored + 1;
    },
  };
}

function findAct(draft: Draft, kind: number, from: number): number {
  for (let i = from; i < draft.actCount; i++) {
    if (draft.acts[i * ACT_FIELDS] === kind) return i;
  }
  return -1;
}

function findStoreOver(draft: Draft, page: number, from: number): number {
  for (let i = from; i < draft.actCount; i++) {
    const [kind, , a, b] = draft.acts.slice(i * ACT_FIELDS, (i + 1) * ACT_FIELDS);
    if (kind === ACT.treeStore && a! <= page && page < b!) return i;
  }
  return -1;
}

/** move_vma() to `remap.to`, which is free; the page where it begins now, or why it stayed. */
export function moveVma(draft: Draft, remap: Remap): number | Errno {
  const { start, oldPages } = remap;
  const source = draft.lookup(start)!;
  if (draft.mapCount >= MAX_MAP_COUNT - 3) return 'ENOMEM';
  const whole = source.start === start && source.end === start + oldPages;
  if (source.special !== NO_SPECIAL && !whole) return 'EINVAL';
  draft.startWrite(source);
  const { copy, from } = copyVma(draft, source, remap);
  draft.act(ACT.pageTables, 0, oldPages);
  if (remap.dontUnmap) {
    // A source that was copied as a whole is untouched again, unless it has become its own copy.
    const left = from.start === start && from.end === start + oldPages;
    if (copy !== from && left) draft.setAnonVma(from, NO_ANON_VMA, 'unlink_anon_vmas');
  } else {
    unmapSource(draft, from, start, start + oldPages);
  }
  return remap.to;
}

/** copy_vma(): the VMA at the destination, and the one that the source is now part of. */
function copyVma(
  draft: Draft,
  source: VmaRecord,
  remap: Remap,
): { copy: VmaRecord; from: VmaRecord } {
  const sourceStart = source.start;
  const untouched = source.file === NO_FILE && source.special === NO_SPECIAL;
  const range: Proposal = {
    ...source,
    start: remap.to,
    end: remap.to + remap.newPages,
    // Untouched anonymous memory has no page that its old offset could matter to.
    pgoff:
      untouched && source.anonVma === NO_ANON_VMA
        ? remap.to
        : source.pgoff + (remap.start - source.start),
  };
  const prev = draft.before(range.start);
  const next = draft.find(range.end);
  const merged = mergeNewRange(draft, { range, prev, next, copied: true });
  if (merged === null) return { copy: insertNew(draft, range, 'vm_area_dup'), from: source };
  const swallowed = merged.start <= sourceStart && sourceStart < merged.end;
  return { copy: merged, from: swallowed ? merged : source };
}

/**
 * unmap_source_vma(): takes the accounting bit off while the source is unmapped, so that the memory
 * is not discounted, and puts it back on what remains at either side.
 */
function unmapSource(draft: Draft, from: VmaRecord, start: number, end: number): void {
  const accounted = (from.flags & VM_ACCOUNT) !== 0;
  const below = accounted && from.start < start;
  const above = accounted && from.end > end;
  if (accounted) draft.setFlags(from, from.flags & ~VM_ACCOUNT, 'vm_flags_clear');
  unmapRange(draft, start, end, 'keep');
  if (below) account(draft, draft.before(start)!);
  if (above) account(draft, draft.find(end)!);
}

function account(draft: Draft, vma: VmaRecord): void {
  draft.startWrite(vma);
  draft.setFlags(vma, vma.flags | VM_ACCOUNT, 'vm_flags_set');
}
