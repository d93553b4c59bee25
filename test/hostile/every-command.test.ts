/**
 * Every command, given every kind of character that steers: as the name of each file and value that
 * it takes, and in what the files hold (about, names of tasks, paths of mapped files, calls of a
 * log). Neither terminal nor file gets one, but for the kernel's own bytes: lines of maps text.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/help.ts';
import { aDirectory, mapsim } from '../cli/support.ts';

const HOSTILE =
  'a\u001b[2J\u009b2J\u0007\u007f\r::error::x\n::warning::y\u2028::notice::z\u202e\u2066\u200b\u00ad\u{e0041}b';
const quoted = JSON.stringify(HOSTILE);

const SCENARIO = `mapsim: 1
about: ${quoted}
seed: ${quoted}
vmas:
  - {start: "0x10000000", pages: 3, tag: a, perms: r--p, file: {path: ${JSON.stringify(`/${HOSTILE}`)}, dev: "08:01", inode: 7}}
readers: [{name: r}]
writers: [{name: w, ops: 1, program: [{mmap: {at: "0x10001000", pages: 1, perms: r-xp, file: {path: ${JSON.stringify(`/x${HOSTILE}`)}, dev: "08:01", inode: 9}}}]}]
`;
const NAMES = SCENARIO.replace('name: r}', `name: ${quoted}}`);
const F = `${HOSTILE}.yaml`;
const OUT = `${HOSTILE}.out`;
const GONE = `${HOSTILE}.nowhere`;
const FAST = ['--seeds=1', '-j1', '--strategies=mmap-lock,rcu-retry3'];

/** Arguments of each command, with hostile files, values and contents. */
const ARGUMENTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  run: [
    [F, '--annotate'],
    [F, '--ops-log', OUT, '--record', `${OUT}2`, '--summary=none'],
    [F, '-o', `${HOSTILE}.html`],
    [F, `--pass=${HOSTILE}`],
    [F, `--duration=${HOSTILE}`],
  ],
  compare: [
    [F, ...FAST, '--bars'],
    [F, ...FAST, '-o', `${HOSTILE}.html`],
    [F, `--metrics=${HOSTILE}`],
    [F, `--strategies=${HOSTILE}`],
  ],
  sweep: [
    ['sweep.yaml', '-j1', '--bars', '-o', `${HOSTILE}.3.ndjson`],
    ['sweep.yaml', '-j1', '--format=csv', '-o', `${HOSTILE}.2.csv`],
    [F],
    ['sweep.yaml', `--shard=${HOSTILE}`],
  ],
  merge: [
    [`${HOSTILE}.ndjson`, '-o', `${OUT}.csv`],
    [F, GONE],
  ],
  explore: [
    [F, '--find=attempts>1', '--strategy=rcu-retry3', '--save', `${HOSTILE}.finding.yaml`],
    [F, '--find=attempts>1', '--strategy=rcu-retry3', '-o', `${HOSTILE}.2.html`],
    [F, `--find=${HOSTILE}`],
  ],
  replay: [[F, '--schedule=1:1.0x4.1'], [F, `--schedule=${HOSTILE}`], [GONE]],
  census: [
    [F, '--strategy=mmap-lock'],
    [F, `--strategy=${HOSTILE}`],
  ],
  step: [[F, '--strategy=rcu-retry3']],
  report: [[`${HOSTILE}.json`, '-o', `${HOSTILE}.3.html`, '--svg', `${HOSTILE}.d`], [F], [GONE]],
  timeline: [
    [F, '--format=text', '--strategy=rcu-retry3'],
    [F, '-o', `${HOSTILE}.svg`],
    [F, '--strategy=mmap-lock,vma-lock', '-o', `${HOSTILE}.2.svg`],
    [F, '--view=addresses', '-o', `${HOSTILE}.3.svg`],
    [F, '--format=perfetto', '-o', `${HOSTILE}.trace.json`],
    [F, `--reader=${HOSTILE}`],
    [F, `--window=${HOSTILE}`],
  ],
  validate: [[F], ['names.yaml', GONE]],
  'validate-model': [[HOSTILE]],
  schema: [[HOSTILE]],
  strategies: [[HOSTILE]],
  scenarios: [['bash', '-o', `${HOSTILE}.e`], [HOSTILE], [`--format=${HOSTILE}`]],
  init: [
    ['--from', 'c.maps', '-o', `${HOSTILE}.init.yaml`],
    ['--from', `${HOSTILE}.maps`],
    ['--from', 'c.maps', '--json'],
    ['--from', GONE],
    ['-o', `${GONE}/x.yaml`],
  ],
  completion: [[HOSTILE]],
  final: [[F], [F, '--max-events=1'], [GONE]],
  check: [['a.maps'], ['b.maps', '--against', 'a.maps'], [F], [GONE]],
  import: [
    ['a.maps', '--trace', 'a.strace'],
    ['a.maps', '-o', `${HOSTILE}.imported.yaml`],
    ['a.maps', `--from=${HOSTILE}`, '--trace', 'a.strace'],
    [GONE],
  ],
  capture: [[`--pid=${HOSTILE}`], ['--pid=4194304', '-o', OUT]],
  measure: [[F, '--from', GONE], [GONE]],
  playground: [
    ['--scenario', F, '-o', `${HOSTILE}.5.html`],
    ['--scenario', GONE],
    ['-o', `${GONE}/x.html`],
  ],
  calibrate: [[`--cc=${HOSTILE}`], [HOSTILE]],
};

/** Of these nothing can be made to work with such an argument. */
const REFUSE = [
  'validate-model',
  'schema',
  'strategies',
  'completion',
  'capture',
  'measure',
  'calibrate',
];

/** Without lines of maps text, which are the kernel's own bytes. */
function withoutMaps(text: string): string {
  return text.replace(/[0-9a-f]{8,16}-[0-9a-f]{8,16} [r-][w-][x-][sp] [^\n]*/g, '');
}

function steering(text: string): string | null {
  const plain = withoutMaps(text);
  const found =
    /[^\P{Cc}\n\r\t]|\p{Cf}|[\u2028\u2029]|\r(?!\n)/u.exec(plain) ?? /^\s*::/m.exec(plain);
  return found === null
    ? null
    : JSON.stringify(plain.slice(Math.max(0, found.index - 60), found.index + 30));
}

function hostileDirectory(): string {
  const cwd = aDirectory({
    [F]: SCENARIO,
    'names.yaml': NAMES,
    'sweep.yaml': `${SCENARIO}sweep: {seed: [1, ${quoted}]}\n`,
  });
  const line = (path: string): string =>
    `7f0000000000-7f0000001000 rw-p 00000000 08:01 7 ${' '.repeat(24)}/${path}\n`;
  const path = HOSTILE.replaceAll('\n', '');
  writeFileSync(join(cwd, 'a.maps'), line(path));
  writeFileSync(join(cwd, 'b.maps'), line(`${path}2`) + line(path));
  writeFileSync(join(cwd, 'c.maps'), line(path).replace('7f0000001000', '7f0000009000'));
  writeFileSync(join(cwd, `${HOSTILE}.maps`), line(path).replace('7f0000001000', '7f0000009000'));
  const call = `mmap(NULL, 4096, PROT_READ|PROT_${path}, MAP_ANONYMOUS, -1, 0) = 0x7f0000010000`;
  const open = `openat(AT_FDCWD, "/${path}", O_RDONLY) = 3`;
  const map = 'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000020000';
  writeFileSync(join(cwd, 'a.strace'), `${call}\n${open}\n${map}\n${path}(1) = 0\n`);
  mkdirSync(join(cwd, `${HOSTILE}.d`));
  return cwd;
}

test('every command is asked', () => {
  expect(Object.keys(ARGUMENTS).sort()).toEqual(Object.keys(COMMANDS).sort());
});

test.each(Object.entries(ARGUMENTS))('%s passes nothing on that steers', async (command, lists) => {
  const cwd = hostileDirectory();
  const found = ['explore', F, '--find=attempts>1', '--strategy=rcu-retry3', '--format=json'];
  writeFileSync(join(cwd, `${HOSTILE}.json`), (await mapsim(found, { cwd })).stdout);
  const swept = await mapsim(['sweep', 'sweep.yaml', '-j1'], { cwd });
  writeFileSync(join(cwd, `${HOSTILE}.ndjson`), swept.stdout);
  for (const [index, argv] of lists.entries()) {
    const stdin = command === 'step' ? `w\nr\nw\nwhy\nstates\ntext\nuntil cut\n${HOSTILE}\n` : '';
    const { code, stdout, stderr } = await mapsim([command, ...argv], { cwd, stdin });

    const works = index === 0 && !REFUSE.includes(command);
    expect([argv, code, stderr]).toEqual([
      argv,
      works ? expect.toSatisfy(isAnswer) : expect.toSatisfy(isKnown),
      stderr,
    ]);
    expect([argv, steering(stdout), steering(stderr)]).toEqual([argv, null, null]);
  }
  for (const name of readdirSync(cwd, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|svg|json|ndjson|csv|out2?)$/.test(name)) continue;
    expect([name, steering(readFileSync(join(cwd, name), 'utf8'))]).toEqual([name, null]);
  }
});

const isAnswer = (code: number): boolean => code === 0 || code === 1;
const isKnown = (code: number): boolean => code !== 70;
