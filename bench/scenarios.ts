/** The fixed scenarios of the suite, as YAML text. */

/** Regions lie from here up, side by side; their protection alternates so that none merge. */
const START = '"0x7e0000000000"';
const PAGES = 3;

export type Backing = 'anonymous' | 'file';

/** A path of 8 folders and 160 characters below `root`. */
export function longPath(root: string): string {
  const folder = '/a-folder-of-a-deep-tree';
  const wanted = Math.max(160, root.length + 20);
  let path = root;
  for (let i = 0; i < 5 && path.length + folder.length + 10 < wanted; i++) path += folder;
  return `${path}/${'f'.repeat(wanted - path.length - 4)}.so`;
}

function vmas(count: number, backing: Backing, path: string): string {
  const file = backing === 'file' ? `, file: {path: ${path}, dev: "08:01", inode: 131072}` : '';
  const shape = `pages: ${PAGES}, repeat: ${count}, perms: [r--p, rw-p], tag: region${file}`;
  return `vmas:\n  - {start: ${START}, ${shape}}\n`;
}

/** Lines of one measurement: about, and passes at most. */
const LINES = 200_000;
const PASSES_MAX = 200;

export const passesOf = (count: number): number => Math.min(Math.ceil(LINES / count), PASSES_MAX);

export function quiet(
  count: number,
  backing: Backing,
  path: string,
  passes: number = passesOf(count),
): string {
  return `mapsim: 1
${vmas(count, backing, path)}readers: [{name: reader, passes: ${passes}}]
`;
}

/**
 * With a writer that changes the protection of a page and changes it back, so often a second. A
 * reader that never gets through is given twenty times the time that it would need undisturbed.
 */
export function busy(count: number, backing: Backing, path: string, perSecond: number): string {
  const lines = count * passesOf(count);
  const nsPerLine = backing === 'file' ? 1500 : 500;
  return `mapsim: 1
duration: ${lines * nsPerLine}
${vmas(count, backing, path)}readers: [{name: reader, passes: ${passesOf(count)}}]
writers:
  - name: writer
    think: {exp: ${1e9 / perSecond}}
    program:
      - mprotect: {vma: {tag: region, pick: random}, page: 1, pages: 1, perms: r-xp}
      - restore: true
`;
}

/** Half of the tasks read, half write; they think so long that the lock is had now and then. */
export function tasks(count: number, passes: number): string {
  const half = count / 2;
  const thinkUs = 20 * half;
  return `mapsim: 1
vmas:
  - {start: ${START}, pages: ${PAGES}, repeat: 200, gap: 1, perms: [r--p, rw-p], tag: region}
readers:
  - {name: reader, count: ${half}, strategy: rcu-retry3, passes: ${passes}, think: {exp: ${thinkUs}us}}
writers:
  - {name: writer, count: ${half}, churn: split-merge, vma: {tag: region, pick: random}, think: {exp: ${thinkUs}us}}
`;
}

/** A world whose schedules are short: 30 to 45 steps. */
export const SHORT_SCHEDULES = `mapsim: 1
machine: {rwsem: fifo}
vmas:
  - {start: "0x7f0000000000", pages: 1, perms: r--p, tag: only}
readers: [{name: reader}]
writers:
  - {name: writer, ops: 1, program: [{munmap: {vma: {tag: only}}}]}
`;

/** 1,000 runs of some 20 ms. */
export const GRID = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 200}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: {exp: 5us}}]
sweep:
  vmas[0].repeat: {from: 60, to: 240, step: 20}
  strategies: [mmap-lock, rcu-retry3]
  seeds: 50
`;
