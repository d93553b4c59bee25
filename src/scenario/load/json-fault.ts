/**
 * Finds the first place at which a text is not JSON. The messages of JSON.parse differ between
 * versions of Node, and most have no place.
 */

interface JsonFault {
  readonly at: number;
  readonly message: string;
}

const TOKEN =
  /[ \t\r\n]*(?:("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)|([{}[\],:]))/uy;

/** null: it is JSON. */
export function jsonFault(text: string): JsonFault | null {
  const open: ('{' | '[')[] = [];
  let wanted: 'value' | 'key' | 'colon' | 'more' = 'value';
  let isFirst = false; // an empty collection may be closed at once
  let commaAt = -1;
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) break;
    const [whole, string, literal, mark] = match;
    const start = at + whole.length - (string ?? literal ?? mark)!.length;
    const closes = mark === (open.at(-1) === '{' ? '}' : ']');
    if (closes && open.length > 0 && (wanted === 'more' || isFirst)) {
      open.pop();
      wanted = 'more';
    } else if (closes && commaAt >= 0) {
      return { at: commaAt, message: 'a comma without a value after it' };
    } else if (wanted === 'value' && (mark === '{' || mark === '[')) {
      open.push(mark);
      wanted = mark === '{' ? 'key' : 'value';
    } else if (wanted === 'value' && mark === undefined) wanted = 'more';
    else if (wanted === 'key' && string !== undefined) wanted = 'colon';
    else if (wanted === 'colon' && mark === ':') wanted = 'value';
    else if (wanted === 'more' && mark === ',' && open.length > 0) {
      wanted = open.at(-1) === '{' ? 'key' : 'value';
    } else return { at: start, message: unexpected(text, start) };
    isFirst = (mark === '{' || mark === '[') && open.length > 0;
    commaAt = mark === ',' ? start : -1;
    at += whole.length;
  }
  const rest = at + text.slice(at).search(/[^ \t\r\n]|$/);
  if (rest < text.length) return { at: rest, message: unexpected(text, rest) };
  if (open.length > 0 || wanted !== 'more')
    return { at: rest, message: 'the end of the text is missing' };
  return null;
}

function unexpected(text: string, at: number): string {
  const word = /^(?:#|\/\/|\/\*)/.test(text.slice(at, at + 2)) ? 'a comment' : `"${text[at]}"`;
  return `${word} is not allowed here`;
}
