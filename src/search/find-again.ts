/**
 * Checks whether a reduced world still has a finding, by its schedule. This is for findings of
 * random walks, which are not searched for again.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { parseSchedule, type Schedule } from '../sim/schedule.ts';
import { eventIs, type Question } from './questions.ts';
import { replaySchedule } from './replay.ts';
import { headOf, plainWorld, type SearchRequest } from './search.ts';
import type { SearchOutcome } from './search-outcome.ts';
import { followLeniently, ShrinkWorld, shrink } from './shrink.ts';
import type { Event } from './transitions.ts';

/**
 * Steps of tasks that are gone are left out. Null: it is not there any more.
 * @param outcome with a finding, of a world whose tasks have the same names
 */
export function findAgain(
  scenario: Scenario,
  { find, ...request }: SearchRequest & { readonly find: Question },
  outcome: SearchOutcome,
): SearchOutcome | null {
  const fresh = () => plainWorld(scenario, request);
  const world = fresh();
  const head = headOf(scenario, world);
  const known = head.tasks.map(({ name }) => name);
  const numbers = outcome.tasks.map(({ name }) => known.indexOf(name));
  const [finding] = outcome.findings;
  const before = parseSchedule(finding!.course.schedule) as Schedule;
  const kept = before.flatMap((item) => {
    const task = numbers[item.task]!;
    return task < 0 ? [] : [{ ...item, task }];
  });
  const isFound = (event: Event): boolean => eventIs(find, event);
  const again = new ShrinkWorld(plainWorld(scenario, request, [find]));
  const schedule = followLeniently(again, kept, isFound);
  if (schedule === null) return null;
  const { course } = replaySchedule(fresh(), shrink(again, schedule, isFound));
  return { ...outcome, ...head, findings: [{ ...finding!, course }] };
}
