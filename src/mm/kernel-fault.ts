/**
 * A fault of the simulated kernel that a sanitizer or lockdep would report. The cause is the
 * strategy (or a bug that `bug-compat` turned on), not mapsim.
 */

export const FAULT_KINDS = [
  'use-after-free',
  'null-dereference',
  'leak',
  'sleep-in-rcu',
  'lock-order',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export class KernelFault extends Error {
  override readonly name = 'KernelFault';
  readonly kind: FaultKind;
  /** Of a use after free: what was freed, as Kernel.noteFree names it. */
  readonly freed: string | null;

  constructor(kind: FaultKind, message: string, freed: string | null = null) {
    super(message);
    this.kind = kind;
    this.freed = freed;
  }
}
