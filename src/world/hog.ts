/** A hog: a task that only uses CPU time in user space. It runs, sleeps, and runs again. */
import type { KernelStep } from '../mm/kernel.ts';
import { named } from '../sim/step.ts';
import { Task, type TaskParts } from '../sim/task.ts';

export class Hog extends Task {
  readonly runNs: () => number;
  readonly sleepNs: () => number;

  constructor(
    task: TaskParts,
    times: { readonly runNs: () => number; readonly sleepNs: () => number },
  ) {
    super(task.id, task.name, task.cpu, task.nice);
    this.runNs = times.runNs;
    this.sleepNs = times.sleepNs;
    this.userTask = true;
    this.step = run;
  }
}

const run: KernelStep<Hog> = named('(run)', (k, t) => {
  k.spend(t.runNs());
  return rest;
});

const rest: KernelStep<Hog> = named('(rest)', (k, t) => k.sleep(t, t.sleepNs(), run));
