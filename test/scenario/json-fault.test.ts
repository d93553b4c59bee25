/** A `.json` file is JSON, and the first place where it is not is named. */
import { expect, test } from 'vitest';
import { renderFaults } from '../../src/scenario/load/faults.ts';
import { jsonFault } from '../../src/scenario/load/json-fault.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { envWith } from './support.ts';

test.each([
  ['{"a": 1,}', 7, 'a comma without a value after it'],
  ['[1, 2, ]', 5, 'a comma without a value after it'],
  ['{"a": 1 "b": 2}', 8, '""" is not allowed here'],
  ['{a: 1}', 1, '"a" is not allowed here'],
  ["{'a': 1}", 1, '"\'" is not allowed here'],
  ['{"a": 1} // end', 9, 'a comment is not allowed here'],
  ['# no\n{}', 0, 'a comment is not allowed here'],
  ['{"a": [1, 2}', 11, '"}" is not allowed here'],
  ['{"a": 01}', 7, '"1" is not allowed here'],
  ['{"a": ', 6, 'the end of the text is missing'],
  ['', 0, 'the end of the text is missing'],
  ['{} {}', 3, '"{" is not allowed here'],
  ['{"a": "x\ny"}', 6, '""" is not allowed here'],
])('not JSON: %j', (text, at, message) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonFault(text)).toEqual({ at, message });
});

test.each(['{}', '[]', ' {"a": [1, {"b": -1.5e3}, true, null, "\\u00e9\\n"]}\n', '{"a": {}}', '1'])(
  'JSON: %j',
  (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(jsonFault(text)).toBeNull();
  },
);

test('a trailing comma is an error in x.json, and none in x.yaml', () => {
  const bytes = Buffer.from('{"mapsim": 1, "readers": [{"name": "r"}],}');
  const load = (path: string) => loadScenario({ path, bytes, yaml }, envWith());
  const refused = load('x.json');

  expect(load('x.yaml').ok).toBe(true);
  expect(refused.ok ? '' : renderFaults(refused.faults)).toContain(
    'x.json:1:41: error: not JSON: a comma without a value after it',
  );
});
