/** Schedules as text, and as `explore --save` writes them into a scenario (`x-schedule`). */
import { UserError } from '../base/errors.ts';
import { parseSchedule, type Schedule } from '../sim/schedule.ts';

/** A schedule, and the names of its steps where it was saved with them. */
export interface SavedSchedule {
  readonly schedule: Schedule;
  readonly names: readonly string[] | null;
}

/**
 * @param file for messages @param hint for where there is none
 * @throws UserError
 */
export function scheduleIn(
  scenario: Readonly<Record<string, unknown>>,
  file: string,
  hint: string,
): SavedSchedule {
  const saved = scenario['x-schedule'];
  if (saved === undefined) throw new UserError(`${file}: there is no x-schedule in it${hint}`);
  const { schedule, steps } = typeof saved === 'object' && saved !== null ? fieldsOf(saved) : {};
  if (typeof schedule !== 'string') {
    throw new UserError(`${file}: x-schedule has no text "schedule:"`);
  }
  const names = typeof steps === 'string' ? steps.split(' ') : null;
  return { schedule: scheduleOf(schedule, `${file}: x-schedule`), names };
}

function fieldsOf(saved: object): { readonly schedule?: unknown; readonly steps?: unknown } {
  return saved;
}

/** @param where for messages @throws UserError that says where the text is wrong */
export function scheduleOf(text: string, where: string): Schedule {
  const parsed = parseSchedule(text);
  if (!('error' in parsed)) {
    if (parsed.length > 0) return parsed;
    throw new UserError(`${where}: the schedule holds no steps`);
  }
  const before = text.slice(0, parsed.offset);
  throw new UserError(`${where}: ${parsed.error}, behind "${before.slice(-20)}"`);
}
