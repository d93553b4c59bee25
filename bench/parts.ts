/** The parts of the suite. */
import { events, realTime } from './events.ts';
import type { Figure, PartId } from './figure.ts';
import type { Lab } from './lab.ts';
import { busyPasses, quietPasses } from './lines.ts';
import { memory } from './memory.ts';
import { pictureSizes } from './picture-sizes.ts';
import { playground } from './playground.ts';
import { schedules, states } from './searches.ts';
import { startUp } from './start-up.ts';
import { threads } from './threads.ts';

export interface Part {
  readonly about: string;
  readonly measure: (lab: Lab) => Promise<Figure[]>;
}

export const PARTS: Readonly<Record<PartId, Part>> = {
  a: { about: 'a line of a quiet pass, every strategy, beside /proc', measure: quietPasses },
  b: { about: 'the same with a writer', measure: busyPasses },
  c: { about: 'events with 6 and with 1,000 tasks', measure: events },
  d: { about: 'states of exhaustive searches', measure: states },
  e: { about: 'random schedules', measure: schedules },
  f: { about: 'start-up, against bare node', measure: startUp },
  g: { about: 'peak memory of a VMA', measure: memory },
  h: { about: 'simulated time over wall time, every shipped scenario', measure: realTime },
  i: { about: 'a sweep on two cores and on one', measure: threads },
  j: { about: 'sizes of pictures and reports', measure: pictureSizes },
  k: { about: 'the playground: sizes, and times in a browser', measure: playground },
};
