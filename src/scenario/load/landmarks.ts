/**
 * The data of an mm_struct beside its VMAs, derived from a start text: the brk area from its
 * `[heap]` lines, the place of the first stack from its `[stack]` line, and the top of the area
 * from which mmap takes free memory. If the text does not give a place, it is a place that a kernel
 * could have chosen.
 *
 * Source: v6.18 include/linux/mm.h vma_is_initial_heap, vma_is_initial_stack.
 */

import { hexOfPage } from '../units.ts';
import type { VmaSpec } from '../vma-list.ts';
import { eachVma, type VmaList, vmaAt } from '../vma-list.ts';
import { LABEL } from './maps-line.ts';

export interface Landmarks {
  readonly startBrkPage: number;
  readonly brkPage: number;
  /** Whether a [heap] line or a trace tells them. */
  readonly breakIsTold: boolean;
  readonly startStackPage: number;
  readonly mmapBasePage: number;
}

interface Judged extends Landmarks {
  /** Lines of a text whose name the kernel would not have chosen; `index` as in `order`. */
  readonly contradictions: readonly { readonly index: number; readonly message: string }[];
}

/** Top of the mmap area without randomisation: below a stack of 47-bit user space. */
const MMAP_BASE_PAGE = 0x7ffff7fff;
/** An empty brk area where nothing else would be put, 16 MiB. */
const LONE_BRK_PAGE = 0x1000;
/** Executables lie below this address, libraries above. */
const LIBRARIES_PAGE = 0x700000000;

/**
 * @param vmas by address
 * @param order for each of them its index into `labels`
 * @param labels LABEL, or negative for a VMA that comes from no text
 * @param emptyBrkPage the break of a process without heap, where a trace tells it, or -1
 */
export function landmarks(
  vmas: VmaList,
  order: ArrayLike<number>,
  labels: readonly number[],
  emptyBrkPage = -1,
): Judged {
  let [startBrkPage, brkPage, startStackPage, stackStart] = [-1, -1, -1, -1];
  let at = 0;
  for (const vma of eachVma(vmas)) {
    const label = labels[order[at++]!];
    if (label === LABEL.heap) {
      if (startBrkPage < 0) startBrkPage = vma.startPage;
      brkPage = Math.max(brkPage, vma.endPage);
    } else if (label === LABEL.stack && startStackPage < 0) {
      stackStart = vma.startPage;
      startStackPage = vma.endPage - 1;
    }
  }
  let breakIsTold = startBrkPage >= 0;
  if (!breakIsTold) {
    const told = emptyBrkPage >= 0 && insideOf(vmas, emptyBrkPage) === undefined;
    startBrkPage = brkPage = told ? emptyBrkPage : emptyBrk(vmas);
    breakIsTold = told;
  }
  const mmapBasePage = mmapBase(vmas, stackStart);
  const marks = { startBrkPage, brkPage, breakIsTold, startStackPage, mmapBasePage };
  return { ...marks, contradictions: contradictions(vmas, order, labels, marks) };
}

/** Behind the executable and its bss, as without randomisation. */
function emptyBrk(vmas: VmaList): number {
  const first = vmaAt(vmas, 0);
  let end = LONE_BRK_PAGE;
  if (first && first.file >= 0 && first.startPage < LIBRARIES_PAGE) {
    end = first.endPage;
    for (const vma of eachVma(vmas)) {
      if (vma.file === first.file || (vma.file < 0 && vma.startPage === end)) end = vma.endPage;
    }
  }
  return insideOf(vmas, end)?.endPage ?? end;
}

/** The VMA that an empty brk area at this page would make a heap of. */
function insideOf(vmas: VmaList, page: number): VmaSpec | undefined {
  for (const vma of eachVma(vmas)) if (vma.startPage < page && page < vma.endPage) return vma;
  return undefined;
}

/** End of the highest VMA below the stack: what was mapped first went to the top of the area. */
function mmapBase(vmas: VmaList, stackStart: number): number {
  if (stackStart < 0) return MMAP_BASE_PAGE;
  let base = Math.min(MMAP_BASE_PAGE, stackStart);
  for (const { endPage } of eachVma(vmas)) if (endPage <= stackStart) base = endPage;
  return base;
}

function contradictions(
  vmas: VmaList,
  order: ArrayLike<number>,
  labels: readonly number[],
  marks: Landmarks,
): { index: number; message: string }[] {
  const { startBrkPage, brkPage, startStackPage } = marks;
  const found: { index: number; message: string }[] = [];
  let at = 0;
  for (const { startPage, endPage, file, special } of eachVma(vmas)) {
    const index = order[at++]!;
    const label = labels[index]!;
    if (label < 0 || file >= 0 || special !== null) continue;
    const inHeap = startPage < brkPage && endPage > startBrkPage;
    if (inHeap && label !== LABEL.heap) {
      const area = `${hexOfPage(startBrkPage)}-${hexOfPage(brkPage)}`;
      const message = `the kernel would print [heap] here: the [heap] lines span ${area}`;
      found.push({ index, message });
    } else if (label === LABEL.stack && startPage > startStackPage) {
      found.push({ index, message: 'a second [stack] line: a process has one' });
    }
  }
  return found;
}
