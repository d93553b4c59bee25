/**
 * The detail lines of smaps after a VMA: sizes, flags, and on Android a name.
 *
 * Source: v6.18 fs/proc/task_mmu.c show_smap, show_smap_vma_flags; Linux 5.x has tabs behind
 * THPeligible.
 */
const DETAIL =
  /^(?:[A-Z][A-Za-z_]{1,30}:[ \t]+[0-9]{1,20}(?: kB)?\s*|VmFlags:(?: [a-z?0-9]{2})*\s*|Name: +.*)$/;

/** `Rss:                  4 kB`, `VmFlags: rd ex mr mw me`, `Name:   [anon:libc_malloc]`. */
export function isSmapsDetail(line: string): boolean {
  return DETAIL.test(line);
}
