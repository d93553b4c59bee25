/**
 * Derives calls that lead from one maps text of a process to the next, as operations of a scenario.
 * Left out, because the texts do not show them: the order of the calls, mappings that existed only
 * in between, the stack, and the kernel's own mappings.
 */

import { readable } from '../base/latin1.ts';
import { jsonOf } from '../base/printable.ts';
import { SHMEM_PATH } from '../scenario/load/maps-line.ts';
import { compareVmas, type VmaDifference } from './compare.ts';
import { hex } from './describe.ts';
import type { VmaLine } from './text-checker.ts';

/** A scenario with more operations is not readable. */
const STEPS_MAX = 10_000;

/** The operations from each text to the next, and from the last text back to the first, as YAML. */
export function stepsBetween(texts: readonly (readonly VmaLine[])[]): {
  readonly steps: readonly string[];
  readonly dropped: number;
} {
  const steps: string[] = [];
  let dropped = 0;
  for (const [index, here] of texts.entries()) {
    const there = texts[(index + 1) % texts.length]!;
    for (const step of stepsTo(here, there)) {
      if (steps.length < STEPS_MAX) steps.push(step);
      else dropped++;
    }
  }
  return { steps, dropped };
}

function stepsTo(here: readonly VmaLine[], there: readonly VmaLine[]): string[] {
  const steps: string[] = [];
  const heap = heapEnd(there) - heapEnd(here);
  if (heap !== 0) steps.push(`brk: { pages: ${heap} }`);
  for (const difference of compareVmas(here, there)) steps.push(...stepsOf(difference));
  return steps;
}

/** End of the brk area in pages; 0 if there is none. */
function heapEnd(vmas: readonly VmaLine[]): number {
  return vmas.reduce((end, vma) => (vma.name === '[heap]' ? Math.max(end, vma.end) : end), 0);
}

function stepsOf(difference: VmaDifference): string[] {
  const { start, end } = difference;
  const at = `at: "${hex(start)}", pages: ${end - start}`;
  switch (difference.kind) {
    case 'only-here':
      return isOwn(difference.here) ? [] : [`munmap: { ${at} }`];
    case 'only-there':
      return isOwn(difference.there) ? [] : mapping(difference.there, start, end);
    case 'differs': {
      const { here, there, fields } = difference;
      if (isOwn(here) || isOwn(there)) return [];
      const onlyPerms =
        fields.length === 1 && fields[0] === 'perms' && here.perms[3] === there.perms[3];
      return onlyPerms
        ? [`mprotect: { ${at}, perms: ${there.perms} }`]
        : mapping(there, start, end);
    }
    case 'divided':
      return [];
  }
}

/** Whether it is the stack, the heap or a mapping of the kernel, which no mmap makes. */
function isOwn(vma: VmaLine): boolean {
  return vma.name.startsWith('[') && !vma.name.startsWith('[anon');
}

function mapping(vma: VmaLine, start: number, end: number): string[] {
  const parts = [`at: "${hex(start)}"`, `pages: ${end - start}`, `perms: ${vma.perms}`];
  const name = /^\[anon(?:_shmem)?:(.*)\]$/s.exec(vma.name)?.[1];
  if (name !== undefined && vma.device === '00:00 0') parts.push(`name: ${jsonOf(name)}`);
  else if (vma.device !== '00:00 0' && vma.name !== SHMEM_PATH && name === undefined) {
    const [dev, inode] = vma.device.split(' ');
    const path = readable(vma.name);
    const offset = hex(vma.offset + (start - vma.start));
    const file = `path: ${jsonOf(path)}, dev: "${dev}", inode: ${inode}, offset: "${offset}"`;
    parts.push(`file: { ${file} }`);
  }
  return [`mmap: { ${parts.join(', ')} }`];
}
