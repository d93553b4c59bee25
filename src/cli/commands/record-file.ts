/** `run --record`: the file that a timed run is recorded in. */
import { Recorder } from '../../run/record.ts';
import type { RunRequest } from '../../run/timed.ts';
import type { RunListener } from '../../run/timed-driver.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Outcome } from '../../world/outcome.ts';
import { OutFile } from '../files.ts';
import type { RunOptions } from './run.ts';

export class RecordFile {
  readonly #file: OutFile;
  readonly #recorder: Recorder;

  constructor(
    { scenario, request }: { readonly scenario: Scenario; readonly request: RunRequest },
    { record, pass, reader, failOn }: RunOptions,
    cwd: string,
  ) {
    this.#file = new OutFile(record!, cwd);
    const head = {
      scenario: { name: scenario.name, sha256: scenario.sha256 },
      strategy: request.strategy?.text ?? null,
      seed: request.seed ?? scenario.seed,
      durationNs: request.durationNs ?? null,
      passes: { reader: reader ?? null, which: pass ?? 0 },
      failOn,
    };
    this.#recorder = new Recorder(head, (text) => this.#file.write(text));
  }

  get listener(): RunListener {
    return this.#recorder;
  }

  /** Puts the whole record in its place. */
  finish(outcome: Outcome): void {
    this.#recorder.end(outcome);
    this.#file.finish();
  }

  /** Leaves nothing behind that is not whole; harmless after finish(). */
  abandon(): void {
    this.#file.abandon();
  }
}
