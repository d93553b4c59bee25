/**
 * The part of a page for a comparison: costs for readers and writers, a panel per metric, tails.
 */

import { counted } from '../../base/counted.ts';
import { commandLine } from '../../base/shell.ts';
import type { Cell, MetricTable } from '../../compare/comparison.ts';
import { METRICS, type MetricInfo, metricOf } from '../../compare/metrics.ts';
import type { RunSummary } from '../../compare/record.ts';
import { escapeXml } from '../../draw/svg.ts';
import { verdictsText } from '../compare-verdict.ts';
import type { CompareDocument, RunDocument } from './documents.ts';
import { dataTable, figure } from './html.ts';
import {
  type PanelRow,
  type PlotUnit,
  panelPlot,
  plotWords,
  tailPlot,
  tradePlot,
} from './plots.ts';

type ScenarioDocument = CompareDocument['scenarios'][number];

/** In this order; what happened to no strategy is left out. @throws for a name of no metric */
const SHOWN = [
  'tornPasses',
  'falseGaps',
  'transientGaps',
  'p99(writer.opNs)',
  'max(writer.opNs)',
  'p50(passNs)',
  'p99(passNs)',
  'fallbackReads',
  'fallbackPasses',
  '1000*retries/lines',
  '1000*fallbacks/lines',
  '1000*discardedLines/lines',
  'cuts',
  'passesStarved',
].map((key) => metricOf(key).key);

const TORN = metricOf('tornPasses');
const WRITER_P99 = metricOf('p99(writer.opNs)');
const PASS_P50 = metricOf('p50(passNs)');

export function comparePart(scenario: ScenarioDocument, name: string): string {
  const { comparison, groups } = scenario;
  if (comparison === null) {
    return `<section><h2>${escapeXml(scenario.name)}: no seed is complete</h2></section>`;
  }
  const tables = panelsOf(comparison.metrics).filter((table) => !happenedNowhere(table));
  const panels = tables.map((table, i) => panelFigure(table, scenario, `${name}-m${i}`));
  const tails = [
    ['passNs', 'The tail of the times of passes'],
    ['opNs', "How long writers' calls take: the tail"],
  ].flatMap(([key, title]) => tailFigure(scenario, key!, title!, `${name}-${key}`));
  const runs = groups[0]?.runs.length ?? 0;
  const isGrid = scenario.point === null;
  const seeds = isGrid
    ? counted(runs, 'point and seed', 'points and seeds')
    : counted(runs, 'seed');
  const few = comparison.canShow
    ? ''
    : ` <span class="bad">No difference can be significant with so few seeds; ${comparison.seedsNeeded} are enough.</span>`;
  const lead =
    `${counted(groups.length, 'strategy', 'strategies')} on the same ${seeds}. Dots: single runs. Bar: 95 % interval. ` +
    `Right: against ${escapeXml(groups[0]?.label ?? '')}; ?: not significant at ${comparison.level * 100} % over the whole table.`;
  return [
    `<section><h2>${escapeXml(headline(scenario))}</h2><p class="lead">${lead}${few}</p>`,
    inShortMarkup(comparison, scenario.point === null),
    tradeFigure(scenario, `${name}-trade`),
    `<div class="grid">${panels.join('')}${tails.join('')}</div>`,
    `${tornMarkup(scenario)}</section>`,
  ].join('\n');
}

/** Results hold no texts, so how to see a torn one is a command. */
function tornMarkup({ name, groups }: ScenarioDocument): string {
  for (const { strategy, runs } of groups) {
    const run = runs.find(({ tearing }) => tearing.tornPasses > 0);
    if (run === undefined) continue;
    const which = [`--strategy=${strategy}`, `--seed=${run.seed}`, '--pass=torn'];
    const command = commandLine(['timeline', 'SCENARIO', ...which, '-o', 'torn.svg']);
    return `<p>A torn pass of ${escapeXml(strategy)} as a picture (SCENARIO is the file of ${escapeXml(name)}): <code>${escapeXml(command)}</code></p>`;
  }
  return '';
}

/** Those shown; then what an earlier version saved under a name that there is not now. */
function panelsOf(metrics: readonly MetricTable[]): readonly MetricTable[] {
  const shown = SHOWN.flatMap((key) => metrics.find(({ metric }) => metric === key) ?? []);
  const unknown = metrics.filter(({ metric }) => METRICS.every(({ key }) => key !== metric));
  return [...shown, ...unknown];
}

/** What compare says in words, as saved. */
function inShortMarkup(
  { verdict = [] }: NonNullable<ScenarioDocument['comparison']>,
  together: boolean,
): string {
  const text = verdictsText(verdict, together).trim();
  return text === '' ? '' : `<pre tabindex="0">${text.split('\n').map(escapeXml).join('\n')}</pre>`;
}

function headline({ name, comparison, groups }: ScenarioDocument): string {
  const torn = cellsOf(comparison, TORN)
    .filter(({ rate }) => (rate?.events ?? 0) > 0)
    .map(({ group }) => group);
  const tears =
    torn.length === 0
      ? 'no strategy prints a torn text'
      : `${torn.length} of ${groups.length} strategies print torn texts (${torn.join(', ')})`;
  const waits = cellsOf(comparison, WRITER_P99).filter(({ median }) => median !== null);
  const [kind] = [...waits].sort((a, b) => a.median! - b.median!);
  const least = kind === undefined ? '' : `; writers' calls are shortest with ${kind.group}`;
  return `${name}: ${tears}${least}`;
}

function cellsOf(comparison: ScenarioDocument['comparison'], { key }: MetricInfo): readonly Cell[] {
  return comparison?.metrics.find(({ metric }) => metric === key)?.cells ?? [];
}

function happenedNowhere({ cells }: MetricTable): boolean {
  return cells.every(({ median, high, rate }) =>
    rate === null ? median === null || (median === 0 && high === 0) : rate.events === 0,
  );
}

/** The value of a cell: of a share all seeds together. */
function cellValue(cell: Cell, unit: PlotUnit): Pick<PanelRow, 'value' | 'low' | 'high'> {
  const { rate, median, low, high } = cell;
  if (unit === 'share' && rate !== null) {
    return { value: rate.of === 0 ? null : rate.events / rate.of, low: rate.low, high: rate.high };
  }
  return { value: median, low, high };
}

function panelFigure(table: MetricTable, { groups }: ScenarioDocument, name: string): string {
  const unit = table.unit as PlotUnit;
  const values = table.cells.map((cell) => cellValue(cell, unit));
  const rows = table.cells.map((cell, i): PanelRow => {
    const runs = groups[i]?.runs ?? [];
    const dots = runs.flatMap((run) => seedValue(run, table.metric) ?? []);
    return {
      name: cell.group,
      ...values[i]!,
      dots,
      remark: remarkOf(cell, values[i]!.value, values[0]!.value),
    };
  });
  const cells = table.cells.map((cell, i) => {
    const { value, low, high } = values[i]!;
    const words = (v: number | null): string => (v === null ? '-' : plotWords(v, unit));
    const p = cell.difference === null ? '' : cell.difference.pCorrected.toPrecision(3);
    return [cell.group, words(value), words(low), words(high), rows[i]!.remark, p];
  });
  const heads = ['strategy', 'value', '95 % from', 'to', 'against the first', 'p'];
  const picture = panelPlot(table.about, table.metric, unit, rows);
  return figure(picture, name, { after: dataTable(heads, cells) });
}

function remarkOf({ difference }: Cell, value: number | null, base: number | null): string {
  if (difference === null) return 'baseline';
  if (value === null || difference.median === null) return '-';
  const unsure = difference.shown ? '' : ' ?';
  if (value === base) return difference.median === 0 ? 'same' : `same${unsure}`;
  if (base === null || base === 0 || value === 0) {
    return `${difference.median > 0 ? 'more' : 'less'}${unsure}`;
  }
  return `×${Number((value / base).toPrecision(2))}${unsure}`;
}

/** As the comparison has it; null also where an older version saved too little. */
function seedValue(run: RunDocument, key: string): number | null {
  const value = METRICS.find((metric) => metric.key === key)?.value(run as RunSummary) ?? null;
  return Number.isFinite(value) ? value : null;
}

function tradeFigure({ comparison }: ScenarioDocument, name: string): string {
  const waits = cellsOf(comparison, WRITER_P99);
  const passes = cellsOf(comparison, PASS_P50);
  const torn = cellsOf(comparison, TORN);
  const points = waits.flatMap(({ group, median }, i) => {
    const y = passes[i]?.median ?? null;
    const rate = torn[i]?.rate;
    if (median === null || y === null) return [];
    const share = rate == null || rate.of === 0 ? 0 : rate.events / rate.of;
    return [{ name: group, x: median, y, torn: share }];
  });
  if (points.length === 0) return '';
  const picture = tradePlot(points, { x: "p99 of a writer's call", y: 'p50 of a pass' });
  const caption =
    '<figcaption>How to read it: further left is better for writers, lower is better for the reader, red is torn text. The best place is the lower left corner without red.</figcaption>';
  return figure(picture, name, { wide: true, after: caption });
}

function tailFigure(
  { groups }: ScenarioDocument,
  key: string,
  title: string,
  name: string,
): string[] {
  const lines = groups.flatMap(({ label, pool }) => {
    const values = pool?.[key]?.values ?? [];
    return values.length < 4 ? [] : [{ name: label, values }];
  });
  if (lines.length === 0) return [];
  return [figure(tailPlot(title, lines), name)];
}
