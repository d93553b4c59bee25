/**
 * Something that the simulated kernel must not do: a sanitizer or lockdep would report it. It is
 * the strategy's fault (or that of a flaw that was asked for), not the program's.
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
