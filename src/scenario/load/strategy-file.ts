/**
 * Strategies that are given as a path. Such a path names a program, but a scenario is data: so a
 * path in a scenario is refused unless the user allows it.
 */

export function codeRefused(path: string): string {
  return `strategy: ${JSON.stringify(path)} is a program, and a scenario may not run programs`;
}

export const CODE_HINT = 'give it on the command line (--strategy), or allow it with --allow-code';
