/** The text output of `mapsim replay`: the number of steps, the columns, the result. */
import type { Course, SearchOutcome } from '../search/search-outcome.ts';
import { type CourseView, courseText, stepsOf } from './search-text.ts';

interface ReplayedCourse {
  readonly course: Course;
  readonly misfit: { readonly step: number; readonly error: string } | null;
}

export function replayText(
  tasks: SearchOutcome['tasks'],
  { course, misfit }: ReplayedCourse,
  view: CourseView,
): string {
  const fits = misfit === null ? 'the schedule fits' : `it does not fit at step ${misfit.step}`;
  return `replayed: ${stepsOf(course)}; ${fits}\n\n${courseText(tasks, course, view)}`;
}
