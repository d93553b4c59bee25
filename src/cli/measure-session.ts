/**
 * A scenario on the running kernel: the files that replace its own files, the free addresses, the
 * plan, and the states of the kernel.
 */
import { EXIT, UserError } from '../base/errors.ts';
import { type KernelStates, kernelStates } from '../measure/agreement.ts';
import { type PlanAnswer, readPlanAnswer, readStates } from '../measure/frames.ts';
import { Lines } from '../measure/lines.ts';
import {
  type MeasurePlan,
  makePlan,
  type PlanRequest,
  type PlanText,
  planText,
} from '../measure/plan.ts';
import { filePages, freeOffset, isShmem, moved, withFiles } from '../measure/substitute.ts';
import { MapsLine } from '../scenario/load/maps-line.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Harness } from './harness.ts';
import { MeasureFiles } from './measure-files.ts';

const STARTS_MAX = 8;
const PAGE_BYTES = 4096;
/** By so many pages a mapping of a file may grow: nothing beyond its end may be written to. */
const GROWTH_PAGES = 2 ** 20;

interface Prepared {
  readonly plan: MeasurePlan;
  /** As it was handed over. */
  readonly text: string;
  /** What maps prints of the files that stand in for the scenario's. */
  readonly fileLines: readonly (string | null)[];
  /** Everything was moved by so many pages. */
  readonly offsetPages: number;
}

export class MeasureSession {
  readonly #program: string;
  readonly #files: MeasureFiles;
  #harness: Harness;
  /** What maps prints of the files that stand in for others. */
  readonly #fileLines = new Map<string, string>();

  constructor(program: string) {
    this.#program = program;
    this.#files = new MeasureFiles();
    this.#harness = new Harness(program);
  }

  get harness(): Harness {
    return this.#harness;
  }

  get directory(): string {
    return this.#files.directory;
  }

  /**
   * Makes the plan and hands it over.
   * @param say hears of what was done about addresses
   */
  async prepare(
    scenario: Scenario,
    request: PlanRequest,
    how: Omit<PlanText, 'files'>,
    say: (note: string) => void,
  ): Promise<Prepared> {
    const files = this.#standIns(scenario);
    const fileLines = await this.#linesOf(files);
    let own = withFiles(scenario, fileLines);
    let offsetPages = 0;
    for (let start = 1; ; start++) {
      const plan = makePlan(own, scenario.seed, new Lines(), request);
      const text = planText(plan, { ...how, files });
      const answer = await this.#hand(text);
      if (answer.taken.length === 0) return { plan, text, fileLines, offsetPages };
      if (answer.randomised && start < STARTS_MAX) {
        await this.#startAgain();
        continue;
      }
      if (offsetPages !== 0) {
        throw new UserError(
          `addresses of the scenario are already in use: ${answer.taken[0]}`,
          EXIT.io,
        );
      }
      offsetPages = freeOffset(plan.ranges, answer.lines.map(rangeOf));
      const by = `${offsetPages < 0 ? '-' : ''}0x${Math.abs(offsetPages).toString(16)}000`;
      say(`${answer.taken[0]!.trim()} is where the scenario is: moved everything by ${by}`);
      own = moved(own, offsetPages);
    }
  }

  /** The kernel's states, writer by writer, beside the model's. */
  async states(
    plan: MeasurePlan,
    keep: (frame: Buffer) => void = () => {},
  ): Promise<KernelStates[]> {
    this.#harness.send('states');
    const found: KernelStates[] = [];
    for (const _ of plan.writers) {
      const frame = await this.#harness.next('STATES');
      keep(frame);
      found.push(kernelStates(plan, readStates(frame)));
    }
    return found;
  }

  async end(): Promise<void> {
    await this.#harness.end();
    this.#files.remove();
  }

  /** For what ends at once: children die with the program. */
  endNow(): void {
    void this.#harness.end();
    this.#files.remove();
  }

  #standIns(scenario: Scenario): (string | null)[] {
    const pages = filePages(scenario);
    return scenario.files.map((file, i) => {
      if (isShmem(file)) return null;
      const key = `${file.major}:${file.minor}:${file.inode}:${file.path}`;
      return this.#files.of(key, file.path, (pages[i]! + GROWTH_PAGES) * PAGE_BYTES);
    });
  }

  /** What the kernel prints of each. */
  async #linesOf(paths: readonly (string | null)[]): Promise<(string | null)[]> {
    const fresh = [...new Set(paths)].filter((p) => p !== null && !this.#fileLines.has(p));
    if (fresh.length > 0) {
      const answer = await this.#hand(
        `plan\n${fresh.map((path) => `file ${path}\n`).join('')}end\n`,
      );
      for (const [i, path] of fresh.entries()) this.#fileLines.set(path!, answer.files[i]!);
    }
    return paths.map((path) => (path === null ? null : this.#fileLines.get(path)!));
  }

  async #hand(text: string): Promise<PlanAnswer> {
    return readPlanAnswer(await this.#harness.ask(text.trimEnd(), 'PLAN'));
  }

  async #startAgain(): Promise<void> {
    await this.#harness.end();
    this.#harness = new Harness(this.#program);
  }
}

function rangeOf(text: string) {
  const line = new MapsLine();
  if (!line.scan(text, 0, text.length)) throw new Error(`no line of maps: ${text}`);
  return { startPage: line.startPage, endPage: line.endPage, perms: line.perms };
}
