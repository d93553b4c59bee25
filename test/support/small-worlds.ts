/** Random worlds as YAML text, selected by a seed, which a search completes in a moment. */
import { RandomStream } from '../../src/base/prng.ts';

const PERMS = ['r--p', 'rw-p', 'r-xp'];
const FIRST_PAGE = 0x7f0000000;

const hex = (page: number): string => `"0x${page.toString(16)}000"`;

/** Two or three VMAs, one reader, one or two writers of one operation or two between them. */
export function smallWorld(seed: number): string {
  const random = new RandomStream(String(seed), ['small world']);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const vmas: string[] = [];
  const wholes: string[] = [];
  let page = FIRST_PAGE;
  const count = 2 + random.below(2);
  for (let i = 0; i < count; i++) {
    page += random.below(2);
    const pages = 1 + random.below(3);
    wholes.push(`at: ${hex(page)}, pages: ${pages}`);
    const extra = pick(['', '', '', ', name: a', ', file: {path: /f, dev: "08:01", inode: 3}']);
    vmas.push(`  - {start: ${hex(page)}, pages: ${pages}, perms: ${pick(PERMS)}${extra}}`);
    page += pages;
  }
  const span = page - FIRST_PAGE;
  const place = (): string => {
    if (random.below(2) > 0) return pick(wholes);
    const from = random.below(span);
    const pages = 1 + random.below(Math.min(2, span - from));
    return `at: ${hex(FIRST_PAGE + from)}, pages: ${pages}`;
  };
  const operation = (): string =>
    pick([
      () => `{munmap: {${place()}}}`,
      () => `{munmap: {${place()}}}`,
      () => `{mprotect: {${place()}, perms: ${pick(PERMS)}}}`,
      () => `{mmap: {${place()}, perms: ${pick(PERMS)}}}`,
      () => `{name: {${place()}, name: ${pick(['a', 'b', 'null'])}}}`,
      () => `{mremap: {at: ${hex(FIRST_PAGE)}, pages: 1, to: ${hex(page)}, mayMove: true}}`,
      () => '{hold: 1us}',
    ])();
  const two = random.below(3);
  const writers =
    two === 0
      ? [`{name: w, ops: 1, program: [${operation()}]}`]
      : two === 1
        ? [`{name: w, ops: 2, program: [${operation()}, ${operation()}]}`]
        : ['u', 'v'].map((name) => `{name: ${name}, ops: 1, program: [${operation()}]}`);
  return [
    `machine: {rwsem: ${pick(['rwsem', 'fifo'])}}`,
    'vmas:',
    ...vmas,
    `readers: [{name: r, buffer: ${pick([64, 4096])}}]`,
    'writers:',
    ...writers.map((writer) => `  - ${writer}`),
    '',
  ].join('\n');
}

/**
 * Three or four VMAs with gaps between them; two writers, each with a VMA of its own that it
 * changes once; and one or two VMAs that nobody touches.
 */
export function worldOfTwoWriters(seed: number): string {
  const random = new RandomStream(String(seed), ['two writers']);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const count = 3 + random.below(2);
  const extras = ['', ', name: a', ', file: {path: /f, dev: "08:01", inode: 3}'];
  const vmas: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = hex(FIRST_PAGE + 8 * i);
    vmas.push(`  - {start: ${start}, pages: 2, perms: ${pick(PERMS)}${pick(extras)}}`);
  }
  const first = random.below(count);
  const second = (first + 1 + random.below(count - 1)) % count;
  const operation = (vma: number): string => {
    const place = `at: ${hex(FIRST_PAGE + 8 * vma + random.below(2))}, pages: 1`;
    return pick([
      `{munmap: {${place}}}`,
      `{mprotect: {${place}, perms: ${pick(PERMS)}}}`,
      `{mmap: {${place}, perms: ${pick(PERMS)}}}`,
      `{name: {${place}, name: ${pick(['a', 'b', 'null'])}}}`,
    ]);
  };
  const writer = (name: string, vma: number): string =>
    `  - {name: ${name}, ops: 1, program: [${operation(vma)}]}`;
  return [
    `machine: {rwsem: ${pick(['rwsem', 'fifo'])}}`,
    'vmas:',
    ...vmas,
    `readers: [{name: r, buffer: ${pick([64, 4096])}}]`,
    'writers:',
    writer('u', first),
    writer('v', second),
    '',
  ].join('\n');
}
