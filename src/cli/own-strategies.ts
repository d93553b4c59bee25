/**
 * Strategies from files of the user: `export default (kit) => ({ name, …hooks })`, an ES module
 * that is checked against the contract of proc/strategy.ts before anything runs.
 *
 * The file is a program and runs with the rights of the user who starts mapsim.
 */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Choice } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { contractFault } from '../library/contract.ts';
import type { Strategy } from '../proc/reader.ts';
import { Strategies } from '../readers/index.ts';
import { STRATEGY_KIT, type StrategyFile } from '../readers/kit.ts';
import { checkRegular, reading } from './files.ts';

/** Where the user's own strategies are: what a thread needs to load them again. */
export interface OwnFiles {
  readonly paths: readonly string[];
  /** That the paths are relative to, absolute. */
  readonly directory: string;
}

/** The files among the choices of a command. */
export function ownFiles(choices: Iterable<Choice>, directory: string): OwnFiles {
  const paths = new Set<string>();
  for (const { text, entry } of choices) if (entry === null) paths.add(text);
  return { paths: [...paths], directory };
}

export async function loadStrategies({ paths, directory }: OwnFiles): Promise<Strategies> {
  const own = new Map<string, Strategy>();
  for (const path of paths) own.set(path, await loadOne(path, directory));
  return new Strategies(own);
}

async function loadOne(text: string, directory: string): Promise<Strategy> {
  const path = resolve(directory, text);
  checkRegular(text, directory);
  reading(text, () => accessSync(path, constants.R_OK));
  const made = await makeOne(path).catch((error: unknown) => {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UserError(`strategy ${text} cannot be loaded: ${reason}`);
  });
  const fault = contractFault(made);
  if (fault !== null) throw new UserError(`strategy ${text}: ${fault}`);
  return made as Strategy;
}

async function makeOne(path: string): Promise<unknown> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
  if (typeof module.default !== 'function') {
    throw new TypeError('its default export is no function (kit) => strategy');
  }
  return (module.default as StrategyFile)(STRATEGY_KIT);
}
