/** Loads a scenario in the page: makes a Scenario from its text, or returns its faults. */
import { UserError } from '../base/errors.ts';
import { loadEnvOf } from '../library/load-env.ts';
import { FaultList } from '../scenario/load/faults.ts';
import type { LoadEnv } from '../scenario/load/loading.ts';
import { parseSource, type Source } from '../scenario/load/parse.ts';
import { loadScenario, renderFaults } from '../scenario/load/validate.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { changesFor, type Edit } from './knobs.ts';
import type { FaultMessage, Given } from './messages.ts';
import type { YamlBlock } from './yaml-block.ts';

type LoadedText =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      /** As data. */
      readonly tree: unknown;
      readonly text: string;
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly text: string; readonly faults: readonly FaultMessage[] };

/** @param yaml loads the YAML parser; it is asked for only where the text is not JSON */
export function loadGiven(given: Given, edit: Edit | null, yaml: () => YamlBlock): LoadedText {
  const first = sourceOf(given, given.text, yaml);
  const text = edit === null ? given.text : edited(first, given.text, edit, yaml);
  const source = text === given.text ? first : sourceOf(given, text, yaml);
  const notes: string[] = [];
  const loaded = loadScenario(source, envOf(given, notes));
  if (loaded.ok) {
    const tree = parseSource(source, new FaultList())?.value;
    return { ok: true, scenario: loaded.scenario, tree, text, notes };
  }
  const faults = loaded.faults.map((fault) => ({
    line: fault.line,
    column: fault.column,
    text: renderFaults([fault]).trimEnd(),
  }));
  return { ok: false, text, faults };
}

function sourceOf({ path }: Given, text: string, yaml: () => YamlBlock): Source {
  const source = { path, bytes: new TextEncoder().encode(text) };
  const json = jsonOf(text);
  return json === undefined ? { ...source, yaml: yaml() } : { ...source, yaml: null, json };
}

function jsonOf(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function edited(source: Source, text: string, edit: Edit, yaml: () => YamlBlock): string {
  const tree = parseSource(source, new FaultList())?.value;
  const changes = changesFor(tree, edit);
  return changes.length === 0 ? text : yaml().withValues(text, changes);
}

function envOf({ files }: Given, notes: string[]): LoadEnv {
  return loadEnvOf({
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) {
        throw new UserError(`cannot read ${path}: the page cannot read files; put its lines here`);
      }
      return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    },
    note: (message) => notes.push(message),
  });
}
