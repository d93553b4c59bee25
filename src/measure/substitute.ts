/** Replaces the files and addresses of a scenario by files and addresses of the running kernel. */
import { UserError } from '../base/errors.ts';
import { PICKED } from '../mm/plan.ts';
import { MapsLine, SHMEM_PATH } from '../scenario/load/maps-line.ts';
import type { FileSpec, Operation, Place, Scenario, WriterProgram } from '../scenario/scenario.ts';
import { eachVma, type VmaList } from '../scenario/vma-list.ts';

interface PageRange {
  readonly startPage: number;
  readonly endPage: number;
}

/** Whether the path stands for shared memory without a file. */
export function isShmem(file: FileSpec): boolean {
  return file.path === SHMEM_PATH;
}

/** The mapped length of each file, in pages. */
export function filePages(scenario: Scenario): number[] {
  const pages = scenario.files.map(() => 1);
  const need = (file: number, end: number): void => {
    if (file >= 0) pages[file] = Math.max(pages[file]!, end);
  };
  for (const v of eachVma(scenario.vmas)) need(v.file, v.offsetPages + v.endPage - v.startPage);
  let longest = 0;
  for (const v of eachVma(scenario.vmas)) longest = Math.max(longest, v.endPage - v.startPage);
  for (const { source } of scenario.writers) {
    if (source.kind !== 'program') continue;
    for (const operation of source.program) {
      if (operation.kind !== 'calls') continue;
      const { calls, place } = operation;
      for (const call of calls) {
        if (call.call !== 'mmap') continue;
        const own = call.pages === PICKED ? (place?.pages ?? longest) : call.pages;
        need(call.file, call.pgoff + own);
      }
    }
  }
  return pages;
}

/** @param lines the maps line of each file; null: the file is not replaced */
export function withFiles(scenario: Scenario, lines: readonly (string | null)[]): Scenario {
  const scan = new MapsLine();
  const files = scenario.files.map((file, i) => {
    const text = lines[i] ?? null;
    if (text === null) return file;
    if (!scan.scan(text, 0, text.length)) throw new UserError(`not a line of maps: ${text}`);
    const [, major, minor, inode] = /^([0-9a-f]+):([0-9a-f]+) (\d+)$/.exec(scan.device)!;
    return {
      ...file,
      path: scan.name,
      major: Number.parseInt(major!, 16),
      minor: Number.parseInt(minor!, 16),
      inode: Number(inode),
    };
  });
  return { ...scenario, files };
}

/** The scenario with all addresses `pages` pages higher. */
export function moved(scenario: Scenario, pages: number): Scenario {
  return {
    ...scenario,
    vmas: movedVmas(scenario.vmas, pages),
    ranges: movedVmas(scenario.ranges, pages),
    writers: scenario.writers.map((writer) => ({
      ...writer,
      source: movedProgram(writer.source, pages),
    })),
  };
}

function movedVmas(list: VmaList, pages: number): VmaList {
  return {
    ...list,
    startPage: list.startPage.map((page) => page + pages),
    endPage: list.endPage.map((page) => page + pages),
  };
}

function movedProgram(source: WriterProgram, pages: number): WriterProgram {
  if (source.kind === 'program') {
    return { ...source, program: source.program.map((operation) => movedCall(operation, pages)) };
  }
  if (source.kind !== 'churn') return source;
  if (source.churn === 'exact-mremap') {
    return { ...source, spares: Array.from(source.spares, (page) => page + pages) };
  }
  if (source.churn !== 'map-unmap') return source;
  const { region } = source;
  return { ...source, region: { ...region, startPage: region.startPage + pages } };
}

function movedCall(operation: Operation, pages: number): Operation {
  if (operation.kind !== 'calls' || operation.place === null) return operation;
  const { place } = operation;
  const there: Place = place.kind === 'at' ? { ...place, page: place.page + pages } : place;
  const calls = operation.calls.map((call) =>
    call.call === 'mremap' && call.to >= 0 ? { ...call, to: call.to + pages } : call,
  );
  return { ...operation, place: there, calls };
}

/** The distances to try, in pages: 4 GiB, 16 MiB, 2 MiB. */
const STEPS = [2 ** 20, 2 ** 12, 2 ** 9];
const OFFSETS_MAX = 2 ** 14;
/** User space without the first megabyte and the last page. */
const LOWEST_PAGE = 256;
const HIGHEST_PAGE = 2 ** 35 - 1;

/** The distance in pages by which to move all ranges so that none overlaps one of these lines. */
export function freeOffset(ranges: readonly number[], lines: readonly PageRange[]): number {
  const fits = (start: number, end: number): boolean =>
    start >= LOWEST_PAGE &&
    end < HIGHEST_PAGE &&
    lines.every((line) => end <= line.startPage || start >= line.endPage);
  for (const step of STEPS) {
    for (let i = 1; i < OFFSETS_MAX; i++) {
      for (const offset of [i * step, -i * step]) {
        let all = true;
        for (let r = 0; r < ranges.length && all; r += 2) {
          all = fits(ranges[r]! + offset, ranges[r + 1]! + offset);
        }
        if (all) return offset;
      }
    }
  }
  throw new UserError('the addresses of the scenario are in use, even after moving all of them');
}
