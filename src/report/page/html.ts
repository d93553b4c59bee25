/**
 * An HTML page in one file: it loads nothing, has a script only if there is something to step
 * through, and has a policy that enforces both.
 *
 * Source of the policy: W3C Content Security Policy Level 3, hash sources.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { jsonOf } from '../../base/printable.ts';
import { MONO, markCss, SANS, themeCss } from '../../draw/palette.ts';
import { escapeXml, type Picture, svgOf } from '../../draw/svg.ts';
import { DATA_ID } from './documents.ts';

/** The style of every page. */
export function pageCss(): string {
  return (
    `${themeCss(':root')}${markCss()}` +
    `body{background:var(--bg);color:var(--ink);font:14px/1.45 ${SANS};margin:1.5rem auto;max-width:1010px;padding:0 1rem}` +
    'h1{font-size:22px;margin:.2em 0}h2{font-size:17px;margin:1.6em 0 .2em}h3{font-size:14px;margin:1.2em 0 .2em}' +
    '.lead{color:var(--mute);margin:.2em 0 1em}.bad{color:var(--bad);font-weight:650}' +
    'h1,h2,h3,p,summary,td,th,.lead{overflow-wrap:anywhere}' +
    'figure{margin:0 0 1rem;max-width:100%}figure.wide{overflow-x:auto}figure svg{display:block}' +
    'figure:not(.wide) svg{max-width:100%;height:auto}figcaption{color:var(--mute)}' +
    '.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(470px,100%),1fr));gap:.6rem 1.2rem}.grid>*{min-width:0}' +
    'details{font-size:12.5px;color:var(--mute)}.scroll{overflow-x:auto}summary{cursor:pointer}' +
    'summary:focus-visible,button:focus-visible,input:focus-visible,.scroll:focus-visible,figure:focus-visible{outline:2px solid var(--s0)}' +
    'table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.1rem .7rem .1rem 0;text-align:right;font-weight:400}th:first-child{text-align:left}' +
    `code,pre{font:12px ${MONO}}pre{overflow-x:auto}` +
    '@media print{nav,.script{display:none!important}details{display:none}figure,section.keep{break-inside:avoid}body{font-size:11px;margin:0;max-width:none}' +
    '.grid{grid-template-columns:1fr 1fr}.grid figure:nth-of-type(n+31),section.keep:nth-of-type(n+25){display:none}pre{font-size:9px;margin:.3em 0}h1{font-size:18px}h2{font-size:14px;margin:1em 0 .2em}' +
    'figure.wide{overflow:visible}figure svg{max-width:100%;height:auto}}'
  );
}

interface Page {
  readonly title: string;
  readonly lead: string;
  /** Markup. */
  readonly sections: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
  readonly tool: string;
  /** Style beside that of every page. */
  readonly style?: string;
  readonly script?: string;
  /** Documents to be read back; null: left out. */
  readonly data: readonly unknown[] | null;
}

/**
 * To the beginning of the body, with a policy by which a page asks for nothing.
 * Source: W3C Content Security Policy Level 3, hash sources.
 * @param scripts sources of scripts; none: no script runs
 * @param more directives beside those of every page
 */
export function pageHead({
  title,
  css,
  scripts,
  more = [],
}: {
  readonly title: string;
  readonly css: string;
  readonly scripts: readonly string[];
  readonly more?: readonly string[];
}): string {
  const policy = [
    "default-src 'none'",
    ...(scripts.length === 0 ? [] : [`script-src ${scripts.join(' ')}`]),
    ...more,
    `style-src ${hashOf(css)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeXml(policy)}">`,
    `<title>${escapeXml(title)}</title><style>${css}</style></head><body>\n`,
  ].join('');
}

export function htmlPage({
  title,
  lead,
  sections,
  command,
  tool,
  style,
  script,
  data,
}: Page): string {
  const css = pageCss() + (style ?? '');
  return [
    pageHead({ title, css, scripts: script === undefined ? [] : [hashOf(script)] }),
    `<header><h1>${escapeXml(title)}</h1><p class="lead">${lead}</p></header>\n<main>\n`,
    sections.join('\n'),
    `\n</main>\n<footer><p class="lead">mapsim ${escapeXml(tool)}. The same inputs give the same bytes of this page.`,
    ` Again: <code>${escapeXml(command)}</code></p></footer>\n`,
    data === null
      ? ''
      : `<script type="application/json" id="${DATA_ID}">${jsonData(data)}</script>\n`,
    script === undefined ? '' : `<script>${script}</script>\n`,
    '</body></html>\n',
  ].join('');
}

/** As a policy names it. */
export function hashOf(text: string): string {
  const digest = sha256(new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
}

/** No name in it can end the element that it stands in. */
function jsonData(data: readonly unknown[]): string {
  return jsonOf(data).replace(/[<>&]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A picture in its figure. @param wide it scrolls where there is no room; else it shrinks */
export function figure(
  picture: Picture,
  name: string,
  { wide = false, after = '' }: { readonly wide?: boolean; readonly after?: string } = {},
): string {
  const scrolls = wide ? ` class="wide" tabindex="0" aria-label="${escapeXml(picture.title)}"` : '';
  return `<figure${scrolls}>${svgOf(picture, name, '')}${after}</figure>`;
}

/** The numbers of a picture. */
export function dataTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((text) => `<th scope="col">${escapeXml(text)}</th>`).join('');
  const body = rows
    .map(([first, ...cells]) => {
      const rest = cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('');
      return `<tr><th scope="row">${escapeXml(first ?? '')}</th>${rest}</tr>`;
    })
    .join('');
  return `<details><summary>The same numbers as a table</summary><div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div></details>`;
}
