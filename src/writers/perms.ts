/** Protections and addresses as scenarios and logs write them. */
import { VM_EXEC, VM_PROT, VM_READ, VM_SHARED, VM_WRITE } from '../mm/layout.ts';

/** VM_READ | VM_WRITE | VM_EXEC | VM_SHARED of four letters; not the accounting bit. */
export function mapFlagsOf(perms: string): number {
  return (
    (perms[0] === 'r' ? VM_READ : 0) |
    (perms[1] === 'w' ? VM_WRITE : 0) |
    (perms[2] === 'x' ? VM_EXEC : 0) |
    (perms[3] === 's' ? VM_SHARED : 0)
  );
}

/** What mprotect takes of them: the fourth letter says nothing. */
export function protOf(perms: string): number {
  return mapFlagsOf(perms) & VM_PROT;
}

/** The other of r--p and rw-p (or of r--s and rw-s). */
export function otherPerms(perms: string): string {
  return (perms[1] === 'w' ? 'r--' : 'rw-') + perms[3];
}

/** The address of a page, `0x…`. Exact where page * 4096 would not be. */
export function hexAddress(page: number): string {
  return page === 0 ? '0x0' : `0x${page.toString(16)}000`;
}
