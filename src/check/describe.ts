/** Findings and differences as lines of text. */

import { counted } from '../base/counted.ts';
import { readable } from '../base/latin1.ts';
import { printable } from '../base/printable.ts';
import type { VmaDifference } from './compare.ts';
import type { CheckFinding, VmaLine } from './text-checker.ts';

/** `bash.maps:3:1: overlap: …`, as compilers write it. */
export function describeFinding(file: string, finding: CheckFinding): string {
  return printable(
    `${file}:${finding.line}:${finding.column}: ${finding.kind}: ${finding.message}`,
  );
}

/**
 * `-`: only in the first text; `+`: only in the other; `~`: in both, with different fields; `|`: in
 * both, divided differently. Ends without a newline.
 */
export function describeDifference(difference: VmaDifference): string {
  const range = hexRangeOf(difference.start, difference.end);
  switch (difference.kind) {
    case 'only-here':
      return `- ${range} ${fieldsOf(difference.here)}`;
    case 'only-there':
      return `+ ${range} ${fieldsOf(difference.there)}`;
    case 'differs': {
      const { here, there, fields } = difference;
      const changes = fields.map(
        (field) => `${field} ${value(here, field)} -> ${value(there, field)}`,
      );
      return `~ ${range} ${changes.join(', ')}`;
    }
    case 'divided':
      return `| ${range} ${counted(difference.here, 'VMA')} -> ${difference.there}, otherwise the same`;
  }
}

/** The same difference as data, with addresses as text. */
export function differenceRecord(difference: VmaDifference): Record<string, unknown> {
  const { start, end, kind } = difference;
  const range = { kind, start: hex(start), end: hex(end) };
  switch (difference.kind) {
    case 'only-here':
      return { ...range, here: vmaRecord(difference.here) };
    case 'only-there':
      return { ...range, there: vmaRecord(difference.there) };
    case 'differs': {
      const { fields, here, there } = difference;
      return { ...range, fields, here: vmaRecord(here), there: vmaRecord(there) };
    }
    case 'divided':
      return { ...range, here: difference.here, there: difference.there };
  }
}

function vmaRecord(vma: VmaLine): Record<string, unknown> {
  const { perms, device, name, line } = vma;
  const [dev, inode] = device.split(' ');
  return {
    start: hex(vma.start),
    end: hex(vma.end),
    perms,
    offset: hex(vma.offset),
    dev,
    inode,
    name: readable(name),
    line,
  };
}

function fieldsOf(vma: VmaLine): string {
  const file = vma.device === '00:00 0' ? '' : ` ${hex(vma.offset).slice(2)} ${vma.device}`;
  return `${vma.perms}${file}${vma.name === '' ? '' : ` ${printable(readable(vma.name))}`}`;
}

function value(vma: VmaLine, field: string): string {
  switch (field) {
    case 'perms':
      return vma.perms;
    case 'offset':
      return hex(vma.offset);
    case 'device':
      return vma.device;
    default:
      return vma.name === '' ? '(none)' : printable(readable(vma.name));
  }
}

export function hex(page: number): string {
  return page === 0 ? '0x0' : `0x${page.toString(16)}000`;
}

function hexRangeOf(start: number, end: number): string {
  return `${hex(start).slice(2)}-${hex(end).slice(2)}`;
}
