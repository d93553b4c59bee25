import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINE_BYTES_MAX } from '../../src/base/lines.ts';
import { anon, CAPTURES, capture, checked, places } from './support.ts';

describe('a text as a kernel prints it', () => {
  test.each(CAPTURES)('has nothing wrong: %s', (name) => {
    const { findings, texts, vmas } = checked(capture(name));
    expect(findings).toEqual([]);
    expect(texts).toBe(1);
    expect(vmas).toHaveLength(capture(name).split('\n').length - 1);
  });

  test('may come in pieces of any size', () => {
    const text = capture('bash.maps');
    for (const chunk of [1, 7, 100, 4096]) expect(checked(text, chunk)).toEqual(checked(text));
  });

  test('may have the name column of a 32-bit kernel', () => {
    const line = '00008000-00010000 r-xp 00000000 b3:02 1234       /bin/busybox\n';
    expect(checked(line).findings).toEqual([]);
    expect(line.indexOf('/')).toBe(49);
  });

  test('may be smaps: the details below each line are passed over', () => {
    const details =
      'Size:                  4 kB\nRss:                   4 kB\nVmFlags: rd wr mr mw me ac\n';
    const { findings, vmas } = checked(anon(1, 2) + details + anon(3, 4) + details);
    expect(findings).toEqual([]);
    expect(vmas).toHaveLength(2);
  });
});

describe('what breaks a promise is found, with line and column', () => {
  test('an overlap', () => {
    expect(places(anon(1, 4) + anon(2, 5))).toEqual(['overlap 2:1']);
  });

  test('an address that goes backwards', () => {
    expect(places(anon(1, 2) + anon(5, 6) + anon(3, 4) + anon(7, 8))).toEqual(['backward 3:1']);
  });

  test('a duplicate: next to its like, or far from it', () => {
    expect(places(anon(1, 2) + anon(1, 3))).toEqual(['overlap 2:1', 'duplicate 2:1']);
    const far = anon(1, 2) + anon(3, 4) + anon(5, 6) + anon(3, 4) + anon(5, 6) + anon(7, 8);
    expect(places(far)).toEqual(['backward 4:1', 'duplicate 4:1', 'duplicate 5:1']);
  });

  test.each([
    ['an address in capitals', '7F0000000000-7f0000001000 rw-p 00000000 00:00 0 ', 'field 1:2'],
    ['an empty range', '7f0000001000-7f0000001000 rw-p 00000000 00:00 0 ', 'field 1:1'],
    ['permissions', '7f0000000000-7f0000001000 rwpx 00000000 00:00 0 ', 'field 1:27'],
    ['an address off its page', '7f0000000800-7f0000001000 rw-p 00000000 00:00 0 ', 'field 1:1'],
    ['no device', '7f0000000000-7f0000001000 rw-p 00000000 0 ', 'field 1:42'],
    ['a file without a path', '7f0000000000-7f0000001000 rw-p 00000000 08:01 77 ', 'field 1:49'],
    [
      'an inode of 30 digits',
      `7f0000000000-7f0000001000 rw-p 00000000 08:01 ${'9'.repeat(30)} /a`,
      'field 1:47',
    ],
    ['short addresses', '1000-2000 rw-p 00000000 00:00 0 ', 'spacing 1:1'],
    ['no space at the end', '7f0000000000-7f0000001000 rw-p 00000000 00:00 0', 'spacing 1:48'],
    [
      'a name that begins too early',
      '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 [heap]',
      'spacing 1:49',
    ],
    ['CR LF', '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \r', 'field 1:49'],
    ['words', 'Lorem ipsum', 'field 1:1'],
  ])('%s', (_name, line, place) => {
    expect(places(`${line}\n`)).toEqual([place]);
  });

  test('a line of more than 64 KiB, which is kept to that', () => {
    const long = `${anon(1, 2).trimEnd()} /${'a'.repeat(LINE_BYTES_MAX)}\n`;
    expect(places(anon(3, 4) + long + anon(5, 6))).toEqual(['field 2:1']);
  });

  test('a text cut inside its last line', () => {
    expect(places(anon(1, 2) + anon(3, 4).trimEnd())).toEqual(['spacing 2:40', 'field 2:1']);
  });
});

describe('texts after one another', () => {
  const text = anon(1, 2) + anon(3, 4);

  test.each([
    ['an empty line', '\n'],
    ['a comment', '# pass: 1\n'],
    ['addresses that begin anew', ''],
    [
      'the gate line',
      'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n',
    ],
    [
      'the gate line of vsyscall=emulate',
      'ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]\n',
    ],
  ])('are told apart by %s', (_name, between) => {
    const { findings, texts } = checked((text + between).repeat(3));
    expect(findings).toEqual([]);
    expect(texts).toBe(3);
  });
});

test('counts are those of the definitions, on random texts', () => {
  const line = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (ranges) => {
      // The first line is below all others, so that none of them begins a new text.
      const all = [
        [0, 1] as const,
        ...ranges.map(([start, pages]) => [start + 1, start + 1 + pages] as const),
      ];
      const found = checked(all.map(([start, end]) => anon(start, end)).join('')).findings;
      const count = (kind: string) => found.filter((finding) => finding.kind === kind).length;
      const pairs = all.slice(1).map((one, i) => [all[i]!, one] as const);
      expect(count('overlap')).toBe(pairs.filter(([a, b]) => b[0] >= a[0] && b[0] < a[1]).length);
      expect(count('backward')).toBe(pairs.filter(([a, b]) => b[0] < a[0]).length);
      const before = (i: number) => all.slice(0, i).some(([start]) => start === all[i]![0]);
      expect(count('duplicate')).toBe(all.filter((_, i) => before(i)).length);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('bytes of any kind are findings, never a crash', () => {
  const damage = fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 100 });
  fc.assert(
    fc.property(damage, fc.nat(4000), (places, length) => {
      const bytes = Buffer.from(capture('bash.maps').slice(0, length), 'latin1');
      for (const [at, byte] of places) if (at < bytes.length) bytes[at] = byte;
      const { vmas } = checked(bytes);
      expect(vmas.every(({ start, end }) => start < end)).toBe(true);
    }),
    { numRuns: 300, seed: 4 },
  );
});
