import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import { readStrategy } from '../../src/readers/index.ts';
import { parseFailOn } from '../../src/report/fail-on.ts';
import { type LoadEnv, loadScenario, renderFaults } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const SHIPPED = readdirSync(FOLDER).filter((name) => /\.(yaml|json)$/.test(name));

const env: LoadEnv = {
  readFile(path) {
    try {
      return readFileSync(path);
    } catch {
      throw new UserError(`cannot read ${path}`);
    }
  },
  strategies: readStrategy,
  costs: { presets: COST_PRESETS, names: COST_NAMES },
  failOn: (expression) => parseFailOn(expression, (strategy) => strategy),
};

describe('shipped scenarios', () => {
  test('those that were promised are there', () => {
    const promised = ['quiet', 'bash', 'python3', 'node', 'split-merge', 'resize', 'remap'];
    const more = ['flip-pair', 'hyperactive-writer', 'page-vs-vma', 'mckenney-mapper'];

    expect(SHIPPED).toEqual(expect.arrayContaining([...promised, ...more].map((n) => `${n}.yaml`)));
  });

  test.each(SHIPPED)('%s is good, says what to look for and ends', (name) => {
    const path = FOLDER + name;
    const bytes = readFileSync(path);

    const loaded = loadScenario({ path, bytes, yaml }, env);

    expect(loaded.ok ? '' : renderFaults(loaded.faults)).toBe('');
    if (!loaded.ok) return;
    const { scenario } = loaded;
    expect(bytes.toString()).toMatch(
      /^(# yaml-language-server: \$schema=|\{\n {2}"\$schema": ")\.\.\/schema\/scenario\.v1\.schema\.json"?,?\n/,
    );
    expect(scenario.about).toMatch(/^[A-Za-z].*\.$/);
    // Under a strategy that starves, only the duration ends it.
    if (scenario.writers.length > 0) {
      expect(scenario.durationNs).toBeGreaterThan(0);
      expect(scenario.about).toMatch(/real Node process|made[- ]up/);
      expect(scenario.about).toMatch(/[0-9,]+ calls a second/);
    }
  });

  test('each has its line in the README', () => {
    const readme = readFileSync(`${FOLDER}README.md`, 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, name]) => name);

    const names = SHIPPED.map((name) => name.replace(/\.[a-z]+$/, ''));
    expect(listed.sort()).toEqual(names.sort());
  });
});
