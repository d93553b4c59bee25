/** `run --annotate`: the pass that is shown, with the states of each line in a margin. */
import { UserError } from '../../base/errors.ts';
import { annotatedText } from '../../report/pictures/annotated.ts';
import type { RunRequest } from '../../run/timed.ts';
import { tracePass } from '../../run/trace-pass.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/** The margin needs to know which states there were: the run is made once more for it. */
export function annotatedPass(scenario: Scenario, request: RunRequest): Uint8Array {
  const { passes, listener: _, onOperation: __, ...rest } = request;
  const { which, reader } = passes;
  if (which === 'all' || which === 'none') {
    throw new UserError('--annotate shows one pass: give --pass torn, or its number');
  }
  const steps = tracePass({ scenario, record: null, reader, request: rest }, which);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const story = step.value?.story;
  const text = story == null ? '' : annotatedText(story);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
