/** The glyphs that all pictures share: crosses, hatched boxes, beads, and their legends. */
import { group, label, coordinate as n, path, rect, textWidth } from './svg.ts';

/** Something went wrong here. */
export function cross(x: number, y: number, r = 3.6): string {
  const [l, t, right, b] = [x - r, y - r, x + r, y + r].map(n);
  return path(`M${l} ${t}L${right} ${b}M${right} ${t}L${l} ${b}`, 'bad');
}

/** A box with lines at 45°: no pattern, so that no id can clash in a page. */
export function hatched(
  x: number,
  y: number,
  width: number,
  height: number,
  kind: 'wait' | 'lost',
): string {
  const bad = kind === 'lost' ? 'b' : '';
  const step = kind === 'lost' ? 4 : 5;
  let d = '';
  for (let at = step; at < width + height; at += step) {
    const x0 = Math.max(0, at - height);
    const x1 = Math.min(at, width);
    const [from, to] = [at - x0, at - x1];
    // Of what was thrown away the lines lean the other way.
    const mirrored = (px: number): number => (kind === 'lost' ? width - px : px);
    d += `M${n(x + mirrored(x0))} ${n(y + from)}L${n(x + mirrored(x1))} ${n(y + to)}`;
  }
  return rect(x, y, width, height, `box${bad}`) + path(d, `hatch${bad}`);
}

/** A cut across: dashed between pages; with a halo, so that it shows on every colour. */
export function cutAcross(x0: number, x1: number, y: number, inPage: boolean): string {
  const d = `M${n(x0)} ${n(y)}H${n(x1)}`;
  return path(d, 'halo') + path(d, inPage ? 'bad' : 'bad dash');
}

/** A cut down, with a notch above. */
export function cutDown(x: number, y0: number, y1: number, inPage: boolean): string {
  const d = `M${n(x)} ${n(y0)}V${n(y1)}`;
  const notch = `M${n(x - 3.5)} ${n(y0 - 2)}h7l-3.5 5z`;
  return path(d, 'halo') + path(d, inPage ? 'bad' : 'bad dash') + path(notch, 'badf');
}

export interface LegendItem {
  /** Markup of a glyph that lies between (0, -9) and (width, 3). */
  readonly glyph: string;
  readonly width: number;
  readonly text: string;
}

/** Rows of glyphs with their words. */
export function legend(
  items: readonly LegendItem[],
  at: { readonly x: number; readonly y: number; readonly width: number; readonly size: number },
): { readonly body: string; readonly height: number } {
  let { x, y } = at;
  let body = '';
  for (const { glyph, width, text } of items) {
    const wide = width + 6 + textWidth(text, at.size) + 18;
    if (x > at.x && x + wide > at.x + at.width) {
      x = at.x;
      y += 19;
    }
    body += `<g transform="translate(${n(x)} ${n(y)})">${glyph}</g>`;
    body += label(x + width + 6, y, text, 'c');
    x += wide;
  }
  return { body: group('legend', body), height: y - at.y + 19 };
}

/** Paragraphs of text, wrapped to the width. */
export function paragraph(
  text: string,
  at: { readonly x: number; readonly y: number; readonly width: number; readonly size: number },
  className: string,
): { readonly body: string; readonly height: number } {
  let line = '';
  let { y } = at;
  let body = '';
  const flush = (): void => {
    body += label(at.x, y, line, className);
    y += at.size * 1.45;
  };
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, at.size) > at.width) {
      flush();
      line = word;
    } else line = longer;
  }
  flush();
  return { body, height: y - at.y };
}
