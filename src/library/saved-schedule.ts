/** Parses schedules from text, or from a scenario saved by `explore --save` (`x-schedule`). */
import { UserError } from '../base/errors.ts';
import { parseSchedule, type Schedule } from '../sim/schedule.ts';

/** A schedule, with the names of its steps if they were saved. */
export interface SavedSchedule {
  readonly schedule: Schedule;
  readonly names: readonly string[] | null;
}

/**
 * @param file name of the file, for messages @param hint added to the message if it has no schedule
 * @throws UserError
 */
export function scheduleIn(
  scenario: Readonly<Record<string, unknown>>,
  file: string,
  hint: string,
): SavedSchedule {
  const saved = scenario['x-schedule'];
  if (saved === undefined) throw new UserError(`${file} has no x-schedule${hint}`);
  const { schedule, steps } = typeof saved === 'object' && saved !== null ? fieldsOf(saved) : {};
  if (typeof schedule !== 'string') {
    throw new UserError(`${file}: x-schedule has no "schedule:"`);
  }
  const names = typeof steps === 'string' ? steps.split(' ') : null;
  return { schedule: scheduleOf(schedule, `${file}: x-schedule`), names };
}

function fieldsOf(saved: object): { readonly schedule?: unknown; readonly steps?: unknown } {
  return saved;
}

/** @param where for messages @throws UserError with the place of the error */
export function scheduleOf(text: string, where: string): Schedule {
  const parsed = parseSchedule(text);
  if (!('error' in parsed)) {
    if (parsed.length > 0) return parsed;
    throw new UserError(`${where}: the schedule has no steps`);
  }
  const before = text.slice(0, parsed.offset);
  throw new UserError(`${where}: ${parsed.error}, after "${before.slice(-20)}"`);
}
