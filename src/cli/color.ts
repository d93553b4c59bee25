/**
 * Decides whether a stream gets colour, in this order: `--color`, NO_COLOR, FORCE_COLOR,
 * CLICOLOR_FORCE, TERM=dumb, and last whether it is a terminal. chalk's own rules are not used:
 * they ignore NO_COLOR and take an empty FORCE_COLOR as yes.
 */
import type { Io, OutStream } from './io.ts';

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** Or what is none. */
type Terminal = Pick<OutStream, 'isTTY'>;

export function wantsColor(choice: ColorChoice, env: Io['env'], stream: Terminal): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR) return false;
  const force = env.FORCE_COLOR;
  if (force) return force !== '0' && force !== 'false';
  const cliForce = env.CLICOLOR_FORCE;
  if (cliForce && cliForce !== '0') return true;
  if (env.TERM === 'dumb') return false;
  return stream.isTTY === true;
}

/** Ways to colour a text. */
interface Pens {
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

const asIs = (text: string): string => text;

/** chalk is loaded for a stream that gets colour. */
export async function pensFor(
  choice: ColorChoice,
  env: Io['env'],
  stream: Terminal,
): Promise<Pens> {
  if (!wantsColor(choice, env, stream)) return { dim: asIs, red: asIs, green: asIs };
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}
