/**
 * The scenarios of the package, by name: `@bash` is scenarios/bash.yaml of the installed package,
 * `@explore/flip` and `@examples/border` are files of these folders. A user's own file whose name
 * begins with @ is written `./@name`.
 */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { packageFile } from './package-files.ts';

const ENDING = /\.(ya?ml|json)$/;

/** Folders of the package, and what stands in front of the names in them. */
const FOLDERS = {
  'scenarios/': '',
  'scenarios/explore/': 'explore/',
  'scenarios/kernel/': 'kernel/',
  'scenarios/bug-compat/': 'bug-compat/',
  'scenarios/playground/': 'playground/',
  'examples/': 'examples/',
} as const;

export interface Shipped {
  /** Without @ and ending. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export function shippedScenarios(): Shipped[] {
  return Object.entries(FOLDERS).flatMap(([folder, prefix]) =>
    readdirSync(packageFile(folder))
      .filter((file) => ENDING.test(file))
      .sort()
      .map((file) => {
        const name = `${prefix}${file.replace(ENDING, '')}`;
        return { name, path: fileURLToPath(packageFile(`${folder}${file}`)) };
      }),
  );
}

/** @param name without @ @throws UserError */
export function shippedScenario(name: string): Shipped {
  const all = shippedScenarios();
  const found = all.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    all.map((scenario) => scenario.name),
  );
  const hint = meant === null ? 'mapsim scenarios lists them' : `did you mean @${meant}?`;
  throw new UserError(`no shipped scenario has the name ${name}; ${hint}`);
}

/** The file of a scenario that may be named by `@NAME`. */
export function scenarioFile(path: string): string {
  return path.startsWith('@') ? shippedScenario(path.slice(1)).path : path;
}

/** A sentence for a file that is missing, where its name is that of a shipped scenario. */
export function shippedHint(path: string): string | null {
  const written = path.replace(ENDING, '');
  const all = shippedScenarios();
  const found =
    all.findLast(({ name }) => `/${written}`.endsWith(`/${name}`)) ??
    all.find(({ name }) => basename(name) === basename(written));
  return found === undefined ? null : `a shipped scenario has this name: @${found.name}`;
}
