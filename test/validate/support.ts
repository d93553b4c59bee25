/** A lab as the command line makes it, for tests. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chooseStrategy } from '../../src/readers/index.ts';
import { Lab } from '../../src/validate/lab.ts';
import { aScenario, BUILT_IN } from '../support/run.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));

export const shippedText = (name: string): string =>
  readFileSync(`${SCENARIOS}${name}.yaml`, 'utf8').replace(/^mapsim: 1$/m, '');

export const aLab = (): Lab =>
  new Lab({
    long: false,
    strategies: BUILT_IN,
    strategy: chooseStrategy,
    parse: (_name, text) => {
      const { mapsim: _version, ...data } = JSON.parse(text) as Record<string, unknown>;
      const keys = Object.entries(data).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
      return aScenario(keys.join(''));
    },
    shipped: (name) => aScenario(shippedText(name)),
  });
