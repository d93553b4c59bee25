/**
 * The named churns: programs that pick a range anew in each round.
 *
 * `split-merge`, `resize` and `remap` are the races of the kernel's selftest (v6.18
 * tools/testing/selftests/proc/proc-maps-race.c), `map-unmap` is the mapper of McKenney's
 * proc-mmap_sem-test. "The other protection" of a range is r-- if the range is writable, otherwise
 * rw-; "the old one" is its protection in `vmas:`. A round has one or two operations; a range is
 * picked at its start.
 */
import { unreachable } from '../base/assert.ts';
import { rangeAt } from '../base/range-at.ts';
import { NO_FILE } from '../mm/layout.ts';
import { flagsOf, otherPerms, protOf } from '../mm/perms.ts';
import { type Call, type CallOf, fileToMap } from '../mm/plan.ts';
import type { Churn, Selector } from '../scenario/scenario.ts';
import type { RangeSpec } from '../scenario/vma-list.ts';
import type { Words } from '../sim/memory.ts';
import { callsItem, type Item, Picker, type Script, type ScriptContext } from './script.ts';

type FlipPair = Extract<Churn, { churn: 'flip-pair' }>;

export class ChurnScript implements Script {
  readonly #context: ScriptContext;
  readonly #churn: Churn;
  /** Pages of 4 KiB in a page of the machine. */
  readonly #unit: number;
  readonly #picker: Picker;
  /** Which operation of the round comes next. */
  #phase = 0;
  /** Index into the selector's ranges; for `flip-pair` into the pairs of low and high ones. */
  #picked = 0;
  /** flip-pair: how many versions there were, and how long the ranges are (0: as given). */
  #version = 0;
  #lowPages = 0;
  #highPages = 0;

  constructor(context: ScriptContext, churn: Churn) {
    this.#context = context;
    this.#churn = churn;
    this.#unit = context.scenario.era.pagesPerPage;
    this.#picker = new Picker(context, 2);
  }

  get roundLength(): number {
    return this.#churn.churn === 'flip-pair' ? 3 : 2;
  }

  next(): Item {
    const churn = this.#churn;
    if (churn.churn === 'flip-pair') return this.#flipPair(churn);
    return callsItem(this.#context, [this.#call(churn)]);
  }

  #call(churn: Exclude<Churn, FlipPair>): Call {
    switch (churn.churn) {
      case 'split-merge':
        return this.#splitMerge(this.#round(churn.selector));
      case 'resize':
        return this.#resize(this.#round(churn.selector));
      case 'remap':
        return this.#remap(churn.selector, this.#round(churn.selector));
      case 'merge-churn':
        return this.#mergeChurn(this.#round(churn.selector));
      case 'exact-mremap':
        return this.#exactMremap(churn);
      case 'map-unmap':
        return this.#mapUnmap(churn.region);
      default:
        return unreachable(churn);
    }
  }

  /** Moves on within a round of two operations; the range of the round. */
  #round(selector: Selector): { range: RangeSpec; back: boolean } {
    const back = this.#phase === 1;
    if (!back) this.#picked = this.#picker.pick(selector, 0);
    this.#phase = back ? 0 : 1;
    return { range: this.#picker.rangeOf(selector, this.#picked), back };
  }

  /** Page 0 is replaced by memory of the other protection, then by what was there at the start. */
  #splitMerge(round: { range: RangeSpec; back: boolean }): Call {
    const start = round.range.startPage;
    const perms = round.back ? round.range.perms : otherPerms(round.range.perms);
    const { vmas } = this.#context.scenario;
    const at = rangeAt(vmas, start);
    const ofFile = at >= 0 ? vmas.file[at]! : NO_FILE;
    const flags = flagsOf(perms);
    const file = fileToMap(ofFile, flags);
    const pgoff = ofFile < 0 ? 0 : vmas.offsetPages[at]! + (start - vmas.startPage[at]!);
    return { call: 'mmap', start, pages: this.#unit, flags, file, pgoff, touched: false };
  }

  #resize(round: { range: RangeSpec; back: boolean }): Call {
    const [one, three] = [this.#unit, 3 * this.#unit];
    const { startPage } = round.range;
    return round.back ? resize(startPage, one, three) : resize(startPage, three, one);
  }

  /** Page 2 of the next range is moved onto page 1 of this one, which gets its protection back. */
  #remap(selector: Selector, round: { range: RangeSpec; back: boolean }): Call {
    const unit = this.#unit;
    const to = round.range.startPage + unit;
    if (round.back) return protect(to, unit, round.range.perms);
    const next = this.#picker.rangeOf(selector, (this.#picked + 1) % selector.ranges.length);
    return move(next.startPage + 2 * unit, unit, to);
  }

  #mergeChurn(round: { range: RangeSpec; back: boolean }): Call {
    const { startPage, perms } = round.range;
    const unit = this.#unit;
    return protect(startPage + unit, unit, round.back ? perms : otherPerms(perms));
  }

  #exactMremap(churn: Extract<Churn, { churn: 'exact-mremap' }>): Call {
    const index = this.#picker.pick(churn.selector, 0);
    const range = this.#picker.rangeOf(churn.selector, index);
    const pages = range.endPage - range.startPage;
    return move(churn.spares[index]!, pages, range.startPage);
  }

  /** The page is drawn first, then the coin. */
  #mapUnmap(region: { readonly startPage: number; readonly pages: number }): Call {
    const { chance } = this.#context;
    const pages = this.#unit;
    const start = region.startPage + pages * chance.below(region.pages / pages);
    if (chance.below(2) === 1) return { call: 'munmap', start, pages };
    const flags = flagsOf('rw-p');
    return { call: 'mmap', start, pages, flags, file: NO_FILE, pgoff: 0, touched: false };
  }

  /**
   * Both ranges take the lengths 1, 2, … up to that of the shorter one, then 1 again: a version
   * comes back after so many rounds. The ranges are picked once, since their length is what they
   * say.
   */
  #flipPair(churn: FlipPair): Item {
    if (this.#phase === 2) {
      this.#phase = 0;
      return { kind: 'pause', ns: churn.everyNs };
    }
    if (this.#lowPages === 0) this.#beginFlipPair(churn);
    const { low, high } = this.#flipRanges(churn);
    const least = Math.min(low.endPage - low.startPage, high.endPage - high.startPage);
    const pages = this.#unit * (1 + (this.#version % Math.floor(least / this.#unit)));
    if (this.#phase === 0) {
      const call = resize(low.startPage, this.#lowPages, pages);
      this.#lowPages = pages;
      this.#phase = 1;
      return { ...callsItem(this.#context, [call]), think: false };
    }
    const call = resize(high.startPage, this.#highPages, pages);
    this.#highPages = pages;
    this.#phase = 2;
    this.#version++;
    return callsItem(this.#context, [call]);
  }

  #beginFlipPair(churn: FlipPair): void {
    const low = this.#picker.pick(churn.low, 0);
    this.#picked = low + churn.low.ranges.length * this.#picker.pick(churn.high, 1);
    const ranges = this.#flipRanges(churn);
    this.#lowPages = ranges.low.endPage - ranges.low.startPage;
    this.#highPages = ranges.high.endPage - ranges.high.startPage;
  }

  #flipRanges(churn: FlipPair): { low: RangeSpec; high: RangeSpec } {
    const lows = churn.low.ranges.length;
    return {
      low: this.#picker.rangeOf(churn.low, this.#picked % lows),
      high: this.#picker.rangeOf(churn.high, Math.floor(this.#picked / lows)),
    };
  }

  transfer(w: Words): void {
    this.#phase = w.one(this.#phase);
    this.#picked = w.one(this.#picked);
    this.#version = w.one(this.#version);
    this.#lowPages = w.one(this.#lowPages);
    this.#highPages = w.one(this.#highPages);
    this.#picker.transfer(w);
  }
}

function resize(start: number, pages: number, newPages: number): CallOf<'mremap'> {
  const flags = { to: -1, mayMove: false, dontUnmap: false };
  return { call: 'mremap', start, pages, newPages, ...flags };
}

/** MREMAP_FIXED and MREMAP_DONTUNMAP. */
function move(start: number, pages: number, to: number): CallOf<'mremap'> {
  const flags = { mayMove: true, dontUnmap: true };
  return { call: 'mremap', start, pages, newPages: pages, to, ...flags };
}

function protect(start: number, pages: number, perms: string): CallOf<'mprotect'> {
  return { call: 'mprotect', start, pages, prot: protOf(perms) };
}
