/** `mapsim calibrate`: measures costs of primitives on this machine, for `machine: {costs: …}`. */
import { EXIT, UserError } from '../../base/errors.ts';
import {
  type Calibration,
  machineFrom,
  machineJson,
  machineYaml,
  meanOf,
  spreadOf,
} from '../../measure/calibration.ts';
import { readCosts } from '../../measure/frames.ts';
import { COST_NAMES } from '../../mm/costs.ts';
import type { CommandContext } from '../command.ts';
import { checkWritable, writeWhole } from '../files.ts';
import { MeasureSession } from '../measure-session.ts';
import { nativeProgram } from '../native.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { allowedCpus, thisKernel } from '../this-machine.ts';

/** What user space cannot measure keeps its value of this preset. */
export const BASE_PRESET = 'vm-epyc-2026';

export async function calibrate(
  options: OptionsOf<'calibrate'>,
  context: CommandContext,
): Promise<number> {
  const { io, messages } = context;
  const output = options.output === '-' ? undefined : options.output;
  if (output !== undefined) checkWritable(output, io.cwd);
  thisKernel();
  const [writer, reader] = chosenCpus(options.cpus);
  const session = new MeasureSession(nativeProgram(io, options.cc));
  const stop = io.onSignal?.((signal) => {
    session.endNow();
    io.die?.(signal);
  });
  try {
    const first = await calibration(session, writer, reader);
    const second = await calibration(session, writer, reader);
    const spread = spreadOf(first, second);
    messages.note(
      `measured twice; the two results differ by a factor of ${spread.toFixed(2)} (median)`,
    );
    const machine = machineFrom(meanOf(first, second), BASE_PRESET, COST_NAMES);
    if (output !== undefined) {
      writeWhole(output, Buffer.from(machineJson(machine)), io.cwd);
      return EXIT.done;
    }
    const stdout = new Output(io.stdout, 'standard output');
    await stdout.write(machineYaml(machine));
    await stdout.flush();
    return EXIT.done;
  } finally {
    stop?.();
    await session.end();
  }
}

export async function calibration(
  session: MeasureSession,
  writer: number,
  reader: number,
): Promise<Calibration> {
  const command = `calibrate ${writer} ${reader} ${session.directory}`;
  return readCosts(await session.harness.ask(command, 'COSTS'));
}

function chosenCpus(text: string | undefined): [number, number] {
  const allowed = allowedCpus();
  if (text === undefined) return [allowed[0]!, allowed[1] ?? allowed[0]!];
  const [writer, reader] = /^(\d+),(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (writer === undefined || reader === undefined) {
    throw new UserError(`--cpus: "${text}" is not a pair of CPU numbers, such as 0,1`);
  }
  for (const cpu of [writer, reader]) {
    if (!allowed.includes(cpu)) throw new UserError(`--cpus: CPU ${cpu} is not available here`);
  }
  return [writer, reader];
}
