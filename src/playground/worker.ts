/// <reference lib="dom" />
/**
 * The worker of the page: computes everything that the page shows of one scenario, from its text.
 * The page ends the worker at every change.
 */
import { splitChoices } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { chooseStrategy, Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { knobsOf } from './knobs.ts';
import { loadGiven } from './load.ts';
import type { FromWorker, RunRequestMessage, ToWorker } from './messages.ts';
import { type RunSubject, Runs } from './runs.ts';
import type { Scheduler } from './scheduler.ts';
import type { YamlBlock } from './yaml-block.ts';

/** So long the worker is deaf. */
const SLICE_MS = 20;
/** Pictures of counts, at most ten a second. */
const FRAME_MS = 100;
/** Pictures are drawn after so long, though runs may go on. */
const FIRST_MS = 600;

/** There where the text needs it. */
declare const mapsimYaml: YamlBlock;
/** Of workers; the types of pages lack it. */
declare function importScripts(url: string): void;

const tell = (message: FromWorker): void => postMessage(message);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

let later: Promise<typeof import('./later.ts')> | null = null;
let haveLater: (code: Blob) => void = () => undefined;

/** The second block, which the page sends when it is first needed. */
function laterBlock(): Promise<typeof import('./later.ts')> {
  later ??= loadLater();
  return later;
}

async function loadLater(): Promise<typeof import('./later.ts')> {
  const code = new Promise<Blob>((resolve) => {
    haveLater = resolve;
  });
  tell({ kind: 'wants-later' });
  // An address that the worker made: it is of one origin with it, also in a page opened from disk.
  const url = URL.createObjectURL(await code);
  importScripts(url);
  URL.revokeObjectURL(url);
  return import('./later.ts');
}

/** Runs the steps, slice by slice, as long as `between` allows it. */
async function drive<T>(
  steps: Generator<void, T>,
  between: () => boolean = () => true,
): Promise<T | null> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      const { done, value } = steps.next();
      if (done === true) return value;
    }
    if (!between()) return null;
    await turn();
  }
}

/** What is asked of a session that has begun. */
type Asked = Exclude<ToWorker, { readonly kind: 'run' | 'later' }>;

class Session {
  readonly #subject: RunSubject;
  readonly #scheduled: RunRequestMessage['scheduler'];
  #scheduler: Promise<Scheduler> | null = null;
  #stopped = false;
  /** Counts what was asked of the scheduler: a search ends when more is asked. */
  #asked = 0;

  constructor(subject: RunSubject, scheduled: RunRequestMessage['scheduler']) {
    this.#subject = subject;
    this.#scheduled = scheduled;
  }

  async run(): Promise<void> {
    const runs = new Runs(this.#subject);
    let shownMs = Number.NEGATIVE_INFINITY;
    const show = (force = false): boolean => {
      const now = performance.now();
      if (force || now - shownMs >= FRAME_MS) {
        shownMs = now;
        tell({ kind: 'columns', columns: runs.columns() });
      }
      return !this.#stopped;
    };
    const steps = runs.steps(tell);
    const first = performance.now() + FIRST_MS;
    await drive(steps, () => false); // the first counts come first of all
    show(true);
    const { lanes, tornText, intervals } = await laterBlock();
    const { schedule } = this.#scheduled;
    const scheduler = await this.#inHand();
    this.#show(scheduler, schedule === '' ? '' : scheduler.follow(schedule));
    const goesOn = await drive(steps, () => show() && performance.now() < first);
    show(true);
    await drive(lanes(this.#subject, tell), () => !this.#stopped);
    if (goesOn === null) await drive(steps, show);
    runs.stop(tell);
    show(true);
    await drive(tornText(this.#subject, runs.torn, tell));
    if (!this.#stopped) await drive(intervals(this.#subject, tell), () => !this.#stopped);
    tell({ kind: 'idle', stopped: this.#stopped });
  }

  async hear(message: Asked): Promise<void> {
    if (message.kind === 'stop') {
      this.#stopped = true;
      return;
    }
    const asked = ++this.#asked;
    if (message.kind === 'strategy') this.#scheduler = this.#schedulerOf(message.strategy);
    const scheduler = await this.#inHand();
    switch (message.kind) {
      case 'take':
        this.#show(scheduler, scheduler.take(message.task));
        break;
      case 'back':
        scheduler.back(message.steps);
        this.#show(scheduler);
        break;
      case 'strategy':
        this.#show(scheduler);
        break;
      case 'find': {
        let last = 0;
        const note = (text: string): void => {
          if (performance.now() - last < FRAME_MS) return;
          last = performance.now();
          tell({ kind: 'searching', note: text });
        };
        const found = await drive(scheduler.find(message.find, note), () => asked === this.#asked);
        if (found !== null && asked === this.#asked) {
          this.#show(scheduler, found.note, found.found);
        }
      }
    }
  }

  #inHand(): Promise<Scheduler> {
    this.#scheduler ??= this.#schedulerOf(this.#scheduled.strategy);
    return this.#scheduler;
  }

  async #schedulerOf(strategy: string): Promise<Scheduler> {
    const { scenario, choices, names, strategies } = this.#subject;
    const index = Math.max(0, names.indexOf(strategy));
    const block = await laterBlock();
    return new block.Scheduler(scenario, choices[index] ?? null, strategies);
  }

  #show(scheduler: Scheduler, note = '', plays = false): void {
    tell({ kind: 'scheduler', view: scheduler.view(this.#subject.names, note, plays) });
  }
}

function choicesOf(list: string, scenario: Scenario): Pick<RunSubject, 'choices' | 'names'> {
  const choices = list.trim() === '' ? [null] : splitChoices(list.trim()).map(chooseStrategy);
  const own = new Set(scenario.readers.map(({ strategy }) => strategy.text));
  const names = choices.map((choice) => choice?.text ?? (own.size === 1 ? [...own][0]! : 'mixed'));
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) throw new UserError(`"${names[twice]}" is given twice`);
  const file = choices.find((choice) => choice?.entry === null);
  if (file != null) throw new UserError(`${file.text}: the page cannot run a strategy file`);
  return { choices, names };
}

async function begin(request: RunRequestMessage): Promise<Session | null> {
  const loaded = loadGiven(request.given, request.edit, () => mapsimYaml);
  if (!loaded.ok) {
    tell({ kind: 'faults', text: loaded.text, faults: loaded.faults });
    return null;
  }
  const { scenario, tree, text, notes } = loaded;
  const seed = request.seed === '' ? scenario.seed : request.seed;
  const subject = {
    scenario,
    seed,
    strategies: new Strategies(),
    ...choicesOf(request.strategies, scenario),
  };
  tell({
    kind: 'loaded',
    name: scenario.name,
    about: scenario.about ?? '',
    text,
    knobs: knobsOf(tree),
    strategies: subject.names,
    seed,
    notes,
  });
  return new Session(subject, request.scheduler);
}

let session: Promise<Session | null> = Promise.resolve(null);

async function hear(message: ToWorker): Promise<void> {
  if (message.kind === 'later') {
    haveLater(message.code);
    return;
  }
  let where: 'strategies' | 'run' = 'strategies';
  try {
    if (message.kind !== 'run') {
      where = 'run';
      await (await session)?.hear(message);
      return;
    }
    session = begin(message);
    const begun = await session;
    where = 'run';
    await begun?.run();
  } catch (error) {
    session = Promise.resolve(null);
    if (!(error instanceof UserError)) throw error;
    tell({ kind: 'error', where, message: error.message });
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void hear(data));
