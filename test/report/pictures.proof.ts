/** Every view of each shipped scenario under its own strategy. */
import { expect, test } from 'vitest';
import { passColumns } from '../../src/report/pictures/schedule-text.ts';
import { aPass, picturesOf, svgText } from '../support/stories.ts';
import { SHIPPED, shipped } from '../support/traced.ts';

test.each(SHIPPED.filter((name) => shipped(name).readers.length > 0))(
  '%s: the pass that is shown by default can be drawn',
  (name) => {
    const pass = aPass(shipped(name), null, 'any', 60_000)!;

    for (const text of picturesOf(pass).map(svgText)) {
      expect(text.length).toBeLessThan(150_000);
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(passColumns(pass.trace, pass.story)).not.toMatch(/NaN|undefined/);
  },
);
