/** Decides whether a result is also drawn as bars of characters, and with which characters. */
import type { Io } from './io.ts';

/** Names, values and bars fit side by side; see report/pictures/bars.ts and sparklines.ts. */
const COLUMNS_MIN = 80;

export interface BarOptions {
  /** Absent: where the terminal has room. */
  readonly bars?: boolean;
  readonly ascii?: boolean;
}

/** A pipe or a file gets them only when they were asked for, so that its bytes stay the same. */
export function wantsBars({ bars }: BarOptions, { stdout }: Io): boolean {
  return bars ?? (stdout.isTTY === true && (stdout.columns ?? 0) >= COLUMNS_MIN);
}

/** Where nobody looks but a file, the signs do not depend on the environment. */
export function wantsAscii({ ascii }: BarOptions, { stdout, env }: Io): boolean {
  if (ascii === true || stdout.isTTY !== true) return ascii === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM === 'dumb' || !/utf-?8/i.test(locale);
}
