/** The last steps of each task, in a ring; they are formatted only on request. */

interface TracedStep {
  readonly atNs: number;
  readonly step: string;
}

const STEPS_KEPT = 12;

export class StepTrace {
  readonly #byTask = new Map<number, TracedStep[]>();

  note(task: number, atNs: number, step: string): void {
    let steps = this.#byTask.get(task);
    if (steps === undefined) {
      steps = [];
      this.#byTask.set(task, steps);
    }
    if (steps.length === STEPS_KEPT) steps.shift();
    steps.push({ atNs, step });
  }

  /** Oldest first. */
  of(task: number): readonly TracedStep[] {
    return [...(this.#byTask.get(task) ?? [])];
  }
}
