/** Random scenarios for the timed run: small address spaces, busy writers, odd buffers. */
import { Rng } from './rng.ts';

const BUFFERS = [1, 17, 49, 100, 333, 1000, 4096, 65_536];
const CHURNS = ['split-merge', 'resize', 'remap', 'merge-churn', 'exact-mremap'];
const THINKS = ['0', '200ns', '{exp: 1us}', '{exp: 4us}', '{uniform: [0, 9us]}'];

/** Ranges that writers work on, and others of many kinds between them that nobody touches. */
function vmas(rng: Rng): string {
  const lines = [
    `- {start: "0x10000000", pages: ${3 + rng.below(3)}, repeat: ${3 + rng.below(12)},` +
      ` gap: ${rng.below(2)}, perms: [r--p, rw-p], tag: churned}`,
    '- {start: "0x20000000", pages: 2, perms: r--p, file: {path: /lib/a b, dev: "08:01", inode: 7}}',
    '- {start: "0x20002000", pages: 1, perms: rw-p, touched: true}',
    `- {start: "0x30000000", pages: 1, repeat: ${1 + rng.below(30)}, gap: 1, perms: rw-p}`,
    '- {start: "0x40000000", pages: 4, perms: rw-p, name: arena, tag: named}',
    '- "50000000-50010000 rw-p 00000000 00:00 0 [heap]"',
    `- {start: "0x60000000", pages: 1, repeat: ${rng.below(90) + 1}, gap: 2, perms: r--p}`,
  ];
  const gate = 'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]';
  if (rng.below(2) === 0) lines.push(`- "${gate}"`);
  return lines.map((line) => `  ${line}`).join('\n');
}

const place = (rng: Rng): string =>
  `vma: {tag: churned, pick: random}, page: ${rng.below(2)}, pages: ${1 + rng.below(2)}`;

function operations(rng: Rng): string {
  const all = [
    () => `mprotect: {${place(rng)}, perms: ${rng.pick(['r--p', 'rw-p', 'r-xp'])}}`,
    () => `munmap: {${place(rng)}}`,
    () => `mmap: {${place(rng)}, perms: ${rng.pick(['r--p', 'rw-p'])}}`,
    () =>
      `mremap: {vma: {tag: churned, pick: random}, newPages: ${1 + rng.below(4)}, mayMove: true}`,
    () =>
      `name: {vma: {tag: named}, page: ${rng.below(3)}, pages: 1, name: ${rng.pick(['x', 'y'])}}`,
    () => `brk: {pages: ${rng.below(2) === 0 ? 3 : -3}}`,
    () => `mmap: {pages: ${1 + rng.below(3)}, perms: rw-p}`,
    () => 'hold: {uniform: [0, 2us]}',
  ];
  const count = 1 + rng.below(4);
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    lines.push(`      - ${rng.pick(all)()}`);
    if (rng.below(2) === 0) lines.push('      - restore: true');
  }
  return lines.join('\n');
}

function writer(rng: Rng, index: number): string {
  const think = rng.pick(THINKS);
  const head = `  - name: w${index}\n    think: ${think}\n    ops: ${100 + rng.below(2000)}`;
  if (rng.below(2) === 0) {
    return `${head}\n    churn: ${rng.pick(CHURNS)}\n    vma: {tag: churned, pick: random}`;
  }
  return `${head}\n    program:\n${operations(rng)}`;
}

/** @returns YAML text; the same for the same index */
export function randomWorld(index: number): string {
  const rng = new Rng(`world ${index}`);
  const cpus = rng.below(4) === 0 ? `, cpus: ${1 + rng.below(2)}` : '';
  const writers = Array.from({ length: 1 + rng.below(3) }, (_, i) => writer(rng, i));
  return `
seed: ${index}
duration: 3ms
machine: {rwsem: ${rng.pick(['rwsem', 'fifo'])}, preempt: ${rng.pick(['full', 'none'])}${cpus}}
vmas:
${vmas(rng)}
readers:
  - {name: r, passes: ${1 + rng.below(5)}, buffer: ${rng.pick(BUFFERS)}}
  - {name: other, passes: 2, buffer: 4k, start: 3us}
writers:
${writers.join('\n')}
`;
}
