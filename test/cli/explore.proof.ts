/** The examples in the help of `mapsim explore` and `mapsim census`, in processes of their own. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/help.ts';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';

describe('the examples of its help', () => {
  beforeAll(ensureBuilt);

  test.each([...COMMANDS.explore.examples, ...COMMANDS.census.examples])(
    '%s ends',
    async (line) => {
      const argv = line.split(' ').slice(1);
      const paths = argv.map((word) => (word.startsWith('scenarios/') ? join(ROOT, word) : word));
      const { code, stderr } = await spawnMapsim(paths);

      expect([0, 1, 4]).toContain(code);
      expect(stderr).toBe('');
    },
  );
});
