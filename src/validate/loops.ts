/** A loop of calls, with readers or without: its rate, and how many of its calls sleep. */
import type { Outcome } from '../world/outcome.ts';
import type { Lab, ScenarioData } from './lab.ts';
import { guest, LOOP_JITTER, PROGRAM, regions, writer } from './spaces.ts';

const GAP = '0x7f0800000000'; // below all regions

export const MAP_UNMAP = [
  { mmap: { at: GAP, pages: 4 } },
  { munmap: { at: GAP, pages: 4 } },
] as const satisfies readonly ScenarioData[];

/** The result of a loop of calls. */
export interface Calls {
  readonly outcome: Outcome;
  readonly perSecond: number;
  /** Number of calls that took more than SLEPT_NS. */
  readonly slept: number;
  readonly sleptMeanNs: number;
  readonly times: Float64Array; // rising
}

interface Loop {
  readonly program: readonly ScenarioData[];
  readonly readers: readonly ScenarioData[];
  readonly duration: string;
  readonly machine?: ScenarioData;
  readonly vmas?: readonly unknown[];
}

/** A call that takes longer than this counts as one that slept. */
const SLEPT_NS = 10_000;

export function calls(lab: Lab, loop: Loop): Calls {
  return lab.once(`calls ${JSON.stringify(loop)}`, () => {
    const times: number[] = [];
    const outcome = lab.run(
      {
        machine: loop.machine ?? guest(),
        duration: loop.duration,
        vmas: loop.vmas ?? [regions(1000), ...PROGRAM],
        readers: loop.readers,
        writers: [writer({ program: loop.program, think: LOOP_JITTER })],
      },
      { onOperation: ({ startNs, endNs }) => times.push(endNs - startNs) },
    );
    const slept = times.filter((ns) => ns > SLEPT_NS);
    return {
      outcome,
      perSecond: (times.length * 1e9) / outcome.simulatedNs,
      slept: slept.length,
      sleptMeanNs: slept.reduce((sum, ns) => sum + ns, 0) / Math.max(slept.length, 1),
      times: Float64Array.from(times).sort(),
    };
  });
}

/** Nearest rank. */
export const rank = (times: Float64Array, share: number): number =>
  times[Math.max(Math.ceil(share * times.length) - 1, 0)] ?? 0;

export const alone = (lab: Lab): Calls =>
  calls(lab, { program: MAP_UNMAP, readers: [], duration: '20ms' });

/** Pairs of calls per second, rounded for people: `388k` or `696`. */
export const pairs = ({ perSecond }: Calls): string =>
  perSecond > 20_000 ? `${Math.round(perSecond / 2000)}k` : String(Math.round(perSecond / 2));
