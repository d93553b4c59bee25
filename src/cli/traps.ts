/** Notes of run and validate on parts of a scenario that its author may not have intended. */
import type { Choice } from '../base/choice.ts';
import { counted } from '../base/counted.ts';
import { costsOf } from '../mm/costs.ts';
import type { Strategy } from '../proc/reader.ts';
import type { Strategies } from '../readers/index.ts';
import type { ReaderSpec, Scenario } from '../scenario/scenario.ts';
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
    const places = source.program.flatMap((one) =>
      one.kind === 'calls' && one.place ? [one.place] : [],
    );
    const selectors = places.flatMap((place) => (place.kind === 'vma' ? [place.selector] : []));
    const [one] = selectors;
    const isOne = selectors.length === places.length && selectors.every(({ firstOf }) => firstOf);
    if (one === undefined || !isOne) continue;
    notes.add(
      `writer ${baseOf(name)}: every operation is on the first of ${one.firstOf} ranges ` +
        '(pick: first is the default); pick: random or next uses all ranges',
    );
  }
  return [...notes];
}

/**
 * Equal tasks that start together and wait as long each time: their passes coincide for ever.
 *
 * @param oneStrategy all readers are going to have the same one
 */
export function lockstepNotes({ readers, writers }: Scenario, oneStrategy = false): string[] {
  const readersLike = readers
    .filter(({ passes }) => passes > 1)
    .map((task) => ({
      ...task,
      like: [oneStrategy ? '' : task.strategy.text, task.bufferBytes, task.readOn],
    }));
  const writersLike = writers.map((task) => ({
    ...task,
    like: task.source.kind === 'trace' ? task.name : task.source,
  }));
  return [...stepNotes('reader', readersLike), ...stepNotes('writer', writersLike)];
}

interface PacedTask extends Pick<ReaderSpec, 'name' | 'startNs' | 'thinkNs' | 'everyNs'> {
  /** What else has to be equal where the time between two starts depends on it. */
  readonly like: unknown;
}

function stepNotes(kind: string, tasks: readonly PacedTask[]): string[] {
  const together = new Map<string, PacedTask[]>();
  for (const task of tasks) {
    const { startNs, thinkNs, everyNs, like } = task;
    const period = everyNs ?? thinkNs;
    if (typeof startNs !== 'number' || typeof period !== 'number' || period === 0) continue;
    const key = JSON.stringify([startNs, period, everyNs === null ? like : 'every']);
    together.set(key, [...(together.get(key) ?? []), task]);
  }
  return [...together.values()].flatMap((group) => {
    if (group.length === 1) return [];
    const names = [...new Set(group.map(({ name }) => baseOf(name)))];
    const one = names.length === 1;
    const shown = names.slice(0, NAMED_MAX).join(', ');
    const who = one ? `${shown}/0, /1, …` : `${shown}${names.length > NAMED_MAX ? ', …' : ''}`;
    const start = one ? 'leave start out' : 'give them different starts';
    const cure = group[0]!.everyNs === null ? `${start} or give think a distribution` : start;
    return [`${kind}s ${who} start together and walk in step: ${cure}`];
  });
}

/** More names do not make a note clearer. */
const NAMED_MAX = 3;

function baseOf(name: string): string {
  return name.replace(/\/[0-9]+$/, '');
}

/** Lines of a page of output, to the nearest ten. */
const LINES_OF_PAGE = 50;

/**
 * Of a run without a duration: writers that rest less than a record (or page) takes, against a
 * strategy that tries again for ever.
 */
export function endlessWarning(
  { readers, writers, machine }: Scenario,
  strategyOf: (reader: ReaderSpec) => Pick<Strategy, 'name' | 'progress'>,
): string | null {
  const costs = costsOf(machine.costs.preset, machine.costs.overrides);
  const recordNs = costs.treeNext + costs.vmaCopy + costs.speculateRetry + costs.formatAnon;
  const restless = (withinNs: number) =>
    writers.find(
      ({ ops, thinkNs, everyNs }) =>
        ops === null && everyNs === null && typeof thinkNs === 'number' && thinkNs < withinNs,
    );
  for (const reader of readers) {
    const { name, progress } = strategyOf(reader);
    const unit = name.startsWith('rcu-page') ? 'page' : 'record';
    const writer = restless(unit === 'page' ? LINES_OF_PAGE * recordNs : recordNs);
    if (progress !== 'unbounded' || !name.startsWith('rcu-') || writer === undefined) continue;
    return (
      `reader ${baseOf(reader.name)} may never make progress: ${name} retries for ever, and writer ` +
      `${baseOf(writer.name)} pauses for less time than a ${unit} takes; set a duration, a longer ` +
      'think, or a limit of retries (rcu-retry3, rcu-page3)'
    );
  }
  return null;
}

/**
 * The same of many runs: each thing once.
 * @param choices null: every reader has its own strategy
 * @param limited whether the command gives a duration
 */
export function endlessWarnings(
  scenarios: readonly Scenario[],
  {
    choices,
    strategies,
    limited,
  }: {
    readonly choices: readonly Choice[] | null;
    readonly strategies: Strategies;
    readonly limited: boolean;
  },
): ReadonlySet<string> {
  const warnings = scenarios
    .filter(({ durationNs }) => !limited && durationNs === null)
    .flatMap((scenario) =>
      (choices ?? [null]).flatMap((choice) => {
        const why = endlessWarning(scenario, (reader) => strategies.of(choice ?? reader.strategy));
        return why === null ? [] : [`${scenario.name}: ${why}`];
      }),
    );
  return new Set(warnings);
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
    'average: more VMAs are split than merged again (restore undoes an operation; ranges that are ' +
    'given without a gap never merge)'
  );
}
