/** Reads saved comparisons back, from JSON or NDJSON. */
import * as z from 'zod';
import { UserError } from '../base/errors.ts';
import type { Group } from './comparison.ts';
import { DocumentSchema, GroupSchema, groupOf, RunSchema, ScenarioHeadSchema } from './document.ts';
import { COMPARE_SCHEMA } from './fields.ts';

export interface SavedScenario {
  readonly name: string;
  readonly sha256: string;
  /** Without those that have no runs. */
  readonly groups: readonly Group[];
}

export interface SavedResult {
  readonly prng: string;
  readonly complete: boolean;
  readonly scenarios: readonly SavedScenario[];
}

/** @param file as the user wrote it @throws UserError, or Error for what cannot be right */
export function readSaved(text: string, file: string): SavedResult {
  const document = text.startsWith('{"type":"header"') ? fromLines(text) : JSON.parse(text);
  const checked = SavedSchema.safeParse(document);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0]!;
    const at = path.length === 0 ? '' : `${path.join('.')}: `;
    throw new UserError(`${file} is no saved result: ${at}${message}`);
  }
  const { prng, complete, scenarios } = checked.data;
  return {
    prng,
    complete,
    scenarios: scenarios.map(({ name, sha256, groups }) => ({
      name,
      sha256,
      groups: groups.filter(({ runs }) => runs.length > 0).map((group) => groupOf(group, file)),
    })),
  };
}

/** What of the document is needed; the comparison in it is made again. */
const SavedSchema = DocumentSchema.pick({ schema: true, prng: true, complete: true }).extend({
  scenarios: z.array(z.looseObject({ ...ScenarioHeadSchema.shape, groups: z.array(GroupSchema) })),
});

const LineSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('header'), schema: z.literal(COMPARE_SCHEMA), prng: z.string() }),
  z.looseObject({ type: z.literal('scenario'), ...ScenarioHeadSchema.shape }),
  z.looseObject({
    type: z.literal('group'),
    scenario: z.string(),
    ...GroupSchema.omit({ runs: true }).shape,
  }),
  RunSchema.extend({ type: z.literal('run'), scenario: z.string(), group: z.string() }),
  z.looseObject({ type: z.literal('footer'), complete: z.boolean() }),
]);

/** Records that are made anew, or that a later version has added. */
const NEEDED = ['header', 'scenario', 'group', 'run', 'footer'];

function fromLines(text: string): object {
  const document = { schema: '', prng: '', complete: null as boolean | null };
  type Line = z.output<typeof LineSchema>;
  const scenarios: { name: string; sha256: string; groups: { runs: Line[]; label: string }[] }[] =
    [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed: { readonly type?: unknown } = JSON.parse(line);
    if (!NEEDED.includes(String(parsed.type))) continue;
    const checked = LineSchema.safeParse(parsed);
    if (!checked.success) throw new Error(`line ${i + 1}: ${checked.error.issues[0]!.message}`);
    const record = checked.data;
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
