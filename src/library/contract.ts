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

/** The first fault of the strategy, or null. */
export function contractFault(made: unknown): string | null {
  if (typeof made !== 'object' || made === null) return 'the function does not return an object';
  const strategy = made as Fields;
  const { name, locals } = strategy;
  if (typeof name !== 'string' || !/^[a-z][\w.-]*$/i.test(name)) {
    return 'name: must be a word of letters, digits, dots and dashes';
  }
  const known = readStrategy(name);
  if (known.ok && known.choice.entry !== null)
    return `name: "${name}" is already a strategy of mapsim`;
  const levels =
    wrongWord(strategy, 'medium', ['seq', 'query']) ??
    wrongWord(strategy, 'tearing', TEARING_LEVELS) ??
    wrongWord(strategy, 'gaps', GAP_LEVELS) ??
    wrongWord(strategy, 'progress', ['bounded', 'unbounded']) ??
    wrongWord(strategy, 'resumeAt', ['pending-start', 'shown-end']);
  if (levels !== null) return levels;
  if (locals !== undefined && !isWords(locals)) return 'locals: must be a list of names';
  return wrongHook(strategy);
}

function wrongWord(strategy: Fields, key: string, known: readonly string[]): string | null {
  const value = strategy[key];
  return typeof value === 'string' && known.includes(value)
    ? null
    : `${key}: must be one of ${known.join(', ')}`;
}

function wrongHook(strategy: Fields): string | null {
  const missing = HOOKS.needed.find((hook) => strategy[hook] === undefined);
  if (missing !== undefined) return `${missing} is missing`;
  const all = [...HOOKS.needed, ...HOOKS.optional];
  const wrong = all.find((hook) => !['function', 'undefined'].includes(typeof strategy[hook]));
  return wrong === undefined ? null : `${wrong} is not a step (a function)`;
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}
