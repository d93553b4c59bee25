/**
 * The address of brk if no text and no trace gives it: after the executable and, if a writer may
 * map memory there, after this memory. A VMA that spans the break would be printed as [heap], and a
 * process whose text has no [heap] line has none.
 */
import type { Operation, Place, Scenario, Selector, WriterSpec } from '../scenario/scenario.ts';

type Range = readonly [startPage: number, endPage: number];

/** The page of start_brk and brk of a scenario without a heap. */
export function quietBreak(scenario: Scenario): number {
  const ranges: Range[] = [];
  for (const writer of scenario.writers) addMapped(ranges, writer, scenario);
  ranges.sort((a, b) => a[0] - b[0]);
  const { vmas } = scenario;
  let page = scenario.startBrkPage;
  let vma = 0;
  for (const [start, end] of [...ranges, [Infinity, Infinity] as const]) {
    for (; vma < vmas.length && vmas.startPage[vma]! < start; vma++) {
      if (vmas.startPage[vma]! < page && page < vmas.endPage[vma]!) page = vmas.endPage[vma]!;
    }
    if (start <= page && page <= end) page = end + 1; // memory that touches could join
  }
  return page;
}

/** Pages that a churn may map behind the range that it picks. */
const CHURN_PAGES = 3;

function addMapped(into: Range[], { source }: WriterSpec, scenario: Scenario): void {
  if (source.kind === 'trace') {
    if (source.slot === 0) addTrace(into, source.trace); // each thread has the whole trace
  } else if (source.kind === 'program') {
    for (const operation of source.program) addOperation(into, operation, scenario);
  } else if (source.churn === 'flip-pair') {
    addPicked(into, source.low, CHURN_PAGES, scenario);
    addPicked(into, source.high, CHURN_PAGES, scenario);
  } else if (source.churn !== 'map-unmap') {
    addPicked(into, source.selector, CHURN_PAGES, scenario);
  }
}

function addOperation(into: Range[], operation: Operation, scenario: Scenario): void {
  if (operation.kind !== 'calls' || operation.place === null) return;
  const { place, calls } = operation;
  for (const call of calls) {
    if (call.call === 'mmap') addPlace(into, place, 0, scenario);
    if (call.call !== 'mremap') continue;
    const most = addPlace(into, place, Math.max(call.newPages, 0), scenario);
    if (call.to >= 0) into.push([call.to, call.to + most]);
  }
}

/** @returns the pages of the longest */
function addPlace(into: Range[], place: Place, pages: number, scenario: Scenario): number {
  if (place.kind === 'vma') return addPicked(into, place.selector, place.page + pages, scenario);
  const most = Math.max(place.pages, pages);
  into.push([place.page, place.page + most]);
  return most;
}

function addPicked(into: Range[], { ranges }: Selector, pages: number, scenario: Scenario): number {
  const { startPage, endPage } = scenario.ranges;
  let most = pages;
  for (let i = 0; i < ranges.length; i++) {
    const start = startPage[ranges[i]!]!;
    const end = Math.max(endPage[ranges[i]!]!, start + pages);
    into.push([start, end]);
    most = Math.max(most, end - start);
  }
  return most;
}

function addTrace(
  into: Range[],
  { calls }: Extract<WriterSpec['source'], { kind: 'trace' }>['trace'],
): void {
  for (const { action } of calls) {
    if (action.kind === 'mmap') into.push([action.page, action.page + action.pages]);
    if (action.kind !== 'mremap') continue;
    const to = action.to < 0 ? action.page : action.to;
    into.push([to, to + action.newPages]);
  }
}
