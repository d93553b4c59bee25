/// <reference lib="dom" />
/** Shows the results of runs on the page: counts, pictures, intervals, texts. */
import { counted } from '../base/counted.ts';
import { durationWords } from '../report/pictures/sentences.ts';
import { COUNTER_KEYS, type EndReason, TEARING_KEYS } from '../world/outcome.ts';
import { byId, fromMarkup, made, tableElement } from './dom.ts';
import type { Column, FirstText, IntervalTable } from './messages.ts';

const ENDED: Readonly<Record<EndReason, string>> = {
  passes: 'all passes done',
  ops: 'all operations done',
  duration: 'at its duration',
  'max-events': 'stopped, too many events',
  starved: 'stopped, a reader makes no progress',
  'history-full': 'stopped, too many states in one pass',
  'kernel-fault': 'a fault of the simulated kernel',
  livelock: 'repeats for ever',
  interrupted: 'stopped',
};

/** Counts of what a text must not have, or of a reader that got none. */
const WRONG = new Set<string>(['passesStarved', ...TEARING_KEYS]);

/** Metrics that say most; the others are a click away. */
const FIRST = new Set([
  'passes',
  'tornPasses',
  'falseGaps',
  'fallbackPasses',
  '1000*retries/lines',
  '1000*discardedLines/lines',
  'p50(passNs)',
  'p99(writer.opNs)',
  'passesStarved',
]);

function part(id: string): HTMLElement {
  return byId(id, HTMLElement);
}

/** Nothing of an earlier run is left. */
export function clearResults(): void {
  for (const id of ['lanes', 'torn', 'intervals', 'texts']) part(id).replaceChildren();
}

export function showColumns(columns: readonly Column[]): void {
  const totals = COUNTER_KEYS.filter((key) => columns.some((each) => each.totals[key] > 0));
  const tearing = TEARING_KEYS.filter((key) => columns.some((each) => each.tearing[key] > 0));
  const cell = (key: string, value: number): Node | string => {
    if (value === 0) return '·';
    return WRONG.has(key) ? made('b', { class: 'bad' }, String(value)) : String(value);
  };
  const rows = [
    ['simulated time', ...columns.map(({ simulatedNs }) => durationWords(simulatedNs))],
    ['steps', ...columns.map(({ events }) => String(events))],
    [
      'run',
      ...columns.map(({ ended, fraction }) => {
        if (ended !== null) return ENDED[ended];
        return fraction === null ? 'running' : `running, ${Math.floor(fraction * 100)} %`;
      }),
    ],
    ...totals.map((key) => [key, ...columns.map((each) => cell(key, each.totals[key]))]),
    ...tearing.map((key) => [key, ...columns.map((each) => cell(key, each.tearing[key]))]),
  ];
  const heads = ['', ...columns.map(({ strategy }) => strategy)];
  part('counts').replaceChildren(tableElement(heads, rows));
  part('verdict').replaceChildren(...columns.map(verdictOf));
}

function verdictOf({ strategy, totals, tearing }: Column): HTMLElement {
  const { passesFinished, passesStarved, fallbacks } = totals;
  const torn = tearing.tornPasses;
  const said = [
    torn > 0
      ? made('b', { class: 'bad' }, `${torn} of ${counted(passesFinished, 'pass', 'passes')} torn`)
      : `none of ${counted(passesFinished, 'pass', 'passes')} torn`,
  ];
  if (passesStarved > 0) said.push(', ', made('b', { class: 'bad' }, `${passesStarved} starved`));
  if (fallbacks > 0) said.push(`, ${counted(fallbacks, 'fallback')}`);
  if (tearing.falseGaps > 0) {
    said.push(', ', made('b', { class: 'bad' }, counted(tearing.falseGaps, 'false gap')));
  }
  return made('li', {}, made('code', {}, strategy), ': ', ...said);
}

export function showLanes(markup: string): void {
  const figure = made('figure', { class: 'wide', tabindex: '0', 'aria-label': 'lanes' });
  figure.append(fromMarkup(markup));
  part('lanes').replaceChildren(
    made('h3', {}, 'One pass under each strategy, its first 60 µs'),
    figure,
  );
}

export function showTorn(strategy: string | null, markup: string): void {
  if (strategy === null) {
    part('torn').replaceChildren(made('p', { class: 'lead' }, 'No text is torn.'));
    return;
  }
  const figure = made('figure', { class: 'wide', tabindex: '0', 'aria-label': 'the torn text' });
  figure.append(fromMarkup(markup));
  const head = made('h3', {}, 'The first torn text, under ', made('code', {}, strategy));
  part('torn').replaceChildren(head, figure);
}

export function showIntervals({ title, heads, rows, quiet, seeds, ofSeeds }: IntervalTable): void {
  const more = seeds < ofSeeds ? `${seeds} of ${ofSeeds} seeds so far` : '';
  const none = quiet.length === 0 ? '' : `All zero: ${quiet.join(', ')}. `;
  const first = rows.filter(([metric = '']) => FIRST.has(metric));
  const others = rows.filter(([metric = '']) => !FIRST.has(metric));
  const wasOpen = part('intervals').querySelector('details')?.open ?? false;
  part('intervals').replaceChildren(
    made('h3', {}, 'Over many seeds'),
    made('p', { class: 'lead' }, `${title}. ${more}`),
    tableElement(heads, first),
    made(
      'details',
      { open: wasOpen },
      made('summary', {}, 'The other metrics'),
      tableElement(heads, others),
      made('p', {}, none),
    ),
  );
}

export function showText({ strategy, lines, head, finished, sha256 }: FirstText): void {
  const cut = finished ? '' : ', cut short';
  const hash = made('code', { class: 'sha', 'data-strategy': strategy }, sha256);
  const summary = made(
    'summary',
    {},
    `Text of pass 0 under ${strategy}: ${counted(lines, 'line')}${cut}; sha256 `,
    hash,
  );
  part('texts').append(made('details', {}, summary, made('pre', { tabindex: '0' }, head)));
}
