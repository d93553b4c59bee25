/**
 * `mapsim step`: runs a small scenario step by step, as a line-mode debugger does. It reads
 * commands from standard input, so a script can give them.
 */

import { createInterface } from 'node:readline';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import { oneStrategy } from '../../library/checks.ts';
import { checkWorld } from '../../library/limits.ts';
import { stepLabel } from '../../report/interleaving.ts';
import { markedText } from '../../report/marked-text.ts';
import { NO_PAINT } from '../../report/report.ts';
import { StepOrder } from '../../run/step-order.ts';
import { TimedRun } from '../../run/timed.ts';
import { plainWorld } from '../../search/search.ts';
import type { ScheduleStep } from '../../search/search-outcome.ts';
import { type Awaited, Stepper } from '../../search/stepper.ts';
import type { CommandContext } from '../command.ts';
import { writeWhole } from '../files.ts';
import { lineWidthOf } from '../io.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { readerStrategies } from '../reader-strategies.ts';

/** Steps of the timed run whose order is followed. */
const ORDER_MAX = 200_000;
/** Steps of an `until` that are shown. */
const SHOWN_MAX = 20;

const HELP = `\
Enter, next         take the next step, in the order of a timed run
NAME                let the task of that name take a step
until retry|fallback|cut|vma ADDRESS
                    go on until that happens
back [N]            go back N steps (default 1)
text                what each reader has printed so far of the pass under way
states              the state in force, as maps text
why                 why the last attempt failed, or the last text is torn
schedule            the schedule so far, for mapsim replay
save FILE           write that schedule to a file
quit                end (as does the end of the input)
`;

export async function step(
  path: string,
  options: OptionsOf<'step'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const strategy = oneStrategy('--strategy', options.strategy);
  if (path === '-')
    throw new UserError('step reads its commands from standard input: give the scenario as a file');
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario } = loaded;
  checkWorld(scenario);
  const where = { scenario, scenarioPath: path, cwd: io.cwd };
  const readers = await readerStrategies(strategy, where);
  const order = new StepOrder();
  const timed = new TimedRun(scenario, {
    strategies: readers.strategies,
    maxEvents: ORDER_MAX,
    passes: { reader: null, which: 'none' },
    listener: order,
    ...(strategy === null ? {} : { strategy }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  timed.advance(ORDER_MAX);
  const stepper = new Stepper(() => plainWorld(scenario, readers), order.schedule());
  const session = new Session(stepper, { cwd: io.cwd, columns: lineWidthOf(io.stdout) });
  const stdout = new Output(io.stdout, 'standard output');
  const prompt = async (): Promise<void> => {
    if (io.stdin.isTTY !== true) return;
    await stdout.write(session.prompt());
    await stdout.flush();
  };
  if (options.quiet !== true) await stdout.write(session.greeting());
  await prompt();
  for await (const line of createInterface({ input: io.stdin })) {
    if (/^(quit|q|exit)$/.test(line.trim())) break;
    await stdout.write(session.command(line.trim()));
    await stdout.flush();
    await prompt();
  }
  await stdout.flush();
  return EXIT.done;
}

class Session {
  readonly #stepper: Stepper;
  readonly #cwd: string;
  readonly #view: { readonly paint: typeof NO_PAINT; readonly columns: number };

  /** @param columns that a line may take */
  constructor(
    stepper: Stepper,
    { cwd, columns }: { readonly cwd: string; readonly columns: number },
  ) {
    this.#stepper = stepper;
    this.#cwd = cwd;
    this.#view = { paint: NO_PAINT, columns };
  }

  #lines(text: string, hang = 4): string {
    return `${wrap(text, this.#view.columns, hang).join('\n')}\n`;
  }

  greeting(): string {
    const tasks = this.#stepper.world.tasks.map(({ name }) => printable(name));
    return this.#lines(
      `tasks: ${tasks.join(', ')}. Enter takes the next step, the name of a task takes one step of this task; help ` +
        'lists the rest.',
    );
  }

  prompt(): string {
    const next = this.#stepper.next();
    if (next === null) return '(over) ';
    const { world } = this.#stepper;
    return `(next: ${printable(world.tasks[next]!.name)}, ${stepLabel(world.nameOf(next))}) `;
  }

  /** What it prints, in lines that end with a newline. */
  command(line: string): string {
    const [word = '', ...rest] = line.split(/ +/);
    const operand = rest.join(' ');
    const task = this.#stepper.world.tasks.findIndex(({ name }) => name === line);
    if (task >= 0) return this.#take(task);
    switch (word) {
      case '':
      case 'next':
        return this.#next();
      case 'until':
        return this.#until(rest);
      case 'back':
        return this.#back(operand);
      case 'text':
        return this.#text();
      case 'states':
        return new TextDecoder().decode(this.#stepper.committed());
      case 'why':
        return this.#why();
      case 'schedule':
        return `${this.#stepper.schedule}\n`;
      case 'save':
        return this.#save(operand);
      case 'help':
        return HELP;
      default:
        return `unknown command "${printable(line)}"; help lists the commands\n`;
    }
  }

  #next(): string {
    const task = this.#stepper.next();
    return task === null ? 'no task can take a step\n' : this.#take(task);
  }

  #take(task: number): string {
    const texts = this.#stepper.texts.length;
    const taken = this.#stepper.take(task);
    if (typeof taken === 'string') return `${taken}\n`;
    const printed = this.#stepper.texts.slice(texts);
    return this.#row(taken) + printed.map((text) => markedText(text, this.#view)).join('');
  }

  #row({ task, name, effects }: ScheduleStep, number = this.#stepper.steps.length): string {
    const who = printable(this.#stepper.world.tasks[task]!.name);
    const what = effects.length === 0 ? '' : `  ${printable(effects.join('; '))}`;
    return this.#lines(`${String(number).padStart(4)}  ${who}  ${stepLabel(name)}${what}`, 10);
  }

  #until([what, address = '']: readonly string[]): string {
    let awaited: Awaited;
    if (what === 'retry' || what === 'fallback' || what === 'cut') awaited = what;
    else if (what === 'vma' && /^(0x)?[0-9a-f]+$/i.test(address)) {
      awaited = { address: address.replace(/^0x/i, '').toLowerCase() };
    } else return 'until what? retry, fallback, cut, or vma and an address\n';
    const texts = this.#stepper.texts.length;
    const from = this.#stepper.steps.length;
    const steps = this.#stepper.until(awaited);
    if (steps === null) return 'this does not happen: no task can take a step\n';
    const skipped = Math.max(0, steps.length - SHOWN_MAX);
    const rows = steps.slice(skipped).map((taken, i) => this.#row(taken, from + skipped + i + 1));
    const head = skipped === 0 ? '' : `      ... ${counted(skipped, 'step')}\n`;
    const printed = this.#stepper.texts.slice(texts).map((text) => markedText(text, this.#view));
    return head + rows.join('') + printed.join('');
  }

  #back(operand: string): string {
    const count = operand === '' ? 1 : Number(operand);
    if (!Number.isSafeInteger(count) || count < 1) return 'back how many steps? a number from 1\n';
    this.#stepper.back(count);
    return `at step ${this.#stepper.steps.length}\n`;
  }

  #text(): string {
    return this.#stepper
      .printed()
      .map(({ reader, text }) => `${printable(reader)}:\n${text === '' ? '(nothing)\n' : text}`)
      .join('');
  }

  #why(): string {
    const { steps, texts } = this.#stepper;
    const failed = steps.findLastIndex(({ effects }) =>
      effects.some((e) => e.startsWith('fails:')),
    );
    const last = texts.at(-1);
    if (failed < 0 && last?.torn !== true) return 'no attempt has failed, and no text is torn\n';
    const out: string[] = [];
    if (failed >= 0) {
      const { task } = steps[failed]!;
      const sampled = steps
        .slice(0, failed)
        .findLastIndex(
          (one) => one.task === task && one.effects.some((e) => e.startsWith('samples')),
        );
      const between = steps
        .slice(Math.max(sampled, 0), failed)
        .flatMap((one, i) =>
          one.task !== task && one.effects.some((e) => e.startsWith('mm_lock_seq'))
            ? [this.#row(one, Math.max(sampled, 0) + i + 1)]
            : [],
        );
      out.push('the last attempt that failed:\n', this.#row(steps[failed]!, failed + 1));
      if (sampled >= 0) out.push('since its sample:\n', this.#row(steps[sampled]!, sampled + 1));
      if (between.length > 0) out.push('the counter moved:\n', between.join(''));
    }
    if (last?.torn === true) out.push(markedText(last, this.#view));
    return out.join('');
  }

  #save(file: string): string {
    if (file === '') return 'save to which file?\n';
    try {
      writeWhole(file, Buffer.from(`${this.#stepper.schedule}\n`), this.#cwd);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `${printable(error.message)}\n`; // the session goes on
    }
    return `saved ${counted(this.#stepper.steps.length, 'step')}\n`;
  }
}
