/**
 * Prints a pass of `run` with a margin, or as columns that explain an event. Both need the states
 * of the pass, so the run is repeated with a tracer.
 */
import { UserError } from '../base/errors.ts';
import { annotatedText } from '../report/pictures/annotated.ts';
import { type Explained, explainText } from '../report/pictures/explain.ts';
import type { RunRequest } from '../run/timed.ts';
import { tracePass } from '../run/trace-pass.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';

/**
 * Of `--annotate`: the states of each line in a margin.
 * @param columns that a line may take, but for a line of the text itself
 */
export function annotatedPass(
  scenario: Scenario,
  request: RunRequest,
  columns: number,
): Uint8Array {
  const { passes, listener: _, onOperation: __, ...rest } = request;
  const { which, reader } = passes;
  if (which === 'all' || which === 'none') {
    throw new UserError('--annotate shows one pass: give --pass torn, or --pass with a number');
  }
  const steps = tracePass({ scenario, record: null, reader, request: rest }, which);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const story = step.value?.story;
  const text = story == null ? '' : annotatedText(story, columns);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/**
 * Of `--explain`: in place of a text, the first retry, fallback, cut or starvation, and why. Null:
 * nothing of the kind happens.
 */
export function explainedPass(
  scenario: Scenario,
  request: RunRequest,
  what: Explained,
): Outcome['passes'][number] | null {
  const { passes, listener: _, onOperation: __, ...rest } = request;
  const task = { scenario, record: null, reader: passes.reader, request: rest };
  const steps = tracePass(task, what);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const trace = step.value;
  if (trace?.story == null) return null;
  const text = explainText(trace, trace.story, what);
  return { ...trace.story.pass, finished: true, text: Buffer.from(text), cuts: [] };
}
