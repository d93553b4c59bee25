/** Files that a scenario names are anybody's: no pipe is waited for, little of a line is shown. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';

const READER = 'readers: [{name: r}]\n';
const SECRET = 'root:$6$abcdefgh$0123456789012345678901234567890123456789:19000:0:99999:7:::';

describe('a pipe or a device in a scenario is refused, not waited for', () => {
  test.each([
    ['vmas: [{from: pipe}]', 'from: cannot read pipe'],
    ['vmas: [{from: ./pipe}]', 'from: cannot read pipe'],
    ['vmas: [{from: /dev/zero}]', 'from: cannot read /dev/zero'],
    ['vmas: [{from: /dev/null}]', 'from: cannot read /dev/null'],
    ['vmas: [{from: link}]', 'from: cannot read link'],
    ['writers: [{name: w, trace: pipe}]', 'trace: cannot read pipe'],
    ['writers: [{name: w, trace: [pipe, pipe]}]', 'trace: cannot read pipe'],
    ['writers: [{name: w, trace: /dev/urandom}]', 'trace: cannot read /dev/urandom'],
    ['writers: [{name: w, trace: log, filesFrom: [pipe]}]', 'filesFrom: cannot read pipe'],
    [
      'writers: [{name: w, trace: log, filesFrom: [/dev/full]}]',
      'filesFrom: cannot read /dev/full',
    ],
  ])('%s', async (part, message) => {
    const cwd = aDirectory({
      's.yaml': `mapsim: 1\n${READER}${part}\n`,
      log: '1.0 munmap(0x7f0000000000, 4096) = 0\n',
    });
    execFileSync('mkfifo', ['pipe'], { cwd });
    execFileSync('ln', ['-s', 'pipe', 'link'], { cwd });

    const { code, stderr } = await mapsim(['validate', 's.yaml'], { cwd });

    expect(stderr).toContain(`${message}: it is not a regular file\n`);
    expect(code).toBe(3);
  });
});

describe('of a line of such a file', () => {
  const LINE = '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n';
  const NEXT = LINE.replaceAll('7f00', '7f10');

  test('at most 40 characters are shown', async () => {
    const cwd = aDirectory({
      's.yaml': `mapsim: 1\n${READER}vmas: [{from: x.maps}]\n`,
      'x.maps': `${LINE}${SECRET}\n${NEXT}`,
    });

    const { stderr } = await mapsim(['validate', 's.yaml'], { cwd });

    expect(stderr).toContain('x.maps:2:1: error: ');
    expect(stderr).toContain(SECRET.slice(0, 40));
    expect(stderr).not.toContain(SECRET.slice(0, 41));
  });

  test.each(['../x.maps', 'a/../../x.maps', '/ABSOLUTE/x.maps'])(
    'nothing is shown where it lies outside the folder of the scenario: %s',
    async (from) => {
      const cwd = aDirectory({ 'd/s.yaml': '', 'x.maps': `${LINE}${SECRET}\n${NEXT}` });
      const path = from.replace('/ABSOLUTE', cwd);
      const files = { 'd/s.yaml': `mapsim: 1\n${READER}vmas: [{from: ${path}}]\n` };
      const inside = aDirectory(files);
      execFileSync('cp', [`${cwd}/x.maps`, inside]);

      const { code, stderr } = await mapsim(['validate', 'd/s.yaml'], { cwd: inside });

      expect(code).toBe(2);
      expect(stderr).toContain('x.maps:2:1: error: ');
      expect(stderr).not.toContain('root');
    },
  );
});

test('what stands before the lines of a foreign file is not shown', async () => {
  const inside = aDirectory({
    'd/s.yaml': `mapsim: 1\n${READER}vmas: [{from: ../x.maps}]\n`,
    'x.maps': 'root: 7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n',
  });

  const { code, stderr } = await mapsim(['validate', 'd/s.yaml'], { cwd: inside });

  expect(code).toBe(0);
  expect(stderr).toContain('1 line has something before it, which was removed');
  expect(stderr).not.toContain('root');
});

test('a cost named __proto__ is unknown, however it is written', async () => {
  for (const [name, text] of Object.entries({
    's.yaml': `mapsim: 1\n${READER}machine: {costs: {__proto__: 1}}\n`,
    't.yaml': `mapsim: 1\n${READER}machine:\n  costs:\n    preset: server\n    "__proto__": 2us\n`,
    'u.json': '{"mapsim": 1, "readers": [{"name": "r"}], "machine": {"costs": {"__proto__": {}}}}',
  })) {
    const { code, stderr } = await mapsim(['validate', name], {
      cwd: aDirectory({ [name]: text }),
    });

    expect([code, stderr]).toEqual([2, expect.stringContaining('unknown cost "__proto__"')]);
  }
});
