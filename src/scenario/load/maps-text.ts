/**
 * Reads maps text as the kernel prints it, back into VMAs.
 *
 * The text comes as bytes in a binary string: a path need not be UTF-8, and every line that the
 * kernel can print has to come back byte for byte when it is printed again. Spacing before the name
 * may differ from the kernel's (a 32-bit kernel's name column is another), lines that begin with
 * `#` are skipped (mapsim prints such lines below a text), and so are the details of smaps.
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma, show_vma_header_prefix; fs/seq_file.c seq_path.
 */

import type { VmaSpec } from '../vma-list.ts';
import type { TextEra } from './era.ts';
import type { FileSpecs } from './files.ts';
import { MapsLine, NAME_COLUMNS } from './maps-line.ts';
import { isSmapsDetail } from './smaps-detail.ts';

export interface MapsText {
  /** In the order of the text. */
  readonly vmas: VmaSpec[];
  /** Offset into the text of each VMA's line. */
  readonly offsets: number[];
  /** LABEL of each VMA. */
  readonly labels: number[];
  /** Offset of the gate line, or -1. */
  readonly gateOffset: number;
  readonly era: TextEra;
}

interface MapsContext {
  readonly files: FileSpecs;
  /** Count private memory as written to. */
  readonly touched: boolean;
  /** At most so many VMAs are read; the caller complains. */
  readonly vmasMax: number;
  /** Called for each line that is no line of maps; offsets into the text. */
  readonly fault: (start: number, end: number, message: string, hint: string | null) => void;
}

export function parseMapsText(text: string, context: MapsContext): MapsText {
  const result = { vmas: [] as VmaSpec[], offsets: [] as number[], labels: [] as number[] };
  let gateOffset = -1;
  const cr = firstOfAllCrLf(text);
  if (cr >= 0) {
    context.fault(cr, cr + 1, 'lines end in CR LF', 'maps text has LF only: convert it');
    return { ...result, gateOffset, era: NOTHING_TOLD };
  }
  const era: { -readonly [K in keyof TextEra]: TextEra[K] } = { ...NOTHING_TOLD };
  const line = new MapsLine();
  let isBelow = false;
  let wslLines = 0;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith('KernelPageSize:', at)) notePageSize(era, text.slice(at, end));
    if (!isSkipped(text, at, end, isBelow)) {
      isBelow = true;
      if (!line.scan(text, at, end) || !line.checkWhole(at)) {
        if (!line.isWsl || wslLines++ === 0)
          context.fault(line.faultStart, line.faultEnd, line.faultMessage, line.faultHint);
      } else if (line.isGate) {
        gateOffset = at;
        era.gateLine = text.slice(at, end);
      } else {
        if (result.vmas.length >= context.vmasMax) break;
        result.labels.push(line.label());
        result.vmas.push(line.vma(context.files, context.touched));
        result.offsets.push(at);
        era.nameColumn ??= line.nameColumn;
        if (line.hasAnonOffset) era.anonOffsets = true;
      }
    }
    at = end + 1;
  }
  if (!NAME_COLUMNS.some((column) => column === era.nameColumn)) era.nameColumn = null;
  return { ...result, gateOffset, era };
}

const NOTHING_TOLD: TextEra = {
  gateLine: null,
  nameColumn: null,
  anonOffsets: false,
  pagesPerPage: 0,
};

/** The least one: mappings of huge pages have larger ones. */
function notePageSize(era: { pagesPerPage: number }, line: string): void {
  const pages = Number(/^KernelPageSize: *([0-9]{1,7}) kB$/.exec(line)?.[1] ?? 0) / 4;
  if (![1, 2, 4, 16].includes(pages)) return;
  era.pagesPerPage = era.pagesPerPage === 0 ? pages : Math.min(era.pagesPerPage, pages);
}

/** Offset of the first CR of a text in which every line ends in one, or -1. */
function firstOfAllCrLf(text: string): number {
  const first = text.indexOf('\r\n');
  if (first < 0 || text.indexOf('\n') !== first + 1) return -1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] !== '\r') return -1;
  }
  return first;
}

const HASH = 0x23;
const DETAIL_MAX = 300;

/**
 * Lines that are no VMA's: comments, and what smaps says of the VMA above. A line of maps begins
 * with a digit or a lower-case letter.
 */
function isSkipped(text: string, start: number, end: number, below: boolean): boolean {
  const first = text.charCodeAt(start);
  if (first === HASH || start === end) return true;
  return below && isSmapsDetail(text.slice(start, Math.min(end, start + DETAIL_MAX)));
}
