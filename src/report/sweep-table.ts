/**
 * A sweep as tables, one for each metric: the columns are the values of the last axis, the rows the
 * values of the other axes and the strategies. Each cell has the median over seeds, or the share
 * over all seeds together.
 */
import { counted } from '../base/counted.ts';
import { jsonOf, printable } from '../base/printable.ts';
import { wrap } from '../base/wrap.ts';
import { median } from '../compare/bootstrap.ts';
import { METRICS, type MetricInfo } from '../compare/metrics.ts';
import { valueText } from '../compare/points.ts';
import { LIMITS } from '../compare/result.ts';
import { quantity } from './compare-cells.ts';
import { csvRow } from './csv.ts';
import { markdownTable, markdownText } from './markdown.ts';
import type { SweepFormat, SweepHeader, SweepRecord } from './sweep.ts';
import { table, tableFits } from './table.ts';

/** Without a list: a figure each of the reader, the text and the writers. */
export const DEFAULT_KEYS: readonly string[] = [
  '1000*retries/lines',
  'fallbackReads',
  'tornPasses',
  'p50(passNs)',
  'p99(writer.opNs)',
];

/** What the runs of one place come to. */
class Place {
  readonly #values: number[] = [];
  #events = 0;
  #of = 0;

  add({ value, exposure }: MetricInfo, { run }: SweepRecord): void {
    const figure = value(run);
    if (figure !== null) this.#values.push(figure);
    this.#events += exposure?.events(run) ?? 0;
    this.#of += exposure?.of(run) ?? 0;
  }

  /** In the unit of the metric; null where nothing was measured. */
  figure({ unit }: MetricInfo): number | null {
    if (unit === 'share') return this.#of === 0 ? null : this.#events / this.#of;
    return this.#values.length === 0 ? null : median(this.#values);
  }

  /** Whether anything happened, or took time. */
  get happened(): boolean {
    return this.#of === 0 ? this.#values.length > 0 : this.#events > 0;
  }

  text(metric: MetricInfo): string {
    const figure = this.figure(metric);
    if (figure === null) return '-';
    if (metric.exposure !== null && this.#events === 0) return `0 of ${this.#of}`;
    if (figure === 0 && metric.exposure !== null) return `0 (${this.#events} in all)`;
    return quantity(figure, metric.unit);
  }
}

interface Row {
  /** Values of the axes but the last, and the strategy. */
  readonly heads: readonly string[];
  /** By metric, then by value of the last axis. */
  readonly places: readonly (readonly Place[])[];
}

/** Figures of the runs as they come; the runs themselves are not kept. */
class SweepFigures {
  readonly header: SweepHeader;
  readonly metrics: readonly MetricInfo[];
  readonly heads: readonly string[];
  readonly rows = new Map<string, Row>();
  /** Path of the last axis; null: the grid has no axis. */
  readonly across: string | null;
  readonly columns: readonly string[];
  readonly #others: readonly string[];
  readonly #columnOf: ReadonlyMap<string, number>;
  #runs = 0;
  #stopped = 0;
  #faulty = 0;

  constructor(header: SweepHeader, metrics: readonly MetricInfo[]) {
    this.header = header;
    this.metrics = metrics;
    const last = header.axes.at(-1);
    this.across = last?.path ?? null;
    const values = last?.values ?? [];
    this.columns = last === undefined ? ['value'] : values.map(valueText);
    this.#columnOf = new Map(values.map((value, i) => [jsonOf(value), i]));
    this.#others = header.axes.slice(0, -1).map(({ path }) => path);
    this.heads = [...this.#others, ...(header.strategies === null ? [] : ['strategy'])];
  }

  add(record: SweepRecord): void {
    const { point, run } = record;
    this.#runs++;
    if (LIMITS.includes(run.ended)) this.#stopped++;
    if (run.ended === 'kernel-fault') this.#faulty++;
    const heads = this.#others.map((path) => valueText(point[path]));
    if (this.header.strategies !== null) heads.push(run.strategy);
    const row = this.#rowOf(heads);
    const column = this.across === null ? 0 : this.#columnOf.get(jsonOf(point[this.across]));
    if (column === undefined) return;
    for (const [i, metric] of this.metrics.entries()) row.places[i]![column]!.add(metric, record);
  }

  #rowOf(heads: readonly string[]): Row {
    const key = jsonOf(heads);
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    const places = this.metrics.map(() => this.columns.map(() => new Place()));
    const row = { heads, places };
    this.rows.set(key, row);
    return row;
  }

  happened(metric: number): boolean {
    return [...this.rows.values()].some(({ places }) =>
      places[metric]!.some(({ happened }) => happened),
    );
  }

  /** What the figures are of, and what is wrong with them: a sentence each. */
  get notes(): readonly string[] {
    const { grid, units, seeds } = this.header;
    const over = seeds === null || seeds.length === 1 ? 'one seed' : counted(seeds.length, 'seed');
    const manner = over === 'one seed' ? '' : ': medians, of shares all seeds together';
    const all = counted(units, 'run');
    return [
      `${grid.name}: ${all}, ${over} in each place${manner}`,
      ...(this.#runs < units ? [`only ${this.#runs} of ${all} are in these tables`] : []),
      ...(this.#stopped > 0 ? [`a limit stopped ${this.#stopped} of ${this.#runs}`] : []),
      ...(this.#faulty > 0 ? [`a kernel fault ended ${this.#faulty} of ${this.#runs}`] : []),
    ];
  }

  titleOf({ key, about }: MetricInfo): string {
    return `${key}: ${about}${this.across === null ? '' : `; across: ${this.across}`}`;
  }

  /** Metrics with a table, by their index, and a line on the others. */
  parted(): { shown: readonly (readonly [number, MetricInfo])[]; folded: string } {
    const all = [...this.metrics.entries()];
    const quiet = all.filter(([i]) => !this.happened(i)).map(([, { key }]) => key);
    return {
      shown: all.filter(([i]) => this.happened(i)),
      folded: quiet.length === 0 ? '' : `all zero: ${quiet.join(', ')}`,
    };
  }

  /** Rows of text. */
  cells(index: number, metric: MetricInfo): string[][] {
    return [...this.rows.values()].map(({ heads, places }) => [
      ...heads.map(printable),
      ...places[index]!.map((place) => place.text(metric)),
    ]);
  }
}

/** Tables are known when all runs are there: nothing is written before. */
function tables(
  [name, ...endings]: readonly [string, ...string[]],
  chosen: readonly MetricInfo[] | null,
  render: (figures: SweepFigures) => string,
): SweepFormat {
  const metrics = chosen ?? METRICS.filter(({ key }) => DEFAULT_KEYS.includes(key));
  return {
    name,
    endings,
    begin: (header) => {
      const figures = new SweepFigures(header, metrics);
      return {
        head: '',
        record: (record) => {
          figures.add(record);
          return '';
        },
        footer: () => render(figures),
      };
    },
  };
}

/** @param columns that a line may take */
export function sweepText(chosen: readonly MetricInfo[] | null, columns: number): SweepFormat {
  return tables(['text', 'txt'], chosen, (figures) => {
    const lines = (text: string) => `${wrap(printable(text), columns).join('\n')}\n`;
    const { shown, folded } = figures.parted();
    const parts = shown.map(([i, metric]) => {
      const blocks = blocksOf(figures, figures.cells(i, metric), columns);
      return `\n${lines(figures.titleOf(metric))}${blocks.join('\n')}`;
    });
    const last = folded === '' ? [] : [`\n${lines(folded)}`];
    return [...figures.notes.map(lines), ...parts, ...last].join('');
  });
}

/** As many values beside each other as fit; the others below, with the heads of the rows again. */
export function blocksOf(
  figures: Pick<SweepFigures, 'heads' | 'columns'>,
  rows: string[][],
  columns: number,
): string[] {
  const values = figures.columns.map(printable);
  let heads = figures.heads.map(printable);
  let body = rows;
  const part = (from: number, to: number): [string[], string[][]] => [
    [...heads, ...values.slice(from, to)],
    body.map((row) => [
      ...row.slice(0, heads.length),
      ...row.slice(heads.length + from, heads.length + to),
    ]),
  ];
  const fits = (from: number, to: number) => tableFits(...part(from, to), columns);
  if (heads.length > 1 && values.some((_, i) => !fits(i, i + 1))) {
    const n = heads.length;
    body = body.map((row) => [row.slice(0, n).join(', '), ...row.slice(n)]);
    heads = [heads.join(', ')];
  }
  const blocks: string[] = [];
  for (let from = 0, to = 0; from < values.length; from = to) {
    for (to = from + 1; to < values.length && fits(from, to + 1); to++);
    blocks.push(table(...part(from, to), columns));
  }
  return blocks;
}

export function sweepMarkdown(chosen: readonly MetricInfo[] | null): SweepFormat {
  return tables(['markdown', 'md', 'markdown'], chosen, (figures) => {
    const { heads, columns } = figures;
    const { shown, folded } = figures.parted();
    const parts = shown.map(([i, metric]) => {
      const head = [...heads, ...columns].map(markdownText);
      const rows = markdownTable(head, figures.cells(i, metric), heads.length);
      return `\n${markdownText(figures.titleOf(metric))}\n\n${[...rows].join('')}`;
    });
    const last = folded === '' ? [] : [`\n${markdownText(folded)}\n`];
    const notes = figures.notes.map((note) => `${markdownText(note)}\n`);
    return [...notes, ...parts, ...last].join('');
  });
}

/** Times in ns, shares as fractions, empty where nothing was measured. */
export function sweepTableCsv(chosen: readonly MetricInfo[]): SweepFormat {
  return tables(['csv', 'csv'], chosen, (figures) => {
    const { across, columns, heads, rows } = figures;
    const values = columns.map((value) => (across === null ? value : `${across}=${value}`));
    const body = figures.metrics.flatMap((metric, i) =>
      [...rows.values()].map((row) =>
        csvRow([
          ...[metric.key, metric.unit, ...row.heads],
          ...row.places[i]!.map((place) => String(place.figure(metric) ?? '')),
        ]),
      ),
    );
    return csvRow(['metric', 'unit', ...heads, ...values]) + body.join('');
  });
}
