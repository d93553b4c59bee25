/**
 * One JSON record per line: `header`, then for each scenario `scenario`, its `group`s each followed
 * by its `run`s, and a `cell` for each metric and group; then a `verdict` for each group but the
 * first; for sweeps a `place` for each group and metric; then the judgements as `failOn`, and
 * `footer`.
 */

import {
  COMPARE_SCHEMA,
  comparisonHead,
  groupHead,
  judgementJson,
  runJson,
} from '../compare/fields.ts';
import { placesOf } from '../compare/places.ts';
import type { CompareResult } from '../compare/result.ts';
import { verdictsOf } from '../compare/verdict.ts';
import { record } from './ndjson.ts';
import type { CompareFormat } from './report.ts';

export const compareNdjson: CompareFormat = {
  name: 'ndjson',
  endings: ['ndjson', 'jsonl'],

  *render(result: CompareResult): Iterable<string> {
    const { tool, prng, costs, complete, scenarios, judgements, grid } = result;
    yield record('header', { schema: COMPARE_SCHEMA, tool, prng, costs, ...(grid && { grid }) });
    for (const { name, sha256, point, comparison, groups } of scenarios) {
      const head = comparison === null ? null : comparisonHead(comparison);
      const at = point === undefined ? {} : { point };
      yield record('scenario', { name, sha256, ...at, comparison: head });
      for (const group of groups) {
        yield record('group', { scenario: name, ...groupHead(group) });
        for (const run of group.runs) {
          yield record('run', { scenario: name, group: group.label, ...runJson(run) });
        }
      }
      for (const { metric, unit, cells } of comparison?.metrics ?? []) {
        for (const cell of cells) yield record('cell', { scenario: name, metric, unit, ...cell });
      }
      for (const verdict of comparison === null ? [] : verdictsOf(groups, comparison)) {
        yield record('verdict', { scenario: name, ...verdict });
      }
    }
    const places = grid === undefined ? [] : placesOf(scenarios);
    for (const place of places) yield record('place', place);
    for (const judgement of judgements) yield record('failOn', judgementJson(judgement));
    yield record('footer', { complete });
  },
};
