/**
 * Prints a schedule as in kernel commit messages: a column for each task, one line per step, time
 * running down. Steps have the names of kernel functions; steps without a kernel function are in
 * parentheses. After each step comes its effect: what it read or changed. Steps without an effect
 * are counted, not shown.
 *
 * The upper digits that all addresses share are left out, and printed above. The number of a task
 * is the number of its CPU, as in schedules.
 */
import { counted } from '../base/counted.ts';
import { wrap } from '../base/wrap.ts';
import type { Course, ScheduleStep } from '../search/search-outcome.ts';

interface TaskHead {
  readonly name: string;
  readonly kind: 'reader' | 'writer';
}

/** Wider ones are harder to read. */
const COLUMN_2 = 54;
const COLUMN_MORE = 42;
/** Narrower than this nothing can be read. */
const COLUMN_MIN = 24;
const GAP = '  ';
/** Digits of an address that always stay. */
const DIGITS_MIN = 4;
const ADDRESS = /\b[0-9a-f]{9,16}\b/g;

/**
 * Lines that end with a newline.
 * @param columns that a line may take
 */
export function interleaving(course: Course, tasks: readonly TaskHead[], columns: number): string {
  const used = tasks.flatMap((task, id) =>
    course.steps.some((step) => step.task === id) ? [{ ...task, id }] : [],
  );
  const width = columnWidth(used.length, columns);
  const prefix = sharedPrefix(course.steps.flatMap(({ effects }) => effects));
  const out: string[] = [];
  if (prefix !== '') out.push(`addresses: ${prefix}${'.'.repeat(DIGITS_MIN)} and up`);
  const row = (cells: readonly string[]): void => {
    out.push(cells.map((cell) => cell.padEnd(width)).join(GAP));
  };
  row(used.map(({ id }) => `CPU ${id}`));
  row(used.map(({ kind, name }) => `${kind} ${name}`));
  row(used.map(() => '='.repeat(width)));
  const cell = (task: number, text: string): void => {
    for (const part of wrap(text, width)) {
      row(used.map(({ id }) => (id === task ? part : '')));
    }
  };
  for (const part of parts(course)) {
    if (typeof part === 'string') out.push(part);
    else cell(part.task, shorten(part.text, prefix));
  }
  return out.map((line) => `${line.trimEnd()}\n`).join('');
}

function columnWidth(count: number, columns: number): number {
  const width = count <= 2 ? COLUMN_2 : COLUMN_MORE;
  const fits = Math.floor((columns - GAP.length * (count - 1)) / Math.max(1, count));
  return Math.max(COLUMN_MIN, Math.min(width, fits));
}

/** Lines of the body: one for each step with an effect, one for each run of steps without. */
function parts({ steps, cycleFrom }: Course): (string | { task: number; text: string })[] {
  const lines: (string | { task: number; text: string })[] = [];
  let silent: ScheduleStep[] = [];
  const flush = (): void => {
    const last = silent.at(-1);
    if (last === undefined) return;
    const count = silent.length;
    const text = count === 1 ? label(last) : `... ${counted(count, 'step')}, to ${label(last)}`;
    lines.push({ task: last.task, text });
    silent = [];
  };
  for (const [i, step] of steps.entries()) {
    if (i === cycleFrom) {
      flush();
      lines.push('---- the steps from here repeat for ever ----');
    }
    if (silent.length > 0 && silent[0]!.task !== step.task) flush();
    if (step.effects.length === 0) {
      silent.push(step);
      continue;
    }
    flush();
    lines.push({ task: step.task, text: `${label(step)}  ${step.effects.join('; ')}` });
  }
  flush();
  if (cycleFrom !== null) lines.push('---- repeats from the line above ----');
  return lines;
}

function label({ name }: ScheduleStep): string {
  return stepLabel(name);
}

/** `vma_next` is a function of the kernel, `(next_operation)` a step of our own. */
export function stepLabel(name: string): string {
  return name.startsWith('(') ? name.replaceAll('_', ' ') : `${name}()`;
}

/** The digits that all addresses of the texts begin with; empty if that saves nothing. */
export function sharedPrefix(texts: readonly string[]): string {
  const addresses = texts.flatMap((text) => text.match(ADDRESS) ?? []);
  const [first] = addresses;
  if (first === undefined || addresses.some((a) => a.length !== first.length)) return '';
  let length = first.length - DIGITS_MIN;
  while (length > 0 && addresses.some((a) => !a.startsWith(first.slice(0, length)))) length--;
  return first.slice(0, length);
}

export function shorten(text: string, prefix: string): string {
  if (prefix === '') return text;
  return text.replace(ADDRESS, (address) =>
    address.startsWith(prefix) ? address.slice(prefix.length) : address,
  );
}
