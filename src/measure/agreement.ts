/**
 * Compares the states of the kernel with those of the model: makes the same calls one by one, and
 * compares the texts after each call. If they differ, either the model is wrong or this kernel
 * behaves differently.
 */
import { errnoName } from '../base/errno.ts';
import type { StatesFrame } from './frames.ts';
import type { MeasurePlan } from './plan.ts';
import { LineStates } from './states.ts';

export interface Disagreement {
  readonly writer: string;
  /** The call after which the texts differ, from 0; -1: the address space at the start. */
  readonly index: number;
  readonly call: string;
  readonly model: { readonly errno: string | null; readonly text: string };
  readonly kernel: { readonly errno: string | null; readonly text: string };
}

export interface KernelStates {
  readonly states: LineStates;
  /** The errno of each call, 0 if it succeeded. */
  readonly errors: readonly number[];
  readonly disagreement: Disagreement | null;
}

export function errorName(error: number): string | null {
  return error === 0 ? null : errnoName(error);
}

export function kernelStates(plan: MeasurePlan, frame: StatesFrame): KernelStates {
  const { calls } = plan.writers[frame.writer]!;
  const states = new LineStates(plan.lines);
  let disagreement: Disagreement | null = null;
  let text = frame.first;
  const compare = (index: number): void => {
    const model = calls.states.after(index + 1);
    const kernel = states.after(index + 1);
    const errno = index < 0 ? null : calls.calls[index]!.errno;
    const kernelErrno = index < 0 ? null : errorName(frame.calls[index]!.error);
    if (errno === kernelErrno && calls.states.same(model, states, kernel)) return;
    disagreement ??= {
      writer: calls.name,
      index,
      call: index < 0 ? 'nothing yet' : callWords(plan, frame.writer, index),
      model: { errno, text: calls.states.textOf(model) },
      kernel: { errno: kernelErrno, text },
    };
  };
  states.add(plan.lines.idsOf(text));
  compare(-1);
  for (const [index, { head, tail, middle }] of frame.calls.entries()) {
    text = text.slice(0, head) + middle + text.slice(text.length - tail);
    states.add(plan.lines.idsOf(text));
    compare(index);
  }
  return { states, errors: frame.calls.map(({ error }) => error), disagreement };
}

/** A call as text, such as `mprotect(7f1000001000, 1 page, r--p)`. */
function callWords(plan: MeasurePlan, writer: number, index: number): string {
  const { call, perms } = plan.writers[writer]!.calls.calls[index]!;
  const at = (page: number): string => `${page.toString(16)}000`;
  const pages = (n: number): string => `${n} ${n === 1 ? 'page' : 'pages'}`;
  switch (call.call) {
    case 'munmap':
      return `munmap(${at(call.start)}, ${pages(call.pages)})`;
    case 'mprotect':
      return `mprotect(${at(call.start)}, ${pages(call.pages)}, ${perms})`;
    case 'mmap': {
      const file = plan.scenario.files[call.file];
      const of = file === undefined ? '' : `, ${file.path} at ${at(call.pgoff)}`;
      return `mmap(${at(call.start)}, ${pages(call.pages)}, ${perms}${of}${call.touched ? ', touched' : ''})`;
    }
    case 'mremap': {
      const to = call.to < 0 ? '' : `, to ${at(call.to)}`;
      const keep = call.dontUnmap ? ', DONTUNMAP' : '';
      return `mremap(${at(call.start)}, ${pages(call.pages)} to ${call.newPages}${to}${keep})`;
    }
    default:
      return call.call;
  }
}
