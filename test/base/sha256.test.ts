/** SHA-256 is that of Node, however the bytes are handed in. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from '../../src/base/sha256.ts';

const hexOf = (...parts: readonly Uint8Array[]): string => {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.hex();
};

test('the three bytes "abc" have the digest of the standard', () => {
  expect(hexOf(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('every length around the ends of blocks has the digest that Node gives', () => {
  for (let length = 0; length < 260; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256);
    expect(hexOf(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('a message in pieces has the digest of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), (parts) => {
      expect(hexOf(...parts)).toBe(hexOf(Uint8Array.from(parts.flatMap((part) => [...part]))));
    }),
  );
});
