/** The services of the kernel for a writer's program: names and files of its calls, and brk. */
import type { Kernel } from '../mm/kernel.ts';
import { FIRST_SHMEM_INODE } from '../scenario/load/backing.ts';
import { SHMEM_PATH } from '../scenario/load/maps-line.ts';
import type { WriterWorld } from '../writers/source.ts';

export function writerWorld(k: Kernel): WriterWorld {
  const path = k.nameTexts.idOf(SHMEM_PATH);
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
