/** `mapsim validate-model` at its edges; what it finds is held in test/validate. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarioDirectory } from '../../src/cli/commands/validate-model.ts';
import { mapsim } from './support.ts';

test('validate-model: refuses a format that it does not have', async () => {
  const { code, stdout, stderr } = await mapsim(['validate-model', '--format=csv']);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('text, json, markdown');
});

test('validate-model: a signal ends it between two claims, without half a table', async () => {
  let watched = false;
  const { code, stdout, stderr } = await mapsim(['validate-model'], {
    onSignal: (handler) => {
      watched = true;
      setImmediate(() => handler('SIGINT'));
      return () => {};
    },
  });

  expect([watched, code, stdout]).toEqual([true, 130, '']);
  expect(stderr).toMatch(/warning: interrupted after [0-9]+ of [0-9]+ claims: no table\n$/);
});

test('validate-model: finds the scenarios of its own package', () => {
  expect(existsSync(join(scenarioDirectory(), 'mckenney.yaml'))).toBe(true);
});
