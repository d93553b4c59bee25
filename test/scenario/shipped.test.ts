import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import { readStrategy } from '../../src/readers/index.ts';
import { parseFailOn } from '../../src/report/fail-on.ts';
import { type LoadEnv, loadScenario, renderFaults } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { readTrace } from '../../src/trace/read-trace.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const SHIPPED = readdirSync(FOLDER).filter((name) => /\.(yaml|json)$/.test(name));

/** With those of the folders below. */
const WITH_WRITERS = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(yaml|json)$/.test(name))
  .filter((name) => /^ *"?writers"?:/m.test(readFileSync(FOLDER + name, 'utf8')));

const env: LoadEnv = {
  readFile(path) {
    try {
      return readFileSync(path);
    } catch {
      throw new UserError(`cannot read ${path}`);
    }
  },
  strategies: readStrategy,
  readTrace,
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
    if (scenario.writers.length > 0) expect(scenario.durationNs).toBeGreaterThan(0);
  });

  // Whether the figures are true is tried in rates.proof.ts.
  test.each(WITH_WRITERS)('%s says whether its writer is real, and how busy', (name) => {
    const about = /^ *"?about"?: (.*)$/m.exec(readFileSync(FOLDER + name, 'utf8'))![1]!;

    expect(about).toMatch(/real Node process|made[- ]up/);
    expect(about).toMatch(
      name.startsWith('explore/') ? /made-up writers?, no rate/ : /[0-9,]+ calls a second|one call/,
    );
  });

  test('each has its line in the README', () => {
    const readme = readFileSync(`${FOLDER}README.md`, 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, name]) => name);

    const names = SHIPPED.map((name) => name.replace(/\.[a-z]+$/, ''));
    expect(listed.sort()).toEqual(names.sort());
  });
});
