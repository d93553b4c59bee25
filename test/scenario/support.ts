/** Loads scenarios from text, with files that exist only in the test. */
import { type Choice, isOwnFile, ownChoice } from '../../src/base/choice.ts';
import { UserError } from '../../src/base/errors.ts';
import { type LoadEnv, loadScenario, renderFaults } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { readTrace } from '../../src/trace/read-trace.ts';

export type Files = Readonly<Record<string, string>>;

export const STRATEGIES = ['mmap-lock', 'rcu-retry3', 'rcu-page'];

const aChoice = (text: string): Choice => ({ text, entry: text, n: 0, values: {} });

export function envWith(files: Files = {}, more: Partial<LoadEnv> = {}): LoadEnv {
  return {
    readFile(path) {
      const text = files[path];
      if (text === undefined) throw new UserError(`cannot read ${path}: no such file`, 3);
      return Buffer.from(text, 'latin1');
    },
    strategies(text) {
      if (STRATEGIES.includes(text)) return { ok: true, choice: aChoice(text) };
      if (isOwnFile(text)) return { ok: true, choice: ownChoice(text) };
      if (text === 'baseline') return { ok: true, choice: aChoice('mmap-lock') };
      const error = `unknown strategy "${text}"`;
      const nearest = text === 'rcu-rety3' ? 'rcu-retry3' : null;
      return { ok: false, error, nearest, known: STRATEGIES, offset: 0, length: text.length };
    },
    costs: { presets: ['server', 'zero'], names: ['formatAnon', 'vmaCopy', 'writeSectionShare'] },
    readTrace,
    ...more,
  };
}

/** The scenario, which has to be good. */
export function load(text: string, files: Files = {}, more: Partial<LoadEnv> = {}): Scenario {
  const loaded = loadScenario(
    { path: 's.yaml', bytes: Buffer.from(text), yaml },
    envWith(files, more),
  );
  if (loaded.ok) return loaded.scenario;
  throw new Error(renderFaults(loaded.faults));
}

/** The rendered faults; empty if there are none. */
export function faultsOf(
  text: string | Uint8Array,
  files: Files = {},
  more: Partial<LoadEnv> = {},
): string {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const loaded = loadScenario({ path: 's.yaml', bytes, yaml }, envWith(files, more));
  return loaded.ok ? '' : renderFaults(loaded.faults, { dropped: loaded.dropped });
}

/** Only the messages: `line:column message`. */
export function messagesOf(text: string, files: Files = {}, more: Partial<LoadEnv> = {}): string[] {
  const loaded = loadScenario(
    { path: 's.yaml', bytes: Buffer.from(text), yaml },
    envWith(files, more),
  );
  if (loaded.ok) return [];
  return loaded.faults.map((fault) => {
    const hint = fault.hint === null ? '' : ` | ${fault.hint}`;
    return `${fault.line}:${fault.column} ${fault.message}${hint}`;
  });
}
