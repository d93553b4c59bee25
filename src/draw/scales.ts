/**
 * From values to places on a picture, and ticks that fall on round numbers.
 *
 * Source of the widths of steps: d3-array 3.2.4, ticks: 1, 2, 5 or 10 times a power of ten, parted
 * at the geometric means.
 */

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly log: boolean;
}

type Pair = readonly [number, number];

/** @param nice begins and ends at round numbers */
export function linearScale(domain: Pair, range: Pair, { ticks = 5, nice = false } = {}): Scale {
  const [low, high] = domain;
  const whole: Pair = [low, high > low ? high : low + 1];
  const shown = nice ? widened(whole, ticks) : whole;
  return Object.assign(between(shown, range), { ticks: ticksOf(shown, ticks), log: false });
}

/** Ticks at 1, 2, 5, 10 …; only at powers of ten where there are many. */
export function logScale(domain: Pair, range: Pair): Scale {
  const [low, high] = domain;
  const place = between([Math.log(low), Math.log(high > low ? high : low * 2)], range);
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const steps = last - first > 4 ? [1] : last - first > 2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const step of steps) {
      const value = Number(`${step}e${power}`);
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return Object.assign((value: number) => place(Math.log(value)), { ticks, log: true });
}

function between([low, high]: Pair, [from, to]: Pair): (value: number) => number {
  const span = high - low;
  return (value) => {
    const share = span === 0 ? 0.5 : (value - low) / span;
    return from * (1 - share) + to * share;
  };
}

/** A step of ticks. Below 1 it is kept as how many make 1: 3 / 10 is nearer to 0.3 than 3 * 0.1. */
interface TickStep {
  readonly size: number;
  readonly inverse: boolean;
}

function stepOf([low, high]: Pair, count: number): TickStep {
  const least = (high - low) / count;
  const power = Math.floor(Math.log10(least));
  const over = least / 10 ** power;
  const times =
    over >= Math.sqrt(50) ? 10 : over >= Math.sqrt(10) ? 5 : over >= Math.sqrt(2) ? 2 : 1;
  return power < 0
    ? { size: 10 ** -power / times, inverse: true }
    : { size: 10 ** power * times, inverse: false };
}

const stepsAt = (value: number, { size, inverse }: TickStep): number =>
  inverse ? value * size : value / size;
const tickAt = (steps: number, { size, inverse }: TickStep): number =>
  inverse ? steps / size : steps * size;

function ticksOf(domain: Pair, count: number): number[] {
  const [low, high] = domain;
  const step = stepOf(domain, count);
  const first = Math.round(stepsAt(low, step));
  const steps = Math.round(stepsAt(high, step)) - first;
  const ticks = Array.from({ length: steps + 1 }, (_, i) => tickAt(first + i, step));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** To whole steps at both ends; what is wider may need wider steps, a few times at most. */
function widened(domain: Pair, count: number): Pair {
  let [low, high] = domain;
  let step = stepOf(domain, count);
  for (let turn = 0; turn < 10; turn++) {
    const { size } = step;
    low = tickAt(Math.floor(stepsAt(low, step)), step);
    high = tickAt(Math.ceil(stepsAt(high, step)), step);
    step = stepOf([low, high], count);
    if (step.size === size) break;
  }
  return [low, high];
}
