/**
 * A writer's program: the operations that a scenario lists, in order, over and over, with places
 * and arguments resolved.
 */
import { NO_FILE, NO_NAME, VM_SHARED } from '../mm/layout.ts';
import type { Duration, Operation, Place, Scenario } from '../scenario/scenario.ts';
import { hexAddress, mapFlagsOf, protOf } from './perms.ts';
import {
  type Arguments,
  callsItem,
  type Item,
  Picker,
  type Script,
  type ScriptContext,
} from './script.ts';
import { FIRST_RESULT, NEW_ANON_SHMEM, type Template } from './template.ts';

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
        const name = this.#textId(operation.name);
        const args = { ...at, name: operation.name };
        return callsItem('name', args, [{ call: 'name', start, pages, name }]);
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
    const calls: Template[] = [{ call: 'mmap', start, pages, flags, file, pgoff, touched }];
    if (name !== null) {
      calls.push({ call: 'name', start: FIRST_RESULT, pages, name: this.#textId(name) });
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

  #textId(name: string | null): number {
    return name === null ? NO_NAME : this.#context.texts.idOf(name);
  }

  get savedWords(): number {
    return 1 + this.#picker.savedWords;
  }

  save(into: Float64Array, at: number): number {
    into[at] = this.#at;
    return this.#picker.save(into, at + 1);
  }

  restore(from: Float64Array, at: number): number {
    this.#at = from[at]!;
    return this.#picker.restore(from, at + 1);
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
