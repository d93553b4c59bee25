/** Reads saved comparisons back, from JSON or NDJSON. */
import * as v from 'valibot';
import { UserError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Group } from './comparison.ts';
import { groupOf, LineSchema, SavedSchema } from './document.ts';

interface SavedScenario {
  readonly name: string;
  readonly sha256: string;
  /** The runs used no random numbers. */
  readonly exact: boolean;
  /** The groups that have runs. */
  readonly groups: readonly Group[];
}

export interface SavedResult {
  readonly prng: string;
  /** The version of mapsim that saved it. */
  readonly tool: string;
  readonly costs: string | undefined;
  readonly complete: boolean;
  readonly scenarios: readonly SavedScenario[];
}

/** @param file as the user wrote it @throws UserError, or Error for impossible content */
export function readSaved(text: string, file: string): SavedResult {
  const document = text.startsWith('{"type":"header"') ? fromLines(text) : JSON.parse(text);
  const checked = v.safeParse(SavedSchema, document, { abortEarly: true });
  if (!checked.success) {
    const [issue] = checked.issues;
    const path = v.getDotPath(issue);
    const at = path === null ? '' : `${path}: `;
    throw new UserError(`${file} is not a saved result: ${at}${issue.message}`);
  }
  const { prng, tool, costs, complete, scenarios } = checked.output;
  return {
    prng,
    tool,
    costs,
    complete,
    scenarios: scenarios.map(({ name, sha256, comparison, groups }) => ({
      name: printable(name),
      sha256,
      exact: comparison?.exact === true,
      groups: groups.filter(({ runs }) => runs.length > 0).map((group) => groupOf(group, file)),
    })),
  };
}

/** Records that are computed again, or that a later version has added. */
const NEEDED = ['header', 'scenario', 'group', 'run', 'footer'];

function fromLines(text: string): object {
  const document = { schema: '', tool: '', prng: '', complete: null as boolean | null };
  type Line = v.InferOutput<typeof LineSchema>;
  const scenarios: { name: string; sha256: string; groups: { runs: Line[]; label: string }[] }[] =
    [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed: { readonly type?: unknown } = JSON.parse(line);
    if (!NEEDED.includes(String(parsed.type))) continue;
    const checked = v.safeParse(LineSchema, parsed, { abortEarly: true });
    if (!checked.success) throw new Error(`line ${i + 1}: ${checked.issues[0].message}`);
    const record = checked.output;
    const own = scenarios.at(-1);
    if (record.type === 'header') Object.assign(document, record);
    else if (record.type === 'footer') document.complete = record.complete;
    else if (record.type === 'scenario') scenarios.push({ ...record, groups: [] });
    else if (record.type === 'group') own?.groups.push({ ...record, runs: [] });
    else own?.groups.at(-1)?.runs.push(record);
  }
  if (document.complete === null) throw new Error('its end is missing');
  return { ...document, scenarios };
}
