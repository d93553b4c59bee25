/** Ranges in rising order that do not overlap, column by column; ends are exclusive. */
interface Ranges {
  readonly length: number;
  readonly startPage: Float64Array;
  readonly endPage: Float64Array;
}

/** Index of the range that holds the page, or -1. By halving. */
export function rangeAt({ length, startPage, endPage }: Ranges, page: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endPage[middle]! <= page) low = middle + 1;
    else high = middle;
  }
  return low < length && startPage[low]! <= page ? low : -1;
}
