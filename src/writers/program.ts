/**
 * A writer's program: the list of operations of a scenario, repeated, with the open places of their
 * calls filled in.
 */
import { type Call, PICKED } from '../mm/plan.ts';
import type { Operation, Place } from '../scenario/scenario.ts';
import type { Words } from '../sim/memory.ts';
import { callsItem, type Item, Picker, type Script, type ScriptContext } from './script.ts';

/** A place with its range picked. */
interface Spot {
  readonly start: number;
  readonly pages: number;
}

export class Program implements Script {
  readonly #context: ScriptContext;
  readonly #operations: readonly Operation[];
  readonly #picker: Picker;
  /** Index of the next operation. */
  #at = 0;

  constructor(context: ScriptContext, operations: readonly Operation[]) {
    this.#context = context;
    this.#operations = operations;
    this.#picker = new Picker(context, operations.length);
  }

  get roundLength(): number {
    return this.#operations.length;
  }

  next(): Item {
    const slot = this.#at;
    const operation = this.#operations[slot]!;
    this.#at = (slot + 1) % this.#operations.length;
    if (operation.kind !== 'calls') return operation;
    const { place, calls, holdNs } = operation;
    const spot = place === null ? null : this.#spot(place, slot);
    const filled = calls.map((call) => this.#filled(call, spot));
    return { ...callsItem(this.#context, filled), hold: holdNs };
  }

  #spot(place: Place, slot: number): Spot {
    if (place.kind === 'at') return { start: place.page, pages: place.pages };
    const index = this.#picker.pick(place.selector, slot);
    const range = this.#picker.rangeOf(place.selector, index);
    const start = range.startPage + place.page;
    return { start, pages: place.pages ?? range.endPage - start };
  }

  #filled(call: Call, spot: Spot | null): Call {
    if (call.call === 'brk') return { ...call, brk: this.#context.brkPage() + (call.by ?? 0) };
    if (spot === null) return call;
    const filled: Record<string, unknown> = { ...call };
    if (filled.start === PICKED) filled.start = spot.start;
    for (const key of ['pages', 'newPages']) if (filled[key] === PICKED) filled[key] = spot.pages;
    return filled as unknown as Call;
  }

  transfer(w: Words): void {
    this.#at = w.one(this.#at);
    this.#picker.transfer(w);
  }
}
