/** `--fail-on` of measure: figures of the measured and of the simulated side, by their names. */
import { UserError } from '../../base/errors.ts';
import type { MeasureResult } from '../../measure/result.ts';
import { type FailOn, type Figure, parseFailOn } from '../../report/fail-on.ts';
import type { Metric, MetricView } from '../../report/metric.ts';
import { judge, type Subject, verdictText } from '../../report/verdict.ts';
import { COUNTER_KEYS, type Counters, TEARING_KEYS, type Tearing } from '../../world/outcome.ts';

const SIDES = ['measured', 'simulated'] as const;
/** Counters that user space can tell. */
const MEASURED_COUNTERS = ['passesFinished', 'reads', 'lines', 'bytes'];

export function parseMeasureChecks(given: readonly string[]): readonly FailOn[] {
  return given.map((expression) => {
    try {
      const failOn = parseFailOn(expression, side);
      for (const figure of figuresOf(failOn)) checkFigure(figure, expression);
      return failOn;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`--fail-on ${error.message}`, error.exitCode);
    }
  });
}

function side(text: string): string {
  if ((SIDES as readonly string[]).includes(text)) return text;
  throw new UserError(`"${text}:" is neither measured: nor simulated:`);
}

function figuresOf({ left, right }: FailOn): Figure[] {
  return typeof right === 'number' ? [left] : [left, right];
}

function checkFigure({ strategy, metric, per }: Figure, expression: string): void {
  const refuse = (why: string): never => {
    throw new UserError(`"${expression}": ${why}`);
  };
  if (strategy === null) refuse('a figure is measured: or simulated:');
  for (const one of [metric, per]) {
    if (strategy === 'measured' && one !== null && !isMeasured(one)) {
      refuse(`${one.key} cannot be measured from user space`);
    }
  }
}

function isMeasured(metric: Metric): boolean {
  if (metric.kind === 'counter') return MEASURED_COUNTERS.includes(metric.key);
  return metric.key !== 'lockWaitNs' && metric.key !== 'drainWaitNs';
}

/** Prints each expression and what it came to. @returns whether one of them failed */
export function judgeMeasured(
  checks: readonly FailOn[],
  result: MeasureResult,
  print: (line: string) => void,
): boolean {
  if (checks.length === 0) return false;
  const subjects: Subject[] = [{ strategy: 'measured', outcome: measuredView(result) }];
  for (const outcome of result.simulated?.outcomes.slice(0, 1) ?? []) {
    subjects.push({ strategy: 'simulated', outcome });
  }
  const verdicts = judge(checks, subjects);
  for (const verdict of verdicts) {
    print(`${verdict.failed ? '✗' : '✓'} ${verdictText(verdict, false)}\n`);
  }
  return verdicts.some(({ failed }) => failed);
}

/** The measured side as one reader and one writer; gaps that may be transient count as such. */
function measuredView({ measured }: MeasureResult): MetricView {
  const { readers, writers } = measured;
  const { judged } = readers.tally;
  const counters = Object.fromEntries(COUNTER_KEYS.map((key) => [key, 0])) as Counters;
  const { passes: passesFinished, reads, lines, bytes } = readers;
  const tearing = Object.fromEntries(TEARING_KEYS.map((key) => [key, 0])) as Tearing;
  for (const key of TEARING_KEYS) {
    tearing[key] = key === 'transientGaps' ? judged.gaps - judged.falseGaps : judged[key];
  }
  const { passNs, readNs } = readers;
  const none = writers.opNs;
  return {
    readers: [
      {
        strategy: { text: 'measured', entry: null, n: 0, values: {} },
        counters: { ...counters, passesFinished, reads, lines, bytes },
        tearing,
        samples: { passNs, readNs },
      } as unknown as MetricView['readers'][number],
    ],
    writers: [{ samples: { opNs: writers.opNs, lockWaitNs: none, drainWaitNs: none } }],
  };
}
