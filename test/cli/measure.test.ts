import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CAN_MEASURE } from '../measure/support.ts';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const scenario = (name: string): string => join(ROOT, 'scenarios', `${name}.yaml`);

const BECAUSE = 'mapsim: error: bash cannot be measured: ';

describe('what needs no kernel', () => {
  test('everything that cannot be measured is said at once, exit code 2', async () => {
    const { code, stderr } = await mapsim(['measure', scenario('bash')]);

    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      `${BECAUSE}writer "shell": program[0]: brk: the heap belongs to the measuring program`,
      `${BECAUSE}writer "shell": program[1]: mmap without an address: the kernel would choose another one`,
      `${BECAUSE}writer "shell": program[3]: mmap without an address: the kernel would choose another one`,
    ]);
  });

  test.each([
    ['falseGaps>0', '"falseGaps>0": a figure is measured: or simulated:'],
    ['measured:retries>0', '"measured:retries>0": retries cannot be measured from user space'],
    ['seen:cuts>0', '"seen:cuts>0": "seen:" is neither measured: nor simulated:'],
  ])('--fail-on %s is refused', async (expression, message) => {
    const { code, stderr } = await mapsim([
      'measure',
      scenario('resize'),
      `--fail-on=${expression}`,
    ]);

    expect([code, stderr]).toEqual([2, `mapsim: error: --fail-on ${message}\n`]);
  });
});

test.each([
  [['--check-model', '--keep=d'], '--keep: --check-model compares states and measures nothing'],
  [['--check-model', '--for=1s'], '--for: --check-model compares states and measures nothing'],
  [['--check-model', '--format=json'], '--format: --check-model compares states'],
  [['--check-model', '--fail-on=measured:cuts>0'], '--fail-on: --check-model compares states'],
  [['--check-model', '--from=d'], '--from: --check-model compares states'],
  [['--from=d', '--keep=e'], '--keep: --from judges data that --keep has saved already'],
  [['--programs=3'], '--programs needs --check-model without a scenario'],
])('measure %s: what would be ignored is refused', async (options, message) => {
  const cwd = aDirectory();
  const { code, stderr } = await mapsim(['measure', scenario('resize'), ...options], { cwd });

  expect(code).toBe(2);
  expect(stderr).toContain(`mapsim: error: ${message}`);
});

test('every: a sentence says that only a pause can be measured', async () => {
  const cwd = aDirectory({
    's.yaml': `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, perms: rw-p, tag: a}]
readers: [{name: r, every: 1ms}]
writers: [{name: w, churn: resize, every: 10us}]
`,
  });
  const { code, stderr } = await mapsim(['measure', 's.yaml'], { cwd });

  expect(code).toBe(2);
  expect(stderr.split('\n').slice(0, 2)).toEqual([
    'mapsim: error: s cannot be measured: "r": every: only a pause after each pass or call can be measured; use think',
    'mapsim: error: s cannot be measured: "w": every: only a pause after each pass or call can be measured; use think',
  ]);
});

describe.runIf(CAN_MEASURE)('on this kernel', () => {
  test('without a compiler, and with one that does not compile, one sentence says so', async () => {
    const cwd = aDirectory();
    const env = { XDG_CACHE_HOME: cwd, PATH: process.env.PATH };

    const none = await mapsim(['measure', scenario('resize'), '--cc=no-such-cc'], { env });
    const bad = await mapsim(['measure', scenario('resize'), '--cc=true'], { env });

    expect(none).toMatchObject({
      code: 3,
      stderr:
        'mapsim: error: no C compiler: tried no-such-cc; apt-get install gcc libc6-dev, or --cc\n',
    });
    expect(bad.code).toBe(3);
  });
});
