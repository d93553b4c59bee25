/**
 * Evaluates expressions of `--fail-on` and `--require` over one outcome or several strategies.
 *
 * The ratio 0/0 is 0, and n/0 is infinite. An aggregate of no values is not a number: then the
 * expression counts as failed, because a check that measured nothing must not pass.
 */
import { holds } from '../base/comparison.ts';
import { UserError } from '../base/errors.ts';
import { type FailOn, type Figure, strategiesNamed, trueSentence } from './fail-on.ts';
import { type MetricView, metricValue } from './metric.ts';

/** A run to be judged, under the name that expressions use for it. */
export interface Subject {
  readonly strategy: string; // `mixed` where its readers differ
  readonly outcome: MetricView;
}

export interface FailOnVerdict {
  readonly failOn: FailOn;
  /** The subject that the figures without a strategy of their own are from. */
  readonly strategy: string;
  readonly failed: boolean;
  /** Times in ns, ratios as fractions; null: nothing was measured. */
  readonly left: number | null;
  readonly right: number | null;
}

/**
 * Every expression, once for each subject; once in all where each of its figures names a strategy.
 */
export function judge(
  expressions: readonly FailOn[],
  subjects: readonly Subject[],
  /** Those that expressions without a strategy are about; others only where they are named. */
  judged: readonly Subject[] = subjects,
): readonly FailOnVerdict[] {
  return expressions.flatMap((failOn) => {
    const { left, right } = failOn;
    const bound = left.strategy !== null && (typeof right === 'number' || right.strategy !== null);
    if (!bound) return judged.map((subject) => judgeOne(failOn, subject, subjects));
    const { strategy } = left;
    const subject = subjects.find((s) => s.strategy === strategy) ?? subjects[0]!;
    return [{ ...judgeOne(failOn, subject, subjects), strategy: strategy! }];
  });
}

function judgeOne(failOn: FailOn, subject: Subject, subjects: readonly Subject[]): FailOnVerdict {
  const left = figureValue(failOn.left, subject, subjects);
  const right =
    typeof failOn.right === 'number' ? failOn.right : figureValue(failOn.right, subject, subjects);
  const failed =
    left === null || right === null || holds(left, failOn.comparison, right) !== failOn.required;
  return { failOn, strategy: subject.strategy, failed, left, right };
}

function figureValue(
  figure: Figure,
  subject: Subject,
  subjects: readonly Subject[],
): number | null {
  const view = viewOf(figure.strategy, subject, subjects);
  const value = metricValue(figure.metric, view);
  if (value === null) return null;
  if (figure.per === null) return figure.factor * value;
  const per = metricValue(figure.per, view);
  if (per === null) return null;
  return value === 0 ? 0 : (figure.factor * value) / per;
}

/** The subject of that name; else the readers with that strategy in a run of several strategies. */
function viewOf(
  strategy: string | null,
  subject: Subject,
  subjects: readonly Subject[],
): MetricView {
  if (strategy === null) return subject.outcome;
  const named = subjects.find((s) => s.strategy === strategy);
  if (named !== undefined) return named.outcome;
  for (const { outcome } of subjects) {
    const readers = outcome.readers.filter((reader) => reader.strategy === strategy);
    if (readers.length > 0) return { readers, writers: outcome.writers };
  }
  throw new UserError(`no reader has strategy "${strategy}"`);
}

/**
 * Refuses expressions about a strategy that does not take part. To be called before the run.
 * @param taking canonical strategies of the run
 */
export function checkStrategies(expressions: readonly FailOn[], taking: readonly string[]): void {
  for (const strategy of strategiesNamed(expressions)) {
    if (taking.includes(strategy)) continue;
    const { expression } = expressions.find((e) => strategiesNamed([e]).includes(strategy))!;
    const known = taking.length === 0 ? 'none' : [...new Set(taking)].join(', ');
    throw new UserError(
      `"${expression}": no reader of this run has strategy "${strategy}" (there is: ${known})`,
    );
  }
}

/**
 * One line without the mark: a sentence that is true, and the figures.
 * @param several name the strategy, there is more than one
 */
export function verdictText(
  { failOn, strategy, failed, left, right }: FailOnVerdict,
  several: boolean,
): string {
  const figures = typeof failOn.right === 'number' ? [left] : [left, right];
  const values = figures.map((value) => figureText(value, failOn.percent)).join(' against ');
  const measured = left !== null && right !== null;
  const sentence = measured ? trueSentence(failOn, failed !== failOn.required) : failOn.expression;
  const named = several && failOn.left.strategy === null;
  return `${named ? `${strategy}: ` : ''}${sentence} (${values})`;
}

function figureText(value: number | null, percent: boolean): string {
  if (value === null) return 'nothing measured';
  if (value === Infinity) return 'infinite';
  if (percent) return `${Number((value * 100).toPrecision(6))}%`;
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}
