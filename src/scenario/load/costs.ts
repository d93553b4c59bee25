/**
 * The costs of a machine: a preset, single ones by name, or what `mapsim calibrate` has written.
 */
import * as v from 'valibot';
import { latin1Of } from '../../base/latin1.ts';
import type { GivenCost, MachineSpec } from '../scenario.ts';
import { show } from './faults.ts';
import { fixedNs, type Loading, readReferred, refuse } from './loading.ts';
import type { Path } from './place.ts';
import { CostsSchema, type MachineArgs } from './schema.ts';
import { didYouMean, list } from './shape.ts';

type Args = Exclude<MachineArgs['costs'], string>;
type CostArgs = Omit<Args, 'preset' | 'from'>;

/** `from` is read first, and costs beside it win. `jitter`: the file's, if it says so. */
export function machineCosts(
  loading: Loading,
  path: Path,
  args: MachineArgs['costs'],
): Pick<MachineSpec, 'costs' | 'jitter'> {
  const { presets } = loading.env.costs;
  const { preset, from, ...rest } = typeof args === 'string' ? { preset: args } : args;
  const measured = from === undefined ? null : costsFile(loading, [...path, 'from'], from);
  if (!presets.includes(preset)) {
    const at = typeof args === 'string' ? path : [...path, 'preset'];
    const hint = didYouMean(preset, presets) ?? `known: ${list(presets)}`;
    refuse(loading, at, `costs: unknown preset ${show(preset)}`, hint);
  }
  const own = overridesOf(loading, rest, (name) => [...path, name]);
  const overrides = { ...measured?.costs.overrides, ...own };
  const costs = { preset: measured?.costs.preset ?? preset, overrides };
  return { costs, jitter: measured?.jitter ?? null };
}

const FileSchema = v.object({
  machine: v.object({ costs: CostsSchema, jitter: v.nullable(v.number()) }),
});

/** The file that `mapsim calibrate -o` writes; null after a fault. */
function costsFile(
  loading: Loading,
  path: Path,
  name: string,
): Pick<MachineSpec, 'costs' | 'jitter'> | null {
  const read = readReferred(loading, path, name);
  if (read === null) return null;
  const parsed = v.safeParse(FileSchema, jsonOf(latin1Of(read.bytes)));
  const costs = parsed.success ? parsed.output.machine.costs : '';
  if (!parsed.success || typeof costs === 'string' || costs.from !== undefined) {
    refuse(loading, path, `from: ${name} is not a file of mapsim calibrate -o`);
    return null;
  }
  const { preset, from: _, ...rest } = costs;
  const overrides = overridesOf(loading, rest, () => path);
  return { costs: { preset, overrides }, jitter: parsed.output.machine.jitter };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param placeOf where a fault of the cost of this name is shown */
function overridesOf(
  loading: Loading,
  args: CostArgs,
  placeOf: (name: string) => Path,
): Record<string, GivenCost> {
  const { names } = loading.env.costs;
  const overrides: Record<string, GivenCost> = {};
  for (const [name, value] of Object.entries(args)) {
    const at = placeOf(name);
    if (!names.includes(name)) {
      const hint = didYouMean(name, names) ?? `known: ${list(names)}`;
      loading.faults.add(loading.places.key(at), `unknown cost ${show(name)}`, hint);
    } else if (name.endsWith('Share')) {
      if (typeof value === 'number' && value <= 1) overrides[name] = value;
      else refuse(loading, at, `${name}: ${show(value)} is not a share: a number from 0 to 1`);
    } else if (value === undefined) {
      // Named by the schema, and not in the file.
    } else if (typeof value === 'object') {
      overrides[name] = distribution(loading, at, value);
    } else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      refuse(loading, at, `${name}: ${show(value)} is not a whole number of ns`);
    } else {
      overrides[name] = fixedNs(loading, at, value);
    }
  }
  return overrides;
}

function distribution(
  loading: Loading,
  path: Path,
  args: { readonly [key in 'min' | 'p50' | 'p99']: Parameters<typeof fixedNs>[2] },
): GivenCost {
  const [min, p50, p99] = (['min', 'p50', 'p99'] as const).map((key) =>
    fixedNs(loading, [...path, key], args[key]),
  ) as [number, number, number];
  if (min > p50 || p50 > p99 || (min === p50 && p50 < p99)) {
    const message = `a distribution with min ${min}, p50 ${p50} and p99 ${p99} ns`;
    refuse(loading, path, message, 'min has to be below p50, and p50 at most p99');
  }
  return { min, p50, p99 };
}
