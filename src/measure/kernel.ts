/** The properties of a kernel by its release: how it reads maps, and which interfaces it has. */

import type { MachineSpec } from '../scenario/scenario.ts';

export interface KernelFacts {
  readonly release: string;
  /** The strategy of maps in this release, with per-VMA locks built in. */
  readonly strategy: string;
  readonly queryStrategy: string;
  /** The release has PROCMAP_QUERY. */
  readonly query: boolean;
}

export function kernelFacts(release: string): KernelFacts {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  return {
    release,
    strategy: version >= 6017 ? 'vma-lock' : 'mmap-lock',
    queryStrategy: version >= 6018 ? 'query-vma' : 'query',
    query: version >= 6011,
  };
}

/** The build options of a kernel that the model has too; null: unknown. */
export interface KernelBuild {
  readonly hz: number | null;
  readonly preempt: MachineSpec['preempt'] | null;
}

export const UNKNOWN_BUILD: KernelBuild = { hz: null, preempt: null };

/**
 * Of the kernel's four preemption modes the model has two. Voluntary and lazy preemption count as
 * none: a task gives up its CPU only at certain places, or at the next tick.
 * @param config the configuration of the kernel
 * @param commandLine the command line of the kernel, which selects the mode with PREEMPT_DYNAMIC
 * Source: v6.18 kernel/Kconfig.preempt; kernel/sched/core.c sched_dynamic_mode.
 */
export function kernelBuild(config: string, commandLine: string): KernelBuild {
  const [, hz] = /^CONFIG_HZ=(\d+)$/m.exec(config) ?? [];
  const [, built] = /^CONFIG_PREEMPT(_NONE|_VOLUNTARY|_LAZY|)=y$/m.exec(config) ?? [];
  const isDynamic = /^CONFIG_PREEMPT_DYNAMIC=y$/m.test(config);
  const [, asked] = /(?:^|\s)preempt=(none|voluntary|lazy|full)\b/.exec(commandLine) ?? [];
  const chosen = isDynamic ? asked : undefined;
  const isFull = chosen === undefined ? built === '' : chosen === 'full';
  const known = chosen ?? built;
  return {
    hz: hz === undefined ? null : Number(hz),
    preempt: known === undefined ? null : isFull ? 'full' : 'none',
  };
}

/** Notes on values that the simulated side takes from the kernel and not from the scenario. */
export function buildNotes(machine: MachineSpec, { hz, preempt }: KernelBuild): string[] {
  const notes: string[] = [];
  if (hz !== null && hz !== machine.hz) {
    notes.push(
      `hz: simulated with ${hz}, the value of this kernel; the scenario has ${machine.hz}`,
    );
  }
  if (preempt !== null && preempt !== machine.preempt) {
    const both = `${preempt}, the mode of this kernel; the scenario has ${machine.preempt}`;
    notes.push(`preempt: simulated with ${both}`);
  }
  return notes;
}
