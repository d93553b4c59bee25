/**
 * Undoes calls as a program would: with other calls that restore the previous mappings, which are
 * in the windows of a call's plan. Each kind of call has its own function (call-kind.ts); this file
 * has their common parts.
 *
 * Contents, special mappings (plain memory replaces them) and mappings that a move has overwritten
 * are lost. New shared anonymous memory is not the old memory.
 */
import { NO_ANON_VMA, NO_FILE, NO_NAME, VM_PROT, VM_SHARED, type VmaRecord } from '../mm/layout.ts';
import { type Call, NEW_ANON_SHMEM, type Plan } from '../mm/plan.ts';
import type { Done } from './call-kind.ts';

/** What was there: a part of an old VMA that lies in the range of the call. */
interface Old {
  readonly start: number;
  readonly end: number;
  readonly vma: VmaRecord;
}

/** What of the range was mapped and is no longer as it was, rising. */
export function oldParts(plan: Plan, start: number, pages: number): Old[] {
  const parts: Old[] = [];
  for (const window of plan.windows) {
    for (const vma of window.before) {
      const part = {
        start: Math.max(vma.start, start),
        end: Math.min(vma.end, start + pages),
        vma,
      };
      if (part.start < part.end) parts.push(part);
    }
  }
  return parts;
}

/** mmap FIXED of what was there, with its name; written to again if it had been. */
export function mapBack(done: Done, { start, end, vma }: Old): Call[] {
  const pages = end - start;
  const flags = vma.flags & (VM_PROT | VM_SHARED);
  const touched = vma.anonVma !== NO_ANON_VMA;
  const shmem = vma.file !== NO_FILE && done.isAnonShmem(vma.file);
  const file = shmem ? NEW_ANON_SHMEM : vma.file;
  const pgoff = file < 0 ? 0 : vma.pgoff + (start - vma.start);
  const calls: Call[] = [{ call: 'mmap', start, pages, flags, file, pgoff, touched }];
  const text = oldName(done, vma);
  if (text !== null) calls.push({ call: 'name', start, pages, name: NO_NAME, text });
  return calls;
}

export function oldName(done: Done, { name }: VmaRecord): string | null {
  return name === NO_NAME ? null : done.nameText(name);
}

interface Run<T> {
  readonly start: number;
  pages: number;
  readonly what: T;
}

/** Neighbouring parts of the range that were alike in this are one run. */
export function oldRuns<T>(
  plan: Plan,
  { start, pages }: { readonly start: number; readonly pages: number },
  whatOf: (vma: VmaRecord) => T,
): Run<T>[] {
  const runs: Run<T>[] = [];
  for (const part of oldParts(plan, start, pages)) {
    const what = whatOf(part.vma);
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.pages === part.start && last.what === what) {
      last.pages = part.end - last.start;
    } else {
      runs.push({ start: part.start, pages: part.end - part.start, what });
    }
  }
  return runs;
}
