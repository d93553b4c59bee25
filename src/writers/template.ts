/**
 * Calls as a writer means them before they are made: names are texts, and what the world or an
 * earlier call must supply stands open. A list of them can be saved as numbers.
 */
import { assert } from '../base/assert.ts';
import { type Call, ERRNOS } from '../mm/plan.ts';

/** In place of a file id: the file of a shared anonymous mapping that the call itself makes. */
export const NEW_ANON_SHMEM = -2;

/** In place of the start of `name`: what the operation's first call has returned. */
export const FIRST_RESULT = -1;

/** A call whose `name` is a text number (see Texts), and whose file and start may stand open. */
export type Template = Call;

const NAMES = [
  'munmap',
  'mprotect',
  'name',
  'mmap',
  'mremap',
  'brk',
  'fork',
  'growStack',
  'madvise',
  'noEffect',
] as const;

/** Numbers that saveTemplate() writes. */
export const TEMPLATE_WORDS = 7;

function wordsOf(call: Template): readonly number[] {
  switch (call.call) {
    case 'munmap':
      return [call.start, call.pages];
    case 'mprotect':
      return [call.start, call.pages, call.prot, Number(call.touched === true)];
    case 'name':
      return [call.start, call.pages, call.name];
    case 'mmap':
      return [call.start, call.pages, call.flags, call.file, call.pgoff, Number(call.touched)];
    case 'mremap': {
      const flags = Number(call.mayMove) + 2 * Number(call.dontUnmap);
      return [call.start, call.pages, call.newPages, call.to, flags];
    }
    case 'brk':
      return [call.brk, Number(call.touched === true)];
    case 'fork':
      return [];
    case 'growStack':
      return [call.pages];
    case 'madvise':
      return [call.start, call.pages, call.set, call.clear, Number(call.stopAtGap)];
    case 'noEffect':
      return [call.errno === null ? -1 : ERRNOS.indexOf(call.errno), Number(call.locked)];
  }
}

/** Returns where the next one may write. */
export function saveTemplate(call: Template, into: Float64Array, at: number): number {
  into.fill(0, at, at + TEMPLATE_WORDS);
  into[at] = NAMES.indexOf(call.call);
  into.set(wordsOf(call), at + 1);
  return at + TEMPLATE_WORDS;
}

export function restoreTemplate(from: Float64Array, at: number): Template {
  const name = NAMES[from[at]!];
  assert(name !== undefined, 'a saved call has no known name');
  const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map((i) => from[at + i]!) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  switch (name) {
    case 'munmap':
      return { call: name, start: a, pages: b };
    case 'mprotect':
      return { call: name, start: a, pages: b, prot: c, ...(d !== 0 ? { touched: true } : {}) };
    case 'name':
      return { call: name, start: a, pages: b, name: c };
    case 'mmap':
      return { call: name, start: a, pages: b, flags: c, file: d, pgoff: e, touched: f !== 0 };
    case 'mremap': {
      const moves = { mayMove: e % 2 === 1, dontUnmap: e >= 2 };
      return { call: name, start: a, pages: b, newPages: c, to: d, ...moves };
    }
    case 'brk':
      return { call: name, brk: a, ...(b !== 0 ? { touched: true } : {}) };
    case 'fork':
      return { call: name };
    case 'growStack':
      return { call: name, pages: a };
    case 'madvise':
      return { call: name, start: a, pages: b, set: c, clear: d, stopAtGap: e !== 0 };
    case 'noEffect':
      return { call: name, errno: ERRNOS[a] ?? null, locked: b !== 0 };
  }
}

/** Texts by number, in the order of first use; only good within one process. */
export class Texts {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  textOf(id: number): string {
    const text = this.#texts[id];
    assert(text !== undefined, 'no text has this number');
    return text;
  }
}
