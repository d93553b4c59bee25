/** The services of the kernel for a writer's program: names and files of its calls, and brk. */
import type { Kernel } from '../mm/kernel.ts';
import type { WriterWorld } from '../writers/source.ts';
import { ANON_SHMEM_PATH } from './build-mm.ts';

/** shmem's inode numbers are its own; the first one that a scenario's text is unlikely to have. */
const FIRST_SHMEM_INODE = 1024;

export function writerWorld(k: Kernel): WriterWorld {
  const path = k.nameTexts.idOf(ANON_SHMEM_PATH);
  return {
    nameId: (text) => k.names.alloc(k.nameTexts.idOf(text)),
    nameText: (name) => k.nameTexts.textOf(k.names.text[name]!),
    sharedAnonFile: () => {
      const device = k.deviceTexts.idOf(`00:01 ${FIRST_SHMEM_INODE + k.files.count}`);
      return k.files.add(device, path, true);
    },
    isAnonShmem: (file) => k.files.anonShmem[file] === 1,
    brkPage: () => k.mm.brk,
  };
}
