/**
 * Lists the parts of a scenario that cannot be measured on the running kernel, one sentence each.
 * mmap, munmap, mprotect and mremap at addresses of the scenario can be measured.
 */
import { SHMEM_PATH } from '../scenario/load/maps-line.ts';
import type { Operation, ReaderSpec, Scenario, WriterSpec } from '../scenario/scenario.ts';
import { eachVma, type VmaSpec } from '../scenario/vma-list.ts';

const VMAS_MAX = 200_000;
const TASKS_MAX = 16;

/** @returns an empty list if all of the scenario can be measured */
export function misfits(scenario: Scenario): string[] {
  return [
    ...scenario.writers.flatMap(writerMisfits),
    ...[...scenario.readers, ...scenario.writers].flatMap(paceMisfits),
    ...vmaMisfits(scenario),
    ...countMisfits(scenario),
  ];
}

function countMisfits({ readers, writers, vmas, startStackPage }: Scenario): string[] {
  const found: string[] = [];
  if (readers.length > TASKS_MAX) found.push(`${readers.length} readers: at most ${TASKS_MAX}`);
  if (writers.length > TASKS_MAX) found.push(`${writers.length} writers: at most ${TASKS_MAX}`);
  if (vmas.length > VMAS_MAX) found.push(`${vmas.length} VMAs: at most ${VMAS_MAX}`);
  if (startStackPage >= 0) {
    found.push('[stack]: the kernel chooses where the stack of a live process is');
  }
  return found;
}

function vmaMisfits({ vmas, files, startBrkPage, brkPage }: Scenario): string[] {
  const found = new Set<string>();
  const shmem = new Set<number>();
  let before: VmaSpec | null = null;
  for (const vma of eachVma(vmas)) {
    if (before !== null && wouldBeOne(before, vma)) {
      found.add('two adjacent shared mappings of one file: the kernel would merge them');
    }
    before = vma;
    if (vma.special !== null) found.add(`${vma.special}: only the kernel can map it`);
    else if (vma.anonName !== null) {
      found.add(`name "${vma.anonName}": needs a kernel with CONFIG_ANON_VMA_NAME`);
    } else if (vma.file < 0 && vma.startPage < brkPage && vma.endPage > startBrkPage) {
      found.add('[heap]: the kernel chooses where the heap of a live process is');
    }
    const shared = vma.file >= 0 && files[vma.file]?.path === SHMEM_PATH;
    if (shared && shmem.has(vma.file)) found.add(`${SHMEM_PATH}: one mapping has two lines`);
    if (shared) shmem.add(vma.file);
  }
  return [...found];
}

/** Private mappings can be prevented from merging by writing to them, shared ones cannot. */
function wouldBeOne(a: VmaSpec, b: VmaSpec): boolean {
  const follows = a.endPage === b.startPage && a.file === b.file && a.perms === b.perms;
  const apart = a.offsetPages + a.endPage - a.startPage !== b.offsetPages;
  return follows && a.perms.endsWith('s') && !apart;
}

function paceMisfits({ name, everyNs }: ReaderSpec | WriterSpec): string[] {
  return everyNs === null
    ? []
    : [`"${name}": every: only a pause after each pass or call can be measured; use think`];
}

function writerMisfits({ name, source }: WriterSpec): string[] {
  const because = (why: string): string => `writer "${name}": ${why}`;
  if (source.kind === 'trace') return [because('the calls of a recorded trace cannot be repeated')];
  if (source.kind === 'churn') return [];
  return source.program.flatMap((operation, i) => {
    const why = operationMisfit(operation);
    return why === null ? [] : [because(`program[${i}]: ${why}`)];
  });
}

function operationMisfit(operation: Operation): string | null {
  if (operation.kind === 'hold') return 'hold: no system call only holds mmap_lock';
  if (operation.kind !== 'calls') return null;
  const { calls, holdNs, place } = operation;
  for (const call of calls) {
    switch (call.call) {
      case 'brk':
        return 'brk: the heap belongs to the measuring program';
      case 'fork':
        return 'fork: the measuring program does not fork its target';
      case 'growStack':
        return 'growStack: the stack belongs to the measuring program';
      case 'name':
        return calls.length > 1
          ? 'mmap with name: needs CONFIG_ANON_VMA_NAME'
          : 'name: needs a kernel with CONFIG_ANON_VMA_NAME';
      case 'mremap':
        if (call.to < 0 && call.mayMove) {
          return 'mremap with mayMove and without to: the kernel would choose another address';
        }
        break;
      default:
    }
  }
  if (calls[0]!.call === 'mmap' && place === null) {
    return 'mmap without an address: the kernel would choose another one';
  }
  return holdNs === null ? null : 'hold: no system call holds mmap_lock for longer than it needs';
}
