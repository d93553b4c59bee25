/** Protections as maps, scenarios and logs write them, and as vm_flags. */
import { VM_EXEC, VM_PROT, VM_READ, VM_SHARED, VM_WRITE } from './layout.ts';

/** VM_READ | VM_WRITE | VM_EXEC | VM_SHARED of four letters; not the accounting bit. */
export function flagsOf(perms: string): number {
  return (
    (perms[0] === 'r' ? VM_READ : 0) |
    (perms[1] === 'w' ? VM_WRITE : 0) |
    (perms[2] === 'x' ? VM_EXEC : 0) |
    (perms[3] === 's' ? VM_SHARED : 0)
  );
}

/** What mprotect takes of them: the fourth letter says nothing. */
export function protOf(perms: string): number {
  return flagsOf(perms) & VM_PROT;
}

/** `rw-p` */
export function permsOf(flags: number): string {
  return (
    ((flags & VM_READ) !== 0 ? 'r' : '-') +
    ((flags & VM_WRITE) !== 0 ? 'w' : '-') +
    ((flags & VM_EXEC) !== 0 ? 'x' : '-') +
    ((flags & VM_SHARED) !== 0 ? 's' : 'p')
  );
}

/** The other of r--p and rw-p (or of r--s and rw-s). */
export function otherPerms(perms: string): string {
  return (perms[1] === 'w' ? 'r--' : 'rw-') + perms[3];
}
