/**
 * Checks a strategy of the user against the contract of proc/strategy.ts before anything runs.
 */
import { GAP_LEVELS, TEARING_LEVELS } from '../proc/strategy.ts';
import { readStrategy } from '../readers/index.ts';

type Fields = Readonly<Record<string, unknown>>;

const HOOKS = {
  needed: ['lockVmaRange', 'getNextVma', 'unlockVmaRange'],
  optional: ['openFile', 'putVma', 'releaseFile'],
} as const;

/** What the contract asks for and the strategy lacks, or null. */
export function contractFault(made: unknown): string | null {
  if (typeof made !== 'object' || made === null) return 'what it makes is no object';
  const strategy = made as Fields;
  const { name, locals } = strategy;
  if (typeof name !== 'string' || !/^[a-z][\w.-]*$/i.test(name)) {
    return 'name: a word of letters, digits, dots and dashes is needed';
  }
  const known = readStrategy(name);
  if (known.ok && known.choice.entry !== null)
    return `name: "${name}" is a strategy of mapsim already`;
  const levels =
    wrongWord(strategy, 'medium', ['seq', 'query']) ??
    wrongWord(strategy, 'tearing', TEARING_LEVELS) ??
    wrongWord(strategy, 'gaps', GAP_LEVELS) ??
    wrongWord(strategy, 'progress', ['bounded', 'unbounded']) ??
    wrongWord(strategy, 'resumeAt', ['pending-start', 'shown-end']);
  if (levels !== null) return levels;
  if (locals !== undefined && !isWords(locals)) return 'locals: a list of names is needed';
  return wrongHook(strategy);
}

function wrongWord(strategy: Fields, key: string, known: readonly string[]): string | null {
  const value = strategy[key];
  return typeof value === 'string' && known.includes(value)
    ? null
    : `${key}: one of ${known.join(', ')} is needed`;
}

function wrongHook(strategy: Fields): string | null {
  const missing = HOOKS.needed.find((hook) => strategy[hook] === undefined);
  if (missing !== undefined) return `${missing} is missing`;
  const all = [...HOOKS.needed, ...HOOKS.optional];
  const wrong = all.find((hook) => !['function', 'undefined'].includes(typeof strategy[hook]));
  return wrong === undefined ? null : `${wrong} is no step (a function)`;
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}
