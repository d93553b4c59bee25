/**
 * Converts bytes to text of one character per byte, and this text to readable text. No Node module.
 */

const CHUNK = 8192;

export function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return text;
}

/** Lines without their newlines; what follows the last newline is no line. */
export function latin1Lines(bytes: Uint8Array): string[] {
  return latin1Of(bytes).split('\n').slice(0, -1);
}

/** What the kernel has of a text: its UTF-8, one character for each byte. */
export function bytesOfText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for anything but ASCII
  return /^[\u0000-\u007f]*$/.test(text) ? text : latin1Of(new TextEncoder().encode(text));
}

/** The same text in memory of its own: a piece of a string keeps the whole string. */
export function ownText(latin1: string): string {
  return latin1Of(Uint8Array.from(latin1, (char) => char.charCodeAt(0)));
}

/** UTF-8 is decoded; what is none becomes U+FFFD. */
export function readable(latin1: string): string {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  return new TextDecoder().decode(Uint8Array.from(latin1, (char) => char.charCodeAt(0)));
}
