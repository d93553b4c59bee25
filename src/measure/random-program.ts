/**
 * Makes a random address space and a random program of calls on it, as a scenario, to compare the
 * model with a kernel. It has neighbours that may merge, files opened twice, calls that fail, and
 * moves onto existing mappings.
 */
import { RandomStream } from '../base/prng.ts';

const BASE = 0x7f1000000;
const PAGES = 40;
const PERMS = ['r--p', 'rw-p', 'rw-p', 'r-xp', '---p', 'rwxp'];
const SHARED = ['rw-s', 'r--s'];

class Draw {
  readonly #stream: RandomStream;

  constructor(seed: string, index: number) {
    this.#stream = new RandomStream(seed, ['random program', index]);
  }

  below(n: number): number {
    return this.#stream.below(n);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }
}

const address = (page: number): string => `0x${(BASE + page).toString(16)}000`;

/** Two files, each opened twice; most offsets fit one mapping of the whole file. */
function fileAt(draw: Draw, page: number): object {
  const which = draw.below(2);
  const offset = draw.oneIn(3) ? draw.below(8) : page;
  return {
    path: `/tmp/file${which}`,
    dev: '08:01',
    inode: 10 + which,
    open: draw.below(2),
    offset: `0x${offset.toString(16)}000`,
  };
}

function vmas(draw: Draw): object[] {
  const list: object[] = [];
  for (let page = draw.below(3); page < PAGES - 6; ) {
    const pages = draw.between(1, 6);
    const shared = draw.oneIn(8);
    const perms = draw.of(shared ? SHARED : PERMS);
    const ofFile = draw.oneIn(3);
    const touched = !shared && perms[1] === 'w' && draw.oneIn(2);
    list.push({
      start: address(page),
      pages,
      perms,
      ...(ofFile ? { file: fileAt(draw, page) } : {}),
      ...(touched ? { touched } : {}),
    });
    // The kernel would always merge two adjacent shared mappings of one file.
    page += pages + (draw.oneIn(2) && !shared ? 0 : draw.between(1, 3));
  }
  return list;
}

function operation(draw: Draw): object {
  const page = draw.below(PAGES - 8);
  const pages = draw.between(1, 6);
  const place = { at: address(page), pages };
  const perms = draw.of(PERMS);
  switch (draw.below(8)) {
    case 0:
      return { munmap: place };
    case 1:
    case 2:
    case 3:
      return { mprotect: { ...place, perms } };
    case 4: {
      const ofFile = draw.oneIn(2);
      const touched = !ofFile && perms[1] === 'w' && draw.oneIn(2);
      const mode = draw.oneIn(8) ? 'rw-s' : perms;
      return {
        mmap: {
          ...place,
          perms: mode,
          ...(ofFile ? { file: fileAt(draw, page) } : {}),
          ...(touched && mode !== 'rw-s' ? { touched } : {}),
        },
      };
    }
    case 5:
      return { mremap: { ...place, newPages: draw.between(1, 8) } };
    default: {
      const to = address(draw.below(PAGES - 8));
      const dontUnmap = draw.oneIn(3);
      const newPages = dontUnmap ? pages : draw.between(1, 6);
      return { mremap: { ...place, newPages, to, mayMove: true, dontUnmap } };
    }
  }
}

/** @returns a scenario document; the same seed and index give the same document */
export function randomProgram(seed: string, index: number, operations: number): object {
  const draw = new Draw(seed, index);
  const program: object[] = [];
  while (program.length < operations) {
    program.push(operation(draw));
    if (draw.oneIn(6)) program.push({ restore: true });
  }
  return {
    mapsim: 1,
    seed: String(index),
    vmas: vmas(draw),
    writers: [{ name: 'random', ops: program.length, program }],
  };
}
