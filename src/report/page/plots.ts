/**
 * Plots of reports: values of several strategies side by side, one against the other, their tails,
 * and how they change along an axis. Strategies differ in hue, marker and dash.
 */
import { leastOf, mostOf } from '../../base/extremes.ts';
import { HUES, SIZE } from '../../draw/palette.ts';
import { linearScale, logScale, type Scale } from '../../draw/scales.ts';
import {
  element,
  escapeXml,
  fitted,
  group,
  label,
  coordinate as n,
  type Picture,
  path,
  textWidth,
} from '../../draw/svg.ts';
import { durationWords } from '../pictures/sentences.ts';

export type PlotUnit = 'ns' | 'share' | 'count';

export function plotWords(value: number, unit: PlotUnit): string {
  if (unit === 'ns') return durationWords(value);
  if (unit === 'share') return `${Number((value * 100).toPrecision(3))} %`;
  return String(Number(value.toPrecision(3)));
}

const PANEL_WIDTH = 470;
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 2', '1 3'];
/** From this ratio of the largest to the least value on an axis is logarithmic. */
const LOG_RATIO = 8;

function hueOf(i: number): string {
  return `k${i % HUES}`;
}

/** A marker of its own for each strategy. */
function marker(i: number, x: number, y: number, r = 4): string {
  const shapes = [
    `M${n(x - r)} ${n(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
    `M${n(x - r)} ${n(y - r)}h${2 * r}v${2 * r}h${-2 * r}z`,
    `M${n(x)} ${n(y - r * 1.3)}l${n(r * 1.3)} ${n(r * 1.3)}l${n(-r * 1.3)} ${n(r * 1.3)}l${n(-r * 1.3)} ${n(-r * 1.3)}z`,
    `M${n(x)} ${n(y - r * 1.2)}L${n(x + r * 1.2)} ${n(y + r)}H${n(x - r * 1.2)}z`,
    `M${n(x)} ${n(y + r * 1.2)}L${n(x + r * 1.2)} ${n(y - r)}H${n(x - r * 1.2)}z`,
  ];
  return shapes[i % shapes.length]!;
}

/** Logarithmic where values are of several sizes and none is 0. */
function valueScale(values: readonly number[], range: readonly [number, number]): Scale {
  const [low, high] = [leastOf(values), mostOf(values)];
  if (low > 0 && high / low > LOG_RATIO) return logScale([low * 0.9, high * 1.1], range);
  return linearScale([Math.min(0, low), high], range, { ticks: 4, nice: true });
}

/** Ticks whose labels do not touch. */
function axisX(x: Scale, y0: number, y1: number, unit: PlotUnit): string {
  let free = Number.NEGATIVE_INFINITY;
  return x.ticks
    .map((tick) => {
      const text = plotWords(tick, unit);
      const half = textWidth(text, SIZE.small) / 2;
      const at = x(tick);
      const rule = path(`M${n(at)} ${n(y0)}V${n(y1)}`, 'rule');
      if (at - half < free) return rule;
      free = at + half + 4;
      return rule + label(at, y1 + 15, text, 'c mid');
    })
    .join('');
}

function axisY(y: Scale, x0: number, x1: number, unit: PlotUnit): string {
  let free = Number.POSITIVE_INFINITY;
  return [...y.ticks]
    .sort((a, b) => y(b) - y(a))
    .map((tick) => {
      const at = y(tick);
      const rule = path(`M${n(x0)} ${n(at)}H${n(x1)}`, 'rule');
      if (at + 13 > free) return rule;
      free = at;
      return rule + label(x0 - 6, at + 4, plotWords(tick, unit), 'c r');
    })
    .join('');
}

// --- a row for each strategy ---

export interface PanelRow {
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of single seeds. */
  readonly dots: readonly number[];
  /** At the right: the difference. */
  readonly remark: string;
}

export function panelPlot(
  title: string,
  about: string,
  unit: PlotUnit,
  rows: readonly PanelRow[],
): Picture {
  const [left, right, top] = [104, 76, 32];
  const height = top + rows.length * 22 + 24;
  const values = rows.flatMap(({ value, low, high, dots }) =>
    [value, low, high, ...dots].filter((v): v is number => v !== null && Number.isFinite(v)),
  );
  const x = valueScale(values.length === 0 ? [0, 1] : values, [left, PANEL_WIDTH - right]);
  const body = rows.map((row, i) => {
    const y = top + i * 22 + 11;
    const { name, value, low, high, dots, remark } = row;
    const text =
      label(left - 8, y + 4, fitted(name, left - 12, SIZE.text), 'r', name) +
      label(PANEL_WIDTH - right + 10, y + 4, fitted(remark, right - 12, SIZE.small), 'c');
    if (value === null) return text + label(left + 4, y + 4, 'no value', 'c');
    const points = dots
      .slice(0, 60)
      .map((v, j) => `M${n(x(v) - 1.6)} ${n(y + ((j * 7) % 9) - 4)}h2.6v2.6h-2.6z`)
      .join('');
    const interval =
      low === null || high === null
        ? ''
        : path(`M${n(x(low))} ${n(y)}H${n(Math.max(x(high), x(low) + 0.5))}`, 'iv');
    const words = `${name}: ${plotWords(value, unit)}`;
    const title_ = element('title', {}, escapeXml(words));
    const mark = element('path', { d: marker(i, x(value), y), class: 'pt' }, title_);
    return text + group(hueOf(i), path(points, 'dots') + interval + mark);
  });
  const known = rows.filter((row): row is PanelRow & { value: number } => row.value !== null);
  const said = known.map(({ name, value }) => `${name} ${plotWords(value, unit)}`).join(', ');
  const highest = known.reduce<(PanelRow & { value: number }) | null>(
    (most, row) => (most === null || row.value > most.value ? row : most),
    null,
  );
  return {
    width: PANEL_WIDTH,
    height,
    title: `${title} (${about})`,
    description: `${title} (${about}): ${said}.${highest === null ? '' : ` Highest: ${highest.name}.`}`,
    body:
      label(0, 13, fitted(title, PANEL_WIDTH - 4, SIZE.text * 1.1), 'b', title) +
      label(0, 27, x.log ? `${about}, logarithmic` : about, 'c') +
      axisX(x, top, height - 24, unit) +
      body.join(''),
  };
}

// --- one value against another ---

interface TradePoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Share of torn passes. */
  readonly torn: number;
}

export function tradePlot(points: readonly TradePoint[], heads: { x: string; y: string }): Picture {
  const [width, height, left, right, bottom, top] = [960, 340, 80, 210, 48, 28];
  const spread = (values: readonly number[]): readonly [number, number] => [
    Math.max(leastOf(values), 1) * 0.8,
    Math.max(mostOf(values), 1) * 1.25,
  ];
  const x = logScale(spread(points.map((p) => p.x)), [left, width - right]);
  const y = logScale(spread(points.map((p) => p.y)), [height - bottom, top]);
  const placed: { x0: number; x1: number; y: number }[] = [];
  const marks = points.map((point, i) => {
    const [px, py] = [x(Math.max(point.x, 1)), y(Math.max(point.y, 1))];
    const torn = point.torn > 0;
    const remark = torn ? `torn ${Number((point.torn * 100).toPrecision(2))} %` : 'none torn';
    const text = `${point.name} ${remark}`;
    const [x0, x1] = [px + 10, px + 14 + textWidth(text, SIZE.text)];
    let at = py;
    const clashes = (): boolean =>
      placed.some((other) => x0 < other.x1 && other.x0 < x1 && Math.abs(other.y - at) < 15);
    for (let shift = 0; clashes() && shift < 40; shift++) {
      at = py + (shift % 2 === 0 ? 1 : -1) * 15 * Math.ceil((shift + 1) / 2);
    }
    placed.push({ x0, x1, y: at });
    const leader = at === py ? '' : path(`M${n(px)} ${n(py)}L${n(x0 - 2)} ${n(at)}`, 'rule');
    return (
      leader +
      group(hueOf(i), path(marker(i, px, py, 5), torn ? 'pt torn' : 'pt')) +
      label(x0, at + 4, point.name) +
      label(x0 + textWidth(point.name, SIZE.text) + 4, at + 4, remark, torn ? 'badt' : 'c')
    );
  });
  const said = points.map(
    (p) =>
      `${p.name}: ${heads.x} ${durationWords(p.x)}, ${heads.y} ${durationWords(p.y)}, torn ${plotWords(p.torn, 'share')}`,
  );
  return {
    width,
    height,
    title: `Who pays: ${heads.x} against ${heads.y}`,
    description: said.join('; '),
    body:
      axisX(x, top, height - bottom, 'ns') +
      axisY(y, left, width - right, 'ns') +
      label(width - right, height - 10, `${heads.x} →`, 'c r') +
      label(left, 14, `↑ ${heads.y}`, 'c') +
      marks.join(''),
  };
}

// --- tails ---

interface TailLine {
  readonly name: string;
  /** value, count, …, rising. */
  readonly values: readonly number[];
}

/** Share of values above, on a logarithmic axis. */
export function tailPlot(title: string, lines: readonly TailLine[]): Picture {
  const [height, left, right, top, bottom] = [244, 52, 110, 36, 40];
  const totals = lines.map(({ values }) => values.reduce((sum, v, i) => sum + (i % 2) * v, 0));
  const most = Math.max(mostOf(totals), 10);
  const all = lines.flatMap(({ values }) =>
    values.filter((_, i) => i % 2 === 0).filter((v) => v > 0),
  );
  const x = logScale(
    [Math.min(leastOf(all), 1e3) * 0.9, Math.max(mostOf(all), 1) * 1.1],
    [left, PANEL_WIDTH - right],
  );
  const y = logScale([1 / most, 1], [height - bottom, top]);
  const ticksY = [1, 0.1, 0.01, 0.001, 0.0001].filter((tick) => tick >= 1 / most);
  const curves = lines.map(({ name, values }, i) => {
    let above = totals[i]!;
    let d = '';
    let [lastX, lastY] = [Number.NEGATIVE_INFINITY, 0];
    for (let j = 0; j < values.length; j += 2) {
      const at = x(Math.max(values[j]!, 1));
      const before = y(above / totals[i]!);
      above -= values[j + 1]!;
      const after = y(Math.max(above / totals[i]!, 1 / most));
      if (at - lastX < 0.5 && Math.abs(after - lastY) < 0.8 && above > 0) continue;
      d += d === '' ? `M${n(at)} ${n(before)}V${n(after)}` : `H${n(at)}V${n(after)}`;
      [lastX, lastY] = [at, after];
    }
    const title_ = element('title', {}, escapeXml(name));
    const attributes = { d, class: 'ln', 'stroke-dasharray': DASHES[i % DASHES.length] };
    return group(hueOf(i), element('path', attributes, title_));
  });
  const legend = lines.map(({ name }, i) => {
    const at = top + 8 + i * 16;
    const d = `M${PANEL_WIDTH - right + 8} ${at}h18`;
    const line = element('path', { d, class: 'ln', 'stroke-dasharray': DASHES[i % DASHES.length] });
    const text = fitted(name, right - 34, SIZE.small);
    return group(hueOf(i), line) + label(PANEL_WIDTH - right + 32, at + 4, text, 'c', name);
  });
  const rules = ticksY.map(
    (tick) =>
      path(`M${left} ${n(y(tick))}H${PANEL_WIDTH - right}`, 'rule') +
      label(left - 6, y(tick) + 4, plotWords(tick, 'share'), 'c r'),
  );
  const count = totals.reduce((sum, total) => sum + total, 0);
  return {
    width: PANEL_WIDTH,
    height: Math.max(height, top + 24 + lines.length * 16),
    title,
    description: `${title}. ${lines.map(({ name, values }, i) => `${name}: 99 % within ${durationWords(quantileOf(values, totals[i]!, 0.99))}, all within ${durationWords(values.at(-2) ?? 0)}`).join('; ')}.`,
    body:
      label(0, 13, fitted(title, PANEL_WIDTH - 4, SIZE.text * 1.1), 'b', title) +
      label(0, 27, `share of ${count} values that are larger; both axes logarithmic`, 'c') +
      axisX(x, top, height - bottom, 'ns') +
      rules.join('') +
      curves.join('') +
      legend.join(''),
  };
}

function quantileOf(values: readonly number[], total: number, share: number): number {
  let seen = 0;
  for (let i = 0; i < values.length; i += 2) {
    seen += values[i + 1]!;
    if (seen >= total * share) return values[i]!;
  }
  return 0;
}

// --- along an axis ---

export interface CurvePoint {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export interface Curve {
  readonly name: string;
  /** By value of the axis; null: no pass finished there. */
  readonly points: readonly (CurvePoint | null)[];
}

export function curvePlot(
  what: { readonly title: string; readonly about: string; readonly unit: PlotUnit },
  axis: {
    readonly path: string;
    readonly labels: readonly string[];
    readonly values: readonly number[] | null;
  },
  curves: readonly Curve[],
): Picture {
  const { title, about, unit } = what;
  const [left, right, top, bottom] = [60, 128, 38, 46];
  const height = 240;
  const known = curves.flatMap(({ points }) => points.flatMap((point) => point ?? []));
  const values = known.flatMap(({ low, high }) => [low, high]);
  const y = valueScale(values.length === 0 ? [0, 1] : values, [height - bottom, top]);
  const x = placesOf(axis.values, axis.labels.length, [left + 8, PANEL_WIDTH - right - 8]);
  let free = Number.NEGATIVE_INFINITY;
  const ticks = axis.labels.map((text, i) => {
    const half = textWidth(text, SIZE.small) / 2;
    const rule = path(`M${n(x[i]!)} ${top}V${height - bottom}`, 'rule');
    if (x[i]! - half < free) return rule;
    free = x[i]! + half + 4;
    return rule + label(x[i]!, height - bottom + 15, text, 'c mid');
  });
  const lines = curves.map(({ name, points }, i) => {
    const at = points.flatMap((point, j) => (point === null ? [] : [{ ...point, x: x[j]! }]));
    const crosses = points.flatMap((point, j) => (point === null ? [x[j]!] : []));
    const none = crosses.map((px) => {
      const py = height - bottom - 5 - 9 * i;
      const d = `M${n(px - 3)} ${n(py - 3)}l6 6m0 -6l-6 6`;
      return element(
        'path',
        { d, class: 'bad' },
        element('title', {}, escapeXml(`${name}: no pass finished`)),
      );
    });
    if (at.length === 0) return none.join('');
    const upper = at.map((p) => `${n(p.x)} ${n(y(p.high))}`).join('L');
    const lower = [...at]
      .reverse()
      .map((p) => `${n(p.x)} ${n(y(p.low))}`)
      .join('L');
    const d = `M${at.map((p) => `${n(p.x)} ${n(y(p.middle))}`).join('L')}`;
    const dash = DASHES[i % DASHES.length];
    const marks = at.map((p) => marker(i, p.x, y(p.middle), 2.6)).join('');
    return (
      group(
        hueOf(i),
        path(`M${upper}L${lower}z`, 'band') +
          element('path', { d, class: 'ln', 'stroke-dasharray': dash }) +
          path(marks, 'pt'),
      ) + none.join('')
    );
  });
  const legend = curves.map(({ name }, i) => {
    const at = top + 8 + i * 16;
    const from = PANEL_WIDTH - right + 8;
    const dash = DASHES[i % DASHES.length];
    const line = element('path', { d: `M${from} ${at}h18`, class: 'ln', 'stroke-dasharray': dash });
    const mark = path(marker(i, from + 9, at, 2.6), 'pt');
    return (
      group(hueOf(i), line + mark) +
      label(from + 24, at + 4, fitted(name, right - 34, SIZE.small), 'c', name)
    );
  });
  const said = curves.map(
    ({ name, points }) =>
      `${name}: ${points.map((point, j) => `${axis.labels[j]} ${point === null ? 'no pass finished' : plotWords(point.middle, unit)}`).join(', ')}`,
  );
  return {
    width: PANEL_WIDTH,
    height: Math.max(height, top + 24 + curves.length * 16),
    title,
    description: `${title}${about === '' ? '' : ` (${about})`}: ${said.join('; ')}.`,
    body:
      label(0, 13, fitted(title, PANEL_WIDTH - 4, SIZE.text * 1.1), 'b', title) +
      label(0, 27, fitted(about, PANEL_WIDTH - 4, SIZE.small), 'c', about) +
      ticks.join('') +
      label(
        PANEL_WIDTH - right,
        height - 8,
        `${fitted(axis.path, 260, SIZE.small)} →`,
        'c r',
        axis.path,
      ) +
      axisY(y, left, PANEL_WIDTH - right, unit) +
      lines.join('') +
      legend.join(''),
  };
}

/** By size where the values are numbers of several sizes, else one beside the other. */
function placesOf(
  values: readonly number[] | null,
  count: number,
  [from, to]: readonly [number, number],
): readonly number[] {
  const [low, high] = [leastOf(values ?? []), mostOf(values ?? [])];
  if (values !== null && low > 0) {
    const scale =
      high / low > LOG_RATIO
        ? logScale([low, high], [from, to])
        : linearScale([low, high], [from, to]);
    return values.map((value) => scale(value));
  }
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / Math.max(count - 1, 1));
}
