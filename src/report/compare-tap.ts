/** TAP version 14: a test point for each group of runs and each judgement. */
import { jsonOf, printable } from '../base/printable.ts';
import type { CompareResult } from '../compare/result.ts';
import { checksOf } from './compare-checks.ts';
import type { CompareFormat } from './report.ts';

export const tap: CompareFormat = {
  name: 'tap',
  endings: ['tap'],

  *render(result: CompareResult): Iterable<string> {
    const checks = checksOf(result);
    yield `TAP version 14\n1..${checks.length}\n`;
    for (const [i, { scenario, name, fault }] of checks.entries()) {
      const mark = fault === null ? 'ok' : 'not ok';
      yield `${mark} ${i + 1} - ${description(`${scenario}: ${name}`)}\n`;
      if (fault !== null) yield `  ---\n  message: ${jsonOf(fault.message)}\n  ...\n`;
    }
  },
};

/** A hash sign would begin a directive. */
function description(text: string): string {
  return printable(text).replace(/[\\#]/g, '\\$&');
}
