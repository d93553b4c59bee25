/** The world of "You are the scheduler": without time, with the user choosing each step. */
import type { Choice } from '../base/choice.ts';
import { counted } from '../base/counted.ts';
import { latin1Of, readable } from '../base/latin1.ts';
import type { Strategies } from '../readers/index.ts';
import { stepLabel } from '../report/interleaving.ts';
import { findingPart } from '../report/page/finding-part.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseQuestion } from '../search/questions.ts';
import { RandomWalks } from '../search/random-walk.ts';
import { headOf, plainWorld, Search, type SearchRequest } from '../search/search.ts';
import type { SearchOutcome } from '../search/search-outcome.ts';
import { WAITED } from '../search/search-world.ts';
import { Stepper } from '../search/stepper.ts';
import { parseSchedule } from '../sim/schedule.ts';
import type { Find, SchedulerView, TaskView } from './messages.ts';

/** States of the search, and walks after it where it has found nothing. */
const STATES_MAX = 60_000;
const WALKS_MAX = 3_000;
const SLICE = 50;
/** A schedule from an address may be of any length. */
const STEPS_MAX = 20_000;

export class Scheduler {
  readonly #scenario: Scenario;
  readonly #strategies: Strategies;
  readonly choice: Choice | null;
  readonly #stepper: Stepper;
  readonly #head: ReturnType<typeof headOf>;

  constructor(scenario: Scenario, choice: Choice | null, strategies: Strategies) {
    this.#scenario = scenario;
    this.choice = choice;
    this.#strategies = strategies;
    this.#stepper = new Stepper(() => plainWorld(scenario, { strategy: choice, strategies }), []);
    this.#head = headOf(scenario, this.#stepper.world);
  }

  /** @returns why it cannot */
  take(task: number): string {
    const taken = this.#stepper.take(task);
    return typeof taken === 'string' ? taken : '';
  }

  back(steps: number): void {
    this.#stepper.back(steps);
  }

  /** @returns why it does not fit, or '' */
  follow(text: string): string {
    const schedule = parseSchedule(text);
    if ('error' in schedule) return `the schedule: ${schedule.error}`;
    if (schedule.length > STEPS_MAX) return `the schedule has more than ${STEPS_MAX} steps`;
    const error = this.#stepper.follow(schedule);
    const step = this.#stepper.steps.length + 1;
    return error === null ? '' : `the schedule does not fit at step ${step}: ${error}`;
  }

  /**
   * Looks for it among all orders of steps of one pass, then by random walks.
   * @param note told how far it is @returns what came of it; the schedule is followed
   */
  *find(
    find: Find,
    note: (text: string) => void,
  ): Generator<void, { note: string; found: boolean }> {
    const request: SearchRequest = {
      strategy: this.choice,
      strategies: this.#strategies,
      find: parseQuestion(find),
      maxStates: STATES_MAX,
      maxDepth: null,
      preemptions: null,
      store: 'exact',
      reduce: 'private',
    };
    // Of the first pass all others are copies; searches need an end.
    const readers = this.#scenario.readers.map((reader) => ({ ...reader, passes: 1 }));
    const onePass = { ...this.#scenario, readers };
    const search = new Search(onePass, request);
    while (!search.advance(SLICE)) {
      note(`looking for ${find}: ${counted(search.progress().states, 'state')}`);
      yield;
    }
    const { complete, ...searched } = search.outcome();
    const states = counted(searched.states ?? 0, 'state');
    if (searched.findings.length > 0) {
      return this.#found(
        find,
        searched,
        `${states} searched; breadth first, so nothing shorter finds it`,
      );
    }
    if (complete) {
      return { note: `${find}: impossible in one pass; all ${states} were searched`, found: false };
    }
    const { seed } = this.#scenario;
    const walks = new RandomWalks(onePass, { ...request, walks: WALKS_MAX, bias: 'churn', seed });
    while (!walks.advance(SLICE)) {
      note(`looking for ${find}: ${counted(walks.progress().walks, 'random walk')}`);
      yield;
    }
    const walked = walks.outcome();
    if (walked.findings.length > 0) {
      return this.#found(find, walked, `${states} searched, then random walks`);
    }
    const text = `${find}: not found among ${states} and ${counted(WALKS_MAX, 'random walk')}; it may exist`;
    return { note: text, found: false };
  }

  #found(find: Find, { findings }: Pick<SearchOutcome, 'findings'>, how: string) {
    const { schedule, steps, switches } = findings[0]!.course;
    const misfit = this.follow(schedule);
    const length = `${counted(steps.length, 'step')} and ${counted(switches, 'switch', 'switches')}`;
    return { note: misfit === '' ? `${find}: found, in ${length} (${how})` : misfit, found: true };
  }

  view(strategies: readonly string[], note = '', plays = false): SchedulerView {
    const stepper = this.#stepper;
    const course = stepper.course();
    const { tasks, strategy } = this.#head;
    const last = course.texts.at(-1) ?? null;
    const title =
      last === null
        ? `${counted(course.steps.length, 'step')}, no text is complete yet`
        : `${last.torn ? 'a torn text' : 'a whole text'}, in ${counted(course.steps.length, 'step')} and ${counted(course.switches, 'switch', 'switches')}`;
    const head = { title: `${strategy}: ${title}`, lead: '', tasks };
    return {
      strategy: this.choice?.text ?? '',
      strategies,
      tasks: tasks.map((task, id) => this.#taskView(task, id)),
      steps: course.steps.length,
      schedule: course.schedule,
      printed: stepper.printed().map(({ reader, text }) => ({ reader, text: readable(text) })),
      state: readable(latin1Of(stepper.committed())),
      lastText: last === null ? null : { text: readable(last.text), torn: last.torn },
      markup: course.steps.length === 0 ? '' : findingPart(head, course, 'hand'),
      note,
      plays,
    };
  }

  #taskView({ name, kind }: Pick<TaskView, 'name' | 'kind'>, id: number): TaskView {
    const ahead = this.#stepper.ahead(id);
    const { world } = this.#stepper;
    if (ahead === null) {
      const why = world.isAsleep(id)
        ? 'sleeps until another task wakes it'
        : 'has nothing left to do';
      return { name, kind, next: null, about: why };
    }
    const next = ahead.name === WAITED ? 'gets mmap_lock' : stepLabel(ahead.name);
    const about = ahead.effects.map(readable).join('; ');
    return { name, kind, next, about: about === '' ? 'moves on' : about };
  }
}
