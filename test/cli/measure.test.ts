import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { CAN_MEASURE } from '../measure/support.ts';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const scenario = (name: string): string => join(ROOT, 'scenarios', `${name}.yaml`);
const SHORT = ['--burst=50ms', '--for=50ms', '--gate=0ms', '--max-foreign=100000%'];
const QUICK = [...SHORT, '--costs=vm-epyc'];

const BECAUSE = 'mapsim: error: bash cannot be measured: ';

describe('what needs no kernel', () => {
  test('everything that cannot be measured is said at once, exit code 2', async () => {
    const { code, stderr } = await mapsim(['measure', scenario('bash')]);

    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      `${BECAUSE}writer "shell": program[0]: brk: the heap belongs to the program that measures`,
      `${BECAUSE}writer "shell": program[1]: mmap without a place: the kernel would choose another`,
      `${BECAUSE}writer "shell": program[3]: mmap without a place: the kernel would choose another`,
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

describe.runIf(CAN_MEASURE)('on this kernel', () => {
  test('a burst of 50 ms is measured, and valid by the published schema', async () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.measure()));

    const { code, stdout, stderr } = await mapsim([
      'measure',
      scenario('merge-churn'),
      ...QUICK,
      '--format=json',
      '--fail-on=measured:passes==0',
      '--fail-on=simulated:passes==0',
    ]);
    const document = JSON.parse(stdout);

    expect([code, stderr.replace(/\d+/g, 'N')]).toEqual([
      0,
      '✓ measured:passes!=N (N)\n✓ simulated:passes!=N (N)\n',
    ]);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(document.states).toEqual({ calls: 4000, distinct: 101 });
    const lines = document.rows.find((row: { metric: string }) => row.metric === 'lines/pass');
    expect(Math.abs(lines.ratio - 1)).toBeLessThan(0.05);
  });

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

  test('no byte of a scenario reaches the plan: names and paths stay outside', async () => {
    const cwd = aDirectory({
      's.yaml': [
        'mapsim: 1',
        'vmas:',
        '  - {start: "0x7f1000000000", pages: 3, file: {path: "/a $(touch pwned); `id`", dev: "08:01", inode: 7}}',
        'readers: [{name: "r;touch$IFS"}]',
        'writers: [{name: "w`touch`", program: [{mprotect: {at: "0x7f1000000000", pages: 1, perms: rw-p}}, {restore: true}]}]',
        '',
      ].join('\n'),
    });

    const { code } = await mapsim(['measure', 's.yaml', ...QUICK, '--keep=recorded'], { cwd });
    const plan = readFileSync(join(cwd, 'recorded/plan.txt'), 'latin1');

    expect(code).toBe(0);
    expect(plan).not.toMatch(/pwned|touch|\$/);
    expect(readdirSync(cwd).sort()).toEqual(['recorded', 's.yaml']);
  });
});
