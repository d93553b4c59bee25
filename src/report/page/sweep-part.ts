/** The part of a page for a sweep: how counts and times change along its last axis. */

import { counted } from '../../base/counted.ts';
import { escapeXml } from '../../draw/svg.ts';
import {
  pointWords,
  type SweepCurves,
  strategiesOf,
  sweepCurves,
} from '../pictures/sweep-curves.ts';
import type { SweepDocument } from './documents.ts';
import { dataTable, figure } from './html.ts';
import { curvePlot, plotWords } from './plots.ts';

export function sweepPart(sweep: SweepDocument, name: string): string {
  const { grid, axes, runs, units } = sweep;
  const axis = axes.at(-1);
  const strategies = sweep.strategies ?? strategiesOf(runs);
  const over = axes.map(({ path, values }) => `${values.length} values of ${path}`).join(', ');
  const limited = runs.filter(({ complete }) => !complete).length;
  const stopped =
    limited === 0 ? '' : ` <span class="bad">${counted(limited, 'run')} ended at a limit.</span>`;
  const seeds = sweep.seeds === null ? 'one seed' : `${counted(sweep.seeds.length, 'seed')}`;
  const head = `${grid.name}: ${strategies.length} strategies over ${over === '' ? 'one point' : over}`;
  if (axis === undefined) return `<section><h2>${escapeXml(head)}</h2></section>`;
  const figures = sweepCurves(sweep).map((curves, i) => curveFigure(curves, `${name}-c${i}`));
  return [
    `<section><h2>${escapeXml(head)}</h2>`,
    `<p class="lead">${runs.length} of ${counted(units, 'run')}, ${seeds} a point. Line: median over seeds; band: least to most; ✕ under the lines: no pass finished there.${stopped}</p>`,
    `<div class="grid">${figures.join('')}</div></section>`,
  ].join('\n');
}

function curveFigure({ title, unit, axis, point, curves }: SweepCurves, name: string): string {
  const labels = axis.values.map(String);
  const picture = curvePlot(
    { title, about: pointWords(point), unit },
    { path: axis.path, labels, values: numbersOf(axis.values) },
    curves,
  );
  const rows = curves.map(({ name: strategy, points }) => [
    strategy,
    ...points.map((p) => (p === null ? '-' : plotWords(p.middle, unit))),
  ]);
  return figure(picture, name, { after: dataTable(['strategy', ...labels], rows) });
}

const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Numbers, or durations in ns; null: something else. */
function numbersOf(values: readonly unknown[]): number[] | null {
  const numbers = values.map((value) => {
    if (typeof value === 'number') return value;
    const match = /^([0-9.]+)(ns|us|ms|s)$/.exec(String(value));
    return match === null ? Number.NaN : Number(match[1]) * UNIT_NS[match[2]!]!;
  });
  return numbers.some(Number.isNaN) ? null : numbers;
}
