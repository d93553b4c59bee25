/**
 * Compares two texts as VMAs: lists the ranges that are mapped in only one text, that are mapped
 * differently, or where only the borders between VMAs differ.
 */
import type { VmaLine } from './text-checker.ts';

export type VmaDifference = {
  /** Pages. */
  readonly start: number;
  readonly end: number;
} & (
  | { readonly kind: 'only-here'; readonly here: VmaLine }
  | { readonly kind: 'only-there'; readonly there: VmaLine }
  | {
      readonly kind: 'differs';
      readonly here: VmaLine;
      readonly there: VmaLine;
      /** Which fields: perms, offset, device, name. */
      readonly fields: readonly string[];
    }
  /** The same memory, divided into another number of VMAs; [start, end) contains the borders. */
  | { readonly kind: 'divided'; readonly here: number; readonly there: number }
);

interface CompareOptions {
  /** Ignore device and inode, because logs do not contain them. */
  readonly ignoreDevice: boolean;
}

/**
 * @param here sorted by address; the part of a VMA that lies below the end of one before is skipped
 * @param there in the same form
 */
export function compareVmas(
  here: readonly VmaLine[],
  there: readonly VmaLine[],
  options: CompareOptions = { ignoreDevice: false },
): VmaDifference[] {
  const found: VmaDifference[] = [];
  const dividing = new Division(found);
  let [i, j, at] = [0, 0, 0];
  while (i < here.length || j < there.length) {
    const a = here[i];
    const b = there[j];
    if (a !== undefined && a.end <= at) i++;
    else if (b !== undefined && b.end <= at) j++;
    else {
      const from = Math.max(at, Math.min(a?.start ?? Infinity, b?.start ?? Infinity));
      const inA = a !== undefined && a.start <= from;
      const inB = b !== undefined && b.start <= from;
      const to = Math.min(edge(a, from), edge(b, from));
      const range = { start: from, end: to };
      const fields = inA && inB ? differingFields(a, b, options) : [];
      if (inA && inB && fields.length === 0) dividing.same(range, a, b);
      else {
        dividing.end();
        if (inA && inB) found.push({ ...range, kind: 'differs', here: a, there: b, fields });
        else if (inA) found.push({ ...range, kind: 'only-here', here: a });
        else found.push({ ...range, kind: 'only-there', there: b! });
      }
      at = to;
    }
  }
  dividing.end();
  return joined(found);
}

/** The next address at which this VMA starts or ends. */
function edge(vma: VmaLine | undefined, from: number): number {
  if (vma === undefined) return Infinity;
  return vma.start > from ? vma.start : vma.end;
}

function differingFields(a: VmaLine, b: VmaLine, options: CompareOptions): string[] {
  const fields: string[] = [];
  if (a.perms !== b.perms) fields.push('perms');
  const files = a.device !== '00:00 0' || b.device !== '00:00 0';
  if (files && a.offset - a.start !== b.offset - b.start) fields.push('offset');
  if (!options.ignoreDevice && a.device !== b.device) fields.push('device');
  if (a.name !== b.name) fields.push('name');
  return fields;
}

/**
 * A range that is the same on both sides: counts its VMAs until VMAs of both sides end together.
 */
class Division {
  readonly #found: VmaDifference[];
  #start = -1;
  #end = -1;
  #here = new Set<number>();
  #there = new Set<number>();

  constructor(found: VmaDifference[]) {
    this.#found = found;
  }

  same(range: { readonly start: number; readonly end: number }, a: VmaLine, b: VmaLine): void {
    const begins = a.start === range.start && b.start === range.start;
    if (begins || range.start !== this.#end) this.end();
    if (this.#start < 0) this.#start = range.start;
    this.#end = range.end;
    this.#here.add(a.start);
    this.#there.add(b.start);
  }

  end(): void {
    const [here, there] = [this.#here.size, this.#there.size];
    if (this.#start >= 0 && (here > 1 || there > 1)) {
      this.#found.push({ kind: 'divided', start: this.#start, end: this.#end, here, there });
    }
    this.#start = -1;
    this.#end = -1;
    this.#here = new Set();
    this.#there = new Set();
  }
}

/** Joins adjacent parts of one VMA that are only on one side to one difference. */
function joined(found: readonly VmaDifference[]): VmaDifference[] {
  const all: VmaDifference[] = [];
  for (const one of found) {
    const last = all.at(-1);
    if (last !== undefined && last.end === one.start && alike(last, one)) {
      all[all.length - 1] = { ...last, end: one.end };
    } else {
      all.push(one);
    }
  }
  return all;
}

function alike(a: VmaDifference, b: VmaDifference): boolean {
  if (a.kind === 'only-here' && b.kind === 'only-here') return a.here === b.here;
  if (a.kind === 'only-there' && b.kind === 'only-there') return a.there === b.there;
  return false;
}
