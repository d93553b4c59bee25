/** One JSON document of a search or a census, `mapsim/explore@1`. */
import { jsonOf } from '../base/printable.ts';
import type {
  Course,
  Finding,
  MarkedText,
  PossibleText,
  SearchOutcome,
} from '../search/search-outcome.ts';

export const EXPLORE_SCHEMA = 'mapsim/explore@1';

/** The outcome of another strategy, and the texts that one of the two has not. */
interface Against extends SearchOutcome {
  readonly onlyHere: readonly PossibleText[];
  readonly onlyThere: readonly PossibleText[];
}

/** @param against null: it was asked for, and an interrupt came before */
export function searchJson(outcome: SearchOutcome, tool: string, against?: Against | null): string {
  const { sampled, limits, store } = outcome;
  const document = {
    schema: EXPLORE_SCHEMA,
    tool,
    scenario: outcome.scenario,
    strategy: outcome.strategy,
    tasks: outcome.tasks,
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
    complete: outcome.complete,
    bound: outcome.bound,
    limits,
    store: { kind: store.kind, lossBound: store.lossBound, bytesPerState: store.bytesPerState },
    reduce: outcome.reduce,
    sampled,
    asked: outcome.asked,
    findings: outcome.findings.map(findingJson),
    texts: outcome.texts.map(textJson),
    ...(against === undefined ? {} : { against: against && againstJson(against, outcome) }),
  };
  return `${jsonOf(document, null, 2)}\n`;
}

function findingJson({ class: name, what, course }: Finding): object {
  return { class: name, what, ...courseJson(course) };
}

function courseJson(course: Course): object {
  const last = course.texts.at(-1);
  return {
    schedule: course.schedule,
    switches: course.switches,
    cycleFrom: course.cycleFrom,
    fault: course.fault,
    deadlock: course.deadlock,
    steps: course.steps,
    text: last?.text ?? null,
    texts: course.texts.map(markedJson),
  };
}

function markedJson({ reader, pass, text, torn, tearing, lines, end, states }: MarkedText): object {
  return { reader, pass, text, torn, tearing, lines, end, states };
}

function textJson(possible: PossibleText): object {
  const { reader, text, torn, intact, tearing, schedule, ways } = possible;
  return { reader, text, torn, intact, tearing, schedule, ways };
}

/** What an incomplete search has not seen may be there: no text is then said to be `only`. */
function againstJson(there: Against, here: SearchOutcome): object {
  const { strategy, complete, bound, states } = there;
  return {
    strategy,
    complete,
    bound,
    states,
    [complete ? 'onlyHere' : 'notSeenThere']: there.onlyHere.map(textJson),
    [here.complete ? 'onlyThere' : 'notSeenHere']: there.onlyThere.map(textJson),
  };
}

export const REPLAY_SCHEMA = 'mapsim/replay@1';

export function replayJson(
  head: Pick<SearchOutcome, 'scenario' | 'strategy' | 'tasks'>,
  replayed: {
    readonly course: Course;
    readonly misfit: { readonly step: number; readonly error: string } | null;
  },
  tool: string,
): string {
  const { scenario, strategy, tasks } = head;
  const document = {
    schema: REPLAY_SCHEMA,
    tool,
    scenario,
    strategy,
    tasks,
    fits: replayed.misfit === null,
    misfit: replayed.misfit,
    ...courseJson(replayed.course),
  };
  return `${jsonOf(document, null, 2)}\n`;
}
