/**
 * Makes text from outside (names, paths, values, lines of files) safe to print. On a terminal a
 * control character has an effect, a bidirectional character reorders its neighbours, and a line
 * break can forge a line; in the log of a CI job a line that begins with `::` is a command. All of
 * these are written as escapes.
 *
 * The maps text itself does not pass through this file, because it is printed as the kernel's own
 * bytes.
 */

/** One line that does nothing. */
export function printable(text: string): string {
  const still = withoutSteering(text, escaped);
  return /^ *::/.test(still) ? still.replace('::', '\\u{3a}:') : still;
}

/** A part of a line, in which tabs are to stay. */
export function printablePart(text: string): string {
  return withoutSteering(text, (character) => (character === '\t' ? '\t' : escaped(character)));
}

/** Controls, formats (bidirectional ones, zero widths), line and paragraph breaks, surrogates. */
function withoutSteering(text: string, escaper: (character: string) => string): string {
  if (/^[ -~]*$/.test(text)) return text; // as nearly all: the pattern below takes long to make
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, escaper);
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** JSON, in which the same characters stand as JSON's own escapes. */
export function jsonOf(value: unknown, replacer?: Replacer | null, indent?: number): string {
  const text = JSON.stringify(value, replacer as Replacer, indent);
  return withoutSteering(text, (character) => {
    if (character === '\n') return character; // of the indentation: those of texts are escaped
    return [...units(character)].map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

type Replacer = (key: string, value: unknown) => unknown;

function* units(character: string): Iterable<number> {
  for (let at = 0; at < character.length; at++) yield character.charCodeAt(at);
}
