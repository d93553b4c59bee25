/**
 * The process that runs one job: the first message is the job, each later message requests a run.
 */
import { type Job, prepare, type Sample } from './job.ts';

export type Answer = { readonly sample: Sample } | { readonly error: string } | { ready: true };

let run: (() => Sample) | null = null;

process.on('message', (message) => {
  process.send!(answer(message));
});
// The process that asked has ended.
process.on('disconnect', () => process.exit());
process.on('error', () => process.exit());

function answer(message: unknown): Answer {
  try {
    if (run === null) {
      run = prepare(message as Job);
      return { ready: true };
    }
    return { sample: run() };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
