/**
 * The examples of sweeps on several machines do what the sweep in one piece does, byte for byte.
 * Those that need a program are skipped, with the reason, where it is not installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BIN, ensureBuilt, ROOT, spawnMapsim } from '../cli/spawn.ts';
import { aDirectory } from '../cli/support.ts';

const EXAMPLES = join(ROOT, 'examples');
const GRID = join(EXAMPLES, 'grid.yaml');
const SMALL = ['--strategies=mmap-lock,rcu-retry3', '--seeds=2'];
let whole = '';

beforeAll(async () => {
  ensureBuilt();
  const { code, stdout, stderr } = await spawnMapsim(['sweep', GRID]);
  expect([code, stderr]).toEqual([0, '']);
  whole = stdout;
});

/** The first line that differs, if any: a hundred thousand characters tell nobody anything. */
function expectWhole(cwd: string): void {
  const [lines, expected] = [readFileSync(join(cwd, 'all.ndjson'), 'utf8'), whole].map((text) =>
    text.split('\n'),
  ) as [string[], string[]];
  const first = lines.findIndex((line, i) => line !== expected[i]);

  expect([first, lines[first]]).toEqual([-1, undefined]);
  expect(lines.length).toBe(expected.length);
}

function missing(program: string): string | null {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error === undefined ? null : `${program} is not installed`;
}

/** A directory with `mapsim` and `npx mapsim` to call. */
function workplace(): { cwd: string; env: Record<string, string> } {
  const cwd = aDirectory({
    'bin/mapsim': `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`,
    'bin/npx': '#!/bin/sh\nexec "$@"\n',
  });
  for (const name of ['mapsim', 'npx']) chmodSync(join(cwd, 'bin', name), 0o755);
  return { cwd, env: { PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, GRID, HOME: cwd } };
}

test('the grid of the examples is one: 108 runs, each with its point', () => {
  const records = whole
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

  expect(records).toHaveLength(108 + 2);
  expect(records[0]).toMatchObject({ schema: 'mapsim/sweep@1', units: 108, shard: null });
  expect(records.at(-1)).toEqual({ type: 'footer', units: 108, complete: true });
  expect(records[108]).toMatchObject({
    unit: 107,
    point: { 'vmas[0].repeat': 200, 'writers[0].think': '50us' },
    strategy: 'vma-lock',
    seed: '4',
  });
});

test('CI matrix: the steps of the workflow, job by job', () => {
  const { cwd, env } = workplace();
  const text = readFileSync(join(EXAMPLES, 'ci-matrix/sweep.yml'), 'utf8');
  const { shard, merge } = parse(text).jobs;
  const commands = (job: { steps: { run?: string }[] }) =>
    job.steps.flatMap(({ run }) => (run?.includes('mapsim') ? [run] : []));
  for (const value of shard.strategy.matrix.shard) {
    for (const run of commands(shard)) {
      execFileSync('bash', ['-e', '-c', run.replace(/\$\{\{ matrix\.shard \}\}/g, String(value))], {
        cwd,
        env,
      });
    }
  }
  for (const run of commands(merge)) execFileSync('bash', ['-e', '-c', run], { cwd, env });

  expectWhole(cwd);
});

test('GNU parallel: shards, and the ones that failed once more', ({ skip }) => {
  const reason = missing('parallel');
  if (reason !== null) skip(reason);
  const { cwd, env } = workplace();
  const run = () =>
    execFileSync(join(EXAMPLES, 'gnu-parallel/run.sh'), ['all.ndjson'], {
      cwd,
      env: { ...env, SHARDS: '3' },
      stdio: 'pipe',
    });
  run();

  expectWhole(cwd);
  // Shard 2 broken off, and parallel told that it failed: only that one is made again.
  const shard = join(cwd, 'shards/2.ndjson');
  writeFileSync(shard, readFileSync(shard, 'utf8').slice(0, 20_000));
  const log = join(cwd, 'shards/jobs.log');
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => {
      const fields = line.split('\t');
      if (fields[0] === '2') fields[6] = '1'; // its exit value
      return fields.join('\t');
    });
  writeFileSync(log, lines.join('\n'));
  run();

  expectWhole(cwd);
  expect(readFileSync(log, 'utf8').trimEnd().split('\n')).toHaveLength(1 + 3 + 1);
});

/** Why Slurm cannot be used here, or null. */
function slurmMissing(): string | null {
  for (const program of ['sbatch', 'sinfo']) {
    const reason = missing(program);
    if (reason !== null) return reason;
  }
  const { status } = spawnSync('sinfo', ['--noheader'], { stdio: 'ignore', timeout: 5_000 });
  return status === 0 ? null : 'Slurm is installed, but no controller answers sinfo';
}

test('Slurm array: tasks find their shards, a dependent job merges', async ({ skip }) => {
  const reason = slurmMissing();
  if (reason !== null) skip(reason);
  const { cwd, env } = workplace();
  const sbatch = (...args: string[]) => {
    const more = process.env.SLURM_CONF === undefined ? {} : { SLURM_CONF: process.env.SLURM_CONF };
    return execFileSync('sbatch', args, { cwd, env: { ...env, ...more } })
      .toString()
      .trim();
  };
  const array = sbatch('--parsable', '--array=1-2', join(EXAMPLES, 'slurm/array.sbatch'));
  sbatch('--wait', `--dependency=afterok:${array}`, join(EXAMPLES, 'slurm/merge.sbatch'));

  expectWhole(cwd);
});

test('Slurm array: the script of a task does its shard, as Slurm would start it', () => {
  const { cwd, env } = workplace();
  for (const id of ['10', '12', '14']) {
    const slurm = {
      SLURM_ARRAY_TASK_ID: id,
      SLURM_ARRAY_TASK_MIN: '10',
      SLURM_ARRAY_TASK_STEP: '2',
      SLURM_ARRAY_TASK_COUNT: '3',
    };
    execFileSync('sh', [join(EXAMPLES, 'slurm/array.sbatch')], { cwd, env: { ...env, ...slurm } });
  }
  execFileSync('sh', [join(EXAMPLES, 'slurm/merge.sbatch')], { cwd, env });

  expectWhole(cwd);
});

test('Kubernetes: the command of a pod does its shard, one for each completion', async () => {
  const { spec } = parse(readFileSync(join(EXAMPLES, 'kubernetes/indexed-job.yaml'), 'utf8'));
  const { env: variables, args } = spec.template.spec.containers[0];
  const { cwd, env } = workplace();
  const given = Object.fromEntries(
    variables.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const command = args[0]
    .replaceAll('/grids/grid.yaml', `${GRID} ${SMALL.join(' ')}`)
    .replaceAll('/results/', './');
  for (const index of [0, spec.completions - 1]) {
    const own = { ...env, ...given, JOB_COMPLETION_INDEX: String(index) };
    execFileSync('sh', ['-c', command], { cwd, env: own });
    const [head] = readFileSync(join(cwd, `shard-${index}.ndjson`), 'utf8').split('\n');

    expect(JSON.parse(head!).shard).toEqual({ index: index + 1, count: spec.completions });
  }
  expect(given.MAPSIM_SHARDS).toBe(String(spec.completions));
});
