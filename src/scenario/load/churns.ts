/**
 * Programs by name: what each works on, and the memory that it brings along.
 *
 * `map-unmap` has its region mapped before the run. `exact-mremap` needs memory to move onto a VMA
 * again and again: MREMAP_DONTUNMAP leaves the source mapped, so one spare VMA for each protection,
 * as long as the longest range, serves for the whole run. It lies in free memory from 4 GiB
 * upwards, with a free page on either side, so that it joins nothing.
 */

import type { Churn, Selector } from '../scenario.ts';
import { ALL_PAGES } from '../units.ts';
import type { RangeSpec, VmaSpec } from '../vma-list.ts';
import { eachVma, type VmaList, vmaAt, vmaList } from '../vma-list.ts';
import type { AddressSpace, LaidOut } from './address-space.ts';
import { anonymous } from './backing.ts';
import { durationNs, type Loading, pageAt, refuse } from './loading.ts';
import type { Path } from './place.ts';
import type { WriterArgs } from './schema.ts';
import { anyRange, type SelectorContext, selector } from './selectors.ts';

type ChurnName = NonNullable<WriterArgs['churn']>;

/** The keys that belong to a churn, and the pages that it needs of a range. */
const CHURNS: Readonly<
  Record<ChurnName, { readonly keys: readonly string[]; readonly pages: number }>
> = {
  'split-merge': { keys: ['vma'], pages: 1 },
  resize: { keys: ['vma'], pages: 3 },
  remap: { keys: ['vma'], pages: 3 },
  'merge-churn': { keys: ['vma'], pages: 2 },
  'exact-mremap': { keys: ['vma'], pages: 1 },
  'map-unmap': { keys: ['region'], pages: 0 },
  'flip-pair': { keys: ['vmas', 'every'], pages: 2 },
};

const CHURN_KEYS = ['vma', 'vmas', 'region'] as const; // every means something to all writers

/** Faults of keys that do not go together; to be called for every writer. */
export function checkChurnKeys(loading: Loading, path: Path, args: WriterArgs): void {
  const wanted = args.churn === undefined ? [] : CHURNS[args.churn].keys;
  for (const key of CHURN_KEYS) {
    if (args[key] === undefined || wanted.includes(key)) continue;
    const owners = Object.entries(CHURNS).filter(([, { keys }]) => keys.includes(key));
    const names = owners.map(([name]) => name).join(', ');
    const message = `${key}: needs ${owners.length > 1 ? 'one of the churns' : 'churn:'} ${names}`;
    loading.faults.add(loading.places.key([...path, key]), message);
  }
  for (const key of wanted) {
    if (key === 'vma' || args[key as keyof WriterArgs] !== undefined) continue;
    const at = loading.places.key([...path, 'churn']);
    loading.faults.add(at, `missing key "${key}": churn: ${args.churn} needs it`);
  }
}

/** Maps the region of a map-unmap; before the address space is laid out. */
export function addRegion(space: AddressSpace, loading: Loading, path: Path, args: WriterArgs) {
  if (args.churn !== 'map-unmap' || !args.region) return;
  const at = [...path, 'region'];
  const start = pageAt(loading, [...at, 'start'], args.region.start);
  if (start === null) return;
  const pages = args.region.pages * loading.pagesPerPage;
  if (start + pages >= ALL_PAGES) {
    refuse(loading, at, 'reaches beyond the end of the 64-bit address space');
    return;
  }
  space.addRegion(start, pages, at);
}

/** The spares of exact-mremap, by protection, collected over all writers. */
export type Spares = Map<string, number>;

/** null after a fault; the spares of exact-mremap are filled in by `placeSpares`. */
export function churn(context: SelectorContext, path: Path, args: WriterArgs): Churn | null {
  const { loading } = context;
  const name = args.churn;
  if (name === undefined) return null;
  const unit = loading.pagesPerPage;
  if (name === 'map-unmap') {
    const startPage = args.region && pageOf(args.region.start);
    if (!args.region || startPage === undefined) return null;
    return { churn: name, region: { startPage, pages: args.region.pages * unit } };
  }
  if (name === 'flip-pair') return flipPair(context, path, args);
  const need = { pages: CHURNS[name].pages * unit, why: name };
  const ranges = args.vma
    ? selector(context, [...path, 'vma'], args.vma, need)
    : anyRange(context, [...path, 'churn'], { pages: 3 * unit, why: `${name} without vma:` });
  if (!ranges) return null;
  if (name === 'exact-mremap') return { churn: name, selector: ranges, spares: [] };
  if (name === 'remap' && ranges.ranges.length < 2) {
    const hint = 'select several ranges, with pick: next or random';
    refuse(
      loading,
      [...path, 'churn'],
      'remap: it takes a page of the next range, but there is only one range',
      hint,
    );
  }
  return { churn: name, selector: ranges };
}

/** Without a fault, which has been reported when the region was added. */
function pageOf(address: string): number {
  return Number(BigInt(address) / 4096n);
}

function flipPair(context: SelectorContext, path: Path, args: WriterArgs): Churn | null {
  const { loading } = context;
  const [lowArgs, highArgs] = args.vmas ?? [];
  if (!lowArgs || !highArgs || args.every === undefined) return null;
  const need = { pages: CHURNS['flip-pair'].pages * loading.pagesPerPage, why: 'flip-pair' };
  const low = selector(context, [...path, 'vmas', 0], lowArgs, need);
  const high = selector(context, [...path, 'vmas', 1], highArgs, need);
  const everyNs = durationNs(loading, [...path, 'every'], args.every);
  if (!low || !high) return null;
  if (low.ranges[low.ranges.length - 1]! >= high.ranges[0]!) {
    refuse(loading, [...path, 'vmas'], 'vmas: the first range has to be below the second');
  }
  return { churn: 'flip-pair', low, high, everyNs };
}

/** The protection that spare memory for this range needs: it is private and anonymous. */
const spareKind = (range: RangeSpec): string => `${range.perms.slice(0, 3)}p`;

/** Asks for spare memory for every range of the selector. */
export function askForSpares(
  spares: Spares,
  ranges: Selector,
  space: Pick<LaidOut, 'ranges'>,
): void {
  for (let i = 0; i < ranges.ranges.length; i++) {
    const range = vmaAt(space.ranges, ranges.ranges[i]!)!;
    const pages = range.endPage - range.startPage;
    const kind = spareKind(range);
    spares.set(kind, Math.max(spares.get(kind) ?? 0, pages));
  }
}

export interface PlacedSpares {
  readonly vmas: VmaList;
  /** First page of the spare for each range of the selector. */
  startsFor(ranges: Selector): Float64Array;
}

/**
 * 4 GiB: above it no program without reason has anything, below it old executables and their heap.
 */
const SPARES_PAGE = 0x100000;

/** Finds free memory for the spares and adds them to the VMAs. */
export function placeSpares(spares: Spares, space: LaidOut, unit: number): PlacedSpares {
  const starts = new Map<string, number>();
  const added: VmaSpec[] = [];
  let from = SPARES_PAGE;
  for (const [kind, pages] of [...spares].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const start = gapFrom(space.vmas, from, pages + 2 * unit) + unit;
    added.push(anonymous(start, start + pages, kind));
    starts.set(kind, start);
    from = start + pages;
  }
  const byAddress = (a: VmaSpec, b: VmaSpec): number => a.startPage - b.startPage;
  return {
    vmas:
      added.length === 0 ? space.vmas : vmaList([...eachVma(space.vmas), ...added].sort(byAddress)),
    startsFor: (ranges) =>
      Float64Array.from(
        ranges.ranges,
        (range) => starts.get(spareKind(vmaAt(space.ranges, range)!)) ?? -1,
      ),
  };
}

/** First page of the lowest gap from `page` upwards that has so many pages. */
function gapFrom(vmas: VmaList, page: number, pages: number): number {
  let start = page;
  for (const vma of eachVma(vmas)) {
    if (vma.startPage >= start + pages) break;
    start = Math.max(start, vma.endPage);
  }
  return start;
}
