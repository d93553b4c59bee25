/**
 * Chooses the address of a mapping without a fixed place: as high as possible below mmap_base.
 *
 * Private anonymous memory of a multiple of 2 MiB goes to a 2 MiB border, so that huge pages fit.
 * The kernel looks for a gap with 2 MiB to spare and takes the highest border in it; if there is no
 * such gap, it takes the highest gap that fits. Left out: address hints, bottom-up layouts, file
 * systems that align their mappings.
 * Source: v6.18 mm/mmap.c __get_unmapped_area, mm/huge_memory.c __thp_get_unmapped_area.
 */
import { HUGE_PAGES, type Layout, NO_FILE } from '../mm/layout.ts';

/** The first page of the place, or -1 if there is none. */
export function getUnmappedArea(layout: Layout, pages: number, file: number): number {
  if (file === NO_FILE && pages % HUGE_PAGES === 0 && layout.pagesPerPage === 1) {
    const gap = layout.highestGap(pages + HUGE_PAGES, 1);
    // `gap` lies as high as the padded length allows: the next border above it is the highest.
    if (gap >= 0) return gap + HUGE_PAGES - (gap % HUGE_PAGES);
  }
  return layout.highestGap(pages, layout.pagesPerPage);
}
