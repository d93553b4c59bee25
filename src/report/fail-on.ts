/**
 * Parses the expressions of `--fail-on` and `--require`, which decide whether a run counts as
 * failed.
 *
 *     TERM OP (NUMBER[%|unit] | TERM), TERM being [NUMBER*][STRATEGY:]METRIC[/METRIC]
 *
 * A list contains both kinds of expressions: those of `--require` begin with `require:`.
 *
 * STRATEGY may itself contain colons, so the metric is what follows the last one. Expressions
 * without a meaning (an unknown metric, a time compared with a count, a percentage without a ratio)
 * are refused, because an expression that can never fail would always pass without a message.
 */
import type { ComparisonSign } from '../base/comparison.ts';
import { UserError } from '../base/errors.ts';
import { REQUIRE } from '../base/requiring.ts';
import { isTime, type Metric, parseMetric } from './metric.ts';

/** A figure of the run: one metric, or one divided by another. */
export interface Figure {
  /** Canonical strategy that it is taken from; null: each one that is looked at. */
  readonly strategy: string | null;
  readonly metric: Metric;
  readonly per: Metric | null;
  /** So many times the figure. */
  readonly factor: number;
}

export interface FailOn {
  /** As it was written, without `require:`. */
  readonly expression: string;
  /** It says what has to hold, and not what fails. */
  readonly required: boolean;
  readonly left: Figure;
  readonly comparison: ComparisonSign;
  /** Times in ns, percentages as fractions. */
  readonly right: number | Figure;
  /** Whether `right` was written as a percentage. */
  readonly percent: boolean;
}

const NS_PER_UNIT: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

const OPPOSITE = { '>': '<=', '<=': '>', '<': '>=', '>=': '<', '==': '!=', '!=': '==' } as const;

/** The expression where it holds, and what holds in its place where it does not. */
export function trueSentence({ expression, comparison }: FailOn, holds: boolean): string {
  return holds ? expression : expression.replace(comparison, OPPOSITE[comparison]);
}

/** What should hold. */
export function wanted(failOn: FailOn): string {
  return trueSentence(failOn, failOn.required);
}

/**
 * @param canonical turns a strategy as written into its canonical name, or throws a UserError
 * @throws UserError that quotes the expression
 */
export function parseFailOn(written: string, canonical: (strategy: string) => string): FailOn {
  const required = written.startsWith(REQUIRE);
  const expression = required ? written.slice(REQUIRE.length) : written;
  try {
    return { ...parse(expression, canonical), required };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`"${expression}": ${error.message}`, error.exitCode);
  }
}

function parse(
  expression: string,
  canonical: (strategy: string) => string,
): Omit<FailOn, 'required'> {
  const parts = /^(.*?)(>=|<=|==|!=|>|<)(.*)$/s.exec(expression);
  if (parts === null) {
    const hint = /[^=]=[^=]/.test(expression) ? 'for equality write ==' : 'such as tornPasses>0';
    throw new UserError(`no comparison (one of > >= < <= == !=), ${hint}`);
  }
  const left = parseFigure(parts[1]!.trim(), canonical);
  const comparison = parts[2] as ComparisonSign;
  const rightText = parts[3]!.trim();
  const number = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s.*]*)$/.exec(rightText);
  if (number !== null) {
    const right = parseNumber(Number(number[1]), number[2]!, left);
    return { expression, left, comparison, right, percent: number[2] === '%' };
  }
  const right = parseFigure(rightText, canonical);
  if (isTimeFigure(right) !== isTimeFigure(left)) {
    throw new UserError('one side is a time, the other is not');
  }
  return { expression, left, comparison, right, percent: false };
}

function parseFigure(whole: string, canonical: (strategy: string) => string): Figure {
  const scaled = /^(\d+\.?\d*(?:[eE][+-]?\d+)?)\s*\*\s*(.*)$/s.exec(whole);
  const factor = scaled === null ? 1 : Number(scaled[1]);
  const text = scaled === null ? whole : scaled[2]!;
  const colon = text.lastIndexOf(':');
  const strategy = colon < 0 ? null : canonical(text.slice(0, colon).trim());
  const [metric, per, ...more] = text.slice(colon + 1).split('/');
  if (more.length > 0) throw new UserError('a ratio has one metric above and one below');
  return {
    strategy,
    metric: parseMetric(metric!.trim()),
    per: per === undefined ? null : parseMetric(per.trim()),
    factor,
  };
}

function parseNumber(value: number, unit: string, left: Figure): number {
  if (unit === '') return value;
  if (unit === '%') {
    if (left.per === null) {
      throw new UserError('a percentage needs a ratio to its left, such as tornPasses/passes>1%');
    }
    return value / 100;
  }
  const ns = Object.hasOwn(NS_PER_UNIT, unit) ? NS_PER_UNIT[unit] : undefined;
  if (ns === undefined) throw new UserError(`unknown unit "${unit}"; known: %, ns, us, ms, s`);
  if (!isTimeFigure(left)) throw new UserError(`${value}${unit} is a time, the left side is not`);
  return value * ns;
}

/** A time, or a time for each of something. */
function isTimeFigure(figure: Figure): boolean {
  return isTime(figure.metric) && (figure.per === null || !isTime(figure.per));
}

/** Every strategy that the expressions name, so that one that does not run can be refused early. */
export function strategiesNamed(expressions: readonly FailOn[]): readonly string[] {
  const named = expressions.flatMap(({ left, right }) => [
    left.strategy,
    typeof right === 'number' ? null : right.strategy,
  ]);
  return [...new Set(named.filter((strategy) => strategy !== null))];
}
