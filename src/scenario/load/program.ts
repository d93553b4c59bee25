/** Operations of a writer's program: arguments resolved, defaults filled in. */

import type { Duration, Operation } from '../scenario.ts';
import { isZero, kernelBytes } from '../units.ts';
import { backing, checkName } from './backing.ts';
import { durationNs, pageAt, refuse } from './loading.ts';
import type { Path } from './place.ts';
import {
  type DurationArgs,
  OPERATION_NAMES,
  type OperationArgs,
  OperationSchema,
} from './schema.ts';
import { place, type SelectorContext } from './selectors.ts';
import { checkShape } from './shape.ts';

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
    const operation = args && resolve(context, at, args);
    if (operation) operations.push(operation);
  }
  const idle = operations.every(({ op }) => op === 'pause');
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
  const still = operations.every((operation) => operation.op === 'pause' && isZero(operation.ns));
  if (still) {
    refuse(
      loading,
      path,
      'program: a loop that takes no simulated time',
      'pauses of 0 and no more',
    );
  } else if (!endless) {
    refuse(loading, path, 'program: has only pauses, which are no operations', 'ops would not end');
  }
}

/** null after a fault */
function resolve(context: SelectorContext, base: Path, args: OperationArgs): Operation | null {
  const op = OPERATION_NAMES.find((name) => name in args);
  const path = op === undefined ? base : [...base, op];
  const { loading, space } = context;
  const held = (hold: DurationArgs | undefined): { holdNs: Duration | null } => ({
    holdNs: hold === undefined ? null : durationNs(loading, [...path, 'hold'], hold),
  });
  if (args.munmap) {
    const where = place(context, path, args.munmap);
    return where && { op: 'munmap', place: where, ...held(args.munmap.hold) };
  }
  if (args.mprotect) {
    const where = place(context, path, args.mprotect);
    const { perms, hold } = args.mprotect;
    return where && { op: 'mprotect', place: where, perms, ...held(hold) };
  }
  if (args.name) {
    const where = place(context, path, args.name);
    const name = args.name.name === null ? null : kernelBytes(args.name.name);
    return where && { op: 'name', place: where, name, ...held(args.name.hold) };
  }
  if (args.mmap) return mmap(context, path, args.mmap, held(args.mmap.hold));
  if (args.mremap) return mremap(context, path, args.mremap, held(args.mremap.hold));
  const unit = loading.pagesPerPage;
  if (args.brk) return { op: 'brk', pages: args.brk.pages * unit, ...held(args.brk.hold) };
  if (args.fork) return { op: 'fork', ...held(args.fork.hold) };
  if (args.growStack) {
    if (space.startStackPage < 0 && !space.incomplete) {
      refuse(loading, path, 'growStack: vmas has no [stack]', 'it takes a line of maps text');
    }
    return { op: 'growStack', pages: args.growStack.pages * unit, ...held(args.growStack.hold) };
  }
  if (args.hold !== undefined) return { op: 'hold', ns: durationNs(loading, path, args.hold) };
  if (args.pause !== undefined) return { op: 'pause', ns: durationNs(loading, path, args.pause) };
  return args.restore ? { op: 'restore' } : null;
}

interface Holding {
  readonly holdNs: Duration | null;
}

function mmap(
  context: SelectorContext,
  path: Path,
  args: NonNullable<OperationArgs['mmap']>,
  held: Holding,
): Operation | null {
  const { loading } = context;
  const { perms, touched } = args;
  const name = args.name ?? null;
  checkName(loading, path, [perms], args.file ?? null, name);
  const backed = args.file
    ? backing(loading, [...path, 'file'], args.file)
    : { file: -1, offsetPages: 0 };
  const rest = { perms, ...backed, name, touched, ...held };
  if (args.at !== undefined && args.vma !== undefined) {
    refuse(loading, path, 'a place has one of at and vma');
    return null;
  }
  const where = place(context, path, args);
  if (where) return { op: 'mmap', place: where, pages: where.pages ?? 0, ...rest };
  if (args.at !== undefined || args.vma !== undefined) return null; // a fault has been reported
  if (args.pages === undefined) {
    loading.faults.add(loading.places.key(path), 'mmap without a place needs pages:');
    return null;
  }
  return { op: 'mmap', place: null, pages: args.pages * loading.pagesPerPage, ...rest };
}

function mremap(
  context: SelectorContext,
  path: Path,
  args: NonNullable<OperationArgs['mremap']>,
  held: Holding,
): Operation | null {
  const where = place(context, path, args);
  const toPage = args.to === undefined ? null : pageAt(context.loading, [...path, 'to'], args.to);
  const { mayMove, dontUnmap } = args;
  const unit = context.loading.pagesPerPage;
  const newPages = args.newPages === undefined ? null : args.newPages * unit;
  return where && { op: 'mremap', place: where, newPages, toPage, mayMove, dontUnmap, ...held };
}
