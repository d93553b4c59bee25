/** Traced passes of shipped scenarios and of scenarios for tests, for tests of pictures. */
import { standaloneStyle } from '../../src/draw/palette.ts';
import { type Picture, svgOf } from '../../src/draw/svg.ts';
import { chooseStrategy } from '../../src/readers/index.ts';
import { addressesPicture } from '../../src/report/pictures/addresses-svg.ts';
import { lanesPicture } from '../../src/report/pictures/lanes-svg.ts';
import { schedulePicture } from '../../src/report/pictures/schedule-svg.ts';
import type { PassWord } from '../../src/run/pass-finder.ts';
import { type TraceTask, tracePass } from '../../src/run/trace-pass.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { PassStory, RunTrace } from '../../src/world/run-trace.ts';
import { BUILT_IN } from './run.ts';

export interface TracedPass {
  readonly trace: RunTrace;
  readonly story: PassStory;
}

export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Null: the run has no such pass. */
export function aPass(
  scenario: Scenario,
  strategy: string | null,
  which: PassWord | number,
  maxEvents = 300_000,
): TracedPass | null {
  const task: TraceTask = {
    scenario,
    record: null,
    reader: null,
    request: {
      strategies: BUILT_IN,
      maxEvents,
      ...(strategy === null ? {} : { strategy: chooseStrategy(strategy) }),
    },
  };
  const trace = finished(tracePass(task, which));
  return trace?.story == null ? null : { trace, story: trace.story };
}

export const picturesOf = ({ trace, story }: TracedPass): Picture[] => [
  schedulePicture(trace, story),
  lanesPicture([{ trace, story }], null),
  addressesPicture(trace, story),
];

export const svgText = (picture: Picture): string => svgOf(picture, 'p', standaloneStyle());
