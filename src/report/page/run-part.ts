/** The part of a page for one run: the request, the result, and the text. */

import { counted } from '../../base/counted.ts';
import { readable } from '../../base/latin1.ts';
import { escapeXml } from '../../draw/svg.ts';
import { durationWords } from '../pictures/sentences.ts';
import type { RunResultDocument } from './documents.ts';

export function runPart(run: RunResultDocument): string {
  const { totals, tearing, scenario, strategy, seed } = run;
  const torn = tearing.tornPasses;
  const head = `${scenario.name} under ${strategy}: ${torn === 0 ? 'no torn text' : counted(torn, 'torn text')} in ${counted(totals.passesFinished, 'pass', 'passes')}`;
  const checks = run.failOn.map(
    ({ expression, failed }) =>
      `<li>${failed ? '<span class="bad">✗</span>' : '✓'} ${escapeXml(`${failed ? '' : 'not '}${expression}`)}</li>`,
  );
  const counts = [...Object.entries(totals), ...Object.entries(tearing)];
  const happened = counts.filter(([, value]) => value !== 0);
  const never = counts.filter(([, value]) => value === 0).map(([key]) => key);
  const rows = happened.map(
    ([key, value]) =>
      `<tr><th scope="row">${escapeXml(key)}</th><td>${key.endsWith('Ns') ? durationWords(value) : value}</td></tr>`,
  );
  const times = [
    ...run.readers.map(({ name, passNs }) => [`a pass of ${name}`, passNs] as const),
    ...run.writers.map(({ name, opNs }) => [`an operation of ${name}`, opNs] as const),
  ].map(([name, { p50, p99, max }]) => {
    const cells = [p50, p99, max].map((v) => `<td>${v === null ? '-' : durationWords(v)}</td>`);
    return `<tr><th scope="row">${escapeXml(name)}</th>${cells.join('')}</tr>`;
  });
  const [pass] = run.passes;
  const lines =
    pass?.text
      .split('\n')
      .slice(0, -1)
      .map((line) => readable(line).trimEnd()) ?? [];
  const ended = run.complete
    ? ''
    : ` <span class="bad">The run ended early: ${escapeXml(run.ended)}.</span>`;
  return [
    `<section><h2>${escapeXml(head)}</h2><p class="lead">Seed ${escapeXml(seed)}.${ended}</p>`,
    checks.length === 0 ? '' : `<ul>${checks.join('')}</ul>`,
    `<div class="grid"><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">count</th><th scope="col">value</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    `<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">time of</th><th scope="col">p50</th><th scope="col">p99</th><th scope="col">longest</th></tr></thead><tbody>${times.join('')}</tbody></table></div></div>`,
    never.length === 0 ? '' : `<p class="lead">Never: ${escapeXml(never.join(', '))}.</p>`,
    pass === undefined
      ? ''
      : `<h3>The text that was printed${pass.torn ? ', <span class="bad">torn</span>' : ''}</h3><pre tabindex="0">${lines.map(escapeXml).join('\n')}</pre>`,
    '</section>',
  ].join('\n');
}
