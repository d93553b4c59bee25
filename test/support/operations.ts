/** Operations of programs in the form of a loaded scenario. */
import { flagsOf, protOf } from '../../src/mm/perms.ts';
import { type Call, type CallOf, FIRST_RESULT, fileToMap, PICKED } from '../../src/mm/plan.ts';
import type { Operation, Place, Selector } from '../../src/scenario/scenario.ts';

export const RESTORE: Operation = { kind: 'restore' };

export const at = (page: number, pages: number): Place => ({ kind: 'at', page, pages });

export const inRange = (selector: Selector, page = 0, pages: number | null = null): Place => ({
  kind: 'vma',
  selector,
  page,
  pages,
});

/** What stands open in calls at a place. */
export const HERE = { start: PICKED, pages: PICKED };

type Calling = Extract<Operation, { kind: 'calls' }>;

export const calling = (place: Place | null, ...calls: Call[]): Calling => ({
  kind: 'calls',
  place,
  calls,
  holdNs: null,
});

export const munmap = (place: Place): Calling => calling(place, { call: 'munmap', ...HERE });

export const protect = (place: Place, perms: string): Operation =>
  calling(place, { call: 'mprotect', ...HERE, prot: protOf(perms) });

export const nameCall = (text: string, where = HERE): Call => ({
  call: 'name',
  ...where,
  name: -1,
  text,
});

export const brk = (by: number): Operation => calling(null, { call: 'brk', brk: PICKED, by });

/** Of the place, or so many pages where the kernel puts them; anonymous unless a file is given. */
export function mmap(
  place: Place | number,
  more: { perms?: string; file?: number; pgoff?: number; name?: string } = {},
): Operation {
  const { perms = 'rw-p', file = -1, pgoff = 0, name } = more;
  const where = typeof place === 'number' ? { start: -1, pages: place } : HERE;
  const flags = flagsOf(perms);
  const named =
    name === undefined ? [] : [nameCall(name, { start: FIRST_RESULT, pages: where.pages })];
  return calling(
    typeof place === 'number' ? null : place,
    { call: 'mmap', ...where, flags, file: fileToMap(file, flags), pgoff, touched: false },
    ...named,
  );
}

export const mremap = (place: Place, more: Partial<CallOf<'mremap'>>): Operation =>
  calling(place, {
    call: 'mremap',
    ...HERE,
    newPages: PICKED,
    to: -1,
    mayMove: false,
    dontUnmap: false,
    ...more,
  });
