/** What is behind a mapping, in `vmas:` and in the arguments of mmap alike: a file, or nothing. */

import { PAGE_SIZE } from '../../mm/layout.ts';
import type { FileSpec } from '../scenario.ts';
import { kernelBytes, parseSize } from '../units.ts';
import type { VmaSpec } from '../vma-list.ts';
import { type Loading, labelled, pageAt, refuse } from './loading.ts';
import { SHMEM_PATH } from './maps-line.ts';
import type { Path } from './place.ts';
import type { FileArgs } from './schema-parts.ts';

/** Interned file and its offset in pages. */
export function backing(
  loading: Loading,
  path: Path,
  args: FileArgs,
): { readonly file: number; readonly offsetPages: number } {
  const [major = '0', minor = '0'] = args.dev.split(':');
  const spec: FileSpec = {
    path: kernelBytes(args.path),
    major: Number.parseInt(major, 16),
    minor: Number.parseInt(minor, 16),
    inode: args.inode,
    open: args.open,
  };
  const file = loading.files.intern(spec);
  const at = [...path, 'offset'];
  const { offset } = args;
  if (typeof offset === 'string' && offset.startsWith('0x')) {
    return { file, offsetPages: pageAt(loading, at, offset) ?? 0 };
  }
  const bytes = parseSize(offset);
  if (bytes % PAGE_SIZE !== 0) {
    refuse(loading, at, labelled(at, offset, 'is not a multiple of the page size, 4096'));
  }
  return { file, offsetPages: Math.floor(bytes / PAGE_SIZE) };
}

/** Untouched memory without a file. */
export function anonymous(startPage: number, endPage: number, perms: string): VmaSpec {
  return {
    startPage,
    endPage,
    perms,
    file: -1,
    offsetPages: 0,
    anonName: null,
    special: null,
    touched: false,
  };
}

/** A fresh file as MAP_SHARED | MAP_ANONYMOUS makes it: every such mapping has one of its own. */
export function newShmemFile(loading: Loading): number {
  const inode = FIRST_SHMEM_INODE + loading.files.files.length;
  return loading.files.intern({ path: SHMEM_PATH, major: 0, minor: 1, inode, open: 0 });
}

/** shmem's inode numbers are its own; the first one that a scenario's text is unlikely to have. */
export const FIRST_SHMEM_INODE = 1024;

/** Only anonymous memory takes a name, shared anonymous memory included. */
export function checkName(
  loading: Loading,
  path: Path,
  perms: readonly string[],
  file: FileArgs | null,
  name: string | null,
): void {
  if (!file || name === null) return;
  if (file.path === SHMEM_PATH && perms.every((mode) => mode.endsWith('s'))) return;
  const message = `name: a file mapping cannot have a name, unless it is a shared mapping of ${SHMEM_PATH}`;
  refuse(loading, [...path, 'name'], message);
}
