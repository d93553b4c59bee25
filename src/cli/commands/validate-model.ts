/** `mapsim validate-model`: compares the model with measured and published figures. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { readBurst } from '../../measure/frames.ts';
import { Measured } from '../../measure/measured.ts';
import { placeTasks } from '../../measure/placement.ts';
import { type LookedAt, TEXT_CLAIMS, type TextClaim } from '../../measure/text-claims.ts';
import { chooseStrategy, Strategies } from '../../readers/index.ts';
import { textClaimsReport } from '../../report/text-claims.ts';
import { VALIDATION_FORMATS } from '../../report/validation.ts';
import { loadYaml, type Yaml } from '../../scenario/load/parse.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { CLAIMS, failures, type Validation, validateModel } from '../../validate/index.ts';
import { Lab, type LabEnv } from '../../validate/lab.ts';
import type { CommandContext } from '../command.ts';
import { readInput } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import { loadBytes, scenarioIn } from '../load.ts';
import { onCpus } from '../measure-live.ts';
import type { MeasureSession } from '../measure-session.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { allowedCpus, textRoom, thisKernel } from '../this-machine.ts';
import { withSession } from './measure.ts';

export async function validateModelCommand(
  options: OptionsOf<'validate-model'>,
  context: CommandContext,
): Promise<number> {
  if (options.measure === true) {
    const { validateMeasured } = await import('./validate-model.ts');
    return validateMeasured(options.format, context);
  }
  const validation = await simulate(options, context);
  if (typeof validation === 'number') return validation;
  const stdout = new Output(context.io.stdout, 'standard output');
  await stdout.write(VALIDATION_FORMATS[options.format](validation));
  await stdout.flush();
  return failures(validation).length > 0 ? EXIT.failed : EXIT.done;
}

interface Judging {
  readonly done: number;
  readonly fraction: number;
}

/** The exit code of a signal where one ended it: half a table says nothing. */
async function simulate(
  options: OptionsOf<'validate-model'>,
  context: CommandContext,
): Promise<Validation | number> {
  const { io, messages } = context;
  const interrupt = new Interrupt(io, () => {});
  const choice = options.quiet === true ? 'none' : options.progress;
  const progress = new Progress<Judging>(io, choice, performance.now(), ({ done }) => {
    return `mapsim: ${done} of ${counted(CLAIMS.length, 'claim')}`;
  });
  const judging = validateModel(new Lab(labEnv(options, context, await loadYaml())));
  try {
    for (let done = 0; ; done++) {
      const step = judging.next();
      if (step.done === true) return step.value;
      progress.update(performance.now(), () => ({ done, fraction: done / CLAIMS.length }));
      await new Promise((resolve) => setImmediate(resolve)); // signals are delivered here
      if (interrupt.caught === null) continue;
      progress.clear();
      messages.warning(
        `interrupted after ${done + 1} of ${counted(CLAIMS.length, 'claim')}: no table`,
      );
      return interrupt.end();
    }
  } finally {
    progress.clear();
    interrupt.stopWatching();
  }
}

function labEnv(
  { long }: OptionsOf<'validate-model'>,
  context: CommandContext,
  yaml: Yaml,
): LabEnv {
  const parse = (path: string, bytes: Uint8Array): Scenario => {
    const loaded = loadBytes({ path, bytes, yaml }, context);
    if (!loaded.ok)
      throw new UserError(
        `${path}: this version of mapsim refuses the scenario of this experiment`,
      );
    return loaded.scenario;
  };
  return {
    long: long === true,
    strategies: new Strategies(),
    strategy: chooseStrategy,
    parse: (name, text) => parse(`${name}.json`, Buffer.from(text)),
    shipped: (name) => {
      const path = join(scenarioDirectory(), `${name}.yaml`);
      return parse(path, readInput(path, context.io.cwd));
    },
  };
}

/** Of the package that this file belongs to, bundled or not. */
export function scenarioDirectory(): string {
  for (let directory = fileURLToPath(new URL('.', import.meta.url)); ; ) {
    const scenarios = join(directory, 'scenarios');
    if (existsSync(join(directory, 'package.json')) && existsSync(scenarios)) return scenarios;
    const parent = dirname(directory);
    if (parent === directory) throw new UserError('scenarios/ is missing from this installation');
    directory = parent;
  }
}

// --- `mapsim validate-model --measure`: claims about texts, asked of the running kernel.

const BURST_NS = 3e8;

export async function validateMeasured(
  format: 'text' | 'json' | 'markdown',
  context: CommandContext,
): Promise<number> {
  const { release } = thisKernel();
  return withSession({}, context, async (session) => {
    const looked: LookedAt[] = [];
    for (const claim of TEXT_CLAIMS) looked.push(await lookAt(claim, session!, context));
    const stdout = new Output(context.io.stdout, 'standard output');
    await stdout.write(textClaimsReport(format, release, looked));
    await stdout.flush();
    return looked.every(({ holds }) => holds) ? EXIT.done : EXIT.failed;
  });
}

async function lookAt(
  claim: TextClaim,
  session: MeasureSession,
  context: CommandContext,
): Promise<LookedAt> {
  const bytes = Buffer.from(JSON.stringify(claim.scenario));
  const scenario = await scenarioIn({ path: `${claim.id}.json`, bytes }, context);
  if (scenario === null) throw new Error(`${claim.id} is no scenario`);
  const cpus = allowedCpus();
  const query = [claim.id === 'gate-line'];
  const how = {
    placement: onCpus(placeTasks(scenario, cpus.length).placement, cpus),
    nice: () => 0,
    query,
    burstNs: BURST_NS,
    passes: 1e9,
    textBytes: textRoom(1),
    foreignPermille: 0,
  };
  const { plan } = await session.prepare(scenario, { burstNs: BURST_NS }, how, () => {});
  const kernel = await session.states(plan);
  const burst = readBurst(await session.harness.ask('burst 0', 'BURST'));
  const measured = new Measured(plan, kernel, { query, evidence: 0 });
  measured.take(burst);
  return { claim, ...claim.look({ burst, tally: measured.sum.readers.tally }) };
}
