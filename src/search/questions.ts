/**
 * The questions of a search: a word (a class of tearing, a fault, a deadlock, a livelock) or
 * an expression about one text or one record (`cuts>1`, `attempts>4`, `retries>2`).
 */
import { type ComparisonSign, holds } from '../base/comparison.ts';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { FAULT_KINDS, type FaultKind } from '../mm/kernel-fault.ts';
import { TEXT_COUNTS } from '../oracle/verdict.ts';
import type { CycleKind } from './cycles.ts';
import type { FinishedText } from './search-world.ts';
import type { Event } from './transitions.ts';

/** The counts of one text; `torn` is 0 or 1. */
const TEXT_METRICS = ['torn', ...TEXT_COUNTS] as const;
export type TextMetric = (typeof TEXT_METRICS)[number];

/** The counts of one record or page. */
const RECORD_METRICS = ['attempts', 'retries', 'fallbacks'];

export type Question =
  | {
      readonly kind: 'text';
      readonly class: string;
      readonly metric: TextMetric;
      readonly comparison: ComparisonSign;
      readonly value: number;
    }
  /** More attempts at one record (or page) than this. */
  | { readonly kind: 'attempts'; readonly class: string; readonly more: number }
  /** A record (or page) was printed after more retries, or fallbacks, than this. */
  | {
      readonly kind: 'settled';
      readonly class: string;
      readonly what: 'retries' | 'fallbacks';
      readonly more: number;
    }
  | { readonly kind: 'fault'; readonly class: FaultKind }
  | { readonly kind: 'deadlock'; readonly class: 'deadlock' }
  /** A cycle of states in which a reader gets no record; see cycles.ts. */
  | { readonly kind: 'cycle'; readonly class: CycleKind };

/** A state counts failed attempts up to this number. */
const ATTEMPTS_MAX = 1000;

/** More than the count of any text. */
const COUNT_MAX = 1_000_000;

/** All questions without a number. */
const NAMES: readonly string[] = [
  ...TEXT_METRICS,
  'attempts>1',
  ...FAULT_KINDS,
  'deadlock',
  'livelock',
  'starved',
  'hang',
];

/** @throws UserError that names the accepted questions */
export function parseQuestion(text: string): Question {
  const word = text.trim();
  const parts = /^([A-Za-z-]+)\s*(>=|<=|==|!=|>|<|=)\s*(\S+)$/.exec(word);
  if (parts !== null) return parseExpression(word, parts);
  if (word === 'tornPasses') return parseQuestion('torn');
  if (isMetric(word)) {
    return { kind: 'text', class: word, metric: word, comparison: '>', value: 0 };
  }
  const fault = FAULT_KINDS.find((kind) => kind === word);
  if (fault !== undefined) return { kind: 'fault', class: fault };
  if (word === 'retry') return settled(word, 'retries', 0);
  if (word === 'fallback') return settled(word, 'fallbacks', 0);
  if (word === 'deadlock') return { kind: 'deadlock', class: word };
  if (word === 'livelock' || word === 'starved' || word === 'hang') {
    return { kind: 'cycle', class: word };
  }
  const known = [...NAMES, 'retry', 'fallback', 'retries>1', 'fallbacks>0'];
  const meant = nearest(word, known);
  const hint = meant === null ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`;
  throw new UserError(`--find: "${text}" is not a class or expression; ${hint}`);
}

function parseExpression(written: string, parts: RegExpExecArray): Question {
  const [, name, sign, number] = parts as unknown as [string, string, ComparisonSign | '=', string];
  const comparison = sign === '=' ? '==' : sign;
  const value = /^[0-9]+(e[0-9]{1,2})?$/i.test(number) ? Number(number) : Number.NaN;
  const refuse = (why: string): never => {
    throw new UserError(`--find: "${written}": ${why}`);
  };
  if (Number.isNaN(value)) refuse(`"${number}" is not a whole number of 0 or more`);
  if (name === 'attempts') {
    const more = comparison === '>' ? value : comparison === '>=' ? value - 1 : -1;
    if (more >= 1 && more <= ATTEMPTS_MAX) {
      return { kind: 'attempts', class: `attempts>${more}`, more };
    }
    const range = `attempts>1 (more than the one that each record takes) to attempts>${ATTEMPTS_MAX}`;
    return refuse(`the possible expressions are ${range}`);
  }
  if (name === 'retries' || name === 'fallbacks') {
    const more = comparison === '>' ? value : comparison === '>=' ? value - 1 : -1;
    const most = name === 'fallbacks' ? 0 : ATTEMPTS_MAX;
    if (more >= 0 && more <= most) return settled(`${name}>${more}`, name, more);
    return refuse(
      name === 'fallbacks'
        ? 'a record has at most one fallback, so the only possible expression is fallbacks>0'
        : `the possible expressions are retries>0 to retries>${most}, for one record`,
    );
  }
  const metric = name === 'tornPasses' ? 'torn' : name;
  if (isMetric(metric)) {
    if (value > COUNT_MAX) refuse(`the number is at most ${COUNT_MAX}`);
    if (sign === '=') refuse(`did you mean "${name}==${number}"?`);
    return { kind: 'text', class: written, metric, comparison, value };
  }
  const meant = nearest(name, [...TEXT_METRICS, ...RECORD_METRICS]);
  const known = `known: ${[...TEXT_METRICS, ...RECORD_METRICS].join(', ')}`;
  const hint = meant === null ? known : `did you mean "${meant}"?`;
  return refuse(`unknown metric "${name}"; ${hint}`);
}

function settled(name: string, what: 'retries' | 'fallbacks', more: number): Question {
  return { kind: 'settled', class: name, what, more };
}

function isMetric(word: string): word is TextMetric {
  return (TEXT_METRICS as readonly string[]).includes(word);
}

function textHas(question: Question, { verdict }: FinishedText): boolean {
  if (question.kind !== 'text') return false;
  return holds(Number(verdict[question.metric]), question.comparison, question.value);
}

/** Whether the event answers the question. Cycles are not events. */
export function eventIs(question: Question, event: Event): boolean {
  switch (event.kind) {
    case 'text':
      return textHas(question, event.text);
    case 'attempts':
      return question.kind === 'attempts' && event.attempts > question.more;
    case 'settled':
      return question.kind === 'settled' && event[question.what] > question.more;
    case 'fault':
      return question.kind === 'fault' && question.class === event.fault.kind;
    case 'deadlock':
      return question.kind === 'deadlock';
  }
}

/**
 * The number up to which failed attempts at a record must be counted to answer the question.
 * Whether there were any is always part of the state, because a strategy may depend on it.
 */
export function failuresNeeded(question: Question): number {
  if (question.kind === 'attempts') return question.more + 1;
  // The attempt before a fallback also fails, but it is not a retry.
  return question.kind === 'settled' ? question.more + 2 : 1;
}

/** The questions of a search without --find, in the order of its table. */
export const ALL_QUESTIONS: readonly Question[] = NAMES.map(parseQuestion);
