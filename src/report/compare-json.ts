/** One JSON document, `mapsim/compare@1`, which `mapsim compare` can read. */
import { jsonOf } from '../base/printable.ts';
import {
  COMPARE_SCHEMA,
  comparisonHead,
  groupHead,
  judgementJson,
  runJson,
} from '../compare/fields.ts';
import { placesOf } from '../compare/places.ts';
import type { CompareResult, ScenarioResult } from '../compare/result.ts';
import { verdictsOf } from '../compare/verdict.ts';
import type { CompareFormat } from './report.ts';

export const compareJson: CompareFormat = {
  name: 'json',
  endings: ['json'],

  *render(result: CompareResult): Iterable<string> {
    const { tool, prng, costs, complete, scenarios, judgements, grid } = result;
    yield `{\n  "schema": ${jsonOf(COMPARE_SCHEMA)},\n`;
    yield `  "tool": ${jsonOf(tool)},\n  "prng": ${jsonOf(prng)},\n`;
    yield `  "costs": ${jsonOf(costs)},\n`;
    yield `  "complete": ${complete},\n  "scenarios": [`;
    for (const [i, scenario] of scenarios.entries()) {
      yield i === 0 ? '\n' : ',\n';
      yield* scenarioText(scenario);
    }
    yield scenarios.length === 0 ? '],\n' : '\n  ],\n';
    if (grid !== undefined) {
      yield `  "grid": ${jsonOf(grid)},\n`;
      yield `  "places": [${list(placesOf(scenarios), '    ')}\n  ],\n`;
    }
    const end = judgements.length === 0 ? ']' : '\n  ]';
    yield `  "failOn": [${list(judgements.map(judgementJson), '    ')}${end}\n}\n`;
  },
};

/** A run and a cell are a line each: the document is to be read by people too. */
function* scenarioText(scenario: ScenarioResult): Iterable<string> {
  const { name, sha256, point, comparison, groups } = scenario;
  yield `    {\n      "name": ${jsonOf(name)},\n      "sha256": "${sha256}",\n`;
  if (point !== undefined) yield `      "point": ${jsonOf(point)},\n`;
  if (comparison === null) yield '      "comparison": null,\n';
  else {
    const head = jsonOf(comparisonHead(comparison)).slice(0, -1);
    yield `      "comparison": ${head},"metrics":[`;
    for (const [i, { cells, ...metric }] of comparison.metrics.entries()) {
      const start = jsonOf(metric).slice(0, -1);
      const rows = list(cells, '          ');
      yield `${i === 0 ? '' : ','}\n        ${start},"cells":[${rows}\n        ]}`;
    }
    const verdicts = list(verdictsOf(groups, comparison), '        ');
    yield `\n      ],"verdict":[${verdicts}${verdicts === '' ? '' : '\n      '}]},\n`;
  }
  yield '      "groups": [';
  for (const [i, group] of groups.entries()) {
    const start = jsonOf(groupHead(group)).slice(0, -1);
    yield `${i === 0 ? '' : ','}\n        ${start},"runs":[`;
    yield `${list(group.runs.map(runJson), '          ')}\n        ]}`;
  }
  yield groups.length === 0 ? ']\n    }' : '\n      ]\n    }';
}

function list(items: readonly unknown[], indent: string): string {
  return items.map((item) => `\n${indent}${jsonOf(item)}`).join(',');
}
