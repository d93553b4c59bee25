/** Quotes command lines for a POSIX shell, so that they can be pasted. */
import { printable } from './printable.ts';

export function commandLine(argv: readonly string[]): string {
  return ['mapsim', ...argv].map(shellWord).join(' ');
}

/** A word of a command line, quoted where the shell would see more in it. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (printable(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = JSON.stringify(word)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replace(/[^ -~]/gu, (character) => {
      return `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`;
    });
  return `$'${escaped}'`; // of bash, zsh, ksh and POSIX 2024
}
