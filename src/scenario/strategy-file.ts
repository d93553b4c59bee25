/**
 * Strategies that are given as a path. What such a path names is a program, and a scenario is data:
 * so one that stands in a file is refused unless the user allows it.
 */

/** Whether a strategy is given as a path. */
export function isStrategyFile(text: string): boolean {
  return /\.m?js$/.test(text);
}

export function codeRefused(path: string): string {
  return `strategy: ${JSON.stringify(path)} is a program, and files that mapsim reads run none`;
}

export const CODE_HINT = 'give it on the command line (--strategy), or allow it with --allow-code';
