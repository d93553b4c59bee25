/** A measurement and its simulation side by side, as a text table, Markdown, CSV and JSON. */
import { counted } from '../base/counted.ts';
import type { FigureRow, MeasureResult } from '../measure/result.ts';
import { csvRow } from './csv.ts';
import { markdownTable } from './markdown.ts';
import { measureJson } from './measure-json.ts';
import { table } from './table.ts';

type MeasureFormat = 'text' | 'json' | 'csv' | 'markdown';

export const MEASURE_FORMATS: Readonly<
  Record<MeasureFormat, (result: MeasureResult, rows: readonly FigureRow[], tool: string) => string>
> = {
  text: (result, rows) => text(result, rows),
  json: measureJson,
  csv: (_result, rows) => csv(rows),
  markdown: (result, rows) => markdown(result, rows),
};

const HEAD = ['', 'simulated', 'by times', 'measured', 'ratio', 'spread'];

function text(result: MeasureResult, rows: readonly FigureRow[]): string {
  const parts = [`${headLines(result).join('\n')}\n`, table(HEAD, rows.map(cells)), LEGEND];
  if (result.evidence.length > 0) parts.push(evidenceText(result));
  return parts.join('\n');
}

function markdown(result: MeasureResult, rows: readonly FigureRow[]): string {
  const lines = [...markdownTable(HEAD, rows.map(cells), 1)].join('');
  return `${headLines(result).join('\n')}\n\n${lines}`;
}

const LEGEND = `\
Counts in 1000 passes. by times: the simulated texts judged as the measured ones are, by when
calls and read()s began and ended. >=: at least so much. ratio: simulated / measured; * where it
lies outside the spread, which is how far the figures of one side lie apart.
`;

function headLines(result: MeasureResult): string[] {
  const { scenario, seed, kernel, cpus, bursts, states, simulated, calibration } = result;
  const lines = [
    `${scenario.name}, seed ${seed}, on Linux ${kernel}, ${counted(cpus, 'CPU')}. Figures differ from run to run.`,
    `${bursts.kept} of ${counted(bursts.kept + bursts.rejected, 'burst')} kept, ${seconds(bursts.wallNs)}; ` +
      `others took ${bursts.foreignPercent.toFixed(1)} % of a CPU.`,
    `${counted(states.calls, 'call')} one by one, ${counted(states.distinct, 'state')}: all equal those of the model.`,
  ];
  if (simulated !== null) {
    lines.push(
      `Simulated: ${simulated.strategy}, costs ${simulated.costs}; ` +
        `${counted(result.environmentLines, 'line')} of the measuring program in both texts.`,
    );
  }
  if (calibration !== null) {
    lines.push(
      `Costs before and after differ by a factor of ${calibration.spread.toFixed(2)} (median).`,
    );
  }
  return [...lines, ...result.notes];
}

function cells(row: FigureRow): string[] {
  const least = row.bound === 'least' && row.measured !== null ? '>= ' : '';
  const mark = row.differs === true ? '*' : '';
  return [
    row.metric,
    figure(row.simulated),
    figure(row.byTimes),
    `${least}${figure(row.measured)}`,
    row.ratio === null ? '-' : `${row.ratio.toFixed(2)}${mark}`,
    row.spread === null ? '-' : row.spread.toFixed(2),
  ];
}

/** Three digits, or as many as it has before the point. */
function figure(value: number | null): string {
  if (value === null) return '-';
  if (value === 0) return '0';
  if (value >= 100) return String(Math.round(value));
  return Number(value.toPrecision(3)).toString();
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(1)} s`;
}

function csv(rows: readonly FigureRow[]): string {
  const head = [
    'metric',
    'unit',
    'simulated',
    'simulatedByTimes',
    'measured',
    'bound',
    'ratio',
    'spread',
    'differs',
  ];
  const body = rows.map((row) =>
    [
      row.metric,
      row.unit,
      row.simulated,
      row.byTimes,
      row.measured,
      row.bound,
      row.ratio,
      row.spread,
      row.differs,
    ].map((value) => (value === null ? '' : String(value))),
  );
  return [head, ...body].map(csvRow).join('');
}

function evidenceText({ evidence }: MeasureResult): string {
  return evidence
    .map(({ kind, reader, burst, pass, around }) => {
      const place = `${kind}: reader ${reader}, burst ${burst}, pass ${pass}`;
      return `${place}\n${around.map((line) => `  ${line}\n`).join('')}`;
    })
    .join('\n');
}
