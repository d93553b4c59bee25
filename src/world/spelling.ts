/** Describes kernel objects in words, for printed schedules. Addresses are complete. */
import { counted } from '../base/counted.ts';
import { readable } from '../base/latin1.ts';
import { printable } from '../base/printable.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_NAME } from '../mm/layout.ts';
import { permsOf } from '../mm/perms.ts';
import type { Call } from '../mm/plan.ts';

export function addressOf(page: number): string {
  return page === 0 ? '0' : `${page.toString(16)}000`;
}

export function rangeOf(start: number, end: number): string {
  return `${addressOf(start)}-${addressOf(end)}`;
}

/** A path or a name has the kernel's bytes. */
function shown(latin1: string): string {
  return printable(readable(latin1));
}

export function fileOf(k: Kernel, file: number): string {
  return file === NO_FILE ? 'none' : shown(k.nameTexts.textOf(k.files.pathText[file]!));
}

export function nameOf(k: Kernel, name: number): string {
  return name === NO_NAME ? 'none' : `"${shown(k.nameTexts.textOf(k.names.text[name]!))}"`;
}

/** A system call as strace would have it, lengths in pages of the machine. */
export function callOf(k: Kernel, call: Call): string {
  const count = (pages: number): string => counted(Math.ceil(pages / k.mm.pagesPerPage), 'page');
  switch (call.call) {
    case 'munmap':
      return `munmap(${addressOf(call.start)}, ${count(call.pages)})`;
    case 'mprotect':
      return `mprotect(${addressOf(call.start)}, ${count(call.pages)}, ${permsOf(call.prot).slice(0, 3)})`;
    case 'name':
      return `prctl(PR_SET_VMA_ANON_NAME, ${addressOf(call.start)}, ${count(call.pages)}, ${nameOf(k, call.name)})`;
    case 'mmap': {
      const at = call.start < 0 ? 'NULL' : addressOf(call.start);
      const file = call.file === NO_FILE ? '' : `, ${fileOf(k, call.file)}`;
      const fixed = call.start < 0 ? '' : ', MAP_FIXED';
      return `mmap(${at}, ${count(call.pages)}, ${permsOf(call.flags)}${fixed}${file})`;
    }
    case 'mremap': {
      const flags = [
        call.mayMove ? 'MAYMOVE' : null,
        call.to < 0 ? null : `FIXED to ${addressOf(call.to)}`,
        call.dontUnmap ? 'DONTUNMAP' : null,
      ].filter((flag) => flag !== null);
      const how = flags.length === 0 ? '' : `, ${flags.join(' | ')}`;
      return `mremap(${addressOf(call.start)}, ${count(call.pages)}, ${count(call.newPages)}${how})`;
    }
    case 'brk':
      return `brk(${addressOf(call.brk)})`;
    case 'fork':
      return 'fork()';
    case 'growStack':
      return `page fault ${count(call.pages)} below the stack`;
    default:
      return `${call.call}()`;
  }
}
