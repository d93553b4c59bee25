/** Decides whether a result is also drawn as bars of characters, and with which characters. */
import type { Io } from './io.ts';
import type { OptionsOf } from './option-tables.ts';

/** Names, values and bars fit side by side; see report/pictures/bars.ts and sparklines.ts. */
const COLUMNS_MIN = 80;

/** A pipe or a file gets them only when they were asked for, so that its bytes stay the same. */
export function wantsBars({ bars }: Pick<OptionsOf<'compare'>, 'bars'>, { stdout }: Io): boolean {
  return bars ?? (stdout.isTTY === true && (stdout.columns ?? 0) >= COLUMNS_MIN);
}

/** Where nobody looks but a file, the signs do not depend on the environment. */
export function wantsAscii(
  { ascii }: Pick<OptionsOf<'compare'>, 'ascii'>,
  { stdout, env }: Io,
): boolean {
  if (ascii === true || stdout.isTTY !== true) return ascii === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM === 'dumb' || !/utf-?8/i.test(locale);
}
