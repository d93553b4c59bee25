/**
 * Finds the states that are possible during a pass from the times of calls and read()s alone: a
 * state is possible from the start of the call that makes it to the end of the next call.
 *
 * If several writers change different lines, each has its own state at any moment. States that are
 * possible at the same time are combined: intervals that overlap in pairs have a moment in common.
 */

export interface WriterTimes {
  /** Start and end of each call in ns, both rising. */
  readonly startNs: ArrayLike<number>;
  readonly endNs: ArrayLike<number>;
  readonly count: number;
  /** The number of the state after this number of calls; equal states have equal numbers. */
  readonly after: (calls: number) => number;
}

/** For each writer, the number of its state. */
export type JointState = readonly number[];

/** A pass with more joint states than this is not judged. */
const JOINT_MAX = 4096;

export class PossibleStates {
  readonly #writers: readonly WriterTimes[];
  /** For each writer, the first call that had not ended when the last pass began. */
  readonly #from: number[];

  constructor(writers: readonly WriterTimes[]) {
    this.#writers = writers;
    this.#from = writers.map(() => 0);
  }

  /**
   * Call it for passes in the order of their start.
   * @returns the distinct joint states; null if there are too many
   */
  of(startNs: number, endNs: number): JointState[] | null {
    const spans = this.#writers.map((writer, w) => this.#span(writer, w, startNs, endNs));
    const found: JointState[] = [];
    const seen = new Set<string>();
    const chosen: number[] = [];
    let steps = 0;
    const choose = (w: number, lowNs: number, highNs: number): boolean => {
      if (w === this.#writers.length) {
        const key = chosen.join();
        if (!seen.has(key)) {
          seen.add(key);
          found.push([...chosen]);
        }
        return found.length <= JOINT_MAX;
      }
      const writer = this.#writers[w]!;
      const { from, to } = spans[w]!;
      for (let calls = from; calls <= to; calls++) {
        const low = Math.max(lowNs, calls > 0 ? writer.startNs[calls - 1]! : startNs);
        const high = Math.min(highNs, calls < writer.count ? writer.endNs[calls]! : endNs);
        if (low > high) continue;
        chosen.push(writer.after(calls));
        const goesOn = ++steps < JOINT_MAX * 16 && choose(w + 1, low, high);
        chosen.pop();
        if (!goesOn) return false;
      }
      return true;
    };
    return choose(0, startNs, endNs) ? found : null;
  }

  /** The calls of writer w that may have been running during the last pass. */
  callsDuring(w: number, startNs: number, endNs: number): { from: number; to: number } {
    const { from, to } = this.#span(this.#writers[w]!, w, startNs, endNs);
    return { from, to: Math.min(to, this.#writers[w]!.count) };
  }

  /** The possible states of writer w: those after `from` to `to` calls. */
  #span(writer: WriterTimes, w: number, startNs: number, endNs: number) {
    let from = this.#from[w]!;
    while (from < writer.count && writer.endNs[from]! < startNs) from++;
    this.#from[w] = from;
    let to = from;
    while (to < writer.count && writer.startNs[to]! <= endNs) to++;
    return { from, to };
  }
}
