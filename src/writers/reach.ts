/**
 * Which pages a writer's calls can be about, whatever it picks and whenever they come.
 *
 * A call on [start, end) changes, makes or frees VMAs that overlap the range or touch it, and no
 * others: it splits what lies across its borders and merges with what stands next to them. So a
 * VMA that neither overlaps nor touches what a writer reaches is to that writer as if it were not
 * there. Calls whose place the kernel chooses, brk, fork, stacks and traces reach everything.
 *
 * Source: v6.18 mm/vma.c vma_merge_existing_range, vma_merge_new_range, split_vma: prev and next
 * are neighbours of the range.
 */
import type { Operation, Place, Scenario, Selector, WriterSpec } from '../scenario/scenario.ts';

/** Ranges of pages, rising: start, end (behind the last page), …; null: everything. */
export type Reach = readonly number[] | null;

export function reachOf({ source }: WriterSpec, scenario: Scenario): Reach {
  switch (source.kind) {
    case 'trace':
      return null;
    case 'program':
      // What a restore undoes was done by another operation of the program, at the same place.
      return joined(source.program.map((operation) => operationReach(operation, scenario)));
    case 'churn':
      return joined([churnReach(source, scenario)]);
  }
}

/** Whether a VMA [start, end) overlaps or touches the reach. */
export function meets(reach: Reach, start: number, end: number): boolean {
  if (reach === null) return true;
  for (let i = 0; i < reach.length; i += 2) {
    if (start <= reach[i + 1]! && reach[i]! <= end) return true;
  }
  return false;
}

function operationReach(operation: Operation, scenario: Scenario): Reach {
  switch (operation.op) {
    case 'hold':
    case 'pause':
    case 'restore':
      return [];
    case 'brk':
    case 'fork':
    case 'growStack':
      return null;
    case 'munmap':
    case 'mprotect':
    case 'name':
      return placeReach(operation.place, scenario, 0);
    case 'mmap':
      return operation.place === null
        ? null
        : placeReach(operation.place, scenario, operation.pages);
    case 'mremap': {
      const { place, newPages, toPage, mayMove, dontUnmap } = operation;
      if (toPage === null && (mayMove || dontUnmap)) return null;
      const from = placeReach(place, scenario, newPages ?? 0);
      if (toPage === null) return from;
      let pages = newPages ?? 0;
      for (let i = 0; i < from.length; i += 2) pages = Math.max(pages, from[i + 1]! - from[i]!);
      return [...from, toPage, toPage + pages];
    }
  }
}

/** @param pages at least so many are meant */
function placeReach(place: Place, scenario: Scenario, pages: number): readonly number[] {
  if (place.kind === 'at') return [place.page, place.page + Math.max(place.pages, pages)];
  return selectorReach(place.selector, scenario, (startPage, endPage) => {
    const start = startPage + place.page;
    return [start, Math.max(place.pages === null ? endPage : start + place.pages, start + pages)];
  });
}

/** How far `resize` maps, whatever the range was. */
const RESIZE_PAGES = 3;

function churnReach(
  churn: Extract<WriterSpec['source'], { kind: 'churn' }>,
  scenario: Scenario,
): Reach {
  const whole = (selector: Selector): readonly number[] =>
    selectorReach(selector, scenario, (start, end) => [start, Math.max(end, start + RESIZE_PAGES)]);
  switch (churn.churn) {
    case 'map-unmap':
      return [churn.region.startPage, churn.region.startPage + churn.region.pages];
    case 'flip-pair':
      return joined([whole(churn.low), whole(churn.high)]);
    case 'exact-mremap': {
      const spares = Array.from(churn.selector.ranges, (range, i) => {
        const { startPage, endPage } = scenario.ranges;
        return [churn.spares[i]!, churn.spares[i]! + (endPage[range]! - startPage[range]!)];
      });
      return joined([whole(churn.selector), ...spares]);
    }
    default:
      return whole(churn.selector);
  }
}

function selectorReach(
  { ranges }: Selector,
  scenario: Scenario,
  part: (startPage: number, endPage: number) => readonly number[],
): readonly number[] {
  const { startPage, endPage } = scenario.ranges;
  return Array.from(ranges, (range) => part(startPage[range]!, endPage[range]!)).flat();
}

/** In rising order, those that touch joined. */
function joined(parts: readonly Reach[]): Reach {
  const ranges: [number, number][] = [];
  for (const part of parts) {
    if (part === null) return null;
    for (let i = 0; i < part.length; i += 2) ranges.push([part[i]!, part[i + 1]!]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const reach: number[] = [];
  for (const [start, end] of ranges) {
    const last = reach.length - 1;
    if (last > 0 && start <= reach[last]!) reach[last] = Math.max(reach[last]!, end);
    else reach.push(start, end);
  }
  return reach;
}
