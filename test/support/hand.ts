/**
 * A world without a clock in which the test chooses the task of each step, and how many steps it
 * takes. A schedule that a comment counts by hand thus takes a few lines.
 *
 * A task that sleeps on a lock cannot take a step; thinking takes no time; no task spins.
 */

import { type Host, TIMELESS } from '../../src/mm/kernel.ts';
import type { Reader } from '../../src/proc/reader.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { DONE, PARKED, stepName } from '../../src/sim/step.ts';
import type { Task } from '../../src/sim/task.ts';
import type { PassWatch } from '../../src/world/pass-watch.ts';
import type { World } from '../../src/world/world.ts';
import { aWorld } from './run.ts';

export class Hand {
  readonly world: World;
  readonly watch: PassWatch;
  readonly #ready = new Set<number>();

  constructor(scenario: string | Scenario, strategy?: string) {
    const host: Host = { ...TIMELESS, wakeUp: (task) => this.wakeUp(task) };
    const timed = aWorld(scenario, strategy === undefined ? {} : { strategy }, host);
    this.world = timed.world;
    this.watch = timed.watch;
    for (const task of this.world.tasks) this.#ready.add(task.id);
  }

  wakeUp(task: Task): void {
    this.#ready.add(task.id);
  }

  task(name: string): Task {
    const task = this.world.tasks.find((t) => t.name === name);
    if (task === undefined) throw new Error(`no task "${name}"`);
    return task;
  }

  get reader(): Reader {
    return this.world.readers[0]!;
  }

  /** The name of the step that the task takes next; `parked` while it sleeps, `done` at its end. */
  at(name: string): string {
    const task = this.task(name);
    if (task.step === DONE) return 'done';
    return this.#ready.has(task.id) ? stepName(task) : 'parked';
  }

  /** Takes one step. */
  step(name: string): void {
    const task = this.task(name);
    if (!this.#ready.has(task.id)) throw new Error(`${name} sleeps`);
    const next = task.step(this.world.kernel, task);
    this.world.kernel.takeSpent(task);
    if (next === PARKED) this.#ready.delete(task.id);
    else task.step = next;
  }

  /** Takes steps until the next one is called so, for the n-th time from now. */
  to(name: string, step: string, nth = 1): this {
    let left = nth;
    for (let steps = 0; ; steps++) {
      const at = this.at(name);
      if (steps > 0 && at === step && --left === 0) return this;
      if (at === 'done' || at === 'parked' || steps > 100_000) {
        throw new Error(`${name} is at "${at}" and never comes to "${step}"`);
      }
      this.step(name);
    }
  }

  /** Takes steps until the task sleeps or is done. */
  run(name: string): this {
    for (let steps = 0; this.at(name) !== 'done' && this.at(name) !== 'parked'; steps++) {
      if (steps > 1_000_000) throw new Error(`${name} never ends`);
      this.step(name);
    }
    return this;
  }

  /** One whole operation of a writer: until it is about to draw the next one. */
  operation(name: string): this {
    if (this.at(name) !== '(next_operation)') throw new Error(`${name} is at "${this.at(name)}"`);
    return this.to(name, '(next_operation)');
  }
}
