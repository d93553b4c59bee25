/**
 * Compares saved results: each strategy with the same strategy in the first file. If every file has
 * only one strategy, these are compared, even if they differ.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, UserError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { PRNG } from '../base/prng.ts';
import { VERSION } from '../base/version.ts';
import { compareGroups, type Group } from '../compare/comparison.ts';
import { COMPARE_SCHEMA } from '../compare/fields.ts';
import type { MetricInfo } from '../compare/metrics.ts';
import type { CompareResult, Judgement, ScenarioResult } from '../compare/result.ts';
import { readSaved, type SavedResult } from '../compare/saved.ts';
import { judgeGroups, parseGiven } from '../library/judge-groups.ts';
import { costsMark } from '../mm/costs.ts';
import { chooseStrategy } from '../readers/index.ts';
import { SWEEP_SCHEMA } from '../report/sweep.ts';
import type { CommandContext } from './command.ts';
import { readInput, statOf } from './files.ts';
import type { Messages } from './messages.ts';

/** All formats that have a schema name it first. */
const SCHEMA_HEAD = /^\s*\{\s*(?:"type":\s*"header",\s*)?"schema":\s*"(mapsim\/\w+@\d+)"/;
const HEAD_BYTES = 512;

export type InputKind = 'scenario' | 'saved result' | 'sweep';

/** What a file is, by its beginning. @throws UserError for results of another kind */
export function inputKindOf(path: string, cwd: string): InputKind {
  const schema = SCHEMA_HEAD.exec(headOf(resolve(cwd, path)))?.[1];
  if (schema === undefined) return 'scenario';
  if (schema === COMPARE_SCHEMA) return 'saved result';
  if (schema === SWEEP_SCHEMA) return 'sweep';
  const advice = 'compare reads files of "mapsim compare -o" and "mapsim sweep -o"';
  throw new UserError(`${path} is a result of another kind (${schema}): ${advice}`);
}

interface Costed {
  readonly file: string;
  /** Version that saved it. */
  readonly tool: string;
  /** Of versions that say it. */
  readonly costs?: string | undefined;
}

/** @throws UserError where both say their costs and they differ */
export function checkCosts(first: Costed, other: Costed, messages: Messages): void {
  if (first.costs === other.costs) return;
  const [a, b] = [first, other].map(
    ({ file, tool }) => `${printable(file)} (mapsim ${printable(tool)})`,
  );
  if (first.costs !== undefined && other.costs !== undefined) {
    throw new UserError(`${a} and ${b} were run with different costs: make both with one version`);
  }
  const silent = first.costs === undefined ? a : b;
  messages.warning(`${silent} does not say with which costs it was run: they may be others`);
}

/** @throws UserError */
export function checkPaths(paths: readonly string[]): void {
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new UserError(`${twice} is given twice`);
}

/** Nothing where it cannot be read twice, or not at all: reading it whole tells. */
function headOf(path: string): string {
  if (statOf(path)?.isFile() !== true) return '';
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.toString('utf8', 0, readSync(fd, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

interface SavedFile extends SavedResult {
  readonly path: string;
}

/** What is asked of saved results. */
export interface SavedRequest {
  /** Expressions of --fail-on, as given. */
  readonly failOn: readonly string[];
  readonly chosen: readonly MetricInfo[];
}

export function compareSaved(
  paths: readonly string[],
  { failOn, chosen }: SavedRequest,
  { io, messages }: CommandContext,
): CompareResult {
  if (paths.length < 2) throw new UserError(`${paths[0]}: a second saved result is missing`);
  checkPaths(paths);
  const files = paths.map((path) => ({ path, ...readOne(path, io.cwd) }));
  checkOrigins(files, messages);
  const names = [...new Set(files.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)))];
  const scenarios = names.map((name) => scenarioResult(name, files, { chosen, messages }));
  const judgements = scenarios.flatMap((scenario) => judgeSaved(scenario, failOn, paths.at(-1)!));
  const complete = files.every((file) => file.complete);
  return { tool: VERSION, prng: PRNG, costs: costsMark(), complete, scenarios, judgements };
}

function readOne(path: string, cwd: string): SavedResult {
  try {
    return readSaved(new TextDecoder().decode(readInput(path, cwd)), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} is not a complete saved result: ${reason}`, EXIT.usage);
  }
}

function checkOrigins(files: readonly SavedFile[], messages: Messages): void {
  const [first] = files;
  for (const file of files) {
    if (file.prng !== first!.prng) {
      throw new UserError(
        `${first!.path} and ${file.path} drew their random numbers differently ` +
          `(${first!.prng}, ${file.prng}): the same seed does not mean the same run`,
      );
    }
    checkCosts({ file: first!.path, ...first! }, { file: file.path, ...file }, messages);
    if (!file.complete) messages.warning(`${file.path}: not all seeds were run`);
  }
}

function scenarioResult(
  name: string,
  files: readonly SavedFile[],
  { chosen, messages }: { readonly chosen: readonly MetricInfo[]; readonly messages: Messages },
): ScenarioResult {
  const found = files.flatMap((file) => {
    const scenario = file.scenarios.find((other) => other.name === name);
    return scenario === undefined ? [] : [{ path: file.path, ...scenario }];
  });
  for (const { path } of files.filter((file) => !found.some((f) => f.path === file.path))) {
    messages.warning(`${path} has no runs of ${name}`);
  }
  const [first] = found;
  const other = found.find(({ sha256 }) => sha256 !== first!.sha256);
  if (other !== undefined) {
    messages.warning(`${name}: the scenarios in ${first!.path} and ${other.path} differ`);
  }
  const lone = found.every(({ groups }) => groups.length === 1);
  const groups: Group[] = [];
  const against: (number | null)[] = [];
  for (const strategy of new Set(found.flatMap((file) => file.groups.map(({ label }) => label)))) {
    const start = lone ? 0 : groups.length;
    for (const { path, groups: own } of found) {
      const group = own.find(({ label }) => label === strategy);
      if (group === undefined) continue;
      against.push(groups.length === start ? null : start);
      groups.push({ ...group, label: printable(`${path}:${strategy}`) });
    }
  }
  const { sha256 } = found.at(-1)!;
  const exact = found.every((file) => file.exact);
  if (groups.length === 0) return { name, sha256, groups, comparison: null };
  return { name, sha256, groups, comparison: compareGroups(groups, against, exact, chosen) };
}

/**
 * Expressions without a file are about the last one; `FILE:STRATEGY:METRIC` says another.
 * @param last null: there is one file, and groups are called by their strategies
 */
export function judgeSaved(
  { name, groups }: ScenarioResult,
  failOn: readonly string[],
  last: string | null,
): readonly Judgement[] {
  const labels = groups.map(({ label }) => label);
  const canonical = (text: string): string => {
    if (labels.includes(text)) return text;
    if (last === null) return chooseStrategy(text).text;
    const ownName = `${last}:${text}`;
    return labels.includes(ownName) ? ownName : `${last}:${chooseStrategy(text).text}`;
  };
  const expressions = parseGiven(failOn, labels, canonical);
  const judged = groups.filter(({ file }) => file === last);
  return judgeGroups(name, expressions, groups, judged);
}
