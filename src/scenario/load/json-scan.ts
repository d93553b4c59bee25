/**
 * Decides whether JSON.parse can be used for a text that it accepts: it silently keeps the last of
 * two equal keys, and rounds integers above 2^53. JSON with either goes through the YAML parser
 * instead, which reports them with their places; so does JSON that is nested too deeply.
 */

/** A scenario needs seven levels or so. */
export const NESTING_MAX = 64;

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;

/** @param json text that JSON.parse accepts */
export function isPlainJson(json: string, nestingMax: number): boolean {
  const keys: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(json, at);
      const own = keys.at(-1);
      if (own && isKey(json, end)) {
        const key: unknown = JSON.parse(json.slice(at, end));
        if (own.has(String(key))) return false;
        own.add(String(key));
      }
      at = end - 1;
    } else if (code === OPEN_OBJECT) keys.push(new Set());
    else if (code === OPEN_ARRAY) keys.push(null);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) keys.pop();
    else if (isDigit(code)) {
      const end = digitsEnd(json, at);
      if (end - at > 15) return false;
      at = end - 1;
    }
    if (keys.length > nestingMax) return false;
  }
  return true;
}

/** Offset behind the closing quote. */
export function stringEnd(json: string, start: number): number {
  let at = start + 1;
  for (; json.charCodeAt(at) !== QUOTE; at++) {
    if (json.charCodeAt(at) === BACKSLASH) at++;
  }
  return at + 1;
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function digitsEnd(json: string, start: number): number {
  let at = start;
  while (isDigit(json.charCodeAt(at))) at++;
  return at;
}
