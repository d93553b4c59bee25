/** What a scenario says that its author may not have meant: notes of run and validate. */
import { counted } from '../base/counted.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';

/** Known before the run. */
export function traps(scenario: Scenario): string[] {
  const { readers, writers } = scenario;
  const notes = new Set(lockstepNotes(scenario)); // one for NAME/0, NAME/1, …
  for (const { name, passes, thinkNs, everyNs } of readers) {
    if (passes > 1 || (thinkNs === 0 && everyNs === null)) continue;
    const key = everyNs === null ? 'think' : 'every';
    notes.add(
      `reader ${baseOf(name)} has ${key}, but passes is 1 (the default): it reads maps once`,
    );
  }
  for (const { name, source } of writers) {
    if (source.kind !== 'program') continue;
    const places = source.program.flatMap((op) => ('place' in op && op.place ? [op.place] : []));
    const selectors = places.flatMap((place) => (place.kind === 'vma' ? [place.selector] : []));
    const [one] = selectors;
    const isOne = selectors.length === places.length && selectors.every(({ firstOf }) => firstOf);
    if (one === undefined || !isOne) continue;
    notes.add(
      `writer ${baseOf(name)}: every operation is on the first of ${one.firstOf} ranges ` +
        '(pick: first is the default); pick: random or next spreads them',
    );
  }
  return [...notes];
}

/** Equal tasks that start together and wait as long each time: their passes coincide for ever. */
export function lockstepNotes({ readers, writers }: Scenario): string[] {
  const notes = new Set<string>();
  const repeated = readers.filter(({ passes }) => passes > 1);
  for (const [kind, tasks] of [
    ['reader', repeated],
    ['writer', writers],
  ] as const) {
    for (const { name, startNs, thinkNs, everyNs } of tasks) {
      const period = everyNs ?? thinkNs;
      if (!name.endsWith('/1') || typeof startNs !== 'number') continue;
      if (typeof period !== 'number' || period === 0) continue;
      const first = tasks.find((task) => task.name === `${baseOf(name)}/0`);
      if (first?.startNs !== startNs) continue;
      const cure =
        everyNs === null ? 'leave start out or give think a distribution' : 'leave start out';
      notes.add(`${kind}s ${baseOf(name)}/0, /1, … start together and walk in step: ${cure}`);
    }
  }
  return [...notes];
}

function baseOf(name: string): string {
  return name.replace(/\/[0-9]+$/, '');
}

/** Half as many again: more than what a split in flight adds. */
const GROWN = 1.5;
/** In a few VMAs one split is a lot. */
const VMAS_MIN = 20;

/** Known afterwards: how many lines a pass has, beside the VMAs at the start. */
export function grownNote({ vmas }: Scenario, { totals }: Outcome): string | null {
  const lines = totals.passesFinished === 0 ? 0 : totals.lines / totals.passesFinished;
  if (vmas.length < VMAS_MIN || lines < GROWN * vmas.length) return null;
  return (
    `the scenario begins with ${counted(vmas.length, 'VMA')}, and a pass prints ${counted(Math.round(lines), 'line')} on ` +
    'average: more is split than merges again (restore undoes an operation; neighbours that are ' +
    'given without a gap never merge with one another)'
  );
}
