/**
 * The first write to memory, by the program that has just made it writable: page faults that give
 * each private VMA an anon_vma. They hold mmap_lock at most for read, so a reader of maps sees only
 * their effect on later merges.
 *
 * Source: v6.18 mm/memory.c do_anonymous_page, wp_page_copy; mm/rmap.c __anon_vma_prepare.
 */
import type { Draft } from '../mm/draft.ts';
import { NO_SPECIAL, VM_WRITE } from '../mm/layout.ts';
import { anonVmaPrepare } from '../mm/merge.ts';

/** Writes to every writable page of [start, end) that is mapped, rising. */
export function touchRange(draft: Draft, start: number, end: number): void {
  let vma = draft.intersection(start, end);
  while (vma !== null) {
    if ((vma.flags & VM_WRITE) !== 0 && vma.special === NO_SPECIAL) {
      const [prev, next] = [draft.prev(vma), draft.next(vma)];
      const anonVma = anonVmaPrepare(draft.layout, vma, prev, next);
      draft.setAnonVma(vma, anonVma, '__anon_vma_prepare');
    }
    vma = draft.intersection(vma.end, end);
  }
}
