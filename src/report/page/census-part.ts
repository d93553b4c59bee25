/**
 * The part of a page for a census: each text that can be printed, with its verdict and schedule.
 */

import { counted } from '../../base/counted.ts';
import { readable } from '../../base/latin1.ts';
import { escapeXml } from '../../draw/svg.ts';
import type { SearchDocument } from './documents.ts';

type Possible = SearchDocument['texts'][number];

/** More texts are counted, not shown. */
const TEXTS_MAX = 60;

export function censusPart({
  strategy,
  scenario,
  texts,
  complete,
  against,
}: SearchDocument): string {
  const torn = texts.filter((text) => text.torn).length;
  const known = complete ? '' : ' (the search ended at a limit: there may be more)';
  const head = `${scenario.name}: ${strategy} can print ${counted(texts.length, 'text')}, ${torn} of them torn${known}`;
  const only = onlyParts(strategy, against ?? null);
  const shown = texts.slice(0, TEXTS_MAX);
  const rest = texts.length - shown.length;
  return [
    `<section><h2>${escapeXml(head)}</h2>`,
    only,
    shown.map(textMarkup).join(''),
    rest > 0 ? `<p class="lead">and ${rest} more, which the JSON has</p>` : '',
    '</section>',
  ].join('\n');
}

function onlyParts(strategy: string, against: (SearchDocument['against'] & object) | null): string {
  if (against === null) return '';
  const lists = [
    [`${strategy} alone can print`, against.onlyHere],
    [`${against.strategy} alone can print`, against.onlyThere],
    [`not seen with ${against.strategy}`, against.notSeenThere],
    [`not seen with ${strategy}`, against.notSeenHere],
  ] as const;
  return lists
    .flatMap(([head, texts]) =>
      texts === undefined
        ? []
        : `<h3>${escapeXml(`${head}: ${texts.length}`)}</h3>${texts.slice(0, TEXTS_MAX).map(textMarkup).join('')}`,
    )
    .join('');
}

function textMarkup(text: Possible): string {
  const counts = Object.entries(text.tearing).filter(([key, n]) => n > 0 && key !== 'tornPasses');
  const words = counts.map(([key, n]) => `${key} ${n}`).join(', ');
  const verdict = text.torn
    ? `<span class="bad">✕ torn${text.intact ? ' by some schedules' : ''}: ${escapeXml(words)}</span>`
    : '✓ not torn';
  const lines = text.text
    .split('\n')
    .slice(0, -1)
    .map((line) => readable(line).trimEnd());
  return `<section class="keep"><p class="lead">${escapeXml(text.reader)}: ${verdict}; schedule <code>${escapeXml(text.schedule)}</code></p><pre tabindex="0">${lines.map(escapeXml).join('\n')}</pre></section>`;
}
