/**
 * A sweep as sparklines in the terminal: for each metric one line per strategy, with a character
 * for each value of the last axis. Its height is the median over seeds (for shares: the worst
 * seed); all lines have the same scale.
 */
import { leastOf, mostOf } from '../../base/extremes.ts';
import { printable } from '../../base/printable.ts';
import { quantity } from '../compare-cells.ts';
import type { SweepDocument } from '../page/documents.ts';
import { pointWords, type SweepCurves, sweepCurves } from './sweep-curves.ts';

/** More values share signs, so that a line has 80 columns at most. */
const WIDTH = 36;
const NAME = 14;
const LINE = 78;

interface SparkSigns {
  /** From the lowest to the highest. */
  readonly levels: string;
  /** No pass finished there. */
  readonly none: string;
}

const DRAWN: SparkSigns = { levels: '▁▂▃▄▅▆▇█', none: '✕' };
const ASCII: SparkSigns = { levels: '_.:-=+*#', none: 'x' };

/** Lines that end with a newline; metrics of what happened nowhere are left out. */
export function sparklinesText(sweep: SweepDocument, ascii: boolean): string {
  const signs = ascii ? ASCII : DRAWN;
  const { axes, grid } = sweep;
  if (axes.length === 0) return `${printable(grid.name)}: one point, and so nothing changes\n`;
  const blocks = sweepCurves(sweep).map((curves) => block(curves, signs));
  if (blocks.length === 0) return `${printable(grid.name)}: no pass finished, no call returned\n`;
  return blocks.join('\n');
}

function block({ title, unit, axis, point, curves }: SweepCurves, signs: SparkSigns): string {
  const each = Math.ceil(axis.values.length / WIDTH);
  // A share is mostly 0 in the middle: what happens seldom would not be seen.
  const key = unit === 'share' ? 'high' : 'middle';
  const most = mostOf(curves.flatMap(({ points }) => points.map((p) => p?.[key] ?? 0)));
  const [first, last] = [axis.values[0], axis.values.at(-1)].map(String);
  const over = `${axis.path} ${first}${axis.values.length > 1 ? ` to ${last}` : ''}`;
  const several = each > 1 ? `, the highest of ${each} values a sign` : '';
  const about = [over + several, pointWords(point)].filter((text) => text !== '').join('; ');
  const rows = curves.map(({ name, points }) => {
    const values = points.map((p) => p?.[key] ?? null);
    const known = values.filter((value) => value !== null);
    const range =
      known.length === 0
        ? 'no pass finished'
        : `${quantity(leastOf(known), unit)} .. ${quantity(mostOf(known), unit)}`;
    const short = name.length > NAME ? `${name.slice(0, NAME - 1)}~` : name;
    const line = spark(grouped(values, each), most, signs);
    return `  ${short.padEnd(NAME)} ${line}  ${range}\n`;
  });
  const what = unit === 'share' ? `${title}, the worst seed` : `${title}, median over seeds`;
  const heads = [what, `over ${about}`].map((text) => `${printable(text).slice(0, LINE)}\n`);
  return heads.join('') + rows.join('');
}

/** The highest of each so many; null where none is known. */
function grouped(values: readonly (number | null)[], each: number): (number | null)[] {
  const groups = Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    values.slice(i * each, (i + 1) * each).filter((value) => value !== null),
  );
  return groups.map((group) => (group.length === 0 ? null : mostOf(group)));
}

function spark(values: readonly (number | null)[], most: number, signs: SparkSigns): string {
  const top = signs.levels.length - 1;
  return values
    .map((value) => {
      if (value === null) return signs.none;
      return signs.levels[most === 0 ? 0 : Math.round((value / most) * top)]!;
    })
    .join('');
}
