import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basename, dirname, isAbsolute, joinPaths } from '../../src/base/posix-path.ts';

const part = fc.constantFrom('.', '..', 'a', 'b.yaml', '.c');
const path = fc
  .tuple(fc.constantFrom('', '/'), fc.array(part, { minLength: 1, maxLength: 6 }))
  .map(([root, parts]) => root + parts.join('/'));
/** Of a file: it does not end in a slash. */
const file = path.map((text) => `${text}/f`);

test('paths are those of node:path', () => {
  fc.assert(
    fc.property(path, file, (directory, of) => {
      expect(isAbsolute(directory)).toBe(posix.isAbsolute(directory));
      expect(basename(of)).toBe(posix.basename(of));
      expect(dirname(directory)).toBe(posix.dirname(directory));
      expect(joinPaths(directory, of)).toBe(posix.join(directory, of));
    }),
    { numRuns: 2000 },
  );
});
