/**
 * Converts measurements of single primitives on this machine to costs of the model. Costs that user
 * space cannot measure keep the value of a preset.
 */
import type { MachineSpec } from '../scenario/scenario.ts';

/** Costs in ns by name, as native/calibrate.c prints them. */
export type Calibration = ReadonlyMap<string, number>;

export type CalibratedMachine = Pick<MachineSpec, 'costs' | 'jitter'>;

/** The costs that are measured as distributions. */
const DRAWN = ['wakeup', 'wakeupSend'];
/** Sigma of the logarithm of the time of a call without contention, in thousandths. */
const SIGMA = 'sigmaPermille';
const JITTER_MAX = 1;

/** @param known the names of the cost table */
export function machineFrom(
  calibration: Calibration,
  preset: string,
  known: readonly string[],
): CalibratedMachine {
  const overrides: Record<string, MachineSpec['costs']['overrides'][string]> = {};
  for (const [name, value] of calibration) {
    if (!known.includes(name)) continue;
    overrides[name] = DRAWN.includes(name) ? drawn(calibration, name, value) : value;
  }
  const sigma = calibration.get(SIGMA);
  const jitter = sigma === undefined ? null : Math.min(sigma / 1000, JITTER_MAX);
  return { costs: { preset, overrides }, jitter };
}

/** The distribution with min below p50 and p50 not above p99. */
function drawn(calibration: Calibration, name: string, p50: number) {
  const min = Math.min(calibration.get(`${name}Min`) ?? p50, p50 - 1);
  return { min: Math.max(min, 0), p50, p99: Math.max(calibration.get(`${name}P99`) ?? p50, p50) };
}

/** How far two calibrations differ: the median of the ratios of their costs, at least 1. */
export function spreadOf(a: Calibration, b: Calibration): number {
  const factors: number[] = [];
  for (const [name, value] of a) {
    const other = b.get(name) ?? 0;
    if (value > 0 && other > 0) factors.push(Math.max(value / other, other / value));
  }
  factors.sort((x, y) => x - y);
  return factors[factors.length >>> 1] ?? 1;
}

export function meanOf(a: Calibration, b: Calibration): Calibration {
  const mean = (name: string, value: number) => Math.round((value + (b.get(name) ?? value)) / 2);
  return new Map([...a].map(([name, value]) => [name, mean(name, value)]));
}

/** YAML that can be pasted into a scenario. */
export function machineYaml({ costs, jitter }: CalibratedMachine): string {
  const value = (cost: unknown): string =>
    typeof cost === 'number'
      ? String(cost)
      : JSON.stringify(cost)
          .replace(/"/g, '')
          .replace(/([:,])/g, '$1 ');
  const lines = Object.entries(costs.overrides).map(
    ([name, cost]) => `    ${name}: ${value(cost)}\n`,
  );
  const head = `machine:\n  costs:\n    preset: ${costs.preset}\n`;
  return `${head}${lines.join('')}${jitter === null ? '' : `  jitter: ${jitter}\n`}`;
}

/** The same costs as a file for `machine: {costs: {from: FILE}}`. */
export function machineJson({ costs, jitter }: CalibratedMachine): string {
  const machine = { costs: { preset: costs.preset, ...costs.overrides }, jitter };
  return `${JSON.stringify({ machine }, null, 2)}\n`;
}
