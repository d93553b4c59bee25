/** How much of the address space a draft looks at: what the call needs, each VMA a few times. */
import { describe, expect, test } from 'vitest';
import { VM_READ, type VmaRecord } from '../../src/mm/layout.ts';
import type { Call } from '../../src/mm/plan.ts';
import { planCall } from '../../src/writers/index.ts';
import { ArrayLayout, layoutOf } from '../support/array-layout.ts';

/** VMA number i of a CountingLayout begins at page 10 + pitch * i, and its id is i. */
class CountingLayout extends ArrayLayout {
  looks = 0;
  readonly #pitch: number;

  constructor(count: number, pitch: number) {
    super();
    this.#pitch = pitch;
    this.vmas = layoutOf(
      Array.from({ length: count }, (_, i) => ({
        start: 10 + pitch * i,
        end: 11 + pitch * i,
        perms: i % 2 === 0 ? 'r--p' : 'rw-p',
      })),
    ).vmas;
    this.mapCount = count;
  }

  override findVma(page: number): number {
    this.looks++;
    const index = Math.max(0, Math.floor((page - 10 + this.#pitch - 1) / this.#pitch));
    return index < this.vmas.length ? index : -1;
  }

  override nextVma(id: number): number {
    this.looks++;
    return id + 1 < this.vmas.length ? id + 1 : -1;
  }

  override prevVma(id: number): number {
    this.looks++;
    return id < 0 ? this.vmas.length - 1 : id - 1;
  }

  override record(id: number): VmaRecord {
    this.looks++;
    return { ...this.vmas[id]! };
  }
}

function looksOf(count: number, pitch: number, call: Call): number {
  const layout = new CountingLayout(count, pitch);
  expect(planCall(layout, call).errno).toBe(null);
  return layout.looks;
}

const N = 3000;

describe('a draft', () => {
  test('looks at the VMAs of the call and their neighbours only', () => {
    const munmap: Call = { call: 'munmap', start: 10 + 2 * 500, pages: 1 };

    expect(looksOf(N, 2, munmap)).toBeLessThan(20);
    expect(looksOf(N, 2, munmap)).toBe(looksOf(10 * N, 2, munmap));
  });

  test('looks at each VMA of a long range a few times, however the range is changed', () => {
    const pages = N;
    const all: Call[] = [
      { call: 'munmap', start: 10, pages },
      { call: 'mprotect', start: 10, pages, prot: VM_READ },
      { call: 'mprotect', start: 10, pages, prot: 0 },
      { call: 'mmap', start: 10, pages, flags: 0, file: -1, pgoff: 0, touched: false },
      { call: 'name', start: 10, pages, name: 0 },
      { call: 'fork' },
      {
        call: 'mremap',
        start: 10,
        pages: pages / 4,
        newPages: pages / 4,
        to: 10 + pages / 2,
        mayMove: true,
        dontUnmap: false,
      },
    ];
    for (const call of all) expect(looksOf(N, 1, call), call.call).toBeLessThan(12 * N);
    expect(looksOf(N, 2, { call: 'munmap', start: 0, pages: 4 * N })).toBeLessThan(12 * N);
  });
});
