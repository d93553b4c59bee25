/**
 * The operations of a writer's program: the form of each in a scenario, and the calls that it
 * makes. Defaults are filled in; a place that a selector picks is still open in the calls.
 */
import * as v from 'valibot';
import { about } from '../../base/forms.ts';
import { NO_FILE, NO_NAME, VM_SHARED } from '../../mm/layout.ts';
import { flagsOf, protOf } from '../../mm/perms.ts';
import { type Call, FIRST_RESULT, NEW_ANON_SHMEM, PICKED } from '../../mm/plan.ts';
import type { Operation, Place } from '../scenario.ts';
import { isZero, kernelBytes } from '../units.ts';
import { backing, checkName } from './backing.ts';
import { durationNs, pageAt, refuse } from './loading.ts';
import type { Path } from './place.ts';
import {
  Address,
  AnonName,
  type DurationArgs,
  DurationSchema,
  exactlyOne,
  FileSchema,
  flag,
  keys,
  PAGES,
  Perms,
  pageCount,
  SelectorSchema,
  whole,
} from './schema-parts.ts';
import { type PlaceArgs, place, type SelectorContext } from './selectors.ts';
import { checkShape } from './shape.ts';

/** Where an operation stands in the file, and what it may refer to. */
interface At extends SelectorContext {
  readonly path: Path;
}

/** How an operation is written, and what becomes of it; null after a fault. */
interface Form {
  readonly schema: v.GenericSchema;
  readonly resolve: (at: At, args: never) => Operation | null;
}

type OutputOf<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;

const placeShape = {
  at: about('A fixed address; then pages is needed.', v.optional(Address)),
  vma: about(
    'A range of vmas, with its place and size at the start of the run.',
    v.optional(SelectorSchema),
  ),
  page: about(
    'First page in the picked range; default 0.',
    v.optional(whole('the index of a page, from 0', 0, PAGES)),
  ),
  pages: about(
    'Number of pages; default with vma: to the end of the range.',
    v.optional(pageCount()),
  ),
};
const heldShape = {
  hold: about('Time inside the write section, instead of the cost.', v.optional(DurationSchema)),
};
const PLACE_RULE = 'a place has one of at and vma';

/** The place of an operation, whatever range it picks. */
const HERE = { start: PICKED, pages: PICKED };

function operation<S extends v.GenericSchema>(
  description: string,
  schema: S,
  resolve: (at: At, args: v.InferOutput<S>) => Operation | null,
): Form {
  return { schema: about(description, v.optional(schema)), resolve };
}

interface Held {
  readonly hold?: DurationArgs | undefined;
}

function calling(at: At, { hold }: Held, where: Place | null, ...calls: Call[]): Operation {
  const holdNs = hold === undefined ? null : durationNs(at.loading, [...at.path, 'hold'], hold);
  return { kind: 'calls', place: where, calls, holdNs };
}

/** One call at a place. */
function placed<E extends v.ObjectEntries>(
  description: string,
  name: string,
  entries: E,
  call: (args: OutputOf<E>, at: At) => Call,
): Form {
  const schema = keys(`the arguments of ${name}`, { ...placeShape, ...entries, ...heldShape });
  return operation(description, exactlyOne(schema, ['at', 'vma'], PLACE_RULE), (at, args) => {
    const where = place(at, at.path, args as PlaceArgs);
    return where && calling(at, args as Held, where, call(args as OutputOf<E>, at));
  });
}

/** One call without a place. */
function unplaced<E extends v.ObjectEntries>(
  description: string,
  what: string,
  entries: E,
  call: (args: OutputOf<E>, at: At) => Call,
): Form {
  const schema = keys(what, { ...entries, ...heldShape });
  return operation(description, schema, (at, args) =>
    calling(at, args as Held, null, call(args as OutputOf<E>, at)),
  );
}

const mmapSchema = keys('the arguments of mmap', {
  ...placeShape,
  perms: about('Protection of the new mapping.', v.optional(Perms, 'rw-p')),
  file: about('The mapped file; without it the memory is anonymous.', v.optional(FileSchema)),
  name: about('Printed as [anon:NAME].', v.optional(AnonName)),
  touched: flag('The pages are written to after the call.'),
  ...heldShape,
});

/** By the key of the operation. */
const OPERATIONS = {
  munmap: placed('Unmap pages.', 'munmap', {}, () => ({ call: 'munmap', ...HERE })),
  mprotect: placed(
    'Change the protection of pages.',
    'mprotect',
    { perms: about('The new protection; its fourth letter is ignored.', Perms) },
    ({ perms }) => ({ call: 'mprotect', ...HERE, prot: protOf(perms) }),
  ),
  name: placed(
    'Name anonymous memory: prctl(PR_SET_VMA_ANON_NAME).',
    'name',
    { name: about('Printed as [anon:NAME]; null removes the name.', v.nullable(AnonName)) },
    ({ name }) => naming(HERE.start, HERE.pages, name === null ? null : kernelBytes(name)),
  ),
  mmap: operation(
    'Map memory: with at or vma as MAP_FIXED, else in the highest free gap below the mmap base.',
    mmapSchema,
    mmap,
  ),
  mremap: placed(
    'Resize or move a mapping.',
    'mremap',
    {
      newPages: about('The new number of pages; default: unchanged.', v.optional(pageCount())),
      to: about('The new address: MREMAP_FIXED.', v.optional(Address)),
      mayMove: flag('MREMAP_MAYMOVE.'),
      dontUnmap: flag('MREMAP_DONTUNMAP.'),
    },
    ({ newPages, to, mayMove, dontUnmap }, { loading, path }) => ({
      call: 'mremap',
      ...HERE,
      newPages: newPages === undefined ? PICKED : newPages * loading.pagesPerPage,
      to: to === undefined ? -1 : (pageAt(loading, [...path, 'to'], to) ?? -1),
      mayMove,
      dontUnmap,
    }),
  ),
  brk: unplaced(
    'Move the end of the heap.',
    'the arguments of brk',
    {
      pages: about(
        'Number of pages to grow by; negative to shrink.',
        whole('a number of pages, negative to shrink', -PAGES, PAGES),
      ),
    },
    ({ pages }, { loading }) => ({ call: 'brk', brk: PICKED, by: pages * loading.pagesPerPage }),
  ),
  fork: unplaced(
    'Copy the address space under mmap_lock, as fork() does.',
    'the arguments of fork: {}',
    {},
    () => ({ call: 'fork' }),
  ),
  growStack: unplaced(
    'Extend the stack downwards, as a page fault does.',
    'the arguments of growStack',
    { pages: about('Number of pages to grow by.', v.optional(pageCount(), 1)) },
    ({ pages }, { loading, path, space }) => {
      if (space.startStackPage < 0 && !space.incomplete) {
        refuse(loading, path, 'growStack: vmas has no [stack]', 'it takes a line of maps text');
      }
      return { call: 'growStack', pages: pages * loading.pagesPerPage };
    },
  ),
  hold: operation(
    'Hold mmap_lock for write for this time, and change nothing.',
    DurationSchema,
    ({ loading, path }, ns) => ({ kind: 'hold', ns: durationNs(loading, path, ns) }),
  ),
  pause: operation(
    'Wait; this is not counted as an operation.',
    DurationSchema,
    ({ loading, path }, ns) => ({
      kind: 'pause',
      ns: durationNs(loading, path, ns),
    }),
  ),
  restore: operation('Undo the last operation.', v.literal(true, 'true'), () => ({
    kind: 'restore',
  })),
} satisfies Readonly<Record<string, Form>>;

const OPERATION_NAMES = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];

export const OperationSchema = exactlyOne(
  keys(
    'an operation',
    Object.fromEntries(OPERATION_NAMES.map((name) => [name, OPERATIONS[name].schema])),
  ),
  OPERATION_NAMES,
  `an operation has one key, its name: ${OPERATION_NAMES.join(', ')}`,
);

/** The operations of a list; those with faults are left out, and the faults reported. */
export function program(
  context: SelectorContext,
  path: Path,
  list: readonly unknown[],
  endless: boolean,
): Operation[] {
  const operations: Operation[] = [];
  for (const [index, item] of list.entries()) {
    const at = [...path, index];
    const args = checkShape(OperationSchema, item, at, context.loading);
    const name = args && OPERATION_NAMES.find((key) => key in args);
    if (!name) continue;
    const form: Form = OPERATIONS[name];
    const made = form.resolve({ ...context, path: [...at, name] }, args[name] as never);
    if (made) operations.push(made);
  }
  const idle = operations.every(({ kind }) => kind === 'pause');
  if (idle && operations.length === list.length) refuseIdle(context, path, operations, endless);
  return operations;
}

/** A pause is no operation: `ops` never counts one, and pauses of 0 take no time. */
function refuseIdle(
  { loading }: SelectorContext,
  path: Path,
  operations: readonly Operation[],
  endless: boolean,
): void {
  const still = operations.every((one) => one.kind === 'pause' && isZero(one.ns));
  if (still) {
    refuse(
      loading,
      path,
      'program: a loop that takes no simulated time',
      'it has only pauses of 0',
    );
  } else if (!endless) {
    refuse(
      loading,
      path,
      'program: has only pauses, which are not operations',
      'ops would never be reached',
    );
  }
}

function naming(start: number, pages: number, text: string | null): Call {
  return { call: 'name', start, pages, name: NO_NAME, text };
}

function mmap(at: At, args: v.InferOutput<typeof mmapSchema>): Operation | null {
  const { loading, path } = at;
  const { perms, touched } = args;
  const name = args.name ?? null;
  checkName(loading, path, [perms], args.file ?? null, name);
  const backed = args.file ? backing(loading, [...path, 'file'], args.file) : null;
  if (args.at !== undefined && args.vma !== undefined) {
    refuse(loading, path, PLACE_RULE);
    return null;
  }
  const where = place(at, path, args);
  if (where === null && (args.at !== undefined || args.vma !== undefined)) return null; // a fault
  if (where === null && args.pages === undefined) {
    loading.faults.add(loading.places.key(path), 'mmap without a place needs pages:');
    return null;
  }
  const pages = where === null ? args.pages! * loading.pagesPerPage : PICKED;
  const flags = flagsOf(perms);
  const anonymous = (flags & VM_SHARED) !== 0 ? NEW_ANON_SHMEM : NO_FILE;
  const call: Call = {
    call: 'mmap',
    start: where === null ? -1 : PICKED,
    pages,
    flags,
    file: backed?.file ?? anonymous,
    pgoff: backed?.offsetPages ?? 0,
    touched,
  };
  const named = name === null ? [] : [naming(FIRST_RESULT, pages, name)];
  return calling(at, args, where, call, ...named);
}
