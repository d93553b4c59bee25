/**
 * A writer's program: the operations that a scenario lists, in order, over and over, with places
 * and arguments resolved.
 */
import { NO_FILE, NO_NAME, VM_SHARED } from '../mm/layout.ts';
import { type Call, FIRST_RESULT, NEW_ANON_SHMEM } from '../mm/plan.ts';
import type { Duration, Operation, Place, Scenario } from '../scenario/scenario.ts';
import type { Words } from '../sim/memory.ts';
import { hexAddress, mapFlagsOf, protOf } from './perms.ts';
import {
  type Arguments,
  callsItem,
  type Item,
  Picker,
  type Script,
  type ScriptContext,
} from './script.ts';

type Of<Name> = Extract<Operation, { op: Name }>;

/** A place with its range picked. */
interface Spot {
  readonly start: number;
  readonly pages: number;
}

/** The file to map: its own, or for shared anonymous memory one that the call makes. */
export function fileToMap(file: number, flags: number): number {
  if (file >= 0) return file;
  return (flags & VM_SHARED) !== 0 ? NEW_ANON_SHMEM : NO_FILE;
}

export class Program implements Script {
  readonly #context: ScriptContext;
  readonly #operations: readonly Operation[];
  readonly #picker: Picker;
  /** Index of the next operation. */
  #at = 0;

  constructor(context: ScriptContext, operations: readonly Operation[]) {
    this.#context = context;
    this.#operations = operations;
    this.#picker = new Picker(context, operations.length);
  }

  get roundLength(): number {
    return this.#operations.length;
  }

  next(): Item {
    const slot = this.#at;
    const operation = this.#operations[slot]!;
    this.#at = (slot + 1) % this.#operations.length;
    switch (operation.op) {
      case 'hold':
      case 'pause':
        return { kind: operation.op, ns: operation.ns };
      case 'restore':
        return { kind: 'restore' };
      case 'brk':
        return withHold(this.#brk(operation), operation.holdNs);
      case 'fork':
        return withHold(
          { ...callsItem('fork', {}, [{ call: 'fork' }]), undoable: false },
          operation.holdNs,
        );
      case 'growStack':
        return withHold(growStack(operation), operation.holdNs);
      default:
        return withHold(this.#placed(operation, slot), operation.holdNs);
    }
  }

  #placed(
    operation: Of<'munmap' | 'mprotect' | 'name' | 'mmap' | 'mremap'>,
    slot: number,
  ): CallsItem {
    const spot = operation.place === null ? null : this.#spot(operation.place, slot);
    if (operation.op === 'mmap') return this.#mmap(operation, spot);
    const { start, pages } = spot!;
    const at = { at: hexAddress(start), pages };
    switch (operation.op) {
      case 'munmap':
        return callsItem('munmap', at, [{ call: 'munmap', start, pages }]);
      case 'mprotect': {
        const prot = protOf(operation.perms);
        const args = { ...at, perms: operation.perms };
        return callsItem('mprotect', args, [{ call: 'mprotect', start, pages, prot }]);
      }
      case 'name': {
        const { name: text } = operation;
        const call = { call: 'name', start, pages, name: NO_NAME, text } as const;
        return callsItem('name', { ...at, name: text }, [call]);
      }
      case 'mremap':
        return mremap(operation, { start, pages });
    }
  }

  #mmap(operation: Of<'mmap'>, spot: Spot | null): CallsItem {
    const { perms, offsetPages, touched, name } = operation;
    const pages = operation.pages > 0 ? operation.pages : spot!.pages;
    const flags = mapFlagsOf(perms);
    const file = fileToMap(operation.file, flags);
    const start = spot?.start ?? -1;
    const pgoff = operation.file < 0 ? 0 : offsetPages;
    const calls: Call[] = [{ call: 'mmap', start, pages, flags, file, pgoff, touched }];
    if (name !== null) {
      calls.push({ call: 'name', start: FIRST_RESULT, pages, name: NO_NAME, text: name });
    }
    const args = {
      ...(spot === null ? {} : { at: hexAddress(start) }),
      pages,
      perms,
      ...fileArguments(this.#context.scenario, operation),
      ...(name === null ? {} : { name }),
      ...(touched ? { touched } : {}),
    };
    return callsItem('mmap', args, calls);
  }

  #brk(operation: Of<'brk'>): CallsItem {
    const brk = this.#context.brkPage() + operation.pages;
    return callsItem('brk', { pages: operation.pages }, [{ call: 'brk', brk }]);
  }

  #spot(place: Place, slot: number): Spot {
    if (place.kind === 'at') return { start: place.page, pages: place.pages };
    const index = this.#picker.pick(place.selector, slot);
    const range = this.#picker.rangeOf(place.selector, index);
    const start = range.startPage + place.page;
    return { start, pages: place.pages ?? range.endPage - start };
  }

  transfer(w: Words): void {
    this.#at = w.one(this.#at);
    this.#picker.transfer(w);
  }
}

type CallsItem = Extract<Item, { kind: 'calls' }>;

function withHold(item: CallsItem, hold: Duration | null): CallsItem {
  return hold === null ? item : { ...item, hold };
}

function growStack(operation: Of<'growStack'>): CallsItem {
  const { pages } = operation;
  const item = callsItem('growStack', { pages }, [{ call: 'growStack', pages }]);
  return { ...item, undoable: false };
}

function mremap(operation: Of<'mremap'>, spot: Spot): CallsItem {
  const { mayMove, dontUnmap, toPage } = operation;
  const newPages = operation.newPages ?? spot.pages;
  const to = toPage ?? -1;
  const args = {
    at: hexAddress(spot.start),
    pages: spot.pages,
    newPages,
    ...(toPage === null ? {} : { to: hexAddress(toPage) }),
    mayMove,
    dontUnmap,
  };
  return callsItem('mremap', args, [{ call: 'mremap', ...spot, newPages, to, mayMove, dontUnmap }]);
}

function fileArguments(scenario: Scenario, operation: Of<'mmap'>): Arguments {
  const file = scenario.files[operation.file];
  if (file === undefined) return {};
  return { file: file.path, offset: hexAddress(operation.offsetPages) };
}
