/**
 * A schedule: which task takes each step, and which value a step with a choice chose.
 *
 * As text: version, colon, then items separated by dots: a task's number, `c` and a number for each
 * choice that the step made, `x` and how often the item repeats. `1:0x12.1.0c2.1x3` is task 0
 * twelve times, task 1 once, task 0 choosing the third of its possibilities, task 1 three times.
 */

const SCHEDULE_VERSION = 1;

export interface ScheduleItem {
  readonly task: number;
  readonly choices: readonly number[];
}

/** Where a schedule stopped fitting. */
export interface Misfit {
  readonly step: number; // from 1
  readonly error: string;
}

export type Schedule = readonly ScheduleItem[];

export function scheduleText(schedule: Schedule): string {
  const items: string[] = [];
  let repeats = 0;
  schedule.forEach(({ task, choices }, i) => {
    const text = [task, ...choices].join('c');
    const next = schedule[i + 1];
    repeats++;
    if (next !== undefined && [next.task, ...next.choices].join('c') === text) return;
    items.push(repeats === 1 ? text : `${text}x${repeats}`);
    repeats = 0;
  });
  return `${SCHEDULE_VERSION}:${items.join('.')}`;
}

interface ScheduleFault {
  readonly error: string;
  /** Where in the text. */
  readonly offset: number;
}

const REPEATS_MAX = 10_000_000;

/** Reads a schedule, or says what is wrong with it. */
export function parseSchedule(text: string): Schedule | ScheduleFault {
  const colon = text.indexOf(':');
  if (text.slice(0, colon) !== String(SCHEDULE_VERSION)) {
    return { error: `a schedule begins with "${SCHEDULE_VERSION}:"`, offset: 0 };
  }
  const schedule: ScheduleItem[] = [];
  let offset = colon + 1;
  if (offset === text.length) return schedule;
  for (const part of text.slice(offset).split('.')) {
    const match = /^([0-9]{1,6})((?:c[0-9]{1,9})*)(?:x([0-9]+))?$/.exec(part);
    if (match === null) {
      return { error: `"${part}" is not a task number with choices and a repeat count`, offset };
    }
    const task = Number(match[1]);
    const choices = match[2]!.split('c').slice(1).map(Number);
    const repeats = match[3] === undefined ? 1 : Number(match[3]);
    if (schedule.length + repeats > REPEATS_MAX) {
      return { error: `more than ${REPEATS_MAX} steps`, offset };
    }
    for (let i = 0; i < repeats; i++) schedule.push({ task, choices });
    offset += part.length + 1;
  }
  return schedule;
}
