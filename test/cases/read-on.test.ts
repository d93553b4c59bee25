/** K24: a reader that reads on after the read() that returned 0. */
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { caseCopy, fileOf } from './support.ts';

const GROWS = (readOn: string, strategy = 'mmap-lock') => `mapsim: 1
machine: { costs: zero }
vmas:
  - { start: "0x10000000", pages: 3, perms: r--p }
readers: [ { name: r, strategy: ${strategy}, ${readOn} } ]
writers:
  - { name: w, start: 10us, ops: 1, program: [ { mmap: { at: "0x20000000", pages: 2, perms: rw-p } } ] }
`;

async function textOf(readOn: string, strategy?: string): Promise<string> {
  const cwd = aDirectory({ 's.yaml': GROWS(readOn, strategy) });
  const { stdout } = await mapsim(['run', 's.yaml', '--summary=none'], { cwd });
  return stdout;
}

const LOW = '10000000-10003000 r--p 00000000 00:00 0 \n';
const HIGH = '20000000-20002000 rw-p 00000000 00:00 0 \n';

describe('reading on', () => {
  test('the position behind the end is a sentinel: read() goes on returning 0', async () => {
    expect(await textOf('readOn: {times: 3, after: 20us}')).toBe(LOW);
    expect(await textOf('readOn: {after: 20us}', 'vma-lock')).toBe(LOW);
  });

  test('a walk by queries finds what was mapped above meanwhile', async () => {
    expect(await textOf('passes: 1', 'query')).toBe(LOW);
    expect(await textOf('readOn: {times: 1, after: 20us}', 'query')).toBe(LOW + HIGH);
    expect(await textOf('readOn: {times: 1, after: 5us}', 'query')).toBe(LOW);
  });

  test('the pass lasts until the last read() has returned', async () => {
    const cwd = aDirectory({ 's.yaml': GROWS('readOn: {times: 2, after: 20us}') });

    const { stdout } = await mapsim(['run', 's.yaml', '--format=json'], { cwd });

    const outcome = JSON.parse(stdout) as { readers: { passNs: { max: number } }[] };
    expect(outcome.readers[0]!.passNs.max).toBe(40_000);
  });

  test.each(['mmap-lock', 'mmap-lock-all', 'rcu-page1', 'vma-lock'])(
    'the case of a last line twice: in no order of steps under %s',
    async (strategy) => {
      const cwd = caseCopy('62');
      const { writeFileSync } = await import('node:fs');
      const text = fileOf('62', 's.yaml').replace(
        '{ name: reader }',
        '{ name: reader, readOn: { times: 2 } }',
      );
      writeFileSync(`${cwd}/on.yaml`, text);

      const { code, stdout } = await mapsim(
        ['explore', 'on.yaml', `--strategy=${strategy}`, '--find=duplicates'],
        { cwd },
      );

      expect(stdout).toContain('exhaustive');
      expect(code).toBe(0);
    },
  );

  // read() at 10, 20 and 50 us. The second VMA is pending after the first read(), and gone at the
  // second; then the first VMA grows over its place.
  const SWALLOWED = (strategy: string, gate: string) => `mapsim: 1
machine: { costs: { preset: zero, syscall: 10us } }
vmas:
  - { start: "0x10000000", pages: 3, perms: rw-p }
  - { start: "0x10003000", pages: 3, perms: r--p }
${gate === '' ? '' : `  - "${gate}"`}
readers: [ { name: r, buffer: 41, strategy: "${strategy}", readOn: { times: 1, after: 20us } } ]
writers:
  - name: w
    start: 15us
    think: 15us
    ops: 2
    program:
      - munmap: { at: "0x10003000", pages: 3 }
      - mmap: { at: "0x10003000", pages: 3, perms: rw-p }
`;
  const GATE =
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]';
  const SHORT = '10000000-10003000 rw-p 00000000 00:00 0 \n';
  const GROWN = '10000000-10006000 rw-p 00000000 00:00 0 \n';

  test.each([
    ['mmap-lock:end=pending', '', SHORT + GROWN],
    ['mmap-lock', '', SHORT],
    ['vma-lock', '', SHORT],
    ['mmap-lock:end=pending', GATE, `${SHORT}${GATE}\n`],
  ])(
    'a position that stays at the pending VMA, as from 5.7 to 6.0: %s%s',
    async (strategy, gate, text) => {
      const cwd = aDirectory({ 's.yaml': SWALLOWED(strategy, gate) });

      const { stdout } = await mapsim(['run', 's.yaml', '--summary=none'], { cwd });

      expect(stdout).toBe(text);
    },
  );

  test.each([
    ['readOn: {times: 0}', 'times'],
    ['readOn: {after: soon}', 'after'],
    ['readOn: 3', 'readOn'],
  ])('%s is refused', async (readOn, key) => {
    const { code, stderr } = await mapsim(['validate', 's.yaml'], {
      cwd: aDirectory({ 's.yaml': GROWS(readOn) }),
    });

    expect([code, stderr]).toEqual([2, expect.stringContaining(`${key}: `)]);
  });
});
