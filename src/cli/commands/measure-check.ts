/** `mapsim measure --check-model`: the model's states beside the kernel's, and nothing else. */
import { counted } from '../../base/counted.ts';
import { EXIT } from '../../base/errors.ts';
import type { Disagreement } from '../../measure/agreement.ts';
import type { PlanText } from '../../measure/plan.ts';
import { randomProgram } from '../../measure/random-program.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { CommandContext } from '../command.ts';
import { scenarioIn } from '../load.ts';
import type { MeasureSession } from '../measure-session.ts';
import { Output } from '../output.ts';

/** For a plan that is only done call by call. */
const ALONE: Omit<PlanText, 'files'> = {
  placement: { readers: [], writers: [], hogs: [], shared: false },
  nice: () => 0,
  query: [],
  burstNs: 0,
  passes: 0,
  textBytes: 0,
  foreignPermille: 0,
};

const PROGRAMS = 100;
const OPERATIONS = 40;
/** Of a scenario, for each writer. */
const CALLS = 4000;
const SHOWN_MAX = 5;

interface Checked {
  calls: number;
  states: number;
  programs: number;
  readonly found: { readonly name: string; readonly disagreement: Disagreement }[];
}

export async function checkModel(
  session: MeasureSession,
  given: { readonly scenario: Scenario | null; readonly programs?: number; readonly seed: string },
  context: CommandContext,
): Promise<number> {
  const checked: Checked = { calls: 0, states: 0, programs: 0, found: [] };
  if (given.scenario !== null) await check(session, given.scenario, CALLS, checked, context);
  else {
    for (let i = 0; i < (given.programs ?? PROGRAMS) && checked.found.length < SHOWN_MAX; i++) {
      const document = JSON.stringify(randomProgram(given.seed, i, OPERATIONS));
      const source = { path: `random-${i}.json`, bytes: Buffer.from(document) };
      const scenario = await scenarioIn(source, context);
      if (scenario === null) throw new Error(`random program ${i} is no scenario`);
      await check(session, scenario, OPERATIONS * 2, checked, context);
    }
  }
  return tell(checked, context);
}

async function check(
  session: MeasureSession,
  scenario: Scenario,
  calls: number,
  checked: Checked,
  { messages }: CommandContext,
): Promise<void> {
  const note = (text: string): void => messages.note(text);
  const request = { burstNs: 0, calls };
  const cpus = scenario.writers.map(() => -1);
  const placement = { ...ALONE.placement, writers: cpus };
  const readers: Scenario['readers'] = [];
  const alone = { ...scenario, readers, machine: { ...scenario.machine, hogs: [] } };
  const { plan } = await session.prepare(alone, request, { ...ALONE, placement }, note);
  checked.programs++;
  for (const { states, disagreement } of await session.states(plan)) {
    checked.calls += states.calls;
    checked.states += states.distinct;
    if (disagreement !== null) checked.found.push({ name: scenario.name, disagreement });
  }
}

async function tell(checked: Checked, { io }: CommandContext): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  for (const { name, disagreement } of checked.found) {
    await stdout.write(`${disagreementText(name, disagreement)}\n`);
  }
  const { calls, states, programs, found } = checked;
  const what = `${counted(programs, 'program')}, ${counted(calls, 'call')}, ${counted(states, 'state')}`;
  const verdict =
    found.length === 0
      ? 'the model and this kernel agree on all of them'
      : `the model and this kernel disagree in ${counted(found.length, 'program')}`;
  await stdout.write(`${what}: ${verdict}\n`);
  await stdout.flush();
  return found.length === 0 ? EXIT.done : EXIT.failed;
}

/** The call, and the lines in which the two texts differ. */
export function disagreementText(name: string, found: Disagreement): string {
  const { writer, index, call, model, kernel } = found;
  const result = (errno: string | null): string => errno ?? 'succeeds';
  const [ours, theirs] = [model.text, kernel.text].map((text) => text.split('\n'));
  const only = (a: readonly string[], b: readonly string[], head: string): string =>
    a
      .filter((line) => !b.includes(line))
      .map((line) => `  ${head} ${line}\n`)
      .join('');
  const same = `  both   ${ours!.filter((line) => line !== '' && theirs!.includes(line)).length} other lines\n`;
  return (
    `${name}, writer ${writer}: the model and this kernel disagree after call ${index}, ${call}\n` +
    `  by the model it ${result(model.errno)}, on the kernel it ${result(kernel.errno)}\n` +
    only(ours!, theirs!, 'model ') +
    only(theirs!, ours!, 'kernel') +
    same
  );
}
