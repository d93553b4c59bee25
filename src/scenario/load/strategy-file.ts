/**
 * Strategies that are given as a path. What such a path names is a program, and a scenario is data:
 * so one that stands in a file is refused unless the user allows it.
 */

export function codeRefused(path: string): string {
  return `strategy: ${JSON.stringify(path)} is a program, and files that mapsim reads run none`;
}

export const CODE_HINT = 'give it on the command line (--strategy), or allow it with --allow-code';
