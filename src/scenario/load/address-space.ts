/**
 * `vmas:` to the address space at the start: VMAs by address, the ranges that selectors name, and
 * what the kernel keeps beside them (brk, stack, mmap base).
 *
 * A scenario may have a million VMAs, so places are kept for each item of the list, not for each
 * VMA.
 */

import { bytesOfText } from '../../base/latin1.ts';
import { GATE_PAGE } from '../../mm/line.ts';
import { ALL_PAGES, hexOfPage, hexRange } from '../units.ts';
import type { VmaSpec } from '../vma-list.ts';
import { pickVmas, VMAS_MAX, type VmaList, VmaListBuilder, vmaAt, vmaOrder } from '../vma-list.ts';
import { anonymous, backing, checkName, newShmemFile } from './backing.ts';
import { PageSizeOfTexts, type TextEra } from './era.ts';
import type { Span } from './faults.ts';
import { describeFound } from './found-lines.ts';
import { type Landmarks, landmarks } from './landmarks.ts';
import {
  cite,
  isOutside,
  type Loading,
  mapsTextOf,
  pageAt,
  readReferred,
  refuse,
} from './loading.ts';
import { parseMapsText } from './maps-text.ts';
import type { Path } from './place.ts';
import type { ExplicitVma, VmaEntry } from './schema.ts';

/** A maps text of VMAS_MAX lines has about a hundred bytes for each; longer is no such text. */
const MAPS_BYTES_MAX = 256 * 1024 * 1024;

/** What messages show of a line of a file that a scenario names: it may be anybody's. */
const FOREIGN_LINE_MAX = 40;

/** VMAs that one item of the scenario stands for. */
interface Block {
  readonly first: number; // index into #specs
  readonly tag: string | null;
  /** Whether selectors can name it. */
  readonly named: boolean;
  place(index: number): Span;
}

export interface LaidOut extends Landmarks {
  /** By address. */
  readonly vmas: VmaList;
  readonly ranges: VmaList;
  /** Indices into `ranges`, rising. */
  readonly tagged: ReadonlyMap<string, readonly number[]>;
  readonly gate: boolean;
  /** Something of `vmas` was not understood: what seems absent may be there. */
  readonly incomplete: boolean;
  /** Every tag written in `vmas`, understood or not. */
  readonly tagsWritten: ReadonlySet<unknown>;
  /** What the texts tell of their kernel, in their order. */
  readonly eras: readonly TextEra[];
  /** Pages of 4 KiB in a page of theirs. */
  readonly pagesPerPage: number;
}

/** LABEL of a VMA that no text has labelled: the kernel will. */
const UNLABELLED = -1;

type Borders = Pick<VmaSpec, 'startPage' | 'endPage'>;

export class AddressSpace {
  readonly #loading: Loading;
  readonly #specs = new VmaListBuilder();
  readonly #labels: number[] = [];
  readonly #blocks: Block[] = [];
  #gate: Span | null = null;
  #incomplete = false;
  readonly #eras: TextEra[] = [];
  readonly #pageSize = new PageSizeOfTexts();

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  /** An item could not be taken in. */
  isIncomplete(): void {
    this.#incomplete = true;
  }

  /** One item of `vmas:`. */
  add(entry: VmaEntry, path: Path): void {
    if (typeof entry === 'string') this.#addLine(entry, path);
    else if ('from' in entry) this.#addFrom(entry, path);
    else this.#addCopies(entry, path);
  }

  /** Memory of a writer's own, mapped rw-p. */
  addRegion(startPage: number, pages: number, path: Path): void {
    const place = (): Span => this.#loading.places.value(path);
    this.#checkBorders({ startPage, endPage: startPage + pages }, place);
    this.#block(null, false, place);
    this.#push(anonymous(startPage, startPage + pages, 'rw-p'));
  }

  #block(tag: string | null, named: boolean, place: (index: number) => Span): void {
    this.#blocks.push({ first: this.#specs.list.length, tag, named, place });
  }

  #push(spec: VmaSpec, label: number = UNLABELLED): void {
    this.#specs.push(spec);
    this.#labels.push(label);
  }

  #addLine(line: string, path: Path): void {
    const text = line.endsWith('\n') ? line.slice(0, -1) : line;
    if (text.includes('\n')) {
      this.#refuse(
        path,
        'several lines in one item',
        'write one item for each line, or from: FILE',
      );
      return;
    }
    // Code points above 255 would be no bytes; the kernel has bytes.
    const bytes = bytesOfText(text);
    const { places } = this.#loading;
    this.#addText(
      bytes,
      null,
      false,
      (start, end) => places.within(path, start, end, text),
      () => places.value(path),
    );
  }

  #addFrom(entry: { from: string; tag?: string | undefined; touched: boolean }, path: Path): void {
    const read = readReferred(this.#loading, [...path, 'from'], entry.from);
    if (read === null) {
      this.#incomplete = true;
      return;
    }
    if (read.bytes.length > MAPS_BYTES_MAX) {
      this.#refuse([...path, 'from'], `from: ${entry.from} is larger than 256 MiB`);
      return;
    }
    const found = mapsTextOf(this.#loading, entry.from, read);
    if (found.report.found === 0 && found.report.leftOut > 0) {
      this.#refuse([...path, 'from'], `from: ${describeFound(entry.from, found.report)[0]}`);
      return;
    }
    const outside = isOutside(entry.from);
    this.#addText(found.text, entry.tag ?? null, entry.touched, (start, end) => {
      const span = found.span(start, end);
      return outside ? { ...span, text: null } : { ...span, shown: FOREIGN_LINE_MAX };
    });
  }

  #addText(
    text: string,
    tag: string | null,
    touched: boolean,
    span: (start: number, end: number) => Span,
    whole?: () => Span,
  ): void {
    const { faults, files } = this.#loading;
    const room = VMAS_MAX - this.#specs.list.length;
    const read = parseMapsText(text, {
      files,
      touched,
      vmasMax: room + 1,
      fault: (start, end, message, hint) => {
        this.#incomplete = true;
        faults.add(span(start, end), message, hint);
      },
    });
    const lineAt = (start: number): Span => {
      const newline = text.indexOf('\n', start);
      return span(start, newline < 0 ? text.length : newline);
    };
    const lineOf = (index: number): Span => lineAt(read.offsets[index] ?? 0);
    if (read.vmas.length > room) {
      this.#incomplete = true;
      faults.add(lineOf(room), tooMany());
      return;
    }
    this.#eras.push(read.era);
    this.#pageSize.noteText(read.era);
    if (read.gateOffset >= 0) this.#gate = whole?.() ?? lineAt(read.gateOffset);
    this.#block(tag, true, whole ?? lineOf);
    for (const [index, vma] of read.vmas.entries()) {
      this.#checkBorders(vma, () => lineOf(index));
      this.#pageSize.noteVma(vma);
      this.#push(vma, read.labels[index]);
    }
  }

  /** Of pages of the machine. */
  #checkBorders({ startPage, endPage }: Borders, place: () => Span): void {
    const { faults, pagesPerPage: unit } = this.#loading;
    if (startPage % unit === 0 && endPage % unit === 0) return;
    this.#incomplete = true;
    const at = startPage % unit === 0 ? endPage : startPage;
    faults.add(
      place(),
      `${hexOfPage(at)} is not a multiple of the page size, ${unit * 4} KiB`,
      'machine: {pageSize} or the maps texts set the page size',
    );
  }

  #addCopies(entry: ExplicitVma, path: Path): void {
    const { places } = this.#loading;
    const start = pageAt(this.#loading, [...path, 'start'], entry.start);
    const perms = typeof entry.perms === 'string' ? [entry.perms] : entry.perms;
    const { file, offsetPages } = entry.file
      ? backing(this.#loading, [...path, 'file'], entry.file)
      : { file: -1, offsetPages: 0 };
    checkName(this.#loading, path, perms, entry.file ?? null, entry.name ?? null);
    if (start === null) {
      this.#incomplete = true;
      return;
    }
    if (this.#specs.list.length + entry.repeat > VMAS_MAX) {
      this.#refuse(entry.repeat > 1 ? [...path, 'repeat'] : path, tooMany());
      return;
    }
    const { pagesPerPage } = this.#loading;
    const pages = entry.pages * pagesPerPage;
    const stride = pages + entry.gap * pagesPerPage;
    if (start + stride * (entry.repeat - 1) + pages >= ALL_PAGES) {
      this.#refuse(path, 'reaches beyond the end of the 64-bit address space');
      return;
    }
    this.#checkBorders({ startPage: start, endPage: start + pages }, () =>
      places.value([...path, 'start']),
    );
    this.#block(entry.tag ?? null, true, () => places.value(path));
    for (let copy = 0; copy < entry.repeat; copy++) {
      const startPage = start + copy * stride;
      const mode = perms[copy % perms.length] ?? 'rw-p';
      this.#push({
        startPage,
        endPage: startPage + pages,
        perms: mode,
        file: file < 0 && mode.endsWith('s') ? newShmemFile(this.#loading) : file,
        offsetPages,
        anonName: entry.name ?? null,
        special: null,
        touched: entry.touched && mode.endsWith('p'),
      });
    }
  }

  #refuse(path: Path, message: string, hint: string | null = null): void {
    this.#incomplete = true;
    refuse(this.#loading, path, message, hint);
  }

  /**
   * Puts all VMAs in order, after the last of them was added.
   * @param brkPage where the brk area begins if no text tells it, or -1
   */
  layOut(brkPage: number, tagsWritten: ReadonlySet<unknown>): LaidOut {
    const specs = this.#specs.list;
    const order = vmaOrder(specs);
    this.#refuseOverlaps(order);
    const vmas = pickVmas(specs, order);
    const marks = landmarks(vmas, order, this.#labels, brkPage);
    for (const { index, message } of marks.contradictions) {
      this.#loading.faults.add(this.#placeOf(index), message);
    }
    const tagged = new Map<string, number[]>();
    const blockOf = this.#blockIndices();
    const named = order.filter((index) => this.#blocks[blockOf[index]!]!.named);
    for (const [range, index] of named.entries()) {
      const block = this.#blocks[blockOf[index]!]!;
      if (block.tag === null) continue;
      const members = tagged.get(block.tag);
      if (members) members.push(range);
      else tagged.set(block.tag, [range]);
    }
    const ranges = pickVmas(specs, named);
    const eras = this.#eras;
    const incomplete = this.#incomplete;
    return {
      ...marks,
      vmas,
      ranges,
      tagged,
      gate: this.#gate !== null,
      incomplete,
      tagsWritten,
      eras,
      pagesPerPage: this.#pageSize.pagesPerPage,
    };
  }

  #blockIndices(): Uint32Array {
    const blockOf = new Uint32Array(this.#specs.list.length);
    for (const [index, { first }] of this.#blocks.entries()) {
      blockOf.fill(index, first, this.#blocks[index + 1]?.first);
    }
    return blockOf;
  }

  #placeOf(index: number): Span {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#blocks[middle]!.first <= index) low = middle;
      else high = middle - 1;
    }
    const block = this.#blocks[low]!;
    return block.place(index - block.first);
  }

  /** Once for each pair of places: two items with copies may overlap a million times. */
  #refuseOverlaps(order: Uint32Array): void {
    const cited = new Set<string>();
    let highest = -1;
    let below = 0;
    const complain = (index: number, other: string, otherPlace: Span): void => {
      const place = this.#placeOf(index);
      const key = `${cite(place)} ${cite(otherPlace)}`;
      if (cited.has(key)) return;
      cited.add(key);
      const { startPage, endPage } = vmaAt(this.#specs.list, index)!;
      const message = `${hexRange(startPage, endPage)} overlaps ${other} at ${cite(otherPlace)}`;
      this.#loading.faults.add(place, message);
    };
    for (const index of order) {
      const { startPage, endPage } = vmaAt(this.#specs.list, index)!;
      if (startPage < highest) {
        // The fault is the one that was written later.
        const [later, earlier] = index > below ? [index, below] : [below, index];
        const other = vmaAt(this.#specs.list, earlier)!;
        complain(later, hexRange(other.startPage, other.endPage), this.#placeOf(earlier));
      }
      if (this.#gate && startPage <= GATE_PAGE && endPage > GATE_PAGE) {
        complain(index, `[vsyscall], ${hexOfPage(GATE_PAGE)},`, this.#gate);
      }
      if (endPage > highest) [highest, below] = [endPage, index];
    }
  }
}

function tooMany(): string {
  return 'more than 1,000,000 VMAs';
}
