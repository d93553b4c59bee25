/** `run --explain`: in place of a text, the first retry, fallback, cut or starvation, and why. */
import { type Explained, explainText } from '../../report/pictures/explain.ts';
import type { RunRequest } from '../../run/timed.ts';
import { tracePass } from '../../run/trace-pass.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Outcome } from '../../world/outcome.ts';

/** The run is made once more, traced. Null: nothing of the kind happens. */
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
