/**
 * Scales: convert values to coordinates, and choose ticks at round numbers. d3-scale does the
 * arithmetic.
 */
import { scaleLinear, scaleLog } from 'd3-scale';

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly log: boolean;
}

/** @param nice begins and ends at round numbers */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  { ticks = 5, nice = false } = {},
): Scale {
  const [low, high] = domain;
  const scale = scaleLinear([low, high > low ? high : low + 1], [...range]);
  if (nice) scale.nice(ticks);
  const place = (value: number): number => scale(value);
  return Object.assign(place, { ticks: scale.ticks(ticks), log: false });
}

/** Ticks at 1, 2, 5, 10 …; only at powers of ten where there are many. */
export function logScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const [low, high] = domain;
  const scale = scaleLog([low, high > low ? high : low * 2], [...range]);
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
  const place = (value: number): number => scale(value);
  return Object.assign(place, { ticks, log: true });
}
