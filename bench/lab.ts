/**
 * Makes the measurements: each subject in its own process, because a process that has run one
 * strategy runs the next one slower; and in turns, so that a noisy moment affects all subjects.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Figure, Skipped } from './figure.ts';
import { spread } from './figure.ts';
import type { Job, Sample } from './job.ts';
import type { Answer } from './worker.ts';

/** Something that can be run again and again. */
export interface Subject {
  measure(): Promise<Sample>;
  stop(): void;
}

export interface Lab {
  /** Of the project. */
  readonly root: string;
  /** Holds the program (`bin/mapsim.js`) and the suite (`bench/`), and takes what is left over. */
  readonly directory: string;
  readonly runs: number;
  /** Before the first run that counts, in the processes that stay. */
  readonly warmUpMs: number;
  /** Numbers of VMAs for the quiet passes and those with writers. */
  readonly sizes: readonly number[];
  readonly strategies: readonly string[];
  readonly tell: (what: string) => void;
  readonly skip: (skipped: Skipped) => void;
}

export async function startJob({ directory }: Lab, job: Job): Promise<Subject> {
  const child = fork(join(directory, 'bench/worker.cjs'), {
    execArgv: ['--max-old-space-size=8192'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.on('data', (text) => (said += text));
  const ask = async (message: unknown): Promise<Answer> => {
    const ended = new AbortController();
    const { signal } = ended;
    const answer = once(child, 'message', { signal }).then(([value]) => value as Answer);
    const exit = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`a process of the benchmark ended with ${by ?? `code ${code}`}: ${said}`);
    });
    child.send(message as object);
    try {
      const answered = await Promise.race([answer, exit]);
      if ('error' in answered) throw new Error(answered.error);
      return answered;
    } finally {
      ended.abort();
      await Promise.allSettled([answer, exit]);
    }
  };
  const stop = (): void => void child.kill('SIGKILL');
  try {
    await ask(job);
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, measure: async () => ((await ask('run')) as { sample: Sample }).sample };
}

/**
 * All subjects in turns, when each has run so long that the compiler has done its work. No garbage
 * is collected by force between runs: that throws compiled code away as well.
 */
export async function inTurns(
  { runs, warmUpMs }: Pick<Lab, 'runs' | 'warmUpMs'>,
  subjects: readonly Subject[],
): Promise<Sample[][]> {
  for (const subject of subjects) {
    for (let ms = 0; ms < warmUpMs; ) ms += (await subject.measure()).cpuNs / 1e6;
  }
  const samples: Sample[][] = subjects.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [i, subject] of subjects.entries()) samples[i]!.push(await subject.measure());
  }
  return samples;
}

/** Measures jobs in turns, and ends their processes. */
export async function measureJobs(lab: Lab, jobs: readonly Job[]): Promise<Sample[][]> {
  const subjects: Subject[] = [];
  try {
    for (const job of jobs) subjects.push(await startJob(lab, job));
    return await inTurns(lab, subjects);
  } finally {
    for (const subject of subjects) subject.stop();
  }
}

/** Times for one unit of what was done. */
export function costs(samples: readonly Sample[], unit: string): Pick<Figure, 'cpu' | 'wall'> {
  const each = (of: (sample: Sample) => number) =>
    spread(samples.map((sample) => of(sample) / sample.units[unit]!));
  return { cpu: each(({ cpuNs }) => cpuNs), wall: each(({ wallNs }) => wallNs) };
}
