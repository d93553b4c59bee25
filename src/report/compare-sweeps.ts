/**
 * The text of a comparison of sweeps: for each metric a table of the grid, with the last axis in
 * the columns, the other axes and the groups in the rows, and the value and its difference in each
 * cell. Then the result of all points together, and the points where the groups differ most.
 */
import { counted } from '../base/counted.ts';
import { printable } from '../base/printable.ts';
import { wrap } from '../base/wrap.ts';
import type { Cell, MetricDifference, MetricTable } from '../compare/comparison.ts';
import { METRICS } from '../compare/metrics.ts';
import { type PlacesClaim, placesOf } from '../compare/places.ts';
import { valueText } from '../compare/points.ts';
import type { Axis, ComparedGrid, CompareResult, ScenarioResult } from '../compare/result.ts';
import { placeText, seedsText } from './compare-cells.ts';
import { figureText, inShort, tooFewSeeds, wrapped } from './compare-verdict.ts';
import { markdownTable, markdownText } from './markdown.ts';
import type { CompareView } from './report.ts';
import { blocksOf, DEFAULT_KEYS } from './sweep-table.ts';

type SweepsResult = CompareResult & { readonly grid: ComparedGrid };

export function isOfSweeps(result: CompareResult): result is SweepsResult {
  return result.grid !== undefined;
}

export function sweepsText(result: SweepsResult, { columns, paint }: CompareView): string {
  const lines = (text: string): string =>
    text === '' ? '' : `${wrap(printable(text), columns).join('\n')}\n`;
  const grid = new GridTables(result);
  const parts = grid.shown.map((metric) => {
    const rows = grid.rows(metric, ({ difference }, text) => {
      return difference === null || difference.shown ? text : paint.unsure(text);
    });
    const blocks = blocksOf(grid, rows, columns).join('\n');
    return `\n${lines(grid.titleOf(metric))}${blocks}${lines(grid.sameOf(metric))}`;
  });
  const last = grid.folded.map((text) => `\n${lines(text)}`);
  return [...grid.notes.map(lines), ...parts, ...last, grid.verdict].join('');
}

export function* sweepsMarkdown(result: SweepsResult): Iterable<string> {
  const grid = new GridTables(result);
  yield `### ${markdownText(grid.name)}\n`;
  for (const note of grid.notes) yield `\n${markdownText(note)}\n`;
  const head = [...grid.heads, ...grid.columns].map(markdownText);
  for (const metric of grid.shown) {
    yield `\n${markdownText(grid.titleOf(metric))}\n\n`;
    yield* markdownTable(
      head,
      grid.rows(metric, (_, text) => text),
      grid.heads.length,
    );
    const same = grid.sameOf(metric);
    if (same !== '') yield `\n${markdownText(same)}\n`;
  }
  for (const text of grid.folded) yield `\n${markdownText(text)}\n`;
  if (grid.verdict !== '') yield `\n\`\`\`\n${grid.verdict.trimStart()}\`\`\`\n`;
}

class GridTables {
  readonly name: string;
  readonly heads: readonly string[];
  readonly columns: readonly string[];
  readonly shown: readonly MetricTable[];
  readonly folded: readonly string[];
  readonly notes: readonly string[];
  readonly #points: readonly ScenarioResult[];
  readonly #together: ScenarioResult | null;
  readonly #across: Axis | null;
  readonly #others: readonly Axis[];

  constructor({ scenarios, grid: { name, axes } }: SweepsResult) {
    this.#points = scenarios.filter(({ point }) => point !== null);
    this.#together = scenarios.find(({ point }) => point === null) ?? null;
    this.#across = axes.at(-1) ?? null;
    this.#others = axes.slice(0, -1);
    this.name = name;
    this.heads = [...this.#others.map(({ path }) => path), 'group'];
    this.columns = this.#across?.values.map(valueText) ?? ['value'];
    const parted = this.#parted();
    this.shown = parted.shown;
    this.folded = parted.folded;
    this.notes = this.#notes();
  }

  titleOf({ metric, about }: MetricTable): string {
    const across = this.#across === null ? '' : `; across: ${this.#across.path}`;
    return `${metric}: ${about}${across}`;
  }

  /** Groups that have no rows, since nothing that is held against them differs. */
  sameOf({ metric }: MetricTable): string {
    const shown = this.#differing(metric);
    const others = this.#points[0]!.groups.filter(({ label }) => !shown.has(label));
    return others.length === 0
      ? ''
      : `no difference at any point: ${others.map(({ label }) => label).join(', ')}`;
  }

  /** Groups that differ somewhere, and those that they are held against. */
  #differing(metric: string): ReadonlySet<string> {
    const labels = this.#cellsOf(metric).flatMap(({ group, difference }) =>
      difference === null || isNone(difference) ? [] : [group, difference.against],
    );
    return new Set(labels);
  }

  /** A row for each group at each value of the axes but the last. */
  rows({ metric }: MetricTable, paint: (cell: Cell, text: string) => string): string[][] {
    const rows = new Map<string, ScenarioResult[]>();
    for (const one of this.#points) {
      const key = JSON.stringify(this.#headsOf(one));
      rows.set(key, [...(rows.get(key) ?? []), one]);
    }
    const differing = this.#differing(metric);
    const labels = this.#points[0]!.groups.map(({ label }) => label);
    const shown = labels.filter((label) => differing.has(label));
    return [...rows.values()].flatMap((own) =>
      shown.map((label) => [
        ...this.#headsOf(own[0]!).map(printable),
        printable(label),
        ...this.columns.map((column) => this.#place(own, { metric, label, column }, paint)),
      ]),
    );
  }

  #headsOf({ point }: ScenarioResult): string[] {
    return this.#others.map(({ path }) => valueText(point![path]));
  }

  #place(
    row: readonly ScenarioResult[],
    at: { readonly metric: string; readonly label: string; readonly column: string },
    paint: (cell: Cell, text: string) => string,
  ): string {
    const across = this.#across;
    const here =
      across === null
        ? row[0]
        : row.find(({ point }) => valueText(point![across.path]) === at.column);
    const table = here?.comparison?.metrics.find(({ metric }) => metric === at.metric);
    const cell = table?.cells.find(({ group }) => group === at.label);
    return cell === undefined ? '' : paint(cell, placeText(cell, table!.unit));
  }

  /** What has a table, and a line each on the others. */
  #parted(): { readonly shown: readonly MetricTable[]; readonly folded: readonly string[] } {
    const shown: MetricTable[] = [];
    const quiet: string[] = [];
    const same: string[] = [];
    const more: string[] = [];
    const heads = this.#points[0]!.comparison!.metrics;
    const isChosen = heads.length < METRICS.length;
    for (const head of heads) {
      const cells = this.#cellsOf(head.metric);
      const differing = cells.filter(({ difference: d }) => d !== null && !isNone(d));
      const isShown = differing.some(({ difference }) => difference!.shown);
      if (cells.every(isQuiet)) quiet.push(head.metric);
      else if (differing.length === 0) same.push(head.metric);
      else if (isChosen || isShown || DEFAULT_KEYS.includes(head.metric)) shown.push(head);
      else more.push(head.metric);
    }
    const line = (what: string, names: readonly string[], hint = '') =>
      names.length === 0 ? [] : [`${what}: ${names.join(', ')}${hint}`];
    return {
      shown,
      folded: [
        ...line('all zero', quiet),
        ...line('the same at every point', same),
        ...line('differences that are not significant', more, ' (--metrics prints tables)'),
      ],
    };
  }

  #cellsOf(metric: string): readonly Cell[] {
    const comparisons = this.#points.flatMap(({ comparison }) => comparison?.metrics ?? []);
    return comparisons.filter((table) => table.metric === metric).flatMap(({ cells }) => cells);
  }

  #notes(): readonly string[] {
    const exact = this.#points.every(({ comparison }) => comparison!.exact);
    const points = counted(this.#points.length, 'point');
    const lists = this.#points.map(({ groups }) => seedsText(groups[0]!.runs.map((r) => r.seed)));
    const same = lists.every((list) => list === lists[0]);
    const seeds = exact ? 'nothing is drawn' : same ? `seeds ${lists[0]} at each` : 'seeds vary';
    const manner = exact ? '' : ', seed by seed; ? not significant at 5 %';
    const few = this.#points.map(tooFewSeeds).find((text) => text !== '') ?? '';
    return [
      `${this.name}: ${points}, ${seeds}; differences against ${this.#bases()}${manner}`,
      ...(this.#together === null ? [] : [tooFewSeeds(this.#together)]),
      few === '' ? '' : `at single points ${few}`,
    ].filter((note) => note !== '');
  }

  #bases(): string {
    const cells = this.#points[0]!.comparison!.metrics.flatMap((table) => table.cells);
    const labels = new Set(cells.flatMap(({ difference }) => difference?.against ?? []));
    const bases = this.#points[0]!.groups.filter(({ label }) => labels.has(label));
    const files = new Set(bases.map(({ file }) => file));
    const [file] = files;
    return files.size === 1 && file !== null && bases.length > 1 ? file! : [...labels].join(', ');
  }

  /** Empty where nothing is held against anything. */
  get verdict(): string {
    const differing = (
      { group, more, less }: PlacesClaim,
      _: number,
      all: readonly PlacesClaim[],
    ) => more + less > 0 || all.some((one) => one.group === group && one.more + one.less > 0);
    const all = placesOf(this.#points);
    // Where nothing differs at all, the verdict over all points has said it.
    const places = this.#together === null ? all : all.filter(differing);
    const bases = [...new Set(places.map(({ against }) => against))];
    const where = bases.flatMap((base) => {
      const own = places.filter(({ against }) => against === base);
      const groups = [...new Set(own.map(({ group }) => group))];
      return [
        `\n${wrapped(`Where, against ${base}:`, 0)}`,
        ...groups.map((group) => placesText(own.filter((one) => one.group === group))),
      ];
    });
    return [this.#together === null ? '' : inShort(this.#together), ...where].join('');
  }
}

function isNone({ median, p }: MetricDifference): boolean {
  return (median ?? 0) === 0 && p === 1;
}

function isQuiet({ median, rate }: Cell): boolean {
  return rate === null ? median === null : rate.events === 0;
}

/** `median pass: more at 7 of 12 points (shown at 3); furthest at think=2us: 9us for 3us`. */
function placesText(claims: readonly PlacesClaim[]): string {
  const [{ group }] = claims as [PlacesClaim, ...PlacesClaim[]];
  const differing = claims.filter(({ more, less }) => more + less > 0);
  const same = claims.filter(({ more, less }) => more + less === 0).map(({ what }) => what);
  return [
    wrapped(group, 2),
    ...differing.map((claim) => wrapped(placeSentence(claim), 4)),
    same.length === 0 ? '' : wrapped(`no difference at any point: ${same.join(', ')}`, 4),
  ].join('');
}

function placeSentence({ what, unit, more, less, same, shown, furthest }: PlacesClaim): string {
  const points = `of ${counted(more + less + same, 'point')}`;
  const both = [more > 0 ? `more at ${more}` : '', less > 0 ? `less at ${less}` : ''];
  const counts = `${both.filter((part) => part !== '').join(', ')} ${points} (shown at ${shown})`;
  const { point, here, there } = furthest!;
  const at = Object.entries(point).map(([path, value]) => `${path}=${valueText(value)}`);
  const [now, before] = [here, there].map((one) => figureText(one, unit, true));
  return `${what}: ${counts}; furthest at ${printable(at.join(', '))}: ${now} instead of ${before}`;
}
