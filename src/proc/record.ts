/**
 * Makes a line from a record: numbers for the oracle, bytes for the user.
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma.
 */
import type { Kernel } from '../mm/kernel.ts';
import { LINE_NAME, lineOf } from '../mm/line.ts';
import { loadVma } from '../mm/vma-walk.ts';
import { formatLine } from './format.ts';
import type { Reader } from './reader.ts';
import { LIVE_VMA } from './strategy.ts';

/**
 * Appends the line of the record to r.page and writes its numbers after the numbers of the pass.
 * A caller that keeps the line advances `r.lineCount`. Returns the number of bytes of its name.
 */
export function formatRecord(k: Kernel, r: Reader): number {
  if (r.source === LIVE_VMA) loadVma(k, r);
  const at = r.nextLineAt();
  lineOf(k, r.copy, k.mm.brk, r.lines, at);
  formatLine(r.page, r.lines, at, k);
  r.copied = false;
  const name = r.lines[at + LINE_NAME]!;
  return name === 0 ? 0 : k.nameTexts.wordsOf(name).length;
}
