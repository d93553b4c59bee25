/** From values to places, and ticks that fall on round numbers, which d3-array finds. */
import { nice as niceDomain, ticks as roundTicks } from 'd3-array';

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly log: boolean;
}

type Interval = readonly [number, number];

/** The place of a share of the way, 0 … 1. */
function between([from, to]: Interval, share: number): number {
  return from * (1 - share) + to * share;
}

/** @param nice begins and ends at round numbers */
export function linearScale(
  domain: Interval,
  range: Interval,
  { ticks = 5, nice = false } = {},
): Scale {
  const [from, to] = domain;
  const whole: Interval = [from, to > from ? to : from + 1];
  const [low, high] = nice ? niceDomain(...whole, ticks) : whole;
  const place = (value: number): number => between(range, (value - low) / (high - low));
  return Object.assign(place, { ticks: roundTicks(low, high, ticks), log: false });
}

/** Ticks at 1, 2, 5, 10 …; only at powers of ten where there are many. */
export function logScale(domain: Interval, range: Interval): Scale {
  const [low, to] = domain;
  const high = to > low ? to : low * 2;
  const [from, length] = [Math.log(low), Math.log(high) - Math.log(low)];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(to));
  const steps = last - first > 4 ? [1] : last - first > 2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const step of steps) {
      const value = Number(`${step}e${power}`);
      if (value >= low && value <= to) ticks.push(value);
    }
  }
  const place = (value: number): number => between(range, (Math.log(value) - from) / length);
  return Object.assign(place, { ticks, log: true });
}
