/**
 * How a program would undo a call: by other calls, knowing what was there before. That is in the
 * windows of the call's plan.
 *
 * What cannot be had back stays lost: contents, special mappings (plain memory takes their place),
 * and what a move has overwritten. New shared anonymous memory is not the old one.
 */
import { NO_ANON_VMA, NO_FILE, NO_NAME, VM_PROT, VM_SHARED, type VmaRecord } from '../mm/layout.ts';
import { type Call, NEW_ANON_SHMEM, type Plan } from '../mm/plan.ts';

interface UndoContext {
  nameText(name: number): string;
  isAnonShmem(file: number): boolean;
}

/** What was there: a part of an old VMA that lies in the range of the call. */
interface Old {
  readonly start: number;
  readonly end: number;
  readonly vma: VmaRecord;
}

/**
 * The calls that undo `call`, an operation's first.
 *
 * @param oldBrk mm->brk in pages when the operation began
 */
export function undoCalls(context: UndoContext, call: Call, plan: Plan, oldBrk: number): Call[] {
  switch (call.call) {
    case 'munmap':
      return oldParts(plan, call.start, call.pages).flatMap((old) => mapBack(context, old));
    case 'mmap':
      return undoMmap(context, plan, call.pages);
    case 'mprotect':
      return undoMprotect(plan, call.start, call.pages, call.prot);
    case 'name':
      return undoName(context, plan, call.start, call.pages);
    case 'mremap':
      return undoMremap(call, plan);
    case 'brk':
      return [{ call: 'brk', brk: oldBrk }];
    case 'fork':
    case 'growStack':
    case 'madvise':
    case 'noEffect':
      return [];
  }
}

/** What of the range was mapped and is no longer as it was, rising. */
function oldParts(plan: Plan, start: number, pages: number): Old[] {
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
function mapBack(context: UndoContext, { start, end, vma }: Old): Call[] {
  const pages = end - start;
  const flags = vma.flags & (VM_PROT | VM_SHARED);
  const touched = vma.anonVma !== NO_ANON_VMA;
  const shmem = vma.file !== NO_FILE && context.isAnonShmem(vma.file);
  const file = shmem ? NEW_ANON_SHMEM : vma.file;
  const pgoff = file < 0 ? 0 : vma.pgoff + (start - vma.start);
  const calls: Call[] = [{ call: 'mmap', start, pages, flags, file, pgoff, touched }];
  if (vma.name !== NO_NAME) {
    calls.push({ call: 'name', start, pages, name: NO_NAME, text: textOf(context, vma.name) });
  }
  return calls;
}

function textOf(context: UndoContext, name: number): string | null {
  return name === NO_NAME ? null : context.nameText(name);
}

/** munmap where nothing had been, mmap FIXED of what had. */
function undoMmap(context: UndoContext, plan: Plan, pages: number): Call[] {
  const calls: Call[] = [];
  let at = plan.result;
  const unmapTo = (end: number): void => {
    if (at < end) calls.push({ call: 'munmap', start: at, pages: end - at });
  };
  for (const old of oldParts(plan, plan.result, pages)) {
    unmapTo(old.start);
    calls.push(...mapBack(context, old));
    at = old.end;
  }
  unmapTo(plan.result + pages);
  return calls;
}

/** One mprotect for each run of one old protection; what had the new one needs none. */
function undoMprotect(plan: Plan, start: number, pages: number, prot: number): Call[] {
  const runs = oldParts(plan, start, pages).map((old) => ({
    ...old,
    what: old.vma.flags & VM_PROT,
  }));
  return joinRuns(runs.filter((run) => run.what !== prot)).map((run) => ({
    call: 'mprotect',
    start: run.start,
    pages: run.end - run.start,
    prot: run.what,
  }));
}

function undoName(context: UndoContext, plan: Plan, start: number, pages: number): Call[] {
  const runs = oldParts(plan, start, pages).map((old) => ({
    ...old,
    what: textOf(context, old.vma.name),
  }));
  return joinRuns(runs).map((run) => ({
    call: 'name',
    start: run.start,
    pages: run.end - run.start,
    name: NO_NAME,
    text: run.what,
  }));
}

interface Run<T> {
  readonly start: number;
  end: number;
  readonly what: T;
}

/** Neighbouring parts that were alike become one. */
function joinRuns<T>(parts: readonly Run<T>[]): Run<T>[] {
  const runs: Run<T>[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last !== undefined && last.end === part.start && last.what === part.what) {
      last.end = part.end;
    } else {
      runs.push({ ...part });
    }
  }
  return runs;
}

/**
 * A resize by a resize, a move by a move. With MREMAP_DONTUNMAP the source is still there: the
 * destination gets the protection back that its first page had, or goes if nothing was there.
 */
function undoMremap(call: Extract<Call, { call: 'mremap' }>, plan: Plan): Call[] {
  const { start, pages, newPages } = call;
  const at = plan.result;
  if (call.dontUnmap) {
    const first = oldParts(plan, at, 1)[0];
    if (first === undefined) return [{ call: 'munmap', start: at, pages: newPages }];
    return [{ call: 'mprotect', start: at, pages: newPages, prot: first.vma.flags & VM_PROT }];
  }
  if (at === start && pages === newPages) return [];
  const moved = at !== start;
  const back = { to: moved ? start : -1, mayMove: moved, dontUnmap: false };
  return [{ call: 'mremap', start: at, pages: newPages, newPages: pages, ...back }];
}
