/**
 * SVG as text: elements, escaping, and an estimate of the width of a text.
 *
 * Coordinates have at most two decimals, so that the same picture has the same bytes everywhere.
 */

import { printablePart } from '../base/printable.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** One line, what cannot be seen written out; XML has no U+FFFE and no U+FFFF. */
function visible(text: string): string {
  return printablePart(text)
    .replace(/\ufffe/g, '\\u{fffe}')
    .replace(/\uffff/g, '\\u{ffff}');
}

export function escapeXml(text: string): string {
  return visible(text).replace(/[&<>"]/g, (char) => ENTITIES[char]!);
}

/** Two decimals at most. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** @param inside markup, not text */
export function element(tag: string, attributes: Attributes = {}, inside = ''): string {
  let open = `<${tag}`;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === '') continue;
    open += ` ${name}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`;
  }
  return inside === '' ? `${open}/>` : `${open}>${inside}</${tag}>`;
}

/** As much of a text as anybody reads in a tooltip. */
export function cut(text: string): string {
  return text.length > TOOLTIP_MAX ? `${text.slice(0, TOOLTIP_MAX)}…` : text;
}

const TOOLTIP_MAX = 240;

/** A line of text at a place. @param full the whole of it, where `text` is shortened */
export function label(
  x: number,
  y: number,
  text: string,
  className = '',
  full: string | null = null,
): string {
  const title = full === null || full === text ? '' : element('title', {}, escapeXml(cut(full)));
  return element('text', { x, y, class: className }, escapeXml(text) + title);
}

export function rect(x: number, y: number, width: number, height: number, className: string) {
  return element('rect', { x, y, width, height, class: className });
}

export function path(d: string, className: string): string {
  return element('path', { d, class: className });
}

export function group(className: string, inside: string): string {
  return inside === '' ? '' : element('g', { class: className }, inside);
}

const NARROW = "ijl|.,:;'!·";
const SLIM = ' frt()[]{}-/\\"*I…';
const ROUND = 'ackszvxy?_';

/** Widths of characters in hundredths of the size, of a wide font (DejaVu): others are narrower. */
function charWidth(char: string): number {
  if (char > '\u10ff') return char > '\u2e7f' ? 105 : 80;
  if (NARROW.includes(char)) return 33;
  if (SLIM.includes(char)) return 42;
  if (ROUND.includes(char)) return 60;
  if ('mwMW%@'.includes(char)) return 98;
  return char >= 'A' && char <= 'Z' ? 72 : 64;
}

/** Some fonts, and readers who want larger letters, need more than the font it was laid out in. */
const SLACK = 1.1;

/** How much room to leave for a text of this size in px. */
export function textWidth(text: string, size: number, mono = false): number {
  let hundredths = 0;
  for (const char of visible(text))
    hundredths += mono ? Math.max(charWidth(char), 61) : charWidth(char);
  if (mono && /^[ -~]*$/.test(text)) hundredths = text.length * 60.3;
  return (hundredths / 100) * size * SLACK;
}

/** No line of a picture has room for more. */
const FITTED_MAX = 2000;

/** The text, or as much of it as fits, with … in place of its middle. */
export function fitted(text: string, width: number, size: number, mono = false): string {
  const shown = visible(text.length > FITTED_MAX ? text.slice(0, FITTED_MAX) : text);
  if (text.length <= FITTED_MAX && textWidth(shown, size, mono) <= width) return shown;
  const chars = [...shown];
  let keep = Math.min(chars.length - 1, Math.ceil(width / (size * 0.3)));
  for (; keep > 1; keep--) {
    const head = Math.ceil(keep * 0.6);
    const cut = `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (keep - head)).join('')}`;
    if (textWidth(cut, size, mono) <= width) return cut;
  }
  return '…';
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Says the finding. */
  readonly title: string;
  readonly description: string;
  readonly body: string;
}

/**
 * The picture as an SVG document of its own, or as a part of a page.
 * @param name makes ids unique in a page @param style markup of its own style; '' in a page
 */
export function svgOf(picture: Picture, name: string, style: string): string {
  const { width, height, title, description, body } = picture;
  const attributes = {
    xmlns: style === '' ? undefined : 'http://www.w3.org/2000/svg',
    class: 'ms',
    viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
    width,
    height,
    role: 'img',
    'aria-labelledby': `${name}-t ${name}-d`,
  };
  const head = [
    element('title', { id: `${name}-t` }, escapeXml(title)),
    element('desc', { id: `${name}-d` }, escapeXml(description)),
    style,
    style === '' ? '' : rect(0, 0, width, height, 'bg'),
  ];
  return `${element('svg', attributes, head.join('') + body)}\n`;
}
