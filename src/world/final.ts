/**
 * The committed address space of a world as maps text: what a reader would print in one piece.
 *
 * While a write section is open, its windows are printed as they were before it.
 */

import { ByteBuffer } from '../base/byte-buffer.ts';
import type { VmaRecord } from '../mm/layout.ts';
import { LINE_FIELDS, lineOf } from '../mm/line.ts';
import { formatLine } from '../proc/format.ts';
import type { World } from './world.ts';

export function committedText(world: World): Uint8Array {
  const { kernel } = world;
  const out = new ByteBuffer();
  const line = new Float64Array(LINE_FIELDS);
  const { records, brk } = committedVmas(world);
  for (const record of records) {
    lineOf(kernel, record, brk, line, 0);
    formatLine(out, line, 0, kernel);
  }
  if (kernel.mm.gate) out.append(kernel.mm.gateLine);
  return out.bytes.slice(0, out.length);
}

function committedVmas(world: World): { records: VmaRecord[]; brk: number } {
  const { mm } = world.kernel;
  const section = world.openSection();
  const records: VmaRecord[] = [];
  const windows = section?.plan.windows ?? [];
  const changing = (page: number): boolean =>
    windows.some((w) => (w.prev?.end ?? 0) <= page && page < (w.next?.start ?? Infinity));
  mm.tree.forEach((start, _end, id) => {
    if (!changing(start)) records.push(mm.vmas.record(id));
  });
  for (const { before } of windows) for (const record of before) records.push(record);
  records.sort((a, b) => a.start - b.start);
  return { records, brk: section?.brkBefore ?? mm.brk };
}
