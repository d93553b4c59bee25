/**
 * The published JSON Schemas, in draft 7 (which the YAML support of editors documents). They are
 * made from the forms with which the program checks its input, or from those of search.ts, which
 * are only for the schemas. A test compares schema/ with them, and the program prints the files of
 * schema/, so that it never loads the converter.
 */
import { type OverrideSchemaContext, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { DocumentSchema } from '../../src/compare/document.ts';
import { OperationSchema } from '../../src/scenario/load/operations.ts';
import * as scenario from '../../src/scenario/load/schema.ts';
import * as parts from '../../src/scenario/load/schema-parts.ts';
import { MeasureSchema } from './measure.ts';
import { RecordSchema, RunSchema, SweepSchema } from './run.ts';
import { ExploreSchema, ReplaySchema } from './search.ts';

type Json = { [key: string]: unknown };

/** By name, the texts of `schema/NAME.v1.schema.json`. */
export const PUBLISHED = {
  scenario: () =>
    textOf('scenario', scenario.ScenarioSchema, {
      fixedDuration: parts.FixedDurationSchema,
      duration: parts.DurationSchema,
      address: parts.Address,
      perms: parts.Perms,
      file: parts.FileSchema,
      selector: parts.SelectorSchema,
      vmas: scenario.VmaEntrySchema,
      operation: OperationSchema,
      reader: scenario.ReaderSchema,
      writer: scenario.WriterSchema,
      costs: scenario.CostsSchema,
      machine: scenario.MachineSchema,
    }),
  run: () => textOf('run', RunSchema),
  record: () => textOf('record', RecordSchema),
  sweep: () => textOf('sweep', SweepSchema),
  compare: () => textOf('compare', DocumentSchema),
  explore: () => textOf('explore', ExploreSchema),
  replay: () => textOf('replay', ReplaySchema),
  measure: () => textOf('measure', MeasureSchema),
};

function textOf(
  name: string,
  form: GenericSchema,
  definitions: Record<string, GenericSchema> = {},
): string {
  const { $schema, $defs, ...rest } = toJsonSchema(form as never, {
    definitions: definitions as never,
    errorMode: 'ignore', // overrideSchema throws instead
    overrideRef: ({ referenceId }) => `#/definitions/${referenceId}`,
    overrideSchema,
  }) as Json;
  const $id = `https://mapsim.invalid/schema/${name}.v1.schema.json`;
  const whole = { $schema, $id, ...rest, ...($defs ? { definitions: $defs } : {}) };
  return `${JSON.stringify(whole, tidy, 2)}\n`;
}

/** An object of the scenario is two schemas in a row: the first only says what it has to be. */
function overrideSchema({ valibotSchema, errors, jsonSchema }: OverrideSchemaContext) {
  const { type } = valibotSchema as { readonly type: string };
  if (errors && type !== 'custom') throw new Error(errors.join(' '));
  if (type === 'strict_object') return { ...jsonSchema, patternProperties: { '^x-': true } };
  if (type === 'loose_object') return { ...jsonSchema, additionalProperties: {} };
  return undefined;
}

/** In draft 7 what stands beside a $ref is ignored. */
function tidy(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { $ref, ...rest } = value as Json;
  if (typeof $ref === 'string' && Object.keys(rest).length > 0) {
    return { ...rest, allOf: [{ $ref }] };
  }
  if (Array.isArray(rest.required) && rest.required.length === 0) delete rest.required;
  return typeof $ref === 'string' ? { $ref } : rest;
}
