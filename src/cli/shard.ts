/**
 * The shard of a sweep that this process runs: `i/n`, i from 1, or `auto`, which reads the
 * environment variables of a job system. Shard i of n has every n-th run from the i-th on:
 * neighbours cost about the same, so shards do too.
 */
import { UserError } from '../base/errors.ts';
import type { Io } from './io.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

const WHOLE: Shard = { index: 1, count: 1 };

/** @throws UserError */
export function parseShard(text: string | undefined, env: Io['env']): Shard {
  if (text === undefined) return WHOLE;
  return text === 'auto' ? fromEnvironment(env) : parse(text, '--shard');
}

export function inShard({ index, count }: Shard, unit: number): boolean {
  return unit % count === index - 1;
}

function parse(text: string, where: string): Shard {
  const parts = /^([0-9]{1,9})\/([0-9]{1,9})$/.exec(text);
  if (parts === null) {
    throw new UserError(`${where}: "${text}" is not i/n, such as 3/16, nor auto`);
  }
  return checked({ index: Number(parts[1]), count: Number(parts[2]) }, `${where} ${text}`);
}

function checked(shard: Shard, where: string): Shard {
  const { index, count } = shard;
  if (Number.isInteger(index) && index >= 1 && index <= count) return shard;
  throw new UserError(`${where}: there is no shard ${index} of ${count}; they count from 1`);
}

const SOURCES =
  'MAPSIM_SHARD (i/n); SLURM_ARRAY_TASK_ID with _COUNT, _MIN and _STEP; ' +
  'JOB_COMPLETION_INDEX with MAPSIM_SHARDS; CI_NODE_INDEX with CI_NODE_TOTAL';

function fromEnvironment(env: Io['env']): Shard {
  if (env.MAPSIM_SHARD) return parse(env.MAPSIM_SHARD, 'MAPSIM_SHARD');
  if (env.SLURM_ARRAY_TASK_ID) {
    // Slurm numbers tasks as the user said: from _MIN on, in steps of _STEP.
    const [id, count] = numbers(env, 'SLURM_ARRAY_TASK_ID', 'SLURM_ARRAY_TASK_COUNT');
    const least = Number(env.SLURM_ARRAY_TASK_MIN ?? 0);
    const step = Number(env.SLURM_ARRAY_TASK_STEP ?? 1);
    return checked({ index: (id - least) / step + 1, count }, '--shard auto (Slurm)');
  }
  if (env.JOB_COMPLETION_INDEX) {
    const [index, count] = numbers(env, 'JOB_COMPLETION_INDEX', 'MAPSIM_SHARDS');
    return checked({ index: index + 1, count }, '--shard auto (JOB_COMPLETION_INDEX)');
  }
  if (env.CI_NODE_INDEX) {
    const [index, count] = numbers(env, 'CI_NODE_INDEX', 'CI_NODE_TOTAL');
    return checked({ index, count }, '--shard auto (CI_NODE_INDEX)');
  }
  throw new UserError(`--shard auto: the environment has none of ${SOURCES}`);
}

function numbers(env: Io['env'], ...names: readonly [string, string]): [number, number] {
  const values = names.map((name) => {
    const text = env[name];
    if (text !== undefined && /^[0-9]{1,9}$/.test(text)) return Number(text);
    const found = text === undefined ? 'is not set' : `is "${text}"`;
    throw new UserError(`--shard auto: ${name} ${found}, a number is needed`);
  });
  return values as [number, number];
}
