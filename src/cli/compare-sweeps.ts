/**
 * Compares saved sweeps: the points of two or more sweeps with those of the first one, or the
 * strategies of a single sweep.
 */
import * as v from 'valibot';
import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { PRNG } from '../base/prng.ts';
import { VERSION } from '../base/version.ts';
import { runEntries } from '../compare/document.ts';
import { compareSweeps, type LeftOut, type PointRun, type SavedSweep } from '../compare/points.ts';
import type { RunSummary } from '../compare/record.ts';
import type { CompareResult } from '../compare/result.ts';
import { costsMark } from '../mm/costs.ts';
import type { SweepHeader } from '../report/sweep.ts';
import type { CommandContext } from './command.ts';
import { checkCosts, checkPaths, judgeSaved, type SavedRequest } from './compare-saved.ts';
import type { Messages } from './messages.ts';
import { differs, headerOf, sweepLines } from './sweep-file.ts';

interface SweepFile extends SavedSweep {
  readonly header: SweepHeader;
  readonly complete: boolean;
}

export function compareSavedSweeps(
  paths: readonly string[],
  { failOn, chosen }: SavedRequest,
  { io, messages }: CommandContext,
): CompareResult {
  checkPaths(paths);
  const files = paths.map((path) => readSweep(path, io.cwd));
  for (const file of files.slice(1)) checkAlike(files[0]!, file, messages);
  for (const { file, complete } of files) {
    if (!complete) messages.warning(`${file}: some of its runs are missing`);
  }
  const { scenarios, grid, leftOut } = compareSweeps(files, chosen);
  if (scenarios.length === 0) throw new UserError(nothingInCommon(files, leftOut));
  tellLeftOut(leftOut, messages);
  if (scenarios.every(({ groups }) => groups.length === 1)) {
    throw new UserError(`${paths[0]} has one strategy: a second sweep is missing`);
  }
  const last = files.length === 1 ? null : paths.at(-1)!;
  const points = scenarios.filter(({ point }) => point !== null);
  return {
    tool: VERSION,
    prng: PRNG,
    costs: costsMark(),
    complete: files.every((file) => file.complete),
    scenarios,
    ...(points.length > 1 && { grid }),
    judgements: points.flatMap((one) => judgeSaved(one, failOn, last)),
  };
}

const PointRunSchema = v.looseObject({
  ...runEntries,
  type: v.literal('run'),
  strategy: v.string(),
  point: v.record(v.string(), v.unknown()),
  drawn: v.optional(v.boolean(), true), // of sweeps that do not say it
});

function readSweep(path: string, cwd: string): SweepFile {
  let header: SweepHeader | null = null;
  let complete = false;
  const runs: PointRun[] = [];
  for (const line of sweepLines(path, cwd)) {
    if (header === null) {
      header = headerOf(path, line);
      continue;
    }
    if (line.record?.type === 'footer') complete = line.record.complete === true;
    if (line.record?.type !== 'run' || !line.whole) continue; // cut off where it was killed
    const checked = v.safeParse(PointRunSchema, line.record, { abortEarly: true });
    if (!checked.success) {
      const [issue] = checked.issues;
      throw new UserError(`${path} has an invalid run: ${v.getDotPath(issue)}: ${issue.message}`);
    }
    const { type: _, point, drawn, ...run } = checked.output;
    const strategy = printable(run.strategy);
    runs.push({ point, drawn, run: { ...run, strategy } as unknown as RunSummary });
  }
  if (header === null) throw new UserError(`${path} is empty`);
  const { grid, axes, shard } = header;
  if (runs.length === 0) throw new UserError(`${path} has no runs`);
  const name = printable(grid.name);
  return {
    ...{ file: path, grid: { ...grid, name }, axes, runs },
    ...{ header, complete: complete && shard === null },
  };
}

/** @throws UserError where nothing can be matched */
function checkAlike(first: SweepFile, file: SweepFile, messages: Messages): void {
  const [a, b] = [first.header, file.header];
  const both = `${first.file} and ${file.file}`;
  if (a.prng !== b.prng) {
    throw new UserError(
      `${both} drew their random numbers differently (${a.prng}, ${b.prng}): the same seed is not ` +
        'the same run',
    );
  }
  checkCosts({ file: first.file, ...a }, { file: file.file, ...b }, messages);
  if (a.shard !== null && b.shard !== null && differs(a, b) === null) {
    throw new UserError(`${both} are shards of one sweep: mapsim merge puts them together`);
  }
  const [ours, theirs] = [a, b].map(({ axes }) => axes.map(({ path }) => path));
  if ([...ours!].sort().join() !== [...theirs!].sort().join()) {
    const [left, right] = [ours, theirs].map((paths) => paths!.join(', ') || 'none');
    throw new UserError(`${both} have different axes: ${left} and ${right}`);
  }
  for (const key of ['durationNs', 'maxEvents'] as const) {
    if (a[key] !== b[key]) messages.warning(`${both}: ${key} is ${a[key]} and ${b[key]}`);
  }
}

function nothingInCommon(files: readonly SweepFile[], { groups }: LeftOut): string {
  const names = files.map(({ file }) => file).join(' and ');
  return groups.length > 0
    ? `${names} have no strategy in common: ${groups.join(', ')}`
    : `${names} have no point with the same seeds in common`;
}

function tellLeftOut({ points, runs, groups }: LeftOut, messages: Messages): void {
  if (groups.length > 0) {
    messages.warning(`left out, because only one file has it: ${groups.join(', ')}`);
  }
  if (points.length > 0) {
    const some = points.slice(0, 3).join('; ');
    const more = points.length > 3 ? '; …' : '';
    const are = points.length === 1 ? 'is' : 'are';
    messages.warning(
      `${counted(points.length, 'point')} ${are} not in every file, and left out: ${some}${more}`,
    );
  }
  if (runs > 0 && points.length === 0) {
    messages.warning(`${counted(runs, 'run')} left out: the seed is not in every file`);
  }
}
