/**
 * Costs as they were measured on this machine: single primitives, to the costs of the model. What
 * user space cannot measure keeps the value of a preset.
 */

/** By name, ns; as native/calibrate.c prints them. */
export type Calibration = ReadonlyMap<string, number>;

/** A share of a call's time, in thousandths there. */
const PERMILLE = /Permille$/;

/**
 * The costs among what was measured.
 * @param known names of the model's table
 */
export function costsFrom(
  calibration: Calibration,
  known: readonly string[],
): Record<string, number> {
  const costs: Record<string, number> = {};
  for (const [name, value] of calibration) {
    const cost = name.replace(PERMILLE, '');
    if (known.includes(cost)) costs[cost] = PERMILLE.test(name) ? value / 1000 : value;
  }
  return costs;
}

/** How far two calibrations lie apart: the middle of the factors of their costs, 1 or more. */
export function spreadOf(a: Calibration, b: Calibration): number {
  const factors: number[] = [];
  for (const [name, value] of a) {
    const other = b.get(name) ?? 0;
    if (value > 0 && other > 0) factors.push(Math.max(value / other, other / value));
  }
  factors.sort((x, y) => x - y);
  return factors[factors.length >>> 1] ?? 1;
}

/** The part of a scenario that is pasted into it, or read by `machine: {costs: {from: FILE}}`. */
export function costsYaml(preset: string, costs: Readonly<Record<string, number>>): string {
  const lines = Object.entries(costs).map(([name, value]) => `    ${name}: ${value}\n`);
  return `machine:\n  costs:\n    preset: ${preset}\n${lines.join('')}`;
}
