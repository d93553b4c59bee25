/**
 * `explore --save`: writes a reduced scenario that has the finding, with its schedule under
 * `x-schedule`, which all commands but replay ignore. The schedule has step names, so that a replay
 * can say where it does not fit. A comment lists what was left out of the scenario.
 */

import { basename, dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { isOwnFile } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Tree } from '../scenario/edit/omissions.ts';
import { movePaths } from '../scenario/edit/paths.ts';
import { FaultList } from '../scenario/load/faults.ts';
import { parseSource, sourceOf } from '../scenario/load/parse.ts';
import type { Finding } from '../search/search-outcome.ts';
import type { CommandContext } from './command.ts';
import { OutFile, statOf } from './files.ts';
import type { OptionsOf } from './option-tables.ts';
import { scenarioFile } from './shipped.ts';
import type { SmallestWorld } from './smaller-world.ts';

export class FindingFile {
  readonly #name: string;
  readonly #path: string;
  readonly #context: CommandContext;
  readonly #options: OptionsOf<'explore'>;
  /** The scenario to be searched, as data. */
  readonly tree: Tree;
  readonly #file: OutFile;

  /**
   * Opens it, so that what cannot be written is known before the search.
   * @param source the scenario to be searched
   */
  constructor(
    name: string,
    { path, tree }: { readonly path: string; readonly tree: Tree },
    options: OptionsOf<'explore'>,
    context: CommandContext,
  ) {
    const { cwd } = context.io;
    this.#name = name;
    this.#path = path;
    this.#context = context;
    this.#options = options;
    this.tree = tree;
    if (isSameFile(resolve(cwd, name), resolve(cwd, path))) {
      throw new UserError(`--save=${name}: this is the scenario itself; give another file`);
    }
    this.#file = new OutFile(name, cwd);
  }

  /** Writes the finding, if there is one. @param small what of the scenario it needs */
  finish(small: SmallestWorld | null): void {
    const { io, messages } = this.#context;
    if (small === null) {
      messages.note(`--save: there is no finding, so ${this.#name} is not written`);
      return;
    }
    const move = (from: string): string => {
      const target = resolve(io.cwd, dirname(scenarioFile(this.#path)), from);
      return relative(dirname(resolve(io.cwd, this.#name)), target);
    };
    const moved = movePaths(small.tree, move, isOwnFile);
    const { strategy } = this.#options;
    const scenario = {
      ...moved,
      ...(strategy === undefined
        ? {}
        : { readers: withStrategy(moved.readers, strategy, { file: this.#name, io }) }),
      'x-schedule': scheduleOf(small.found.findings[0]!),
    };
    this.#file.write(leftOut(basename(this.#path), small));
    if (strategy !== undefined && isOwnFile(strategy)) this.#file.write(PROGRAM);
    this.#file.write(stringify(scenario, { lineWidth: 100 }));
    this.#file.finish();
  }

  /** Leaves nothing behind that is not whole; harmless after finish(). */
  abandon(): void {
    this.#file.abandon();
  }
}

function isSameFile(one: string, other: string): boolean {
  const identity = (path: string): string | null => {
    const stat = statOf(path);
    return stat === null ? null : `${stat.dev} ${stat.ino}`;
  };
  return identity(one) !== null && identity(one) === identity(other);
}

/** Parts left out that are named one by one. */
const NAMED_MAX = 20;

const PROGRAM = '# The strategy is a program, so replay needs --allow-code or --strategy=FILE.\n';

function leftOut(name: string, { leftOut: parts, isCutShort }: SmallestWorld): string {
  if (parts.length === 0) return '';
  const more = isCutShort ? ' More parts may be unnecessary; the reduction was cut short.' : '';
  const lines = [`Left out of ${name}, which the finding does not need:${more}`];
  for (const part of parts.slice(0, NAMED_MAX)) lines.push(`  ${part}`);
  if (parts.length > NAMED_MAX) lines.push(`  and ${parts.length - NAMED_MAX} more`);
  return lines.map((line) => `# ${printable(line)}\n`).join('');
}

function scheduleOf({ class: name, course }: Finding): object {
  return {
    find: name,
    schedule: course.schedule,
    steps: course.steps.map((step) => step.name).join(' '),
  };
}

/** The scenario as data, before anything is checked or filled in. */
export async function rawScenario(
  path: string,
  bytes: Uint8Array,
): Promise<Record<string, unknown>> {
  const parsed = parseSource(await sourceOf(path, bytes), new FaultList());
  return (parsed?.value ?? {}) as Record<string, unknown>;
}

function withStrategy(
  readers: unknown,
  strategy: string,
  { file, io }: { file: string; io: CommandContext['io'] },
): unknown {
  const own = isOwnFile(strategy);
  const text = own ? relative(dirname(resolve(io.cwd, file)), resolve(io.cwd, strategy)) : strategy;
  if (!Array.isArray(readers)) return readers;
  return readers.map((reader: object) => ({ ...reader, strategy: text }));
}
