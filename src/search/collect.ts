/**
 * Collects the results of a search or a random walk: the first event of each wanted kind, and every
 * text, each with the path to it. The paths are computed only at the end, because the world is in
 * use until then.
 */
import { counted } from '../base/counted.ts';
import { type Schedule, scheduleText } from '../sim/schedule.ts';
import { TEARING_KEYS, type Tearing, type TearingKey } from '../world/outcome.ts';
import { tearingOf } from './mark-text.ts';
import { eventIs, type Question, type TextMetric } from './questions.ts';
import { Replay } from './replay.ts';
import type { Finding, PossibleText } from './search-outcome.ts';
import type { FinishedText, SearchWorld } from './search-world.ts';
import { ShrinkWorld, shrink } from './shrink.ts';
import type { Event } from './transitions.ts';

/** A new world without time, which counts what these questions need. */
type FreshWorld = (questions?: readonly Question[]) => SearchWorld;

/** The schedule that led there; to be called when the world is free. */
type HowTo = () => Schedule;

interface Found {
  readonly question: Question;
  readonly how: HowTo;
  /** Whether another schedule can be tried for the same finding. */
  readonly shrinks: boolean;
  readonly note: string;
}

/** A text costs a hundredth of a second or two. */
const SHRUNK_MAX = 200;

interface Text {
  readonly text: FinishedText;
  readonly how: HowTo;
  /** Some schedule prints it as the text of a state. */
  intact: boolean;
  /** Over all ways in which it comes about torn (or, if there is none, intact). */
  least: Tearing;
  most: Tearing;
  worst: { readonly text: FinishedText; readonly how: HowTo };
}

export class Collector {
  readonly questions: readonly Question[];
  readonly #stopAtFirst: boolean;
  readonly #found = new Map<string, Found>();
  readonly #texts = new Map<string, Text>();

  constructor(questions: readonly Question[], stopAtFirst: boolean) {
    this.questions = questions;
    this.#stopAtFirst = stopAtFirst;
  }

  /** True: nothing more is wanted. */
  take(event: Event, how: HowTo): boolean {
    if (event.kind === 'text') this.#takeText(event.text, how);
    for (const question of this.questions) {
      if (this.#found.has(question.class) || !eventIs(question, event)) continue;
      this.#found.set(question.class, {
        question,
        how,
        shrinks: true,
        note: noteOf(question, event),
      });
      if (this.#stopAtFirst) return true;
    }
    return false;
  }

  /** The same text may be torn or not, by what happened meanwhile: torn is what it is kept as. */
  #takeText(text: FinishedText, how: HowTo): void {
    const key = `${text.reader} ${text.text}`;
    const known = this.#texts.get(key);
    const intact = known?.intact === true || !text.verdict.torn;
    if (known === undefined || (text.verdict.torn && !known.text.verdict.torn)) {
      const tearing = tearingOf(text);
      const worst = { text, how };
      this.#texts.set(key, { text, how, intact, least: tearing, most: tearing, worst });
      return;
    }
    known.intact = intact;
    if (text.verdict.torn !== known.text.verdict.torn) return;
    const tearing = tearingOf(text);
    known.least = each((of) => Math.min(known.least[of], tearing[of]));
    known.most = each((of) => Math.max(known.most[of], tearing[of]));
    if (isWorse(tearing, tearingOf(known.worst.text))) known.worst = { text, how };
  }

  takeCycle(question: Question, how: HowTo, note: string): void {
    this.#found.set(question.class, { question, how, shrinks: false, note });
  }

  has(question: Question): boolean {
    return this.#found.has(question.class);
  }

  get textCount(): number {
    return this.#texts.size;
  }

  /** @param shrinkMax steps that shrinking one may take */
  findings(freshWorld: FreshWorld, shrinkMax?: number): Finding[] {
    const world = new ShrinkWorld(freshWorld(this.questions));
    return this.questions.flatMap((question) => {
      const found = this.#found.get(question.class);
      return found === undefined ? [] : [findingOf(found, world, freshWorld, shrinkMax)];
    });
  }

  /** @param freshWorld to shrink their schedules in; null: they stay as they were found */
  texts(freshWorld: FreshWorld | null): PossibleText[] {
    const world = freshWorld === null ? null : new ShrinkWorld(freshWorld());
    return [...this.#texts.values()].map(({ text, how, intact, least, most, worst }, i) => {
      const first = how();
      const alike = TEARING_KEYS.every((key) => least[key] === most[key]);
      const schedule = world !== null && i < SHRUNK_MAX ? shrunkFor(text, first, world) : first;
      return {
        reader: text.readerName,
        text: text.text,
        torn: text.verdict.torn,
        intact,
        tearing: tearingOf(text),
        schedule: scheduleText(schedule),
        ways: alike
          ? null
          : {
              least,
              most,
              worst: scheduleText(
                world !== null && i < SHRUNK_MAX
                  ? shrunkFor(worst.text, worst.how(), world)
                  : worst.how(),
              ),
            },
      };
    });
  }
}

const each = (count: (key: TearingKey) => number): Tearing =>
  Object.fromEntries(TEARING_KEYS.map((key) => [key, count(key)])) as Tearing;

/** More cuts, or as many and more of all counts together. */
function isWorse(a: Tearing, b: Tearing): boolean {
  const sum = (tearing: Tearing): number => TEARING_KEYS.reduce((n, key) => n + tearing[key], 0);
  return a.cuts > b.cuts || (a.cuts === b.cuts && sum(a) > sum(b));
}

/** Another schedule for the same text, torn alike. */
function shrunkFor(text: FinishedText, first: Schedule, world: ShrinkWorld): Schedule {
  const tearing = JSON.stringify(tearingOf(text));
  const isSame = (other: FinishedText): boolean =>
    other.reader === text.reader &&
    other.text === text.text &&
    JSON.stringify(tearingOf(other)) === tearing;
  return shrink(world, first, (event) => event.kind === 'text' && isSame(event.text));
}

function findingOf(
  { question, how, shrinks, note }: Found,
  world: ShrinkWorld,
  freshWorld: FreshWorld,
  shrinkMax: number | undefined,
): Finding {
  const first = how();
  const isFound = (event: Event): boolean => eventIs(question, event);
  const schedule = shrinks ? shrink(world, first, isFound, shrinkMax) : first;
  const replay = new Replay(freshWorld());
  replay.follow(schedule, null);
  if (question.kind === 'settled') printRecord(replay);
  return { class: question.class, what: note, course: replay.course() };
}

/** From where a record is good to where its line is printed there are a few steps. */
const PRINT_STEPS_MAX = 12;

/** Lets the reader go on until the line of the record is there, so that it is seen to come out. */
function printRecord(replay: Replay): void {
  const reader = replay.steps.at(-1)!.task;
  for (let i = 0; i < PRINT_STEPS_MAX; i++) {
    if (replay.take({ task: reader, choices: [] }) !== null) return;
    if (replay.steps.at(-1)!.effects.some((effect) => effect.startsWith('prints '))) return;
  }
}

const TEXT_NOTES: Readonly<Record<TextMetric, string>> = {
  torn: 'a text that is the text of no state',
  cuts: 'a text of pieces from different states',
  cutsAtPage: 'a text with a cut between two read() calls',
  cutsInPage: 'a text with a cut inside a page',
  alienLines: 'a line that no state has',
  overlaps: 'a line that overlaps the one before it',
  backwards: 'a line that starts below the one before it',
  falseGaps: 'no line for addresses that were mapped all the time',
  transientGaps: 'no line for addresses that are mapped in every state, if not at every moment',
  duplicates: 'two lines with the same start',
  staleNames: 'a line with a name that no state has there',
};

function noteOf(question: Question, event: Event): string {
  switch (event.kind) {
    case 'text':
      if (question.kind !== 'text') return 'a text';
      return question.class === question.metric
        ? TEXT_NOTES[question.metric]
        : `a text with ${question.class}`;
    case 'attempts':
      return `${event.attempts} attempts at one record`;
    case 'settled': {
      const retries = counted(event.retries, 'retry', 'retries');
      if (event.fallbacks === 0) return `a record that is printed after ${retries}`;
      return `a record that is printed after ${retries} and a fallback to mmap_lock`;
    }
    case 'fault':
      return event.fault.message;
    case 'deadlock':
      return 'no task can go on';
  }
}
