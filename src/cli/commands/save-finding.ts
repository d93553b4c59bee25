/**
 * `explore --save`: the scenario with the schedule of the finding in it, under `x-schedule`, which
 * every other command ignores. Step names stand beside the schedule, so that a replay can say where
 * it stops fitting.
 */
import { dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { UserError } from '../../base/errors.ts';
import { FaultList } from '../../scenario/faults.ts';
import { parseSource } from '../../scenario/parse.ts';
import type { Finding, SearchOutcome } from '../../world/search-outcome.ts';
import type { CommandContext } from '../command.ts';
import { OutFile, readInput } from '../files.ts';
import { isStrategyFile } from '../own-strategies.ts';
import type { ExploreOptions } from './explore.ts';

/** @param path of the scenario that was searched */
export function saveFinding(
  file: string,
  path: string,
  outcome: SearchOutcome,
  options: ExploreOptions,
  { io, messages }: CommandContext,
): void {
  const [finding] = outcome.findings;
  if (finding === undefined) {
    messages.note(`--save: there is no finding, so ${file} is not written`);
    return;
  }
  const raw = rawScenario(path, io.cwd);
  const moved = movePaths(raw, (from) => {
    const target = resolve(io.cwd, dirname(path), from);
    return relative(dirname(resolve(io.cwd, file)), target);
  }) as Record<string, unknown>;
  const { strategy } = options;
  const scenario = {
    ...moved,
    ...(strategy === undefined
      ? {}
      : { readers: withStrategy(moved.readers, strategy, { file, io }) }),
    'x-schedule': scheduleOf(finding),
  };
  const out = new OutFile(file, io.cwd);
  try {
    out.write(stringify(scenario, { lineWidth: 100 }));
    out.finish();
  } finally {
    out.abandon();
  }
}

function scheduleOf({ class: name, course }: Finding): object {
  return {
    find: name,
    schedule: course.schedule,
    steps: course.steps.map((step) => step.name).join(' '),
  };
}

/** The scenario as data, before anything is checked or filled in. */
export function rawScenario(path: string, cwd: string): Record<string, unknown> {
  if (path === '-')
    throw new UserError('a schedule is saved with or read from a scenario file, not -');
  const parsed = parseSource(path, readInput(path, cwd), new FaultList());
  return (parsed?.value ?? {}) as Record<string, unknown>;
}

/** Files are named relative to the scenario: from another directory they have other names. */
function movePaths(value: unknown, move: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => movePaths(item, move));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const isPath = (key === 'from' || key === 'trace') && typeof part === 'string';
      return [key, isPath ? move(part) : movePaths(part, move)];
    }),
  );
}

function withStrategy(
  readers: unknown,
  strategy: string,
  { file, io }: { file: string; io: CommandContext['io'] },
): unknown {
  const own = isStrategyFile(strategy);
  const text = own ? relative(dirname(resolve(io.cwd, file)), resolve(io.cwd, strategy)) : strategy;
  if (!Array.isArray(readers)) return readers;
  return readers.map((reader: object) => ({ ...reader, strategy: text }));
}
