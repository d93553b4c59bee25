/**
 * Resolves selectors and places to the ranges that they may pick. The ranges stay the same during
 * the run, even if VMAs change.
 *
 * A place needs ranges into which it fits. `next` and `random` use only such ranges; `first`, an
 * index and an address select one range, and the place has to fit into it.
 */
import { counted } from '../../base/counted.ts';
import { rangeAt } from '../../base/range-at.ts';
import type { Place, Selector } from '../scenario.ts';
import { ALL_PAGES, hexRange } from '../units.ts';
import { type RangeSpec, type VmaList, vmaAt } from '../vma-list.ts';
import { type Loading, pageAt, refuse } from './loading.ts';
import type { Path } from './place.ts';
import type { SelectorArgs } from './schema-parts.ts';
import { didYouMean, list } from './shape.ts';

/** The ranges of `vmas:`. */
interface Ranges {
  readonly ranges: VmaList;
  /** By tag, indices into the ranges. */
  readonly tagged: ReadonlyMap<string, readonly number[]>;
  readonly tagsWritten: ReadonlySet<unknown>;
  readonly startStackPage: number;
  /** Items were left out for their faults. */
  readonly incomplete: boolean;
}

export interface SelectorContext {
  readonly loading: Loading;
  readonly space: Ranges;
}

/** What a place or a churn asks of a range. */
interface Need {
  readonly pages: number;
  /** Completes "… needs": `page 3 and 2 pages from there`. */
  readonly why: string;
}

/** @returns null after a fault */
export function selector(
  context: SelectorContext,
  path: Path,
  args: SelectorArgs,
  need: Need,
): Selector | null {
  const { loading, space } = context;
  const named = namedRanges(context, path, args);
  if (named === null) return null;
  const fits = (range: number): boolean => pagesOf(vmaAt(space.ranges, range)) >= need.pages;
  const single = args.index !== undefined || args.address !== undefined || args.pick === 'first';
  const candidates = single ? [named[0] ?? 0] : named;
  const ranges = single ? candidates.filter(fits) : rangesFor(context, path, named, need.pages);
  if (ranges === null) return null;
  if (ranges.length > 0) {
    const isFirst = single && args.index === undefined && args.address === undefined;
    const firstOf = isFirst && named.length > 1 ? { firstOf: named.length } : {};
    return { ranges, pick: args.pick, ...firstOf };
  }
  const unit = loading.pagesPerPage;
  const first = vmaAt(space.ranges, candidates[0] ?? 0);
  const message = single
    ? `${rangeText(first)} has ${pagesOf(first) / unit} pages, and ${need.why} needs ${need.pages / unit}`
    : `none of these ranges has the ${need.pages / unit} pages that ${need.why} needs`;
  refuse(loading, path, message);
  return null;
}

/** By the ranges of a tag, then by the pages that are needed. */
const fitting = new WeakMap<readonly number[], Map<number, readonly number[]>>();

/** Those of at least so many pages, found once for all operations; null after a fault. */
function rangesFor(
  { loading, space }: SelectorContext,
  path: Path,
  named: readonly number[],
  pages: number,
): readonly number[] | null {
  const known = fitting.get(named) ?? new Map<number, readonly number[]>();
  fitting.set(named, known);
  let ranges = known.get(pages);
  if (ranges === undefined) {
    loading.rangesLeft -= named.length;
    if (loading.rangesLeft < 0) {
      refuse(loading, path, 'too many operations that pick from too many VMAs');
      return null;
    }
    const fits = (range: number): boolean => pagesOf(vmaAt(space.ranges, range)) >= pages;
    ranges = named.every(fits) ? named : named.filter(fits);
    known.set(pages, ranges);
  }
  return ranges;
}

/** Every range of at least so many pages, one at random each time. */
export function anyRange(context: SelectorContext, path: Path, need: Need): Selector | null {
  return selector(context, path, { pick: 'random' }, need);
}

/** Indices into the ranges, rising and at least one; null after a fault. */
function namedRanges(
  context: SelectorContext,
  path: Path,
  args: SelectorArgs,
): readonly number[] | null {
  const { loading, space } = context;
  // What is absent may be what was not understood.
  const absent = (key: string, message: string): null => {
    if (!space.incomplete) refuse(loading, [...path, key], message);
    return null;
  };
  if (args.address !== undefined) {
    if (args.tag !== undefined || args.index !== undefined) {
      refuse(loading, path, 'a selector with an address cannot have a tag or an index');
      return null;
    }
    const page = pageAt(loading, [...path, 'address'], args.address);
    if (page === null) return null;
    const range = rangeAt(space.ranges, page);
    if (range < 0) return absent('address', `address: no range of vmas contains ${args.address}`);
    return [range];
  }
  const tagged = args.tag === undefined ? allRanges(space) : space.tagged.get(args.tag);
  if (tagged === undefined) {
    if (space.tagsWritten.has(args.tag)) return null; // on an item with a fault of its own
    const known = [...space.tagsWritten].filter((tag) => typeof tag === 'string');
    const others = known.length === 0 ? 'vmas has no tags' : `known: ${list(known.slice(0, 20))}`;
    const hint = didYouMean(args.tag, known) ?? others;
    refuse(loading, [...path, 'tag'], `tag: no range has the tag "${args.tag}"`, hint);
    return null;
  }
  if (tagged.length === 0) {
    if (!space.incomplete) refuse(loading, path, 'vmas has no range to select');
    return null;
  }
  if (args.index === undefined) return tagged;
  const range = tagged[args.index];
  if (range !== undefined) return [range];
  const message = `index: ${args.index} is too high: ${counted(tagged.length, 'range')}, counted from 0`;
  return absent('index', message);
}

const wholes = new WeakMap<Ranges, readonly number[]>();

/** Made once: there may be a million. */
function allRanges(space: Ranges): readonly number[] {
  let all = wholes.get(space);
  if (!all) {
    all = Array.from({ length: space.ranges.length }, (_, index) => index);
    wholes.set(space, all);
  }
  return all;
}

function pagesOf(range: RangeSpec | undefined): number {
  return range ? range.endPage - range.startPage : 0;
}

function rangeText(range: RangeSpec | undefined): string {
  return range ? hexRange(range.startPage, range.endPage) : 'it';
}

export interface PlaceArgs {
  readonly at?: string | undefined;
  readonly vma?: SelectorArgs | undefined;
  readonly page?: number | undefined;
  readonly pages?: number | undefined;
}

/** @param path of the operation's arguments @returns null after a fault */
export function place(context: SelectorContext, path: Path, args: PlaceArgs): Place | null {
  const { loading } = context;
  const unit = loading.pagesPerPage;
  const page = (args.page ?? 0) * unit;
  const pages = args.pages === undefined ? null : args.pages * unit;
  if (args.vma !== undefined) {
    const from = `page ${args.page ?? 0}`;
    const why = pages === null ? from : `a place of ${args.pages} pages from ${from}`;
    const need = { pages: page + (pages ?? unit), why };
    const resolved = selector(context, [...path, 'vma'], args.vma, need);
    return resolved && { kind: 'vma', selector: resolved, page, pages };
  }
  if (args.page !== undefined) {
    refuse(loading, [...path, 'page'], 'page: it counts inside a range, so it needs vma:');
  }
  if (args.at === undefined) return null;
  const start = pageAt(loading, [...path, 'at'], args.at);
  if (pages === null) {
    loading.faults.add(loading.places.key([...path, 'at']), 'at: it also needs pages:');
    return null;
  }
  if (start === null) return null;
  if (start + pages >= ALL_PAGES) {
    refuse(loading, [...path, 'pages'], 'reaches beyond the end of the 64-bit address space');
    return null;
  }
  return { kind: 'at', page: start, pages };
}
