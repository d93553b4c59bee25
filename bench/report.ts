/** A result as tables: for a terminal, or as Markdown. */
import { counted } from '../src/base/counted.ts';
import { table } from '../src/report/table.ts';
import { type Figure, PARTS as PART_IDS, type PartId } from './figure.ts';
import { PARTS } from './parts.ts';
import type { Compared, Result } from './result.ts';
import { minimumOf } from './targets.ts';

type Rows = readonly (readonly string[])[];
/** Lays out a table, and a line of text that stands by itself. */
export interface Manner {
  table(head: readonly string[], rows: Rows): string;
  title(text: string): string;
}

export const TERMINAL: Manner = {
  table: (head, rows) =>
    table(
      head.map((name) => name.toUpperCase()),
      rows,
    ),
  title: (text) => `\n${text}\n\n`,
};

export const MARKDOWN: Manner = {
  table: (head, rows) => {
    const line = (row: readonly string[]): string => `| ${row.join(' | ')} |\n`;
    const rule = `|${head.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|\n`;
    return line(head) + rule + rows.map(line).join('');
  },
  title: (text) => `\n### ${text}\n\n`,
};

export function report(result: Result, manner: Manner): string {
  const { machine, runs, skipped } = result;
  const { cpu, cores, memoryGiB, system, node, load } = machine;
  const parts = [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}; load ${load}; ${counted(runs, 'run')}\n`,
    targets(result, manner),
    ...PART_IDS.map((part) => partTables(part, result, manner)),
    skipped.length === 0 ? '' : '\n',
    ...skipped.map(({ what, why }) => `- left out: ${what}: ${why}\n`),
  ];
  return parts.join('');
}

function targets({ targets }: Result, manner: Manner): string {
  const measured = targets.filter(({ figure }) => figure !== null);
  if (measured.length === 0) return '';
  const rows = measured.map(({ target, figure, wanted, limit, unit, met }) => {
    const withUnit = unit === '' ? `${limit}` : `${limit} ${unit}`;
    return [target, String(figure), `${wanted} ${withUnit}`, met ? 'met' : 'missed'];
  });
  return manner.title('Targets') + manner.table(['target', 'figure', 'wanted', ''], rows);
}

function partTables(part: PartId, { figures }: Result, manner: Manner): string {
  const mine = figures.filter((figure) => figure.part === part);
  if (mine.length === 0) return '';
  const title = `(${part}) ${PARTS[part].about}`;
  if (mine[0]!.grid === '') {
    const timed = mine.some(({ cpu }) => cpu !== null);
    return (
      manner.title(`${title}${timed ? ' (CPU time, then wall time)' : ''}`) + list(mine, manner)
    );
  }
  const grids = [...new Set(mine.map(({ grid }) => grid))];
  return grids
    .map((name) => {
      const cells = mine.filter(({ grid }) => grid === name);
      const unit = `${cells[0]!.unit}, CPU time, minimum / median`;
      return manner.title(`${title}: ${name} (${unit})`) + pivot(cells, manner);
    })
    .join('');
}

function pivot(figures: readonly Figure[], manner: Manner): string {
  const columns = [...new Set(figures.map(({ column }) => column))];
  const rows = [...new Set(figures.map(({ row }) => row))];
  const cell = (row: string, column: string): string => {
    const found = figures.find((figure) => figure.row === row && figure.column === column);
    if (found === undefined) return '';
    const { min, median } = (found.cpu ?? found.wall ?? found.size)!;
    return `${min} / ${median}`;
  };
  return manner.table(
    ['', ...columns],
    rows.map((row) => [row, ...columns.map((column) => cell(row, column))]),
  );
}

function list(figures: readonly Figure[], manner: Manner): string {
  const cells = (spread: Figure['cpu']): string[] =>
    spread === null ? ['', ''] : [String(spread.min), String(spread.median)];
  const rows = figures.map((figure) => [
    figure.row,
    figure.unit,
    ...cells(figure.cpu ?? figure.size),
    ...cells(figure.wall),
    rate(figure),
  ]);
  const head = ['', 'unit', 'min', 'median', 'wall min', 'wall median', ''];
  return manner.table(head, rows);
}

/** The same the other way round, where people count that way. */
function rate(figure: Figure): string {
  const { unit } = figure;
  const min = minimumOf(figure);
  if (unit === 'ns/simulated ns') return `${(1 / figure.wall!.min).toPrecision(3)} times real time`;
  const thing = /^ns\/(event|state|schedule|step)$/.exec(unit)?.[1];
  return thing === undefined ? '' : `${(1e3 / min).toPrecision(3)} million ${thing}s/s`;
}

export function comparison(compared: readonly Compared[], manner: Manner): string {
  const rows = compared.map(({ name, before, now, ratio }) => {
    return [name, String(before), String(now), String(ratio)];
  });
  return (
    manner.title('Against the baseline (minima)') +
    manner.table(['', 'before', 'now', 'ratio'], rows)
  );
}
