/** From values to places, and ticks that fall on round numbers. d3-scale does the arithmetic. */
import { scaleLinear } from 'd3-scale';

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
