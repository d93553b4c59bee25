/** The properties of a kernel by its release: how it reads maps, and which interfaces it has. */

import type { MachineSpec } from '../scenario/scenario.ts';

export interface KernelFacts {
  readonly release: string;
  /** Of `maps`, by what the release does where per-VMA locks are built in. */
  readonly strategy: string;
  readonly queryStrategy: string;
  /** PROCMAP_QUERY is there. */
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

/** How a kernel was built, as far as the model has it too; null: unknown. */
export interface KernelBuild {
  readonly hz: number | null;
  readonly preempt: MachineSpec['preempt'] | null;
}

export const UNKNOWN_BUILD: KernelBuild = { hz: null, preempt: null };

/**
 * Of the four ways to be preempted in the kernel the model has two: voluntary and lazy ones are
 * nearer to none, as a task gives its CPU up at places of its own or goes on to the next tick.
 * @param config the kernel's configuration
 * @param commandLine what it was started with, which chooses where it was built to let it
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

/** Where the simulated side is not as the scenario says, but as the kernel is. */
export function buildNotes(machine: MachineSpec, { hz, preempt }: KernelBuild): string[] {
  const notes: string[] = [];
  if (hz !== null && hz !== machine.hz) {
    notes.push(`hz: simulated with ${hz}, as this kernel has; the scenario says ${machine.hz}`);
  }
  if (preempt !== null && preempt !== machine.preempt) {
    const both = `${preempt}, as this kernel does; the scenario says ${machine.preempt}`;
    notes.push(`preempt: simulated with ${both}`);
  }
  return notes;
}
