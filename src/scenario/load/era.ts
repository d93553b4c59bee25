/**
 * What kernels and machines have in different ways, as far as a start text, a trace and the keys of
 * `machine:` tell it: where user space ends, how large a page is, how a line is printed.
 *
 * Source: v6.18 arch/x86/include/asm/page_64_types.h, arch/arm64/include/asm/processor.h
 * (TASK_SIZE); v2.6.29 fs/proc/task_mmu.c show_map_vma.
 */

import { HUGE_PAGES, PAGE_SIZE } from '../../mm/layout.ts';
import type { Era, WriterSpec } from '../scenario.ts';
import { hexOfPage, parseSize } from '../units.ts';
import type { VmaList, VmaSpec } from '../vma-list.ts';
import type { Loading } from './loading.ts';
import { pageAt, refuse } from './loading.ts';
import type { MachineArgs } from './schema.ts';

/** What one text tells; null and 0: nothing. */
export interface TextEra {
  readonly gateLine: string | null;
  readonly nameColumn: number | null;
  readonly anonOffsets: boolean;
  /** Pages of 4 KiB in a page: by its KernelPageSize lines. */
  readonly pagesPerPage: number;
}

/** The column of 64-bit kernels, and of 32-bit ones. */
const WIDE = 73;
const NARROW = 49;

/** Ends of user space, in pages. x86-64 leaves out the last page below 47 bits. */
const ENDS = [2 ** 35 - 1, 2 ** 36, 2 ** 40, 2 ** 44, 2 ** 51];
const END_OF_32_BITS = 2 ** 20;

/**
 * Borders that have to agree before they are taken for those of pages of 16 or 64 KiB: by chance
 * they do so in one text of a million. For 8 KiB that takes twice as many.
 */
const BORDERS_MIN = 10;

/** @param texts of the start, in their order */
export function eraOf(
  loading: Loading,
  texts: readonly TextEra[],
  {
    machine,
    vmas,
    writers,
  }: {
    readonly machine: MachineArgs | null;
    readonly vmas: VmaList;
    readonly writers: readonly WriterSpec[];
  },
): Era {
  const nameColumn = texts.find((text) => text.nameColumn !== null)?.nameColumn ?? WIDE;
  const highest = Math.max(highestOfVmas(vmas), highestOfWriters(writers));
  const at = ['machine', 'taskSize'];
  const end = machine?.taskSize === undefined ? null : pageAt(loading, at, machine.taskSize);
  const mapped = highestOfVmas(vmas);
  if (end !== null && mapped > end) {
    const what = `the memory at the start reaches ${hexOfPage(mapped)}`;
    refuse(
      loading,
      at,
      `taskSize: ${machine!.taskSize} is below the end of mapped memory: ${what}`,
    );
  }
  const narrow = nameColumn === NARROW && highest <= END_OF_32_BITS;
  return {
    taskSizePages:
      end ?? (narrow ? END_OF_32_BITS : (ENDS.find((e) => highest <= e) ?? ENDS.at(-1)!)),
    pagesPerPage: loading.pagesPerPage,
    nameColumn,
    anonOffsets: texts.some((text) => text.anonOffsets),
    gateLine: texts.find((text) => text.gateLine !== null)?.gateLine ?? null,
  };
}

/** Pages of 4 KiB in a page, as `machine: {pageSize}` has it; 0 where it says nothing. */
export function pageSizeAsked(machine: MachineArgs | null): number {
  return machine?.pageSize === undefined ? 0 : parseSize(machine.pageSize) / PAGE_SIZE;
}

/** What the texts tell of the page size. */
export class PageSizeOfTexts {
  readonly #borders = new Set<number>();
  #unit = 16;
  #told = 0;
  /** A border is inside a huge page: those of hugetlbfs tell nothing of the others. */
  #isInside = false;

  noteText({ pagesPerPage }: TextEra): void {
    if (this.#told === 0) this.#told = pagesPerPage;
  }

  noteVma({ startPage, endPage, offsetPages }: VmaSpec): void {
    if (this.#unit === 1) return;
    this.#borders.add(startPage).add(endPage);
    this.#isInside ||= startPage % HUGE_PAGES !== 0 || endPage % HUGE_PAGES !== 0;
    for (const page of [startPage, endPage, offsetPages]) {
      while (page % this.#unit !== 0) this.#unit = smallerUnit(this.#unit);
    }
  }

  /** By KernelPageSize; or 16, 4 or 2 where all of many borders and offsets are multiples of it. */
  get pagesPerPage(): number {
    if (this.#told > 0) return this.#told;
    if (!this.#isInside) return 1;
    const enough = this.#unit === 2 ? 2 * BORDERS_MIN : BORDERS_MIN;
    return this.#borders.size >= enough ? this.#unit : 1;
  }
}

/** 64, 16, 8, 4 KiB. */
function smallerUnit(unit: number): number {
  return unit === 16 ? 4 : unit / 2;
}

function highestOfVmas({ length, endPage }: VmaList): number {
  let highest = 0;
  for (let i = 0; i < length; i++) highest = Math.max(highest, endPage[i]!);
  return highest;
}

/** The end of the highest memory that a writer names. */
function highestOfWriters(writers: readonly WriterSpec[]): number {
  let highest = 0;
  const note = (page: number, pages: number): void => {
    highest = Math.max(highest, page + pages);
  };
  for (const { source } of writers) {
    if (source.kind === 'trace' && source.slot === 0) {
      for (const { action } of source.trace.calls) {
        if (action.kind === 'mmap') note(action.page, action.pages);
        else if (action.kind === 'mremap') {
          note(action.to < 0 ? action.page : action.to, action.newPages);
        }
      }
    } else if (source.kind === 'program') {
      for (const operation of source.program) {
        if (operation.kind !== 'calls') continue;
        const { calls, place } = operation;
        if (place?.kind === 'at') note(place.page, place.pages);
        for (const call of calls) {
          if (call.call === 'mremap' && call.to >= 0) note(call.to, Math.max(call.newPages, 0));
        }
      }
    }
  }
  return highest;
}
