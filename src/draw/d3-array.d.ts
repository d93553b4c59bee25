/** Of d3-array what pictures use. Its own types are a package that declares much more. */
declare module 'd3-array' {
  /** Round values between the two, about so many. */
  export function ticks(start: number, stop: number, count: number): number[];
  /** The interval, with round numbers at its ends. */
  export function nice(start: number, stop: number, count: number): [number, number];
}
