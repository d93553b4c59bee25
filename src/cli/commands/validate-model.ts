/** `mapsim validate-model`: the model beside measured and published figures. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { chooseStrategy, Strategies } from '../../readers/index.ts';
import { VALIDATION_FORMATS, type ValidationFormat } from '../../report/validation.ts';
import { loadYaml, type Yaml } from '../../scenario/load/parse.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { CLAIMS, failures, type Validation, validateModel } from '../../validate/index.ts';
import { Lab, type LabEnv } from '../../validate/lab.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import { readInput } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import { loadBytes } from '../load.ts';
import { Output } from '../output.ts';
import { Progress, type ProgressChoice } from '../progress.ts';

export interface ValidateModelOptions extends QuietOptions {
  readonly long?: boolean;
  readonly measure?: boolean;
  readonly format: ValidationFormat;
  readonly progress: ProgressChoice;
}

export async function validateModelCommand(
  options: ValidateModelOptions,
  context: CommandContext,
): Promise<number> {
  if (options.measure === true) {
    const { validateMeasured } = await import('./validate-measure.ts');
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
  options: ValidateModelOptions,
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

function labEnv({ long }: ValidateModelOptions, context: CommandContext, yaml: Yaml): LabEnv {
  const parse = (path: string, bytes: Uint8Array): Scenario => {
    const loaded = loadBytes({ path, bytes, yaml }, context);
    if (!loaded.ok) throw new UserError(`${path}: an experiment that this mapsim refuses`);
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
