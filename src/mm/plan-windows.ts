/**
 * The windows of a Plan: the places where the address space after a call differs from before.
 *
 * A VMA counts as changed when any field differs, printed or not, or when another object took its
 * place. Changed VMAs with no unchanged one between them share a window.
 */
import { copyRecord, type VmaRecord } from './layout.ts';
import type { PlanWindow } from './plan.ts';

/** The address space afterwards. */
interface View {
  find(page: number): VmaRecord | null;
  intersection(start: number, end: number): VmaRecord | null;
  before(page: number): VmaRecord | null;
}

interface OpenWindow {
  readonly start: number;
  end: number;
  readonly before: VmaRecord[];
  readonly after: VmaRecord[];
}

function sameRecord(a: VmaRecord, b: VmaRecord): boolean {
  return (
    a.id === b.id &&
    a.start === b.start &&
    a.end === b.end &&
    a.flags === b.flags &&
    a.pgoff === b.pgoff &&
    a.file === b.file &&
    a.name === b.name &&
    a.anonVma === b.anonVma &&
    a.special === b.special
  );
}

/** The records of `list` that `other` (both rising) does not have just so. */
function without(list: readonly VmaRecord[], other: readonly VmaRecord[]): VmaRecord[] {
  let at = 0;
  return list.filter((vma) => {
    while (at < other.length && other[at]!.start < vma.start) at++;
    const twin = other[at];
    return twin === undefined || !sameRecord(vma, twin);
  });
}

/**
 * @param originals the VMAs that the call looked at, as they were, rising
 * @param finals what it looked at or made and left in the tree, rising
 */
export function planWindows(
  originals: readonly VmaRecord[],
  finals: readonly VmaRecord[],
  view: View,
): PlanWindow[] {
  const before = without(originals, finals);
  const after = without(finals, originals);
  const windows: OpenWindow[] = [];
  let b = 0;
  let a = 0;
  while (b < before.length || a < after.length) {
    const old = before[b];
    const now = after[a];
    const takeOld = now === undefined || (old !== undefined && old.start <= now.start);
    const vma = takeOld ? before[b++]! : after[a++]!;
    const window = openWindow(windows, vma, view);
    window.end = Math.max(window.end, vma.end);
    (takeOld ? window.before : window.after).push(copyRecord(vma));
  }
  return windows.map((window) => close(window, view));
}

/** The last window if no unchanged VMA lies between it and `vma`, else a new one. */
function openWindow(windows: OpenWindow[], vma: VmaRecord, view: View): OpenWindow {
  const last = windows.at(-1);
  if (last !== undefined) {
    if (vma.start <= last.end || view.intersection(last.end, vma.start) === null) return last;
  }
  const window = { start: vma.start, end: vma.end, before: [], after: [] };
  windows.push(window);
  return window;
}

function close(window: OpenWindow, view: View): PlanWindow {
  const prev = view.before(window.start);
  const next = view.find(window.end);
  return {
    prev: prev === null ? null : copyRecord(prev),
    before: window.before,
    after: window.after,
    next: next === null ? null : copyRecord(next),
  };
}
