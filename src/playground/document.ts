/**
 * The page as one file: markup, style, its script, and blocks of code that are not executed until a
 * worker is made from them, so the policy does not have to allow them. The page loads nothing.
 *
 * Source of the policy: W3C Content Security Policy Level 3, hash sources, blob: as a scheme.
 */
import { escapeXml } from '../draw/svg.ts';
import { FINDING_CSS } from '../report/page/finding-part.ts';
import { hashOf, pageCss, pageHead } from '../report/page/html.ts';
import { PRESETS } from './presets.ts';
import { type StartData, startElement } from './start-data.ts';

const CSS = `${pageCss()}${FINDING_CSS}body{max-width:1400px}
.two{display:grid;grid-template-columns:minmax(0,4fr) minmax(0,7fr);gap:2rem;align-items:start}.two>*{min-width:0}
@media(max-width:900px){.two{grid-template-columns:minmax(0,1fr);gap:0}}
button,select,input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--grey);border-radius:4px;padding:.25rem .55rem}
input[type=range]{padding:0;border:0;accent-color:var(--s0)}button{cursor:pointer;background:var(--soft)}button:disabled{cursor:default;color:var(--mute);border-color:var(--rule)}
button[aria-pressed=true]{border-color:var(--s0);box-shadow:inset 0 0 0 1px var(--s0);font-weight:650}
select:focus-visible,textarea:focus-visible,pre:focus-visible{outline:2px solid var(--s0)}
[aria-invalid=true]{border-color:var(--bad)}.row{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin:.4rem 0}
.field{display:grid;grid-template-columns:7.5rem minmax(0,1fr) 6.5rem;gap:.2rem .7rem;align-items:center;margin:.25rem 0}.field input:not([type=range]){grid-column:2/4;min-width:0}
.field output{color:var(--mute);font-variant-numeric:tabular-nums}
textarea{width:100%;box-sizing:border-box;font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;height:22rem;white-space:pre-wrap;overflow:auto;resize:vertical}
#faults{list-style:none;padding:0}#faults pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:4px solid var(--bad);padding:.3rem .6rem;margin:.5rem 0 .2rem}#verdict{padding-left:1.2rem;margin:.3rem 0}
pre{margin:.4rem 0}.box{background:var(--soft);padding:.6rem .8rem;border-radius:4px;min-height:1.2em}
#tasks{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:.6rem;margin:.6rem 0}.task{text-align:left;padding:.5rem .7rem}
.task b,.task span{display:block}.task span{min-height:2.9em;overflow-wrap:anywhere;font-size:12.5px}.task:not(:disabled) span{color:var(--ink)}
.now2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:1rem}.now2>*{min-width:0}.now2 pre{max-height:16rem;overflow:auto}
td,th{white-space:nowrap;overflow-wrap:normal}.steps td,.steps th,#counts td,#counts th[scope=col]{white-space:normal}#counts th[scope=col]{overflow-wrap:anywhere;max-width:11rem;vertical-align:bottom}#intervals th[scope=row],#intervals td:nth-child(2){text-align:left}
#lanes svg,#torn svg{width:100%;min-width:880px;max-width:1280px;height:auto}.sha{overflow-wrap:anywhere}h2{margin-top:1.2em}#hand-steps .scroll{max-height:34rem;overflow-y:auto;position:relative}#hand-steps thead th{position:sticky;top:0;background:var(--bg)}
@media(min-width:901px){#hand-steps .finding{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
@media(prefers-reduced-motion:reduce){*{scroll-behavior:auto!important;transition:none!important;animation:none!important}}`;

const KNOB_LABELS = [
  ['pause', "writer's pause"],
  ['vmas', 'VMAs'],
  ['limit', 'N of retries'],
  ['buffer', 'buffer'],
  ['cpus', 'CPUs'],
] as const;

interface Parts {
  /** Minified code, by block, deflated, in base64. */
  readonly core: string;
  readonly later: string;
  readonly yaml: string;
  /** Minified, runs in the page. */
  readonly script: string;
  readonly data: StartData;
  readonly tool: string;
}

export function playgroundPage({ core, later, yaml, script, data, tool }: Parts): string {
  // The script is ours; what would end its element is written so that it does not.
  const safe = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  return [
    pageHead({
      title: 'mapsim playground',
      css: CSS,
      scripts: [hashOf(safe), 'blob:'],
      more: ['worker-src blob:'],
    }),
    header(),
    `<main><div class="two">${left()}${right()}</div>${below()}${hand()}</main>\n`,
    `<footer><p class="lead">mapsim ${escapeXml(tool)}. This page is one file and loads nothing; its address contains what it shows.</p></footer>\n`,
    `${startElement(data)}\n`,
    `<script type="text/plain" id="mapsim-core">${core}</script>\n`,
    `<script type="text/plain" id="mapsim-later">${later}</script>\n`,
    `<script type="text/plain" id="mapsim-yaml">${yaml}</script>\n`,
    `<script>${safe}</script>\n</body></html>\n`,
  ].join('');
}

function header(): string {
  return (
    '<header><h1>mapsim playground</h1>' +
    '<p>A program reads /proc/PID/maps while another thread changes it. Move the slider until the text tears.</p>' +
    '<noscript><p class="bad">This page needs JavaScript, which is disabled.</p></noscript>' +
    '<p id="address-fault" class="bad" role="alert"></p></header>\n'
  );
}

function left(): string {
  const presets = PRESETS.map(
    ({ name, title }) =>
      `<button type="button" data-name="@playground/${name}" aria-pressed="false">${escapeXml(title)}</button>`,
  );
  const sliders = KNOB_LABELS.map(
    ([id, text]) =>
      `<div class="field"><label for="${id}">${escapeXml(text)}</label><input type="range" id="${id}" min="0" max="10" value="0" disabled><output id="${id}-value" for="${id}"></output></div>`,
  );
  return (
    '<section aria-labelledby="h-scenario"><h2 id="h-scenario">The scenario</h2>' +
    `<div class="row presets" role="group" aria-label="preset scenarios">${presets.join('')}</div>` +
    '<p id="about"></p><p id="look" class="lead"></p>' +
    sliders.join('') +
    '<div class="field"><label for="strategies">strategies</label><input id="strategies" spellcheck="false" autocomplete="off" aria-describedby="strategies-fault"></div>' +
    '<p id="strategies-fault" class="bad" role="alert"></p>' +
    '<div class="field"><label for="seed">seed</label><input id="seed" spellcheck="false" autocomplete="off" placeholder="of the scenario"></div>' +
    '<p><label for="text">The scenario as text, in the form of the command line</label></p>' +
    '<textarea id="text" spellcheck="false" autocapitalize="off" aria-describedby="faults"></textarea>' +
    '<ul id="faults" role="alert"></ul><div id="notes" class="lead"></div></section>'
  );
}

function right(): string {
  return (
    '<section aria-labelledby="h-runs"><h2 id="h-runs">Strategies side by side</h2>' +
    '<div class="row"><button type="button" id="stop" disabled>stop</button><span id="status" role="status">starts</span></div>' +
    '<ul id="verdict"></ul><div id="counts"></div></section>'
  );
}

function below(): string {
  return (
    '<section aria-label="pictures, seeds and texts"><div id="lanes"></div><div id="torn"></div><div id="intervals"></div><div id="texts"></div>' +
    '<h3>The same on the command line</h3><pre id="commands" class="box" tabindex="0"></pre></section>'
  );
}

function hand(): string {
  return (
    '<section id="hand" aria-labelledby="h-hand"><h2 id="h-hand">You are the scheduler</h2>' +
    '<p class="lead">Each button lets one task take its next step, and says what this step will do. There is no time here: any order of steps is possible.</p>' +
    '<div class="row"><label for="hand-strategy">strategy</label><select id="hand-strategy"></select>' +
    '<button type="button" id="undo" disabled>undo</button><button type="button" id="restart" disabled>from the start</button>' +
    '<button type="button" id="find-tear">find a tear</button><button type="button" id="find-retry">find a retry</button><button type="button" id="find-gap">find a false gap</button></div>' +
    '<div id="tasks" role="group" aria-label="tasks"></div><p id="hand-note" role="status" aria-live="polite"></p>' +
    '<div class="now2"><div><h3>The text so far</h3><div id="hand-text"></div></div><div><h3>The current state</h3><pre id="hand-state" tabindex="0"></pre></div></div>' +
    '<div id="hand-steps"></div><h3>The same on the command line</h3><pre id="replay-command" class="box" tabindex="0"></pre></section>'
  );
}
