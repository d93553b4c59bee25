/** The command lines that print the same bytes as the page. */
import { commandLine } from '../base/shell.ts';
import { durationText } from './knobs.ts';

/** The name that a text of the reader's own is saved under. */
const OWN_FILE = 'scenario.yaml';

interface Shown {
  /** `@NAME`, or the path that the command was given; null: the text was changed. */
  readonly scenario: string | null;
  readonly text: string;
  /** As results call them. */
  readonly strategies: readonly string[];
  /** '' is the scenario's. */
  readonly seed: string;
}

/** A text that is not in a file yet is put there first. */
function prelude({ scenario, text }: Pick<Shown, 'scenario' | 'text'>): string[] {
  if (scenario !== null) return [];
  let end = 'EOF';
  while (text.split('\n').includes(end)) end += '_';
  return [`cat > ${OWN_FILE} <<'${end}'`, text.replace(/\n$/, ''), end];
}

export function runCommands(shown: Shown): string {
  const file = shown.scenario ?? OWN_FILE;
  const seed = shown.seed === '' ? [] : [`--seed=${shown.seed}`];
  const runs = shown.strategies.map((strategy) =>
    commandLine(['run', file, `--strategy=${strategy}`, ...seed]),
  );
  return [...prelude(shown), ...runs].join('\n');
}

/** A task's steps, one by one, in a terminal. */
export function stepCommand(shown: Pick<Shown, 'scenario' | 'text'>, strategy: string): string {
  const line = commandLine(['step', shown.scenario ?? OWN_FILE, `--strategy=${strategy}`]);
  return [...prelude(shown), line].join('\n');
}

/** Of the table with intervals. */
export function compareCommand(
  { scenario, strategies }: Pick<Shown, 'scenario' | 'strategies'>,
  { seeds, durationNs }: { readonly seeds: number; readonly durationNs: number },
): string {
  const list = `--strategies=${strategies.join(',')}`;
  const limits = [`--seeds=${seeds}`, `--duration=${durationText(durationNs)}`];
  return commandLine(['compare', scenario ?? OWN_FILE, list, ...limits]);
}

export function replayCommand(
  shown: Pick<Shown, 'scenario' | 'text'>,
  { strategy, schedule }: { readonly strategy: string; readonly schedule: string },
): string {
  const file = shown.scenario ?? OWN_FILE;
  const line = commandLine(['replay', file, `--strategy=${strategy}`, '--schedule', schedule]);
  return [...prelude(shown), line].join('\n');
}
