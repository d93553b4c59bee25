/**
 * The common parts of explore and census: make a request from options, and an outcome from a
 * request.
 */

import { performance } from 'node:perf_hooks';
import { Chalk } from 'chalk';
import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import {
  checkLimits,
  refuseWithRandom,
  type SearchLimits,
  walkRequest,
} from '../library/limits.ts';
import { NO_PAINT, type Paint } from '../report/report.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { WalkRequest } from '../search/random-walk.ts';
import type { SearchProgress, SearchRequest } from '../search/search.ts';
import type { SearchOutcome } from '../search/search-outcome.ts';
import { type ColorChoice, wantsColor } from './color.ts';
import type { CommandContext } from './command.ts';
import type { Interrupt } from './interrupt.ts';
import { lineWidthOf } from './io.ts';
import { memoryMax } from './memory.ts';
import type { OptionsOf } from './option-tables.ts';
import type { OwnFiles } from './own-strategies.ts';
import { Progress } from './progress.ts';
import { driveSlices } from './sliced-run.ts';

/** The same without what only a command has. */
export function limitsGiven({ reduce, ...options }: OptionsOf<'explore' | 'census'>): SearchLimits {
  return { ...options, reduce: reduce === false ? 'none' : reduce };
}

/** Options that would be ignored are refused. */
export function checkGiven(options: OptionsOf<'explore' | 'census'>): void {
  checkLimits(limitsGiven(options));
  const { random, jobs, maxMemory } = options;
  if (random !== undefined) refuseWithRandom(maxMemory !== undefined, '--max-memory');
  else if (jobs !== undefined) {
    throw new UserError(
      '--jobs needs --random: a search that stores states is not faster with threads',
    );
  }
}

/** The search or the walks of a request. */
interface Sliced {
  advance(steps: number): boolean;
  progress(): SearchProgress;
  interrupt(): void;
  outcome(): SearchOutcome;
}

export interface Means {
  readonly options: OptionsOf<'explore' | 'census'>;
  readonly context: CommandContext;
  readonly interrupt: Interrupt;
  /** The user's own strategies. */
  readonly own: OwnFiles;
}

export async function searchOutcome(
  scenario: Scenario,
  request: SearchRequest,
  means: Means,
): Promise<SearchOutcome> {
  const { options, context } = means;
  const choice = options.quiet === true ? 'none' : options.progress;
  const progress = new Progress<SearchProgress & { fraction: number | null }>(
    context.io,
    choice,
    performance.now(),
    sentence,
  );
  const tell = (now: number, sliced: Sliced): void =>
    progress.update(now, () => withFraction(sliced.progress(), options));
  try {
    const { random } = options;
    return random === undefined
      ? await wholeSearch(scenario, request, means, tell)
      : await randomWalks(
          scenario,
          walkRequest(scenario, request, { ...limitsGiven(options), random }),
          means,
          tell,
        );
  } finally {
    progress.clear();
  }
}

type Tell = (nowMs: number, sliced: Sliced) => void;

const nowMs = (): number => performance.now();

async function wholeSearch(
  scenario: Scenario,
  request: SearchRequest,
  { options, interrupt }: Means,
  tell: Tell,
): Promise<SearchOutcome> {
  const { Search } = await import('../search/search.ts');
  const search = new Search(scenario, request);
  const caught = (): boolean => interrupt.caught !== null;
  const bytesMax = memoryMax(options.maxMemory);
  const isFull = (): boolean => process.memoryUsage.rss() + search.nextBytes > bytesMax;
  const here = {
    advance: (states: number) => search.advance(states),
    interrupt: () => (caught() ? search.interrupt() : search.outOfMemory()),
  };
  const stop = (): boolean => caught() || isFull();
  await driveSlices(here, { nowMs, between: (now) => tell(now, search), stop });
  return search.outcome();
}

/** First in this thread, and when that has taken a while, in others. */
async function randomWalks(
  scenario: Scenario,
  request: WalkRequest,
  { options, context, interrupt, own }: Means,
  tell: Tell,
): Promise<SearchOutcome> {
  const { RandomWalks } = await import('../search/random-walk.ts');
  const { threadsFor } = await import('./walk-threads.ts');
  const how = { file: context.io.workerFile, jobs: options.jobs, own };
  const threads = threadsFor(scenario, request, how);
  const untilMs = threads === null ? Number.POSITIVE_INFINITY : nowMs() + threads.afterMs;
  const walks = new RandomWalks(scenario, request);
  const caught = (): boolean => interrupt.caught !== null;
  const here = {
    advance: (steps: number) => walks.advance(steps),
    interrupt: () => caught() && walks.interrupt(),
  };
  await driveSlices(here, {
    nowMs,
    between: (now) => tell(now, walks),
    stop: () => caught() || nowMs() >= untilMs,
  });
  if (threads !== null && !walks.isDone) {
    await threads.goOn(walks, () => {
      tell(nowMs(), walks);
      return caught();
    });
    if (caught()) walks.interrupt();
  }
  return walks.outcome();
}

function withFraction(progress: SearchProgress, { random }: OptionsOf<'explore' | 'census'>) {
  return { ...progress, fraction: random === undefined ? null : progress.walks / random };
}

function sentence(progress: SearchProgress): string {
  const { states, depth, texts, preemptions } = progress;
  const bound = preemptions === null ? '' : `, ${counted(preemptions, 'preemption')}`;
  return `mapsim: ${(states / 1e6).toFixed(2)} million states, depth ${depth}, ${counted(texts, 'text')}${bound}`;
}

function paintFor(options: { readonly color: ColorChoice }, { io }: CommandContext): Paint {
  if (!wantsColor(options.color, io.env, io.stdout)) return NO_PAINT;
  const chalk = new Chalk({ level: 1 });
  return { remark: (text) => chalk.dim(text), fault: (text) => chalk.red(text) };
}

/** What a report of searches and replays must know of where it is shown. */
export function viewFor(
  options: { readonly color: ColorChoice },
  context: CommandContext,
): { readonly paint: Paint; readonly columns: number; readonly commandColumns: number } {
  const { stdout } = context.io;
  const columns = lineWidthOf(stdout);
  const commandColumns = stdout.isTTY === true ? columns : Number.POSITIVE_INFINITY;
  return { paint: paintFor(options, context), columns, commandColumns };
}
