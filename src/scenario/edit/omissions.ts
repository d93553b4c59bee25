/**
 * What can be left out of a scenario, one part at a time: tasks, operations, passes, VMAs. Larger
 * parts come first. On the scenario as data, before it is checked: what is left may be none.
 */
import { hexOfPage, parseAddress, parseSize } from '../units.ts';

/** A scenario as data. */
export type Tree = Readonly<Record<string, unknown>>;

interface Omission {
  /** Without the part. */
  readonly tree: Tree;
  /** The part, in words. */
  readonly what: string;
}

/** Lines of a maps text that `from:` names; null: they cannot stand in the scenario itself. */
export type LinesOf = (file: string) => readonly string[] | null;

/** What may stand in place of an item of a list. */
interface ItemOmission {
  readonly instead: readonly unknown[];
  readonly what: string;
}

type ItemOmissions = (item: unknown) => Iterable<ItemOmission>;

export function omissionsOf(tree: Tree, linesOf: LinesOf): Omission[] {
  return [
    ...omissionsIn(tree, 'writers', taskOmissions('writer')),
    ...omissionsIn(tree, 'readers', taskOmissions('reader')),
    ...omissionsIn(tree, 'writers', operationOmissions),
    ...omissionsIn(tree, 'readers', passOmissions),
    ...omissionsIn(tree, 'vmas', (item) => [{ instead: [], what: vmasText(item) }]),
    ...omissionsIn(tree, 'vmas', (item) => partsOf(item, linesOf, pageSizeOf(tree))),
  ];
}

function omissionsIn(tree: Tree, key: string, omissions: ItemOmissions): Omission[] {
  const items = Array.isArray(tree[key]) ? (tree[key] as unknown[]) : [];
  return items.flatMap((item, at) =>
    [...omissions(item)].map(({ instead, what }) => ({
      tree: { ...tree, [key]: items.toSpliced(at, 1, ...instead) },
      what,
    })),
  );
}

// --- Tasks ---

function taskOmissions(kind: string): ItemOmissions {
  return function* (item) {
    const task = item as Tree;
    yield { instead: [], what: `${kind} ${task.name}` };
    for (const count of fewerThan(countOf(task.count, 1))) {
      yield { instead: [{ ...task, count }], what: `${kind}s ${task.name}/${count} and up` };
    }
  };
}

function* passOmissions(item: unknown): Generator<ItemOmission> {
  const reader = item as Tree;
  for (const passes of fewerThan(countOf(reader.passes, 1))) {
    yield { instead: [{ ...reader, passes }], what: `passes of ${reader.name}, except ${passes}` };
  }
}

/** Tried in place of no limit: up to so many operations. */
const ENDLESS = 9;

function* operationOmissions(item: unknown): Generator<ItemOmission> {
  const writer = item as Tree;
  const { name, program } = writer;
  const limit = countOf(writer.ops, ENDLESS);
  for (const ops of fewerThan(limit)) {
    yield { instead: [{ ...writer, ops }], what: `operations of ${name}, except ${ops}` };
  }
  if (!Array.isArray(program) || program.length < 2) return;
  for (const [at, operation] of program.entries()) {
    const shorter = { ...writer, program: program.toSpliced(at, 1) };
    const what = `${Object.keys(operation as Tree)[0]} of ${name}`;
    // Else the operations that are left would come again.
    if (writer.ops !== undefined && limit > 1)
      yield { instead: [{ ...shorter, ops: limit - 1 }], what };
    yield { instead: [shorter], what };
  }
}

function countOf(value: unknown, missing: number): number {
  return value === undefined ? missing : Number(value);
}

/** 1, 2, 4, … and one less. */
function* fewerThan(count: number): Generator<number> {
  let fewer = 1;
  for (; fewer < count; fewer *= 2) yield fewer;
  if (count > 3 && fewer / 2 !== count - 1) yield count - 1;
}

// --- VMAs ---

function vmasText(item: unknown): string {
  if (typeof item === 'string') return `VMA ${item.split(' ', 1)[0]}`;
  const entry = item as Tree;
  if (entry.from !== undefined) return `VMAs from ${entry.from}`;
  const count = countOf(entry.repeat, 1);
  return count === 1 ? `VMA ${entry.start}` : `${count} VMAs from ${entry.start}`;
}

/** Pages of 4 KiB in a page of the machine. */
function pageSizeOf({ machine }: Tree): number {
  const size = (machine as Tree | undefined)?.pageSize;
  return size === undefined ? 1 : parseSize(String(size)) / 4096;
}

/** Each single VMA of an item that stands for several. */
function partsOf(item: unknown, linesOf: LinesOf, unit: number): Iterable<ItemOmission> {
  if (typeof item === 'string') return [];
  const entry = item as Tree;
  return entry.from === undefined ? copiesOf(entry, unit) : linesIn(entry, linesOf);
}

/** Lines have no tag, and are not touched. */
function* linesIn({ from, tag, touched }: Tree, linesOf: LinesOf): Generator<ItemOmission> {
  if (tag !== undefined || touched === true) return;
  const lines = linesOf(String(from)) ?? [];
  for (const [at, line] of lines.entries()) {
    yield { instead: lines.toSpliced(at, 1), what: vmasText(line) };
  }
}

function* copiesOf(entry: Tree, unit: number): Generator<ItemOmission> {
  const count = countOf(entry.repeat, 1);
  const page = parseAddress(String(entry.start));
  if (count === 1 || typeof page !== 'number') return;
  const stride = unit * (Number(entry.pages) + countOf(entry.gap, 0));
  const startOf = (copy: number): string => hexOfPage(page + copy * stride);
  const { repeat: _, gap, ...one } = entry;
  const copies = (first: number, end: number): Tree[] => {
    if (first === end) return [];
    const perms = Array.isArray(entry.perms) ? permsFrom(entry.perms, first, end - first) : null;
    const part = { ...one, start: startOf(first), ...(perms === null ? {} : { perms }) };
    if (end - first === 1) return [part];
    return [{ ...part, repeat: end - first, ...(gap === undefined ? {} : { gap }) }];
  };
  for (let copy = 0; copy < count; copy++) {
    const instead = [...copies(0, copy), ...copies(copy + 1, count)];
    yield { instead, what: `VMA ${startOf(copy)}` };
  }
}

/** Of so many copies from this one on. */
function permsFrom(perms: readonly unknown[], first: number, count: number): unknown {
  const length = Math.min(count, perms.length);
  const turned = Array.from({ length }, (_, i) => perms[(first + i) % perms.length]);
  return turned.length === 1 ? turned[0] : turned;
}
